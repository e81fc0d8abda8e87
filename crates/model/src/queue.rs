//! Messages that wait for the answer that is being written, and what was typed and not sent.

use serde::{Deserialize, Serialize};

use crate::{AssistantCard, Attachment, FailureCode, Millis, ModelName, SubmissionId};

/// Messages that wait in a conversation at most.
pub const MOST_QUEUED: usize = 10;

/// Characters of what waits in a conversation together.
pub const QUEUED_TOGETHER: usize = 200_000;

/// Which way a waiting message is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To be sent sooner.
    Up,
    /// To be sent later.
    Down,
}

impl Direction {
    /// The name that forms send.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }

    /// The way of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Up, Self::Down]
            .into_iter()
            .find(|direction| direction.as_str() == name)
    }
}

/// What was typed and not sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The words.
    pub text: String,
    /// The files beside them, in their order.
    pub attachments: Vec<Attachment>,
    /// The assistant that is asked with it, where it is not who answers in the conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assistant: Option<AssistantCard>,
    /// When it was kept, if it was: what is sent says by that which draft it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_at: Option<Millis>,
}

/// A message that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueuedMessage {
    /// Under this it will be sent, once.
    pub id: SubmissionId,
    /// What will be asked.
    pub text: String,
    /// The files that go along, in their order.
    pub attachments: Vec<Attachment>,
    /// The model that will answer.
    pub model: ModelName,
    /// The assistant that is asked, where it is not who answers in the conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assistant: Option<AssistantCard>,
    /// Why it could not be sent when its turn came.
    pub refused: Option<FailureCode>,
    /// How often it was edited.
    pub version: i64,
}

/// What waits in a conversation, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    /// The messages.
    pub items: Vec<QueuedMessage>,
    /// Nothing is sent by itself: the answer before was not finished, or a message was refused.
    pub is_paused: bool,
}

impl Queue {
    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}
