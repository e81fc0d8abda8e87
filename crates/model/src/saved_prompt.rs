//! Prompts that a person keeps: a name to call them by, and a text with variables.

use serde::{Deserialize, Serialize};

use crate::PromptId;

/// A prompt's name, typed as `/name`: 1 to 40 letters, digits, `-` and `_`, in any script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PromptName(String);

/// The text can't be a prompt's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a prompt's name")]
pub struct InvalidPromptName;

impl PromptName {
    /// The longest, in characters.
    pub const MAX: usize = 40;

    /// Trims and checks. The slash by which it is called may stand before it.
    pub fn parse(raw: impl AsRef<str>) -> Result<Self, InvalidPromptName> {
        let text = raw.as_ref().trim();
        let text = text.strip_prefix('/').unwrap_or(text);
        let is_short = (1..=Self::MAX).contains(&text.chars().count());
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
        if is_short && text.chars().all(is_word) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidPromptName)
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two names have in common that differ in case only.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

impl TryFrom<String> for PromptName {
    type Error = InvalidPromptName;
    fn try_from(raw: String) -> Result<Self, InvalidPromptName> {
        Self::parse(raw)
    }
}

impl From<PromptName> for String {
    fn from(name: PromptName) -> Self {
        name.0
    }
}

/// A prompt's text: not blank, at most 10,000 characters, no NUL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PromptText(String);

/// The text is blank, too long, or holds NUL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a prompt has 1 to 10,000 characters and no NUL")]
pub struct InvalidPromptText;

impl PromptText {
    /// The longest, in characters.
    pub const MAX: usize = 10_000;

    /// Checks, and unifies line ends (forms send CRLF).
    pub fn parse(raw: impl AsRef<str>) -> Result<Self, InvalidPromptText> {
        let text = raw.as_ref().replace("\r\n", "\n").trim().to_owned();
        if text.is_empty() || text.contains('\0') || text.chars().count() > Self::MAX {
            return Err(InvalidPromptText);
        }
        Ok(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PromptText {
    type Error = InvalidPromptText;
    fn try_from(raw: String) -> Result<Self, InvalidPromptText> {
        Self::parse(raw)
    }
}

impl From<PromptText> for String {
    fn from(text: PromptText) -> Self {
        text.0
    }
}

/// A prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedPrompt {
    /// Its id; none for those that everybody has.
    pub id: Option<PromptId>,
    /// What it is called.
    pub name: PromptName,
    /// What it says.
    pub text: PromptText,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_word_of_any_script() {
        for (raw, name) in [
            ("translate", "translate"),
            (" /Weekly-Report_2 ", "Weekly-Report_2"),
            ("翻译", "翻译"),
        ] {
            assert_eq!(
                PromptName::parse(raw).as_ref().map(PromptName::as_str),
                Ok(name)
            );
        }
        let long = "字".repeat(41);
        for raw in ["", "/", "two words", "a/b", "{{x}}", "a\u{202e}b", &long] {
            assert_eq!(PromptName::parse(raw), Err(InvalidPromptName), "{raw}");
        }
        assert_eq!(
            PromptName::parse("ÄB").map(|name| name.key()),
            Ok("äb".to_owned())
        );
    }

    #[test]
    fn a_text_is_not_blank_and_bounded() {
        assert_eq!(
            PromptText::parse(" a\r\nb ").map(String::from),
            Ok("a\nb".to_owned())
        );
        let long = "字".repeat(PromptText::MAX + 1);
        for raw in ["", " \r\n", "a\0", &long] {
            assert_eq!(PromptText::parse(raw), Err(InvalidPromptText));
        }
    }
}
