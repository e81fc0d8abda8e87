//! The form of an answer: where it ends, its structure, its voice.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Extra;

/// Where an answer ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Stop {
    /// At this text.
    Text(String),
    /// At any of these.
    Texts(Vec<String>),
    /// Token ids, alone or in sequences.
    Tokens(Value),
}

impl From<&str> for Stop {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Vec<String>> for Stop {
    fn from(texts: Vec<String>) -> Self {
        Self::Texts(texts)
    }
}

/// The answer's form ("Structured output").
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResponseFormat {
    /// `text`, `json_object` or `json_schema`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Anything else, such as `json_schema`.
    #[serde(flatten)]
    pub extra: Extra,
}

impl ResponseFormat {
    /// Plain text, the default.
    pub fn text() -> Self {
        Self {
            kind: "text".to_owned(),
            extra: Extra::new(),
        }
    }

    /// Some JSON object. The word "json" must occur in the messages; not while thinking.
    pub fn json_object() -> Self {
        Self {
            kind: "json_object".to_owned(),
            extra: Extra::new(),
        }
    }

    /// JSON that follows a schema; fewer models. `name` has at most 64 letters, digits, `_`, `-`.
    pub fn json_schema(name: &str, schema: &Value, strict: bool) -> Self {
        let mut extra = Extra::new();
        extra.insert(
            "json_schema".to_owned(),
            json!({"name": name, "schema": schema, "strict": strict}),
        );
        Self {
            kind: "json_schema".to_owned(),
            extra,
        }
    }
}

/// The voice of a spoken answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AudioOutput {
    /// For example `Cherry`.
    pub voice: String,
    /// Only `wav`.
    pub format: String,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl AudioOutput {
    /// This voice, as WAV.
    pub fn new(voice: impl Into<String>) -> Self {
        Self {
            voice: voice.into(),
            format: "wav".to_owned(),
            extra: Extra::new(),
        }
    }
}
