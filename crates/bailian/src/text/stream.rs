//! A streamed chat answer ("Streaming answer").

use std::collections::BTreeSet;

use tracing::Span;

use super::{ChatChunk, ChatEvents};
use crate::stream::{AnswerStream, Piece};

/// The chunks of a chat answer.
pub type ChatStream = AnswerStream<ChatChunk>;

impl ChatStream {
    /// The first answer as simple events: text, reasoning, whole tool calls, usage.
    pub fn events(self) -> ChatEvents {
        ChatEvents::new(self)
    }
}

impl Piece for ChatChunk {
    fn note_ends(&self, ended: &mut BTreeSet<u32>) {
        let choices = self.choices.iter();
        let done = choices.filter(|choice| choice.finish_reason.is_some());
        ended.extend(done.map(|choice| choice.index));
    }

    fn record(&self, span: &Span) {
        super::chat::record(span, &self.model, self.usage.as_ref());
    }
}
