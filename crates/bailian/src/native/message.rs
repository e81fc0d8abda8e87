//! Who said what, in the native form.

use serde::{Deserialize, Serialize};

use super::Content;
use crate::lenient::null_as_default;
use crate::text::Calls;
use crate::{Extra, FunctionCallDelta, Role, ToolCall, ToolCallDelta};

/// One message, sent, received or a piece of one being received.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Message {
    /// Who speaks.
    #[serde(deserialize_with = "null_as_default")]
    pub role: Role,
    /// What is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<Content>,
    /// An assistant's reasoning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_content: Option<String>,
    /// Whole calls, or in a stream fragments of them.
    #[serde(
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub tool_calls: Vec<ToolCallDelta>,
    /// Which call a tool's message answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_call_id: Option<String>,
    /// The answer continues this text; only in the last message, an assistant's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partial: Option<bool>,
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

    /// Whether the answer should continue this text.
    #[must_use]
    pub fn partial(mut self, partial: bool) -> Self {
        self.partial = Some(partial);
        self
    }

    /// The calls that an assistant's message asked for.
    #[must_use]
    pub fn with_tool_calls(mut self, calls: impl IntoIterator<Item = ToolCall>) -> Self {
        self.tool_calls = calls.into_iter().map(fragment).collect();
        self
    }

    /// All text in it.
    pub fn text(&self) -> String {
        self.content.as_ref().map(Content::text).unwrap_or_default()
    }

    /// The calls of a whole message.
    pub fn calls(&self) -> Vec<ToolCall> {
        let mut calls = Calls::default();
        self.tool_calls.iter().for_each(|call| calls.push(call));
        calls.finish()
    }
}

fn fragment(call: ToolCall) -> ToolCallDelta {
    ToolCallDelta {
        index: call.index,
        id: Some(call.id),
        kind: Some(call.kind),
        function: Some(FunctionCallDelta {
            name: Some(call.function.name),
            arguments: Some(call.function.arguments),
            extra: call.function.extra,
        }),
        extra: call.extra,
    }
}
