//! A streamed answer of either protocol: events to pieces, and when the answer is whole.

use std::collections::BTreeSet;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::stream;
use futures_util::{Stream, TryStreamExt};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tracing::Span;

use crate::body::{Events, Next};
use crate::client::{Opened, position};
use crate::error::envelope;
use crate::sse::Event;
use crate::{Client, Error, ErrorKind};

/// The pieces of an answer, as they come. Dropping it ends the upstream's work.
///
/// The stream ends after its first error. It is whole if it ended with `[DONE]`, or if every answer had its
/// `finish_reason` (the native protocol knows only that); else its last item is
/// [`Interrupted`](crate::ErrorKind::Interrupted) or a time-out.
pub struct AnswerStream<T> {
    pieces: Pin<Box<dyn Stream<Item = Result<T, Error>> + Send>>,
    request_id: Option<String>,
}

/// What the reader must understand of a piece.
pub(crate) trait Piece: DeserializeOwned + Send + 'static {
    /// Adds the places of the answers that end with this piece.
    fn note_ends(&self, ended: &mut BTreeSet<u32>);

    /// Writes the model and what was used into the call's span.
    fn record(&self, span: &Span);
}

impl<T> AnswerStream<T> {
    /// Waits for the first piece, so that a refusal right at the beginning is an error of the call.
    ///
    /// `answers` is how many were asked for.
    pub(crate) async fn begin(
        opened: Opened,
        answers: u32,
        span: Span,
        client: Client,
    ) -> Result<Self, Error>
    where
        T: Piece,
    {
        let request_id = opened.request_id;
        let mut reader = Reader {
            events: opened.events,
            request_id: request_id.clone(),
            answers: answers as usize,
            ended: BTreeSet::new(),
            span,
            client,
        };
        let first = reader.next::<T>().await?;
        let rest = stream::try_unfold(Some(reader), |reader| async {
            let Some(mut reader) = reader else {
                return Ok(None);
            };
            Ok(reader.next().await?.map(|piece| (piece, Some(reader))))
        });
        let pieces: Pin<Box<dyn Stream<Item = _> + Send>> = match first {
            Some(piece) => Box::pin(stream::StreamExt::chain(stream::iter([Ok(piece)]), rest)),
            None => Box::pin(stream::empty()),
        };
        Ok(Self { pieces, request_id })
    }

    /// The provider's id of the request.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// The same stream with every piece changed; ends when `change` fails.
    pub(crate) fn convert<U>(
        self,
        change: impl FnMut(T) -> Result<U, Error> + Send + 'static,
    ) -> AnswerStream<U>
    where
        T: Send + 'static,
        U: Send + 'static,
    {
        let pieces = stream::try_unfold(
            (self.pieces, change),
            |(mut pieces, mut change)| async move {
                let Some(piece) = pieces.try_next().await? else {
                    return Ok(None);
                };
                Ok(Some((change(piece)?, (pieces, change))))
            },
        );
        AnswerStream {
            pieces: Box::pin(pieces),
            request_id: self.request_id,
        }
    }
}

impl<T> Stream for AnswerStream<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.pieces.as_mut().poll_next(context)
    }
}

impl<T> fmt::Debug for AnswerStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnswerStream")
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}

struct Reader {
    events: Events,
    request_id: Option<String>,
    answers: usize,
    /// The answers that gave their reason to end.
    ended: BTreeSet<u32>,
    span: Span,
    client: Client,
}

impl Reader {
    /// The next piece; `None` when the answer is whole.
    async fn next<T: Piece>(&mut self) -> Result<Option<T>, Error> {
        match self.read::<T>().await {
            Ok(piece) => {
                if let Some(piece) = &piece {
                    piece.note_ends(&mut self.ended);
                    piece.record(&self.span);
                }
                Ok(piece)
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

    async fn read<T: Piece>(&mut self) -> Result<Option<T>, Error> {
        loop {
            match self.events.next().await? {
                Next::Event(event) if event.data.trim().is_empty() && event.name != "error" => {}
                Next::Event(event) if is_done(&event) => return Ok(None),
                Next::Event(event) => return parse(&event).map(Some),
                Next::Unfinished(event) if is_done(&event) => return Ok(None),
                Next::Unfinished(event) => {
                    // Whole JSON without its empty line is an event; cut JSON is a cut stream.
                    return match parse(&event) {
                        Err(error) if *error.kind() == ErrorKind::Malformed => {
                            self.end().map(|()| None)
                        }
                        other => other.map(Some),
                    };
                }
                Next::NoEvents(body) => {
                    return Err(match envelope::from_body(&body) {
                        Some(refusal) => refusal.into(),
                        None => Error::malformed("a stream without an event"),
                    });
                }
                Next::End => return self.end().map(|()| None),
            }
        }
    }

    fn end(&self) -> Result<(), Error> {
        if self.is_whole() {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Interrupted,
            "the stream ended before the answer did",
        ))
    }

    fn is_whole(&self) -> bool {
        self.ended.len() >= self.answers
    }
}

/// Never sent by the native protocol, where it would do no harm.
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

fn parse<T: DeserializeOwned>(event: &Event) -> Result<T, Error> {
    let unreadable = |error: serde_json::Error| {
        Error::malformed("an event cannot be read").with_source(position(&error))
    };
    let value = serde_json::from_str::<Value>(&event.data);
    if let Some(refusal) = envelope::from_event(event, value.as_ref().unwrap_or(&Value::Null)) {
        return Err(refusal.into());
    }
    serde_json::from_value(value.map_err(unreadable)?).map_err(unreadable)
}
