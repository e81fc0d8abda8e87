//! Turns: when somebody begins to speak, and when they have finished.

use std::sync::Arc;

use crate::{
    dice::Dice,
    hearing::{Ear, Heard, Sentence, Tongue},
    sound::{Memory, samples_in},
};

const RATE: u32 = 16_000;

/// Listens to the client and finds its turns.
#[derive(Debug)]
pub(super) struct Turns {
    ear: Ear,
    /// How long it must be silent, in milliseconds; nobody ends a turn but the client without it.
    silence: Option<u64>,
    sentences: Vec<Sentence>,
    speaking: bool,
    quiet_since: u64,
    heard: u64,
}

/// What happens in the sound.
#[derive(Debug)]
pub(super) enum Turn {
    Begins { at: u64 },
    Ends { at: u64, transcript: String },
}

impl Turns {
    pub(super) fn new(memory: Arc<Memory>, silence: Option<u64>, dice: Dice) -> Self {
        Self {
            ear: Ear::new(memory, RATE, Tongue::Chinese, dice),
            silence,
            sentences: Vec::new(),
            speaking: false,
            quiet_since: 0,
            heard: 0,
        }
    }

    /// Whether anything was heard since the last turn.
    pub(super) fn is_empty(&self) -> bool {
        self.heard == 0
    }

    pub(super) fn set_silence(&mut self, silence: Option<u64>) {
        self.silence = silence;
    }

    pub(super) fn hear(&mut self, samples: &[i16]) -> Vec<Turn> {
        let mut turns = Vec::new();
        for step in samples.chunks(samples_in(20, RATE)) {
            let heard = self.ear.hear(step);
            self.keep(heard);
            self.heard += step.len() as u64;
            let Some(silence) = self.silence else {
                continue;
            };
            let now = self.ear.milliseconds();
            if self.ear.is_in_speech() {
                self.quiet_since = now;
                if !self.speaking {
                    self.speaking = true;
                    turns.push(Turn::Begins { at: now });
                }
            } else if self.speaking && now - self.quiet_since >= silence {
                let at = self.quiet_since;
                let transcript = self.end();
                turns.push(Turn::Ends { at, transcript });
            }
        }
        turns
    }

    /// Ends the turn here, with what was said in it.
    pub(super) fn end(&mut self) -> String {
        let heard = self.ear.finish();
        self.keep(heard);
        self.speaking = false;
        self.heard = 0;
        let sentences = std::mem::take(&mut self.sentences);
        sentences.iter().map(Sentence::text).collect()
    }

    fn keep(&mut self, heard: Vec<Heard>) {
        let whole = heard.into_iter().filter_map(|heard| match heard {
            Heard::Whole(sentence) => Some(sentence),
            Heard::Part(_) => None,
        });
        self.sentences.extend(whole);
    }
}
