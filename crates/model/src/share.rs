//! Links by which somebody without an account reads one thing: what can be shared, for how long, and what such a link shows.

use serde::{Deserialize, Serialize};

use crate::{
    ConversationId, FileId, FileView, JobKind, Medium, Millis, ModelName, Pixels, ShareId, Speaker,
    TranscriptId, WorkId,
    call::words,
    transcript::{Notes, Participant},
};

/// Milliseconds of a day.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

words! {
    /// How long a link works.
    ShareLife {
        /// A day.
        Day = "day",
        /// Seven days.
        Week = "week",
        /// Thirty days.
        Month = "month",
        /// Until it is taken back, where the site allows that.
        Endless = "endless",
    }
}

impl ShareLife {
    /// How many milliseconds; `None` where there is no end.
    pub const fn millis(self) -> Option<i64> {
        match self {
            Self::Day => Some(DAY_MS),
            Self::Week => Some(7 * DAY_MS),
            Self::Month => Some(30 * DAY_MS),
            Self::Endless => None,
        }
    }
}

words! {
    /// What kind of thing a link is to, as its reader would say.
    SharedKind {
        /// An image.
        Image = "image",
        /// A video.
        Video = "video",
        /// A spoken text.
        Speech = "speech",
        /// What was said in a recording.
        Transcript = "transcript",
        /// A conversation.
        Conversation = "conversation",
        /// An uploaded file.
        File = "file",
    }
}

/// What a link is to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Shareable {
    /// An image, a video or a spoken text.
    Work(WorkId),
    /// What was said in a recording, without the recording.
    Transcript(TranscriptId),
    /// The branch of a conversation that was shown when the link was made or brought up to date.
    Conversation(ConversationId),
    /// An uploaded file.
    File(FileId),
}

impl Shareable {
    /// What kind of thing it is.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Work(_) => "work",
            Self::Transcript(_) => "transcript",
            Self::Conversation(_) => "conversation",
            Self::File(_) => "file",
        }
    }

    /// The thing of that kind with that id.
    pub fn named(kind: &str, id: &str) -> Option<Self> {
        match kind {
            "work" => id.parse().ok().map(Self::Work),
            "transcript" => id.parse().ok().map(Self::Transcript),
            "conversation" => id.parse().ok().map(Self::Conversation),
            "file" => id.parse().ok().map(Self::File),
            _ => None,
        }
    }

    /// The thing's id.
    pub fn id(self) -> String {
        match self {
            Self::Work(id) => id.to_string(),
            Self::Transcript(id) => id.to_string(),
            Self::Conversation(id) => id.to_string(),
            Self::File(id) => id.to_string(),
        }
    }
}

/// A link as its owner sees it. Where it leads is told once, when it is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Share {
    /// Its id, which is no secret.
    pub id: ShareId,
    /// What it is to.
    pub thing: Shareable,
    /// What that is.
    pub medium: SharedKind,
    /// The beginning of the prompt, or the title or name.
    pub title: String,
    /// When it was made.
    pub created_at: Millis,
    /// Until when it works; `None` until it is taken back.
    pub expires_at: Option<Millis>,
    /// As of when it shows a conversation; of other things `None`.
    pub taken_at: Option<Millis>,
}

/// A link that was just made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewShare {
    /// Its id, to take it back by.
    pub id: ShareId,
    /// The link, shown this once: only its hash is kept.
    pub link: String,
    /// Until when it works; `None` until it is taken back.
    pub expires_at: Option<Millis>,
}

/// What a link shows to whoever has it: nothing about whose it is, and no id that leads further.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shared {
    /// The thing.
    pub content: SharedContent,
    /// Until when the link works; `None` until it is taken back.
    pub expires_at: Option<Millis>,
}

/// The thing that a link is to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SharedContent {
    /// A work; its file is below the link.
    Work(SharedWork),
    /// A transcript, as it stands now.
    Transcript(Box<SharedTranscript>),
    /// A conversation, as it stood when the link was made or brought up to date.
    Conversation(Box<SharedConversation>),
    /// An uploaded file, as it is called now; its content is below the link.
    File(SharedFile),
}

/// An image, a video or a spoken text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedWork {
    /// What it is.
    pub medium: JobKind,
    /// Its size, for what is seen.
    pub pixels: Option<Pixels>,
    /// What was wished for.
    pub prompt: String,
    /// The model that made it.
    pub model: String,
    /// When.
    pub created_at: Millis,
}

/// An uploaded file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedFile {
    /// What it is called.
    pub name: String,
    /// Its type, by its content.
    pub mime: String,
    /// Its size, in bytes.
    pub bytes: i64,
    /// How wide and high it is, where it is seen and that is known.
    pub pixels: Option<Pixels>,
    /// When it was stored.
    pub created_at: Millis,
}

impl SharedFile {
    /// What is looked at or listened to in its place; all else is only kept.
    pub fn medium(&self) -> Option<Medium> {
        Medium::of_mime(&self.mime)
    }
}

impl From<FileView> for SharedFile {
    fn from(file: FileView) -> Self {
        let sides = file.width.zip(file.height);
        Self {
            name: file.name,
            mime: file.mime,
            bytes: file.bytes,
            pixels: sides.map(|(width, height)| Pixels { width, height }),
            created_at: file.created_at,
        }
    }
}

/// What was said in a recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedTranscript {
    /// What it is called.
    pub title: String,
    /// The language that was chosen; empty where it was to be found out.
    pub language: String,
    /// How long the recording is, in milliseconds.
    pub duration_ms: i64,
    /// When it was asked for.
    pub created_at: Millis,
    /// Who speaks.
    pub speakers: Vec<Participant>,
    /// What is said.
    pub sentences: Vec<SharedSentence>,
    /// What a model wrote about it; empty where nothing is.
    pub notes: Notes,
}

/// A sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedSentence {
    /// Its begin, in milliseconds.
    pub begin_ms: i64,
    /// Who says it, where voices are told apart.
    pub speaker: Option<u32>,
    /// What is said.
    pub text: String,
}

/// Some of the messages of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedConversation {
    /// What it was called.
    pub title: String,
    /// As of when it is shown.
    pub taken_at: Millis,
    /// Consecutive messages, oldest first.
    pub messages: Vec<SharedMessage>,
    /// Whether the first of them is the first of all.
    pub is_beginning: bool,
    /// There are more: ask for those from here on.
    pub next: Option<u32>,
}

/// A question or an answer, without what the model thought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedMessage {
    /// Who speaks.
    pub speaker: Speaker,
    /// The model that wrote it.
    pub model: Option<ModelName>,
    /// What the person wrote, as plain text; empty for answers.
    pub text: String,
    /// The answer's blocks as safe HTML; empty for questions.
    pub blocks: Vec<String>,
}

/// What a link to a conversation would show, before there is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharePreview {
    /// What it is called.
    pub title: String,
    /// How many messages there are on the branch that is shown.
    pub messages: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_found_by_its_kind_and_its_id() {
        let id = "01990000-0000-7000-8000-000000000001";
        for kind in ["work", "transcript", "conversation", "file"] {
            let thing = Shareable::named(kind, id);
            let said = thing.map(|thing| (thing.kind(), thing.id()));
            assert_eq!(said, Some((kind, id.to_owned())));
        }
        assert_eq!(Shareable::named("user", id), None);
        assert_eq!(Shareable::named("work", "../etc"), None);
    }
}
