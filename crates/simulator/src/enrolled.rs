//! What the account has enrolled for speech: voices of its own, and lists of hot words.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::calendar::Stamp;

/// The account's own voices and hot words.
#[derive(Debug, Default)]
pub(crate) struct Enrolled(Mutex<Lists>);

#[derive(Debug, Default)]
pub(crate) struct Lists {
    pub(crate) voices: Vec<Voice>,
    pub(crate) vocabularies: Vec<Vocabulary>,
    /// Everything that was ever enrolled, for ids that don't repeat.
    pub(crate) count: u64,
}

/// How a voice came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Cloned for `CosyVoice`.
    Cloned,
    /// Cloned for Qwen.
    ClonedForQwen,
    /// Described in words.
    Designed,
}

/// A voice of the account's own.
#[derive(Clone, Debug)]
pub(crate) struct Voice {
    pub(crate) id: String,
    pub(crate) origin: Origin,
    pub(crate) target_model: String,
    pub(crate) prefix: String,
    /// The recording that it was cloned from.
    pub(crate) link: String,
    /// What else was said about it.
    pub(crate) details: Value,
    pub(crate) created: Stamp,
    pub(crate) modified: Stamp,
}

/// A list of hot words.
#[derive(Clone, Debug)]
pub(crate) struct Vocabulary {
    pub(crate) id: String,
    pub(crate) target_model: String,
    pub(crate) prefix: String,
    pub(crate) words: Value,
    pub(crate) created: Stamp,
    pub(crate) modified: Stamp,
}

impl Enrolled {
    pub(crate) fn lists(&self) -> MutexGuard<'_, Lists> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The voice of this id.
    pub(crate) fn voice(&self, id: &str) -> Option<Voice> {
        let lists = self.lists();
        lists.voices.iter().find(|voice| voice.id == id).cloned()
    }
}
