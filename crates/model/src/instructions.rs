//! What a person tells every model: about themselves, and how they would like to be answered.

use serde::{Deserialize, Serialize};

use crate::FailureCode;

const ABOUT: &str = "About the person you are talking to, in their own words:";
const ANSWERS: &str = "How they would like to be answered, in their own words:";

/// Personal instructions. They are kept while they are off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instructions {
    /// About the person.
    pub about: String,
    /// How to answer.
    pub answers: String,
    /// They go along with every question.
    pub enabled: bool,
}

impl Instructions {
    /// The longest of each text, in characters.
    pub const MAX: usize = 2_000;

    /// Trims, unifies line ends and checks.
    pub fn parse(about: &str, answers: &str, enabled: bool) -> Result<Self, FailureCode> {
        Ok(Self {
            about: text(about)?,
            answers: text(answers)?,
            enabled,
        })
    }

    /// The system message that models are sent; none when they are off or say nothing.
    pub fn message(&self) -> Option<String> {
        if !self.enabled {
            return None;
        }
        let mut parts = Vec::new();
        for (head, text) in [(ABOUT, &self.about), (ANSWERS, &self.answers)] {
            if !text.trim().is_empty() {
                parts.push(format!("{head}\n{}", text.trim()));
            }
        }
        (!parts.is_empty()).then(|| parts.join("\n\n"))
    }
}

fn text(raw: &str) -> Result<String, FailureCode> {
    let text = raw.replace("\r\n", "\n").trim().to_owned();
    if text.contains('\0') || text.chars().count() > Instructions::MAX {
        return Err(FailureCode::InvalidInstructions);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_names_what_is_there_and_nothing_while_off() {
        let both = Instructions::parse(" I teach.\r\nIn Hangzhou. ", "Briefly.", true);
        let message = both.ok().and_then(|both| both.message());
        assert_eq!(
            message.as_deref(),
            Some(
                "About the person you are talking to, in their own words:\nI teach.\nIn Hangzhou.\n\n\
                 How they would like to be answered, in their own words:\nBriefly."
            )
        );
        for (about, answers, enabled) in [("I teach.", "Briefly.", false), (" ", "\r\n", true)] {
            let none = Instructions::parse(about, answers, enabled);
            assert_eq!(none.map(|none| none.message()), Ok(None));
        }
    }

    #[test]
    fn each_text_is_bounded_in_characters() {
        let longest = "字".repeat(Instructions::MAX);
        assert!(Instructions::parse(&longest, &longest, true).is_ok());
        for wrong in [format!("{longest}字"), "a\0b".to_owned()] {
            let refused = Err(FailureCode::InvalidInstructions);
            assert_eq!(Instructions::parse(&wrong, "", true), refused);
            assert_eq!(Instructions::parse("", &wrong, true), refused);
        }
    }
}
