//! Files that are handed in with a question.

use serde::{Deserialize, Serialize};

use crate::{FileId, Medium};

/// What names of text files end in. HTML and SVG are not among them: they would be drawn by whoever opens them.
pub const TEXT_EXTENSIONS: &[&str] = &[
    "txt", "md", "markdown", "csv", "tsv", "json", "jsonl", "log", "yaml", "yml", "toml", "ini",
    "conf", "cfg", "env", "xml", "rst", "tex", "srt", "vtt", "diff", "patch", "sql", "sh", "bash",
    "zsh", "ps1", "bat", "py", "rs", "js", "mjs", "cjs", "ts", "tsx", "jsx", "vue", "css", "scss",
    "c", "h", "cc", "cpp", "hpp", "cs", "java", "kt", "go", "rb", "php", "pl", "lua", "r", "jl",
    "swift", "scala", "dart", "hs", "ex", "erl", "clj", "proto", "gradle",
];

/// What text is called on its way and in the store, whatever it is of.
pub const TEXT_MIME: &str = "text/plain";

/// Files of one question at most.
pub const MOST_ATTACHMENTS: usize = 10;

/// Bytes of the pictures and the sound of one question together.
pub const MEDIA_TOGETHER: i64 = 20_000_000;

/// Bytes of the films of one question together. The smallest limit that Bailian's pages name for its temporary storage.
pub const FILMS_TOGETHER: i64 = 100_000_000;

/// Documents: what names of them end in, and what they are called on their way and in the store.
pub const DOCUMENTS: [(&str, &str); 5] = [
    ("pdf", "application/pdf"),
    (
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    (
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    (
        "pptx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    ("epub", "application/epub+zip"),
];

/// What a model does with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttachmentKind {
    /// It looks at it.
    Image,
    /// It listens to it.
    Audio,
    /// It watches it.
    Video,
    /// It reads it.
    Text,
    /// It reads what is written in it.
    Document,
}

impl AttachmentKind {
    /// What a model does with files of that type; nothing where it can't be given them.
    pub fn of_mime(mime: &str) -> Option<Self> {
        match mime {
            "image/png" | "image/jpeg" | "image/webp" | "image/gif" => Some(Self::Image),
            "audio/wav" | "audio/mpeg" | "audio/aac" | "audio/amr" => Some(Self::Audio),
            "video/mp4" | "video/quicktime" | "video/webm" => Some(Self::Video),
            TEXT_MIME => Some(Self::Text),
            _ if DOCUMENTS.iter().any(|(_, known)| *known == mime) => Some(Self::Document),
            _ => None,
        }
    }

    /// The largest, in bytes. What Bailian is sent in a request has 10 MB at most when it is encoded, which makes it a third longer.
    pub const fn largest(self) -> i64 {
        match self {
            Self::Image | Self::Audio => 7_000_000,
            Self::Video => FILMS_TOGETHER,
            Self::Text => 500_000,
            Self::Document => 50_000_000,
        }
    }

    /// Whether it is looked at or listened to, and not read.
    pub const fn is_medium(self) -> bool {
        self.together().is_some()
    }

    /// What all files of a question that it is reckoned with have at most together, in bytes.
    pub const fn together(self) -> Option<i64> {
        match self {
            Self::Image | Self::Audio => Some(MEDIA_TOGETHER),
            Self::Video => Some(FILMS_TOGETHER),
            Self::Text | Self::Document => None,
        }
    }
}

/// Whether a file of that name is text by its end.
pub fn is_named_text(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    TEXT_EXTENSIONS
        .iter()
        .any(|known| known.eq_ignore_ascii_case(extension))
}

/// The type of a document of that name, by its end.
pub fn document_mime(name: &str) -> Option<&'static str> {
    let (_, extension) = name.rsplit_once('.')?;
    let known = DOCUMENTS
        .iter()
        .find(|(end, _)| end.eq_ignore_ascii_case(extension));
    known.map(|(_, mime)| *mime)
}

/// Whether Bailian reads documents that are called so from its storage ("Files"); slides are not among those that it names.
pub fn is_read_as_it_is(name: &str) -> bool {
    let [_, _, _, (_, slides), _] = DOCUMENTS;
    document_mime(name).is_some_and(|mime| mime != slides)
}

/// A file of a question, as it was when that was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The file.
    pub file: FileId,
    /// What it was called.
    pub name: String,
    /// Its type.
    pub mime: String,
    /// Its size, in bytes.
    pub bytes: i64,
    /// A picture's width in pixels.
    pub width: Option<u32>,
    /// A picture's height in pixels.
    pub height: Option<u32>,
    /// It was deleted meanwhile.
    pub is_gone: bool,
}

impl Attachment {
    /// What a model does with it.
    pub fn kind(&self) -> Option<AttachmentKind> {
        AttachmentKind::of_mime(&self.mime)
    }

    /// What is in it, if that is not text.
    pub fn medium(&self) -> Option<Medium> {
        Medium::of_mime(&self.mime)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_says_what_a_model_does_with_the_file() {
        for (mime, expected) in [
            ("image/png", Some(AttachmentKind::Image)),
            ("audio/mpeg", Some(AttachmentKind::Audio)),
            ("text/plain", Some(AttachmentKind::Text)),
            ("image/bmp", None),
            ("video/mp4", Some(AttachmentKind::Video)),
            ("video/x-msvideo", None),
            ("application/pdf", Some(AttachmentKind::Document)),
            ("application/msword", None),
            ("", None),
        ] {
            assert_eq!(AttachmentKind::of_mime(mime), expected, "{mime}");
        }
    }

    #[test]
    fn a_document_is_known_by_the_end_of_its_name() {
        assert_eq!(document_mime("年报.PDF"), Some("application/pdf"));
        assert!(document_mime("a.b.docx").is_some_and(|mime| mime.ends_with("document")));
        assert!(is_read_as_it_is("a.pdf") && !is_read_as_it_is("a.pptx"));
        for name in ["a.docm", "a.doc", "pdf", "a.pdf.txt"] {
            assert_eq!(document_mime(name), None, "{name}");
        }
    }

    #[test]
    fn text_is_known_by_the_end_of_its_name() {
        for (name, expected) in [
            ("笔记.MD", true),
            ("main.rs", true),
            ("a.b.csv", true),
            ("page.html", false),
            ("a.svg", false),
            ("report.pdf", false),
            ("txt", false),
        ] {
            assert_eq!(is_named_text(name), expected, "{name}");
        }
    }
}
