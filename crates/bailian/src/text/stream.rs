//! A streamed answer: events to chunks, and when a stream is whole ("Streaming answer").

use std::collections::BTreeSet;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;
use futures_util::stream;
use serde_json::Value;
use tracing::Span;

use super::{ChatChunk, ChatEvents};
use crate::body::{Events, Next};
use crate::client::{Opened, position};
use crate::error::envelope;
use crate::sse::Event;
use crate::{Client, Error, ErrorKind};

/// The chunks of an answer, as they come. Dropping it ends the upstream's work.
///
/// The stream ends after its first error. It is whole if it ended with `[DONE]`, or if every answer had its
/// `finish_reason`; else its last item is [`Interrupted`](crate::ErrorKind::Interrupted) or a time-out.
pub struct ChatStream {
    chunks: Pin<Box<dyn Stream<Item = Result<ChatChunk, Error>> + Send>>,
    request_id: Option<String>,
}

impl ChatStream {
    /// Waits for the first chunk, so that a refusal right at the beginning is an error of the call.
    pub(super) async fn begin(
        opened: Opened,
        answers: u32,
        span: Span,
        client: Client,
    ) -> Result<Self, Error> {
        let request_id = opened.request_id;
        let mut reader = Reader {
            events: opened.events,
            request_id: request_id.clone(),
            answers: answers as usize,
            finished: BTreeSet::new(),
            span,
            client,
        };
        let first = reader.next().await?;
        let rest = stream::try_unfold(Some(reader), |reader| async {
            let Some(mut reader) = reader else {
                return Ok(None);
            };
            Ok(reader.next().await?.map(|chunk| (chunk, Some(reader))))
        });
        let chunks: Pin<Box<dyn Stream<Item = _> + Send>> = match first {
            Some(chunk) => Box::pin(stream::StreamExt::chain(stream::iter([Ok(chunk)]), rest)),
            None => Box::pin(stream::empty()),
        };
        Ok(Self { chunks, request_id })
    }

    /// The provider's id of the request.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// The first answer as simple events: text, reasoning, whole tool calls, usage.
    pub fn events(self) -> ChatEvents {
        ChatEvents::new(self)
    }
}

impl Stream for ChatStream {
    type Item = Result<ChatChunk, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.chunks.as_mut().poll_next(context)
    }
}

impl fmt::Debug for ChatStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatStream")
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}

struct Reader {
    events: Events,
    request_id: Option<String>,
    /// How many answers were asked for.
    answers: usize,
    /// Those that gave their reason to end.
    finished: BTreeSet<u32>,
    span: Span,
    client: Client,
}

impl Reader {
    /// The next chunk; `None` when the answer is whole.
    async fn next(&mut self) -> Result<Option<ChatChunk>, Error> {
        match self.read().await {
            Ok(chunk) => {
                if let Some(chunk) = &chunk {
                    self.note(chunk);
                }
                Ok(chunk)
            }
            // All was said; that the line broke afterwards concerns nobody.
            Err(error) if self.is_whole() && is_ending(&error) => Ok(None),
            Err(error) => {
                self.span.record("error.type", error.kind().name());
                Err(self
                    .client
                    .scrub(error.or_request_id(self.request_id.as_deref())))
            }
        }
    }

    async fn read(&mut self) -> Result<Option<ChatChunk>, Error> {
        loop {
            match self.events.next().await? {
                Next::Event(event) if event.data.trim().is_empty() && event.name != "error" => {}
                Next::Event(event) if is_done(&event) => return Ok(None),
                Next::Event(event) => return parse(&event).map(Some),
                Next::Unfinished(event) if is_done(&event) => return Ok(None),
                Next::Unfinished(event) => {
                    // Whole JSON without its empty line is an event; cut JSON is a cut stream.
                    return match parse(&event) {
                        Err(error) if *error.kind() == ErrorKind::Malformed => self.end(),
                        other => other.map(Some),
                    };
                }
                Next::NoEvents(body) => {
                    return Err(match envelope::from_body(&body) {
                        Some(refusal) => refusal.into(),
                        None => Error::malformed("a stream without an event"),
                    });
                }
                Next::End => return self.end(),
            }
        }
    }

    fn end(&self) -> Result<Option<ChatChunk>, Error> {
        if self.is_whole() {
            return Ok(None);
        }
        Err(Error::new(
            ErrorKind::Interrupted,
            "the stream ended before the answer did",
        ))
    }

    fn is_whole(&self) -> bool {
        self.finished.len() >= self.answers
    }

    fn note(&mut self, chunk: &ChatChunk) {
        let ended = chunk
            .choices
            .iter()
            .filter(|choice| choice.finish_reason.is_some());
        self.finished.extend(ended.map(|choice| choice.index));
        super::chat::record(&self.span, &chunk.model, chunk.usage.as_ref());
    }
}

fn is_done(event: &Event) -> bool {
    event.data.trim() == "[DONE]"
}

/// Endings that a whole answer survives.
fn is_ending(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Interrupted | ErrorKind::Timeout { .. }
    )
}

fn parse(event: &Event) -> Result<ChatChunk, Error> {
    let unreadable = |error: serde_json::Error| {
        Error::malformed("an event cannot be read").with_source(position(&error))
    };
    let value = serde_json::from_str::<Value>(&event.data);
    if let Some(refusal) = envelope::from_event(event, value.as_ref().unwrap_or(&Value::Null)) {
        return Err(refusal.into());
    }
    serde_json::from_value(value.map_err(unreadable)?).map_err(unreadable)
}
