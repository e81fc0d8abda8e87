//! One file beside a question: what it is, and how far it is on its way.

use std::sync::Arc;

use leptos::prelude::*;
use model::{
    AttachmentKind, DocumentView, FileId, Unread,
    attachment::{document_mime, is_named_text},
};

use crate::{browser, error::AppError};

/// Types of text that could run something where they were opened: they are kept under a name that can't.
const LIVELY: [&str; 4] = ["html", "htm", "xhtml", "svg"];

/// Where a file is on its way.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// So much of it is there, from 0 to 1.
    Sending(f64),
    /// The network is away; it goes on by itself.
    Waiting,
    /// It is there.
    Kept(FileId),
    /// It is not, and won't be.
    Refused(Refusal),
}

/// Why a file is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No model can be given such a file.
    Kind,
    /// It is larger than this, in bytes.
    Large(i64),
    /// There are as many as there may be.
    Many,
    /// Pictures and sound, or films, are larger than this together, in bytes.
    Together(i64),
    /// The server said no.
    Told(AppError),
}

/// What happened to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happened {
    /// It is there.
    Kept,
    /// It was taken away.
    Removed,
    /// It is not taken.
    Refused(Refusal),
}

/// A file beside the question.
#[derive(Clone, Debug)]
pub struct Item {
    pub(super) key: u32,
    pub(super) name: String,
    pub(super) kind: Option<AttachmentKind>,
    pub(super) bytes: i64,
    pub(super) state: ArcRwSignal<State>,
    /// What was read in it, once that is known.
    pub(super) document: ArcRwSignal<Option<DocumentView>>,
    /// The text that was pasted and became this file.
    pub(super) pasted: Option<Arc<str>>,
}

impl Item {
    /// The file, once it is there.
    pub(super) fn file(&self) -> Option<FileId> {
        self.state.with(|state| match state {
            State::Kept(file) => Some(*file),
            State::Sending(_) | State::Waiting | State::Refused(_) => None,
        })
    }

    pub(super) fn is_refused(&self) -> bool {
        self.state.with(|state| matches!(state, State::Refused(_)))
    }
}

/// Why what is there can't be sent as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// Some were not taken, and would be missing without a word.
    Refused,
    /// The chosen model can't be given files of that kind.
    Model(AttachmentKind),
    /// Pictures, sound and films can't go together.
    Mixed,
    /// There is a document that the chosen model can't be given as text.
    Unread(Unread),
}

/// What a model does with a file that is called so and that the browser takes for that.
pub(super) fn kind_of(name: &str, mime: &str) -> Option<AttachmentKind> {
    if is_named_text(&kept_name(name)) {
        return Some(AttachmentKind::Text);
    }
    if document_mime(name).is_some() {
        return Some(AttachmentKind::Document);
    }
    let mime = match mime {
        "video/x-m4v" => "video/mp4",
        "audio/mp3" | "audio/x-mp3" => "audio/mpeg",
        "audio/x-wav" | "audio/wave" | "audio/vnd.wave" => "audio/wav",
        "audio/x-aac" | "audio/aacp" => "audio/aac",
        other => other,
    };
    AttachmentKind::of_mime(mime).filter(|kind| kind.is_medium())
}

/// Under which name a file is kept.
pub(super) fn kept_name(name: &str) -> String {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let is_lively = LIVELY
        .iter()
        .any(|known| known.eq_ignore_ascii_case(extension));
    if is_lively {
        format!("{name}.txt")
    } else {
        name.to_owned()
    }
}

/// What is pasted has the same name every time: its own tells it from the others.
pub(super) fn pasted_name(name: &str) -> String {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "txt"));
    let own: String = browser::fresh_uuid().chars().take(6).collect();
    format!("{stem}-{own}.{extension}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_model_does_with_a_file_is_told_by_its_name_and_type() {
        for (name, mime, expected) in [
            ("a.png", "image/png", Some(AttachmentKind::Image)),
            ("a.bmp", "image/bmp", None),
            ("main.ts", "video/mp2t", Some(AttachmentKind::Text)),
            ("page.html", "text/html", Some(AttachmentKind::Text)),
            ("say.mp3", "audio/mp3", Some(AttachmentKind::Audio)),
            (
                "report.PDF",
                "application/pdf",
                Some(AttachmentKind::Document),
            ),
            ("a.docx", "", Some(AttachmentKind::Document)),
            ("a.doc", "application/msword", None),
            ("a.mov", "video/quicktime", Some(AttachmentKind::Video)),
            ("a.avi", "video/x-msvideo", None),
            ("noted", "text/plain", None),
        ] {
            assert_eq!(kind_of(name, mime), expected, "{name}");
        }
    }

    #[test]
    fn what_could_run_is_kept_under_a_name_that_cant() {
        assert_eq!(kept_name("a.SVG"), "a.SVG.txt");
        assert_eq!(kept_name("a.md"), "a.md");
    }
}
