//! A stream as most consumers want it: what to show, in order.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;
use futures_util::ready;

use super::calls::Calls;
use super::{ChatChunk, ChatStream, ChunkChoice, FinishReason, SearchInfo, ToolCall, Usage};
use crate::Error;

/// Something that happened to the first answer.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ChatEvent {
    /// A piece of reasoning, never empty.
    Reasoning(String),
    /// A piece of the answer, never empty.
    Text(String),
    /// A whole call; all calls come before [`Finished`](ChatEvent::Finished).
    ToolCall(ToolCall),
    /// The answer is complete; at most once.
    Finished {
        /// Why.
        reason: FinishReason,
    },
    /// What a search found; before the text if asked for, only from the native protocol.
    Search(SearchInfo),
    /// What it took, if asked for.
    Usage(Usage),
}

/// The events of a [`ChatStream`]'s first answer; ends like the stream.
#[derive(Debug)]
pub struct ChatEvents {
    stream: ChatStream,
    calls: Calls,
    finished: bool,
    ready: VecDeque<ChatEvent>,
}

impl ChatEvents {
    pub(super) fn new(stream: ChatStream) -> Self {
        Self {
            stream,
            calls: Calls::default(),
            finished: false,
            ready: VecDeque::new(),
        }
    }

    /// The provider's id of the request.
    pub fn request_id(&self) -> Option<&str> {
        self.stream.request_id()
    }

    fn take(&mut self, chunk: ChatChunk) {
        let found = chunk.search_info.filter(|found| !found.is_empty());
        self.ready.extend(found.map(ChatEvent::Search));
        for choice in chunk.choices {
            if choice.index == 0 && !self.finished {
                self.take_choice(choice);
            }
        }
        self.ready.extend(chunk.usage.map(ChatEvent::Usage));
    }

    fn take_choice(&mut self, choice: ChunkChoice) {
        let delta = choice.delta;
        let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
        self.ready
            .extend(filled(delta.reasoning_content).map(ChatEvent::Reasoning));
        // Older spoken answers put their text beside the sound.
        let spoken = delta.audio.and_then(|audio| audio.transcript);
        self.ready.extend(
            filled(delta.content)
                .or(filled(spoken))
                .map(ChatEvent::Text),
        );
        delta
            .tool_calls
            .iter()
            .for_each(|fragment| self.calls.push(fragment));
        if let Some(reason) = choice.finish_reason {
            self.finished = true;
            let calls = std::mem::take(&mut self.calls).finish();
            self.ready
                .extend(calls.into_iter().map(ChatEvent::ToolCall));
            self.ready.push_back(ChatEvent::Finished { reason });
        }
    }
}

impl Stream for ChatEvents {
    type Item = Result<ChatEvent, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Poll::Ready(Some(Ok(event)));
            }
            match ready!(Pin::new(&mut self.stream).poll_next(context)) {
                Some(Ok(chunk)) => self.take(chunk),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}
