//! Messages as the page shows them: already rendered, so that the browser carries no Markdown library.

use serde::{Deserialize, Serialize};

use crate::{
    AskedAssistant, Attachment, AttachmentKind, ConversationId, DocumentReference, FailureCode,
    MessageId, Millis, ModelName, Rating, ToolCallView,
};

/// Who speaks in a message that is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The person.
    User,
    /// The model.
    Assistant,
}

/// Where a message is in its life. Only `Generating` changes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageStatus {
    /// Whole.
    Complete,
    /// Being written.
    Generating,
    /// The person pressed *Stop*.
    Stopped,
    /// The server ended in the middle.
    Interrupted,
    /// The upstream failed; what had arrived is kept.
    Failed,
    /// The model reached its output limit.
    Truncated,
    /// A tool's call waits for the person to allow or refuse it.
    Waiting,
}

impl MessageStatus {
    /// The stable name, as in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Generating => "generating",
            Self::Stopped => "stopped",
            Self::Interrupted => "interrupted",
            Self::Failed => "failed",
            Self::Truncated => "truncated",
            Self::Waiting => "waiting",
        }
    }

    /// The status of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [
            Self::Complete,
            Self::Generating,
            Self::Stopped,
            Self::Interrupted,
            Self::Failed,
            Self::Truncated,
            Self::Waiting,
        ]
        .into_iter()
        .find(|status| status.as_str() == name)
    }

    /// Whether the answer was cut and can be taken up again.
    pub const fn is_cut(self) -> bool {
        match self {
            Self::Stopped | Self::Interrupted | Self::Failed | Self::Truncated => true,
            Self::Complete | Self::Generating | Self::Waiting => false,
        }
    }
}

/// Why an answer failed, for the reader and for whoever they ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerFailure {
    /// What happened.
    pub code: FailureCode,
    /// The upstream's request id, or ours where there is none.
    pub reference: String,
    /// Seconds until trying again makes sense, where the upstream said so.
    pub retry_after_s: Option<u32>,
}

/// Where a message stands among its siblings: other versions of the question, other answers to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branch {
    /// This one's number, from 1.
    pub index: u32,
    /// How many there are.
    pub count: u32,
    /// The one before.
    pub previous: Option<MessageId>,
    /// The one after.
    pub next: Option<MessageId>,
}

/// A message as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageView {
    /// Its id.
    pub id: MessageId,
    /// The message it answers.
    pub parent: Option<MessageId>,
    /// Who speaks.
    pub speaker: Speaker,
    /// Where it is in its life.
    pub status: MessageStatus,
    /// What the person wrote, as plain text; empty for answers.
    pub text: String,
    /// The files that were handed in with it, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// The answer's blocks as safe HTML; empty for questions.
    pub blocks: Vec<String>,
    /// The reasoning's blocks as safe HTML.
    pub reasoning: Vec<String>,
    /// The tools that the model called, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<ToolCallView>,
    /// How long the model reasoned, in milliseconds, once known.
    pub reasoning_ms: Option<i64>,
    /// The last event that `blocks` and `reasoning` contain; 0 before the first.
    pub seq: u64,
    /// The model that writes or wrote it.
    pub model: Option<ModelName>,
    /// Why it failed.
    pub failure: Option<AnswerFailure>,
    /// An answer's version that a person wrote.
    pub edited: bool,
    /// Its place among siblings.
    pub branch: Branch,
    /// The documents that an application's answer refers to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<DocumentReference>,
    /// The assistant that this question was put to, or that wrote this answer, where that is not who answers in the conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assistant: Option<AskedAssistant>,
    /// What its reader thinks of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<Rating>,
    /// When it was made.
    pub created_at: Millis,
}

/// Consecutive messages of the branch that is shown, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessagePage {
    /// The messages.
    pub items: Vec<MessageView>,
    /// There are older ones: ask for those before this message.
    pub older_than: Option<MessageId>,
}

/// What *Send* made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The conversation, new or not.
    pub conversation: ConversationId,
    /// What the person wrote.
    pub question: MessageView,
    /// The answer, still empty.
    pub answer: MessageView,
}

/// A model that the picker offers.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is something that models can do or not"
)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelChoice {
    /// Its name at Bailian.
    pub name: ModelName,
    /// What the picker calls it.
    pub label: String,
    /// It reasons before it answers.
    pub reasons: bool,
    /// It takes pictures, as far as is known.
    pub sees: bool,
    /// It takes sound, as far as is known.
    pub hears: bool,
    /// It takes films, as far as is known.
    pub watches: bool,
    /// It is given documents as they are; others are given the text in them.
    pub reads_documents: bool,
    /// How much it is given of what is written in a document, in characters.
    pub characters: u32,
}

impl ModelChoice {
    /// Whether it can be given a file of that kind.
    pub const fn takes(&self, kind: AttachmentKind) -> bool {
        match kind {
            AttachmentKind::Image => self.sees,
            AttachmentKind::Audio => self.hears,
            AttachmentKind::Video => self.watches,
            AttachmentKind::Text | AttachmentKind::Document => true,
        }
    }
}
