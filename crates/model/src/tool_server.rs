//! Servers of tools that an administrator adds, spoken to by the Model Context Protocol.

use serde::{Deserialize, Serialize};

use crate::{FailureCode, Millis, RoleId, ToolName, ToolServerId};

/// What a server is called here, and what the names of its tools begin with: 1 to 20 small letters, digits and `-`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ToolServerName(String);

/// The text can't be a server's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a server of tools")]
pub struct InvalidToolServerName;

impl ToolServerName {
    /// The longest, in characters.
    pub const MAX: usize = 20;

    /// Trims and checks.
    pub fn parse(raw: impl AsRef<str>) -> Result<Self, InvalidToolServerName> {
        let name = raw.as_ref().trim();
        let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if (1..=Self::MAX).contains(&name.len()) && name.chars().all(is_word) {
            Ok(Self(name.to_owned()))
        } else {
            Err(InvalidToolServerName)
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What a tool of the server is called here: its own name behind the server's, with what models can't call left out and cut
    /// where it is too long.
    pub fn tool(&self, own: &str) -> Option<ToolName> {
        let own = own.chars().map(|c| match c {
            c if c.is_ascii_alphanumeric() || c == '-' => c,
            _ => '_',
        });
        let name = format!("{}__", self.0)
            .chars()
            .chain(own)
            .collect::<String>();
        let name = name.get(..ToolName::MAX).unwrap_or(&name);
        ToolName::parse(name).ok()
    }
}

impl TryFrom<String> for ToolServerName {
    type Error = InvalidToolServerName;
    fn try_from(raw: String) -> Result<Self, InvalidToolServerName> {
        Self::parse(raw)
    }
}

impl From<ToolServerName> for String {
    fn from(name: ToolServerName) -> Self {
        name.0
    }
}

/// A server of tools, without its token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolServer {
    /// Its id.
    pub id: ToolServerId,
    /// What it is called here.
    pub name: ToolServerName,
    /// Where it is.
    pub address: String,
    /// A token is sent along.
    pub has_token: bool,
    /// Its tools may be used.
    pub is_on: bool,
    /// When it was last asked for its tools.
    pub checked_at: Option<Millis>,
    /// Why that failed.
    pub failure: Option<FailureCode>,
    /// Its tools, by name.
    pub tools: Vec<ServerTool>,
}

/// A tool of a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerTool {
    /// What models call it.
    pub name: ToolName,
    /// What it does, in the server's words.
    pub description: String,
    /// It may be used.
    pub is_on: bool,
    /// A click comes before each call.
    pub asks_first: bool,
    /// Who may use it; everybody who may use tools where there is none.
    pub roles: Vec<RoleId>,
}

/// A server as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ToolServerDraft {
    /// What it is to be called.
    pub name: String,
    /// Where it is.
    pub address: String,
    /// The token that is sent along, if any.
    pub token: String,
}

impl ToolServerDraft {
    /// The longest address, in characters.
    pub const MAX_ADDRESS: usize = 500;
    /// The longest token, in characters.
    pub const MAX_TOKEN: usize = 4_000;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_tools_say_where_they_are() {
        let shop = ToolServerName::parse(" shop ").expect("a name");
        let named = |own: &str| shop.tool(own).map(String::from);
        assert_eq!(named("find_it").as_deref(), Some("shop__find_it"));
        assert_eq!(named("天/a.b").as_deref(), Some("shop____a_b"));
        assert_eq!(named(&"x".repeat(99)).map(|name| name.len()), Some(64));
        for name in ["", "a b", "商店", "A", &"a".repeat(21)] {
            assert_eq!(ToolServerName::parse(name), Err(InvalidToolServerName));
        }
    }
}
