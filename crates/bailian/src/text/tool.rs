//! Tools: what the model may call, and what it asks for ("Function Calling").

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Extra;
use crate::lenient::null_as_default;

/// A function that the model may ask for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tool {
    /// `function`; no other kind is documented.
    #[serde(rename = "type")]
    pub kind: String,
    /// The function.
    pub function: FunctionDefinition,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A function's name and parameters.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FunctionDefinition {
    /// Letters, digits, `_`, `-`, at most 64; `search` is refused.
    pub name: String,
    /// For the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// JSON schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Value>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Tool {
    /// A function with a JSON schema of its parameters.
    pub fn function(
        name: impl Into<String>,
        description: impl Into<String>,
        parameters: Value,
    ) -> Self {
        Self {
            kind: "function".to_owned(),
            function: FunctionDefinition {
                name: name.into(),
                description: Some(description.into()),
                parameters: Some(parameters),
                extra: Extra::new(),
            },
            extra: Extra::new(),
        }
    }
}

/// Whether the model may or must use a tool. Models differ in what they accept; sent as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ToolChoice(pub Value);

impl ToolChoice {
    /// The model decides.
    pub fn auto() -> Self {
        Self("auto".into())
    }

    /// No tool.
    pub fn none() -> Self {
        Self("none".into())
    }

    /// Some tool; Qwen models refuse it.
    pub fn required() -> Self {
        Self("required".into())
    }

    /// This function; not while thinking.
    pub fn function(name: &str) -> Self {
        Self(json!({"type": "function", "function": {"name": name}}))
    }
}

/// A call that the model asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ToolCall {
    /// Place among parallel calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<u32>,
    /// Opaque; goes back with the result.
    #[serde(deserialize_with = "null_as_default")]
    pub id: String,
    /// `function`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What to call.
    pub function: FunctionCall,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A function's name and arguments.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FunctionCall {
    /// Name.
    #[serde(deserialize_with = "null_as_default")]
    pub name: String,
    /// JSON text as the model wrote it; it may be invalid.
    #[serde(deserialize_with = "null_as_default")]
    pub arguments: String,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Default for ToolCall {
    fn default() -> Self {
        Self {
            index: None,
            id: String::new(),
            kind: "function".to_owned(),
            function: FunctionCall::default(),
            extra: Extra::new(),
        }
    }
}

/// A fragment of a call in a stream. Absent, null and empty mean the same.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ToolCallDelta {
    /// Which of the parallel calls it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<u32>,
    /// In the first fragment; later ones are empty or repeat it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// `function`, in the first fragment.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Name and a piece of the arguments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<FunctionCallDelta>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A fragment of a function call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FunctionCallDelta {
    /// In the first fragment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The next piece of JSON text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arguments: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}
