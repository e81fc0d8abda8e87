//! What is found by what it means, beside what is found by its words.

use serde::{Deserialize, Serialize};

use crate::call::words;

words! {
    /// Whether things were looked for by what they mean.
    RelatedState {
        /// They were.
        Ready = "ready",
        /// Not here, or not by whoever asks: only words are looked for.
        Off = "off",
        /// It could not be found out what the words mean; trying again may help.
        Failed = "failed",
    }
}

/// Things of the caller's that mean something like what was asked for, the nearest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Related<T> {
    /// Those that are near enough, without those in which the words themselves stand.
    pub items: Vec<T>,
    /// Whether they were looked for.
    pub state: RelatedState,
    /// How many things of the caller's were not read yet, and can't be found so.
    pub unread: i64,
}

impl<T> Related<T> {
    /// None, for that reason.
    pub const fn none(state: RelatedState) -> Self {
        Self {
            items: Vec::new(),
            state,
            unread: 0,
        }
    }
}
