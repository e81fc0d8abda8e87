//! Answers as data: what to say next, how far, and what goes wrong.

use crate::{Fault, Refusal};

/// An answer that a test writes. Every word is sent as one chunk, exactly as given.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    pub(crate) reasoning: Vec<String>,
    pub(crate) words: Vec<String>,
    pub(crate) tool_calls: Vec<ToolCall>,
    pub(crate) held_after: Option<usize>,
    pub(crate) usage: Option<Usage>,
    pub(crate) finish: Option<String>,
    pub(crate) failure: Option<Failure>,
}

/// A fault and the number of pieces that come before it.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) after: usize,
    pub(crate) fault: Fault,
}

/// A function that the model asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ToolCall {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) arguments: String,
}

/// What is billed, in tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Of the question, cached ones included.
    pub prompt_tokens: u32,
    /// Of the answer, reasoning included.
    pub completion_tokens: u32,
    /// Of the reasoning.
    pub reasoning_tokens: u32,
    /// Of the question, taken from the cache.
    pub cached_tokens: u32,
}

impl Answer {
    /// An answer of these words, one chunk each.
    pub fn words<W: Into<String>>(words: impl IntoIterator<Item = W>) -> Self {
        Self {
            words: words.into_iter().map(Into::into).collect(),
            ..Self::default()
        }
    }

    /// A call of the function `name` with JSON text as arguments.
    pub fn calls(name: impl Into<String>, arguments: impl Into<String>) -> Self {
        Self::default().and_calls(name, arguments)
    }

    /// One more call beside those that are there.
    #[must_use]
    pub fn and_calls(mut self, name: impl Into<String>, arguments: impl Into<String>) -> Self {
        // The last digits tell calls apart.
        let place = 0xc3 + self.tool_calls.len();
        self.tool_calls.push(ToolCall {
            id: format!("call_6f1d2c3b4a5e4f60a1b2{place:02x}"),
            name: name.into(),
            arguments: arguments.into(),
        });
        self
    }

    /// No answer but a fault.
    pub fn fault(fault: Fault) -> Self {
        Self::default().fails_after(0, fault)
    }

    /// A refusal before the first byte.
    pub fn refusal(refusal: Refusal) -> Self {
        Self::fault(Fault::Refused(refusal))
    }

    /// Reasoning that comes before the words, one chunk each.
    #[must_use]
    pub fn reasoning<W: Into<String>>(self, words: impl IntoIterator<Item = W>) -> Self {
        Self {
            reasoning: words.into_iter().map(Into::into).collect(),
            ..self
        }
    }

    /// Stops after `pieces` chunks of reasoning and words until [`Handle::release`](crate::Handle::release).
    #[must_use]
    pub fn held_after(self, pieces: usize) -> Self {
        Self {
            held_after: Some(pieces),
            ..self
        }
    }

    /// Reports this usage instead of what was counted.
    #[must_use]
    pub fn usage(self, usage: Usage) -> Self {
        Self {
            usage: Some(usage),
            ..self
        }
    }

    /// Ends with this `finish_reason`.
    #[must_use]
    pub fn finish(self, reason: impl Into<String>) -> Self {
        Self {
            finish: Some(reason.into()),
            ..self
        }
    }

    /// Fails after `pieces` chunks of reasoning and words.
    #[must_use]
    pub fn fails_after(self, pieces: usize, fault: Fault) -> Self {
        Self {
            failure: Some(Failure {
                after: pieces,
                fault,
            }),
            ..self
        }
    }

    /// The fault that concerns the answer as a whole or any part of it.
    pub(crate) fn fault_is(&self, fault: &Fault) -> bool {
        self.failure
            .as_ref()
            .is_some_and(|failure| failure.fault == *fault)
    }
}
