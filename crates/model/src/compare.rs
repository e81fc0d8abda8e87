//! Answers to one question beside each other.

use serde::{Deserialize, Serialize};

use crate::{MessageId, MessageView, ModelName, Title};

/// Answers that are shown beside each other at most: the newest.
pub const MOST_COMPARED: u32 = 6;

/// Models that answer a question at once, at most.
pub const MOST_AT_ONCE: usize = 4;

/// A question and its answers, the oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// The conversation's title.
    pub title: Title,
    /// The model that answers next.
    pub model: ModelName,
    /// What was asked.
    pub question: MessageView,
    /// The newest of its answers.
    pub answers: Vec<MessageView>,
    /// An application answers there, which has a model of its own.
    pub is_application: bool,
    /// What each of them cost, in micro-yuan, as far as that is known by now.
    pub costs: Vec<(MessageId, i64)>,
}
