//! The library: all that one keeps, works, transcripts and files, as one list.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    ConversationId, FileId, FileView, JobKind, Millis, TranscriptId, WorkId, WorkView, call::words,
    id::InvalidId, transcript::TranscriptLine,
};

words! {
    /// What kind of thing in a library.
    LibraryKind {
        /// An image that a model made.
        Image = "image",
        /// A video that a model made.
        Video = "video",
        /// Speech that a model made.
        Speech = "speech",
        /// What was said in a recording.
        Transcript = "transcript",
        /// An uploaded file that a transcript is of.
        Recording = "recording",
        /// An uploaded file that was handed in with a question.
        Attachment = "attachment",
        /// An uploaded file that neither has.
        Upload = "upload",
    }
}

impl LibraryKind {
    /// The kind of works that it is, if it is one.
    pub const fn of_works(self) -> Option<JobKind> {
        match self {
            Self::Image => Some(JobKind::Image),
            Self::Video => Some(JobKind::Video),
            Self::Speech => Some(JobKind::Speech),
            Self::Transcript | Self::Recording | Self::Attachment | Self::Upload => None,
        }
    }

    /// Whether it is an uploaded file.
    pub const fn is_file(self) -> bool {
        matches!(self, Self::Recording | Self::Attachment | Self::Upload)
    }
}

/// Which things of a library.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LibraryFilter {
    /// Of this kind only.
    pub kind: Option<LibraryKind>,
    /// With these words in prompt, title, text or name.
    pub words: Option<String>,
}

/// An uploaded file, with what has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LibraryFile {
    /// The file.
    pub file: FileView,
    /// The transcript that is of it: `/transcripts/{id}`.
    pub transcript: Option<TranscriptId>,
    /// The conversation that it was handed in to: `/c/{id}`.
    pub conversation: Option<ConversationId>,
}

/// One thing of a library.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum LibraryItem {
    /// A work.
    Work(WorkView),
    /// A transcript.
    Transcript(TranscriptLine),
    /// An uploaded file.
    File(LibraryFile),
}

impl LibraryItem {
    /// Which one it is.
    pub const fn id(&self) -> LibraryId {
        match self {
            Self::Work(work) => LibraryId::Work(work.id),
            Self::Transcript(line) => LibraryId::Transcript(line.id),
            Self::File(kept) => LibraryId::File(kept.file.id),
        }
    }

    /// What it is called: a work by its prompt.
    pub fn name(&self) -> &str {
        match self {
            Self::Work(work) => &work.prompt,
            Self::Transcript(line) => &line.title,
            Self::File(kept) => &kept.file.name,
        }
    }
}

/// One thing of a library, by its kind and id: `work:…`, `transcript:…`, `file:…`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum LibraryId {
    /// A work.
    Work(WorkId),
    /// A transcript.
    Transcript(TranscriptId),
    /// An uploaded file.
    File(FileId),
}

impl fmt::Display for LibraryId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Work(id) => write!(out, "work:{id}"),
            Self::Transcript(id) => write!(out, "transcript:{id}"),
            Self::File(id) => write!(out, "file:{id}"),
        }
    }
}

impl FromStr for LibraryId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let (kind, id) = text.split_once(':').ok_or(InvalidId)?;
        match kind {
            "work" => id.parse().map(Self::Work),
            "transcript" => id.parse().map(Self::Transcript),
            "file" => id.parse().map(Self::File),
            _ => Err(InvalidId),
        }
    }
}

impl TryFrom<String> for LibraryId {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, InvalidId> {
        text.parse()
    }
}

impl From<LibraryId> for String {
    fn from(id: LibraryId) -> Self {
        id.to_string()
    }
}

/// What came of deleting things of a library.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LibraryDeleted {
    /// How many are gone; they can be brought back for 30 days.
    pub deleted: u64,
    /// When: all of it has the same moment. `None` where nothing was deleted.
    pub deleted_at: Option<Millis>,
    /// Files that stay, because a conversation, a transcript or a job that is not done has them: `file:…`.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub kept: Vec<LibraryId>,
}

/// Something of a library that was deleted and can be brought back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LibraryDiscarded {
    /// Which one, by its kind and id.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: LibraryId,
    /// What it is; any uploaded file is an upload.
    pub kind: LibraryKind,
    /// What it is called: a work by the beginning of its prompt.
    pub name: String,
    /// Bytes that are free when it is removed for good.
    pub bytes: i64,
    /// When it was deleted; it is removed for good 30 days later.
    pub deleted_at: Millis,
}

#[cfg(test)]
mod tests {
    use super::LibraryId;

    #[test]
    fn an_id_says_of_what_kind_it_is() {
        let id = "01990000-0000-7000-8000-000000000001";
        for kind in ["work", "transcript", "file"] {
            let text = format!("{kind}:{id}");
            let read: LibraryId = text.parse().unwrap();
            assert_eq!(read.to_string(), text);
        }
        for wrong in ["", id, "work", "work:", "folder:x", &format!("folder:{id}")] {
            assert!(wrong.parse::<LibraryId>().is_err(), "{wrong}");
        }
    }
}
