//! Diagrams that models write as text, and what becomes of one.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::FailureCode;

/// What a diagram is drawn from: Mermaid, as it stands in the block of code.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DiagramSource(String);

impl DiagramSource {
    /// The longest, in bytes.
    pub const MAX: usize = 32 * 1024;

    /// Checks its length; the rest is for what draws it.
    pub fn parse(raw: String) -> Result<Self, FailureCode> {
        if raw.contains('\0') {
            return Err(FailureCode::BadRequest);
        }
        if raw.len() > Self::MAX {
            return Err(FailureCode::DiagramTooLong);
        }
        Ok(Self(raw))
    }

    /// As it is.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What somebody wrote stands in no log.
impl fmt::Debug for DiagramSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DiagramSource({} bytes)", self.0.len())
    }
}

/// What became of a diagram.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Drawing {
    /// It is drawn: SVG of shapes and text and nothing else, for the frame of diagrams alone.
    Drawn(String),
    /// Its source is not understood; what is said of it by what reads it, in English.
    Misunderstood(String),
    /// It would take too much time, memory or room, or what comes out is none.
    Undrawable,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_bounded_and_holds_what_can_be_kept() {
        let longest = "a".repeat(DiagramSource::MAX);
        assert!(DiagramSource::parse(longest.clone()).is_ok());
        assert_eq!(
            DiagramSource::parse(longest + "a"),
            Err(FailureCode::DiagramTooLong)
        );
        assert_eq!(
            DiagramSource::parse("pie\0".to_owned()),
            Err(FailureCode::BadRequest)
        );
    }
}
