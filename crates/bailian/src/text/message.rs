//! Who said what ("Messages").

use serde::{Deserialize, Serialize};

use super::{Audio, Content, ToolCall};
use crate::Extra;
use crate::lenient::null_as_default;

/// One message of a conversation, sent or received.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said; may be absent beside tool calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<Content>,
    /// An assistant's reasoning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_content: Option<String>,
    /// Calls that the assistant asks for.
    #[serde(
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub tool_calls: Vec<ToolCall>,
    /// Which call a tool's message answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_call_id: Option<String>,
    /// The answer continues this text; only in the last message, an assistant's ("Prefix continuation").
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partial: Option<bool>,
    /// Spoken answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio: Option<Audio>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Message {
    /// A message of any role.
    pub fn new(role: Role, content: impl Into<Content>) -> Self {
        Self {
            role,
            content: Some(content.into()),
            ..Self::default()
        }
    }

    /// Instructions.
    pub fn system(content: impl Into<Content>) -> Self {
        Self::new(Role::System, content)
    }

    /// What the user says.
    pub fn user(content: impl Into<Content>) -> Self {
        Self::new(Role::User, content)
    }

    /// What the model said.
    pub fn assistant(content: impl Into<Content>) -> Self {
        Self::new(Role::Assistant, content)
    }

    /// The result of a call.
    pub fn tool(tool_call_id: impl Into<String>, content: impl Into<Content>) -> Self {
        Self {
            tool_call_id: Some(tool_call_id.into()),
            ..Self::new(Role::Tool, content)
        }
    }

    /// Files that qwen-long reads, by the ids of their uploads; fewer than 100.
    pub fn files<'a>(ids: impl IntoIterator<Item = &'a str>) -> Self {
        let ids: Vec<_> = ids.into_iter().map(|id| format!("fileid://{id}")).collect();
        Self::system(ids.join(","))
    }

    /// Whether the answer should continue this text.
    #[must_use]
    pub fn partial(mut self, partial: bool) -> Self {
        self.partial = Some(partial);
        self
    }

    /// The calls that an assistant's message asked for.
    #[must_use]
    pub fn with_tool_calls(mut self, calls: Vec<ToolCall>) -> Self {
        self.tool_calls = calls;
        self
    }

    /// All text in it.
    pub fn text(&self) -> String {
        self.content.as_ref().map(Content::text).unwrap_or_default()
    }
}

/// Who speaks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Role {
    /// Instructions.
    System,
    /// The user.
    User,
    /// The model.
    #[default]
    Assistant,
    /// A tool's result.
    Tool,
    /// Anything else, unchanged.
    #[serde(untagged)]
    Other(String),
}
