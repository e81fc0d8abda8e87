//! Reading a stream of events while it passes.

mod failure;
mod frame;
mod payload;
#[cfg(test)]
mod tests;

use bytes::{Bytes, BytesMut};

use super::{Reported, UsageShape, usage_of_json};
pub use failure::Failure;
use frame::{Frame, Name};
use payload::{Keys, is_empty_list, text_bytes};

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
    /// OpenAI's figures without a piece of the answer: left out where the caller did not ask for them.
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

/// An event is larger than [`AnswerScan::MAX_EVENT_BYTES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event is too large")]
pub struct EventTooLarge;

/// Reads a stream of server-sent events that comes in arbitrary pieces.
#[derive(Debug)]
pub struct AnswerScan {
    shape: UsageShape,
    keys: Keys,
    frame: Frame,
    /// The beginning of an event that is not whole yet.
    tail: BytesMut,
    reported: Option<Reported>,
    /// Bailian's own last event with figures. Each has all figures so far, so that only the last is read.
    figures: Vec<u8>,
    failure: Option<Failure>,
    is_whole: bool,
    output_bytes: u64,
}

impl AnswerScan {
    /// The largest event that is kept together.
    pub const MAX_EVENT_BYTES: usize = 4 * 1024 * 1024;

    /// Reads answers of this protocol.
    pub fn new(shape: UsageShape) -> Self {
        Self {
            shape,
            keys: Keys::of(shape),
            frame: Frame::default(),
            tail: BytesMut::new(),
            reported: None,
            figures: Vec::new(),
            failure: None,
            is_whole: false,
            output_bytes: 0,
        }
    }

    /// Takes the next piece and appends the events that it completes. Nothing is copied but the beginning of an event
    /// whose end is in a later piece.
    pub fn feed(&mut self, mut piece: Bytes, events: &mut Vec<Event>) -> Result<(), EventTooLarge> {
        if self.tail.is_empty() {
            while let Some(end) = self.frame.end_in(&piece) {
                let bytes = piece.split_to(end);
                events.push(self.event(bytes)?);
            }
            self.tail.extend_from_slice(&piece);
        } else {
            self.tail.extend_from_slice(&piece);
            while let Some(end) = self.frame.end_in(&self.tail) {
                let bytes = self.tail.split_to(end).freeze();
                events.push(self.event(bytes)?);
            }
        }
        if self.tail.len() > Self::MAX_EVENT_BYTES {
            return Err(EventTooLarge);
        }
        Ok(())
    }

    /// Ends the stream: how it ended, and the beginning of an event whose end never came, which is not to be
    /// forwarded.
    pub fn finish(&mut self) -> (Ended, Bytes) {
        let ended = match (&self.failure, self.is_whole) {
            (Some(_), _) => Ended::Failed,
            (None, true) => Ended::Whole,
            (None, false) => Ended::Cut,
        };
        (ended, self.tail.split().freeze())
    }

    /// What the upstream says was used, so far.
    pub fn reported(&self) -> Option<Reported> {
        match self.shape {
            UsageShape::Native => usage_of_json(&self.figures, self.shape),
            UsageShape::OpenAi | UsageShape::Responses | UsageShape::Anthropic => {
                self.reported.clone()
            }
        }
    }

    /// Bytes of text that came out, for an estimate when nothing was reported. An answer that repeats its text in each
    /// event is counted each time.
    pub fn output_bytes(&self) -> u64 {
        self.output_bytes
    }

    /// What the upstream said when it failed.
    pub fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    fn event(&mut self, bytes: Bytes) -> Result<Event, EventTooLarge> {
        let frame = self.frame.take();
        if bytes.len() > Self::MAX_EVENT_BYTES {
            return Err(EventTooLarge);
        }
        let kind = match frame.data(&bytes) {
            Some(data) => self.read(&frame, &data),
            None => EventKind::Comment,
        };
        Ok(Event { bytes, kind })
    }

    fn read(&mut self, frame: &Frame, data: &[u8]) -> EventKind {
        if data.trim_ascii() == b"[DONE]" {
            self.is_whole = true;
            return EventKind::Done;
        }
        if let Some(failure) = self.failure_in(frame, data) {
            self.failure = Some(failure);
            return EventKind::Error;
        }
        let has_usage = self
            .keys
            .usage
            .values(data)
            .any(|value| value.starts_with(b"{") && !value.starts_with(b"{}"))
            && self.read_usage(data);
        if self.is_end(frame, data) {
            self.is_whole = true;
            return EventKind::Done;
        }
        if has_usage && self.shape == UsageShape::OpenAi {
            let mut choices = self.keys.choices.values(data);
            if choices.next().is_some_and(is_empty_list) {
                return EventKind::UsageOnly;
            }
        }
        self.is_whole |= self
            .keys
            .finish_reason
            .values(data)
            .any(|reason| reason.starts_with(b"\"") && !reason.starts_with(b"\"null\""));
        if frame.name.may_be_delta() {
            let texts = self.keys.texts.iter().flat_map(|key| key.values(data));
            self.output_bytes += texts.map(text_bytes).sum::<u64>();
        }
        EventKind::Data
    }

    /// Most events are cleared by a search for words that only a failure has.
    fn failure_in(&self, frame: &Frame, data: &[u8]) -> Option<Failure> {
        let is_stated =
            frame.name == Name::Error || frame.status.is_some_and(|status| status >= 400);
        let is_refusal = |value: &[u8]| !value.starts_with(b"null") && !value.starts_with(b"\"\"");
        let may_be = is_stated
            || self.keys.error.values(data).any(is_refusal)
            || (self.shape == UsageShape::Native && self.keys.code.values(data).any(is_refusal));
        if !may_be {
            return None;
        }
        let read = Failure::read(data, frame.status);
        read.or_else(|| {
            is_stated.then(|| Failure {
                status: frame.status,
                ..Failure::default()
            })
        })
    }

    fn read_usage(&mut self, data: &[u8]) -> bool {
        if self.shape == UsageShape::Native {
            // A copy of the words, because a handle would keep the upstream's whole buffer.
            self.figures.clear();
            self.figures.extend_from_slice(data);
            return true;
        }
        let Some(later) = usage_of_json(data, self.shape) else {
            return false;
        };
        match &mut self.reported {
            Some(reported) if self.shape == UsageShape::Anthropic => reported.follow(later),
            reported => *reported = Some(later),
        }
        true
    }

    /// Whether the event is the protocol's word for the end; its name is the data's `type`, which some upstreams write
    /// alone.
    fn is_end(&self, frame: &Frame, data: &[u8]) -> bool {
        if !matches!(self.shape, UsageShape::Responses | UsageShape::Anthropic) {
            return false;
        }
        match frame.name {
            Name::End => true,
            Name::None => self.keys.kind.values(data).any(|kind| {
                let name = kind.strip_prefix(b"\"").unwrap_or_default();
                let end = memchr::memchr(b'"', name).unwrap_or_default();
                Name::of(&name[..end]) == Name::End
            }),
            Name::Delta | Name::Other | Name::Error => false,
        }
    }
}
