//! What people think of answers: good or not, and a few words.

use serde::{Deserialize, Serialize};

use crate::{Millis, ModelName, Page};

/// A person's opinion of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// Whether it helped.
    pub good: bool,
    /// What the person says about it; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comment: String,
}

/// What is said about an answer: at most 1,000 characters, no NUL; may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment(String);

/// The text is too long or holds NUL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a comment has at most 1,000 characters and no NUL")]
pub struct InvalidComment;

impl Comment {
    /// The longest, in characters.
    pub const MAX: usize = 1000;

    /// Trims, unifies line ends (forms send CRLF) and checks.
    pub fn parse(raw: impl AsRef<str>) -> Result<Self, InvalidComment> {
        let text = raw.as_ref().replace("\r\n", "\n");
        let text = text.trim();
        if text.contains('\0') || text.chars().count() > Self::MAX {
            return Err(InvalidComment);
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A rating as administrators see it: nothing of what was asked and answered, and not whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatingLine {
    /// The rating.
    pub rating: Rating,
    /// The model that answered, where that is known.
    pub model: Option<ModelName>,
    /// When it was given or changed.
    pub at: Millis,
}

/// How the answers of a model were rated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatingSum {
    /// The model, where it is known.
    pub model: Option<ModelName>,
    /// Good ones.
    pub good: i64,
    /// The others.
    pub bad: i64,
}

/// What administrators see of ratings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ratings {
    /// By model, of the last 30 days, most rated first.
    pub sums: Vec<RatingSum>,
    /// The ratings, newest first.
    pub page: Page<RatingLine>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_short_text_or_nothing() {
        let read = |raw: &str| Comment::parse(raw).map(|comment| comment.as_str().to_owned());
        assert_eq!(read(" a\r\nb "), Ok("a\nb".to_owned()));
        assert_eq!(read("  "), Ok(String::new()));
        assert!(read(&"长".repeat(Comment::MAX)).is_ok());
        assert_eq!(read(&"长".repeat(Comment::MAX + 1)), Err(InvalidComment));
        assert_eq!(read("a\0b"), Err(InvalidComment));
    }
}
