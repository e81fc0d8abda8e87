//! Time: how long the first byte takes and how fast the words come.

use std::time::Duration;

use crate::{dice::Dice, options::Options, tokens};

/// The speed of one answer.
#[derive(Clone, Debug)]
pub(crate) struct Pace {
    tokens_per_second: u32,
    chunk_tokens: usize,
    dice: Dice,
}

impl Pace {
    pub(crate) fn new(options: &Options, dice: Dice) -> Self {
        Self {
            tokens_per_second: options.speed,
            chunk_tokens: options.chunk_tokens.max(1),
            dice,
        }
    }

    /// How long the model takes to write `text`.
    pub(crate) fn time_for(&self, text: &str) -> Duration {
        match self.tokens_per_second {
            0 => Duration::ZERO,
            speed => Duration::from_secs(1) * tokens::count(text) / speed,
        }
    }

    /// Cuts text into chunks of one to `chunk_tokens` tokens.
    pub(crate) fn chunks(&mut self, text: &str) -> Vec<String> {
        let mut chunks = Vec::new();
        let mut rest = tokens::split(text).peekable();
        while rest.peek().is_some() {
            let size = 1 + self.dice.below(self.chunk_tokens);
            chunks.push(rest.by_ref().take(size).collect());
        }
        chunks
    }
}
