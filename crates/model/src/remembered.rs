//! What a person has models remember of them: short facts in their own words, which go along with questions while that is on.

use serde::{Deserialize, Serialize};

use crate::FactId;

const HEAD: &str =
    "What the person you are talking to wants you to remember about them, in their own words:";

/// A fact: one line, 1 to 300 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FactText(String);

/// The text is blank, too long, or holds control characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a fact has 1 to 300 characters")]
pub struct InvalidFact;

impl FactText {
    /// The longest, in characters.
    pub const MAX: usize = 300;

    /// Trims, and makes one space of each gap: a fact is one line of what is sent.
    pub fn parse(raw: impl AsRef<str>) -> Result<Self, InvalidFact> {
        let words: Vec<&str> = raw.as_ref().split_whitespace().collect();
        let text = words.join(" ");
        let is_short = (1..=Self::MAX).contains(&text.chars().count());
        if is_short && !text.chars().any(char::is_control) {
            Ok(Self(text))
        } else {
            Err(InvalidFact)
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for FactText {
    type Error = InvalidFact;
    fn try_from(raw: String) -> Result<Self, InvalidFact> {
        Self::parse(raw)
    }
}

impl From<FactText> for String {
    fn from(text: FactText) -> Self {
        text.0
    }
}

/// One thing that is remembered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// Its id.
    pub id: FactId,
    /// What it says.
    pub text: FactText,
}

/// All that is remembered of a person, in the order in which they said it. It is kept while it is off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    /// It goes along with questions.
    pub enabled: bool,
    /// What it is.
    pub facts: Vec<Fact>,
}

impl Remembered {
    /// Facts of a person.
    pub const MOST: u32 = 100;

    /// What models are told before the conversation; none while it is off or there is nothing.
    pub fn message(&self) -> Option<String> {
        let facts = self.facts.iter().map(|fact| fact.text.as_str());
        self.enabled.then(|| told(facts)).flatten()
    }
}

/// What models are told of these facts.
pub fn told<'a>(facts: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut message = HEAD.to_owned();
    for fact in facts {
        message.push_str("\n- ");
        message.push_str(fact);
    }
    (message.len() > HEAD.len()).then_some(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_is_one_bounded_line() {
        let parsed = |raw: &str| FactText::parse(raw).map(String::from);
        assert_eq!(parsed(" 我教\r\n语文 "), Ok("我教 语文".to_owned()));
        for raw in ["", " \n", "a\0", &"字".repeat(301)] {
            assert_eq!(parsed(raw), Err(InvalidFact));
        }
        assert!(FactText::parse("字".repeat(300)).is_ok());
    }

    #[test]
    fn what_is_told_is_nothing_while_it_is_off_or_empty() -> Result<(), InvalidFact> {
        let fact = Fact {
            id: FactId::from_uuid(uuid::Uuid::nil()),
            text: FactText::parse("I teach.")?,
        };
        let mut kept = Remembered {
            enabled: true,
            facts: vec![fact],
        };
        assert_eq!(kept.message(), Some(format!("{HEAD}\n- I teach.")));
        kept.enabled = false;
        assert_eq!(kept.message(), None);
        let empty = Remembered {
            enabled: true,
            facts: Vec::new(),
        };
        assert_eq!(empty.message(), None);
        Ok(())
    }
}
