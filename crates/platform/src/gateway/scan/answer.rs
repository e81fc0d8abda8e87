//! Reading a stream of events while it passes.

use bytes::Bytes;

use super::{Reported, UsageShape};

/// A whole event as it came, with its empty line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its bytes. Those of all events, and of [`AnswerScan::finish`], are the stream.
    pub bytes: Bytes,
    /// What it is.
    pub kind: EventKind,
}

/// What an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// A piece of the answer.
    Data,
    /// Figures without a piece of the answer: left out where the caller did not ask for them.
    UsageOnly,
    /// The end by its own word (`[DONE]`, `message_stop`, `response.completed`).
    Done,
    /// The upstream's failure in the middle of a stream.
    Error,
    /// No data: comments, signs of life.
    Comment,
}

/// How a stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The answer is whole.
    Whole,
    /// No sign of an end was seen.
    Cut,
    /// The upstream said that it failed.
    Failed,
}

/// What an upstream said when it failed in the middle of a stream. Not its message, which may quote the caller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failure {
    /// The status that it would have answered with, if it says.
    pub status: Option<u16>,
    /// Its code, else the kind of error.
    pub code: Option<String>,
    /// Its id of the request.
    pub request_id: Option<String>,
}

/// An event is larger than [`AnswerScan::MAX_EVENT_BYTES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event is too large")]
pub struct EventTooLarge;

/// Reads a stream of server-sent events that comes in arbitrary pieces.
#[derive(Debug)]
pub struct AnswerScan {
    _shape: UsageShape,
}

impl AnswerScan {
    /// The largest event that is kept together.
    pub const MAX_EVENT_BYTES: usize = 4 * 1024 * 1024;

    /// Reads answers of this protocol.
    pub fn new(shape: UsageShape) -> Self {
        Self { _shape: shape }
    }

    /// Takes the next piece and appends the events that it completes.
    pub fn feed(&mut self, _piece: Bytes, _events: &mut Vec<Event>) -> Result<(), EventTooLarge> {
        Ok(())
    }

    /// Ends the stream: how it ended, and what is left of an event that was not whole (not to be forwarded).
    pub fn finish(&mut self) -> (Ended, Bytes) {
        (Ended::Cut, Bytes::new())
    }

    /// What the upstream says was used, so far.
    pub fn reported(&self) -> Option<Reported> {
        None
    }

    /// Bytes of text that came out, for an estimate when nothing was reported.
    pub fn output_bytes(&self) -> u64 {
        0
    }

    /// What the upstream said when it failed.
    pub fn failure(&self) -> Option<&Failure> {
        None
    }
}
