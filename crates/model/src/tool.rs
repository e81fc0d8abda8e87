//! Tools: what a model may call while it answers, and what became of each call.

use serde::{Deserialize, Serialize};

use crate::ToolCallId;

/// A tool's name, as a model calls it: 1 to 64 letters, digits, `_` and `-` of ASCII. Bailian refuses `search`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ToolName(String);

/// The text can't be a tool's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a tool's name")]
pub struct InvalidToolName;

impl ToolName {
    /// The longest, in characters.
    pub const MAX: usize = 64;

    /// Checks.
    pub fn parse(raw: impl AsRef<str>) -> Result<Self, InvalidToolName> {
        let name = raw.as_ref();
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let is_short = (1..=Self::MAX).contains(&name.len());
        if is_short && name != "search" && name.chars().all(is_word) {
            Ok(Self(name.to_owned()))
        } else {
            Err(InvalidToolName)
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ToolName {
    type Error = InvalidToolName;
    fn try_from(raw: String) -> Result<Self, InvalidToolName> {
        Self::parse(raw)
    }
}

impl From<ToolName> for String {
    fn from(name: ToolName) -> Self {
        name.0
    }
}

impl std::fmt::Display for ToolName {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}

/// A tool that every site has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BuiltInTool {
    /// What time it is somewhere.
    DateTime,
    /// Works out an expression.
    Calculate,
    /// Reads a page whose address the person wrote.
    FetchPage,
    /// Searches the person's own conversations.
    SearchConversations,
    /// Has an image made.
    DrawImage,
    /// Has a text spoken.
    Speak,
}

impl BuiltInTool {
    /// Every one of them, in the order in which they are shown.
    pub const ALL: [Self; 6] = [
        Self::DateTime,
        Self::Calculate,
        Self::SearchConversations,
        Self::FetchPage,
        Self::DrawImage,
        Self::Speak,
    ];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DateTime => "date_time",
            Self::Calculate => "calculate",
            Self::FetchPage => "fetch_page",
            Self::SearchConversations => "search_conversations",
            Self::DrawImage => "draw_image",
            Self::Speak => "speak",
        }
    }

    /// The one of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tool| tool.as_str() == name)
    }

    /// Whether a call changes something or costs money, so that the person is asked first.
    pub const fn has_effect(self) -> bool {
        match self {
            Self::DateTime | Self::Calculate | Self::FetchPage | Self::SearchConversations => false,
            Self::DrawImage | Self::Speak => true,
        }
    }
}

/// Where a call of a tool is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolCallState {
    /// The person is to say whether it may be done.
    Waiting,
    /// They said yes; it has not begun.
    Approved,
    /// They said no.
    Refused,
    /// It is being done.
    Running,
    /// It is done, and `result` is what came of it.
    Done,
    /// It could not be done, and `result` says why.
    Failed,
    /// The answer ended before it did; whether it had an effect is not known.
    Interrupted,
}

impl ToolCallState {
    /// Every one of them.
    pub const ALL: [Self; 7] = [
        Self::Waiting,
        Self::Approved,
        Self::Refused,
        Self::Running,
        Self::Done,
        Self::Failed,
        Self::Interrupted,
    ];

    /// The stable name, as in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }

    /// The state of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Whether nothing more becomes of it.
    pub const fn is_settled(self) -> bool {
        match self {
            Self::Refused | Self::Done | Self::Failed | Self::Interrupted => true,
            Self::Waiting | Self::Approved | Self::Running => false,
        }
    }
}

/// A call of a tool as it is shown in an answer. Name, arguments and result are plain text, whatever stands in them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolCallView {
    /// Its id.
    pub id: ToolCallId,
    /// What the model called, as it wrote it.
    pub name: String,
    /// What it asked for: JSON as it wrote it, cut where it is long.
    pub arguments: String,
    /// Where it is in its life.
    pub state: ToolCallState,
    /// What came back, cut where it is long.
    pub result: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: Option<i64>,
    /// How many blocks of the answer stand before it.
    pub after: u32,
}

/// A tool that somebody may let a model use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolOffer {
    /// Its name.
    pub name: ToolName,
    /// The server it is on, by the name that an administrator gave it; none for those that every site has.
    pub server: Option<String>,
    /// What it does, in its server's words; empty for those that every site has.
    pub description: String,
    /// Whether a click comes before each call.
    pub asks_first: bool,
    /// Whether it is on.
    pub is_on: bool,
}

/// Whose choice of tools holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolsChosen {
    /// The person's, for this conversation.
    Here,
    /// That of the assistant with which it was begun.
    ByAssistant,
    /// The person's, for all that has no other.
    #[default]
    ByDefault,
}

/// Which tools are on, and which there are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolChoices {
    /// All that the person may use.
    pub tools: Vec<ToolOffer>,
    /// Whose choice they are.
    pub chosen: ToolsChosen,
    /// The model can call tools.
    pub model_calls: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_bailian_takes() {
        for name in ["date_time", "a", "shop__find-it", &"a".repeat(64)] {
            assert_eq!(ToolName::parse(name).expect("a name").as_str(), name);
        }
        for name in ["", "search", "天气", "a b", "a.b", &"a".repeat(65)] {
            assert_eq!(ToolName::parse(name), Err(InvalidToolName), "{name}");
        }
    }

    #[test]
    fn tools_and_states_are_found_by_their_names() {
        for tool in BuiltInTool::ALL {
            assert_eq!(BuiltInTool::from_name(tool.as_str()), Some(tool));
            assert!(ToolName::parse(tool.as_str()).is_ok());
        }
        for state in ToolCallState::ALL {
            assert_eq!(ToolCallState::from_name(state.as_str()), Some(state));
        }
    }
}
