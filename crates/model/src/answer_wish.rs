//! What a person asks of one more answer to a question: that it be shorter, or whatever they write.

use crate::FailureCode;

/// It goes along with one answer alone: one line or more, not blank, at most [`AnswerWish::MAX`] characters, no NUL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerWish(String);

impl AnswerWish {
    /// The longest, in characters.
    pub const MAX: usize = 500;

    /// Trims, unifies line ends and checks; what is blank is none.
    pub fn parse(raw: &str) -> Result<Option<Self>, FailureCode> {
        let text = raw.replace("\r\n", "\n").trim().to_owned();
        if text.contains('\0') || text.chars().count() > Self::MAX {
            return Err(FailureCode::InvalidInstructions);
        }
        Ok((!text.is_empty()).then_some(Self(text)))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<AnswerWish> for String {
    fn from(wish: AnswerWish) -> Self {
        wish.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_trimmed_and_has_an_end() {
        let text = |raw: &str| AnswerWish::parse(raw).map(|wish| wish.map(String::from));
        assert_eq!(text("  \r\n "), Ok(None));
        assert_eq!(text(" 更短\r\n押韵 "), Ok(Some("更短\n押韵".to_owned())));
        assert_eq!(
            text(&"字".repeat(AnswerWish::MAX)).map(|it| it.is_some()),
            Ok(true)
        );
        for refused in ["字".repeat(AnswerWish::MAX + 1), "a\0b".to_owned()] {
            assert_eq!(text(&refused), Err(FailureCode::InvalidInstructions));
        }
    }
}
