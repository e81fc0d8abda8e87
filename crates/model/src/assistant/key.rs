//! Names of assistants, and of what their models may call.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::AssistantId;

/// Which assistant: one that somebody keeps, or one that everybody has.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum AssistantKey {
    /// Somebody's.
    Kept(AssistantId),
    /// Everybody's, by a short name that begins with its language.
    BuiltIn(String),
}

/// The text names no assistant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an assistant's name")]
pub struct InvalidAssistantKey;

impl AssistantKey {
    /// The id, of one that somebody keeps.
    pub const fn id(&self) -> Option<AssistantId> {
        match self {
            Self::Kept(id) => Some(*id),
            Self::BuiltIn(_) => None,
        }
    }
}

impl FromStr for AssistantKey {
    type Err = InvalidAssistantKey;

    fn from_str(text: &str) -> Result<Self, InvalidAssistantKey> {
        if let Ok(id) = text.parse() {
            return Ok(Self::Kept(id));
        }
        let is_short = (1..=40).contains(&text.len());
        if is_short && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') {
            Ok(Self::BuiltIn(text.to_owned()))
        } else {
            Err(InvalidAssistantKey)
        }
    }
}

impl fmt::Display for AssistantKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kept(id) => fmt::Display::fmt(id, out),
            Self::BuiltIn(name) => out.write_str(name),
        }
    }
}

impl TryFrom<String> for AssistantKey {
    type Error = InvalidAssistantKey;
    fn try_from(raw: String) -> Result<Self, InvalidAssistantKey> {
        raw.parse()
    }
}

impl From<AssistantKey> for String {
    fn from(key: AssistantKey) -> Self {
        key.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_its_text() {
        for text in ["01990000-0000-7000-8000-0000000000ff", "en-translator"] {
            let key: Result<AssistantKey, _> = text.parse();
            assert_eq!(key.map(|key| key.to_string()).as_deref(), Ok(text));
        }
        let long = "a".repeat(41);
        for wrong in ["", "EN", "a b", "../a", "译者", &long] {
            assert_eq!(wrong.parse::<AssistantKey>(), Err(InvalidAssistantKey));
        }
    }
}
