//! Answers to one question beside each other.

use serde::{Deserialize, Serialize};

use crate::{MessageView, ModelName, Title};

/// Answers that are shown beside each other at most: the newest.
pub const MOST_COMPARED: u32 = 6;

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
}
