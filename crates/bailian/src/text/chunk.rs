//! One piece of a streamed answer ("Streaming answer").

use serde::{Deserialize, Serialize};

use super::answer::finish_reason;
use super::{FinishReason, Logprobs, Role, SearchInfo, ToolCallDelta, Usage};
use crate::Extra;
use crate::lenient::{null_as_default, object_or_none};

/// One event of a stream.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChatChunk {
    /// The same in every chunk; opaque.
    #[serde(deserialize_with = "null_as_default")]
    pub id: String,
    /// The model that answers.
    #[serde(deserialize_with = "null_as_default")]
    pub model: String,
    /// Empty in the chunk that carries the usage.
    #[serde(deserialize_with = "null_as_default")]
    pub choices: Vec<ChunkChoice>,
    /// In one chunk near the end, if asked for.
    #[serde(deserialize_with = "object_or_none")]
    pub usage: Option<Usage>,
    /// What a search found; never in the compatible mode.
    #[serde(
        deserialize_with = "object_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub search_info: Option<SearchInfo>,
    /// Anything else, such as `created`.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A piece of one of the answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChunkChoice {
    /// Which answer.
    #[serde(deserialize_with = "null_as_default")]
    pub index: u32,
    /// What is new.
    #[serde(deserialize_with = "null_as_default")]
    pub delta: Delta,
    /// Why it ended, once it has.
    #[serde(deserialize_with = "finish_reason")]
    pub finish_reason: Option<FinishReason>,
    /// How sure the model was, if asked for.
    #[serde(deserialize_with = "object_or_none")]
    pub logprobs: Option<Logprobs>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What is new since the chunk before.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Delta {
    /// In the first chunk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// A piece of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// A piece of the reasoning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_content: Option<String>,
    /// Fragments of calls.
    #[serde(
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub tool_calls: Vec<ToolCallDelta>,
    /// A piece of the spoken answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio: Option<Audio>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A spoken answer or a piece of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Audio {
    /// Opaque.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Base64; each piece is encoded by itself. 24 kHz, mono, 16 bit PCM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// The text that is spoken, where older models put it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transcript: Option<String>,
    /// Anything else, such as `expires_at`.
    #[serde(flatten)]
    pub extra: Extra,
}
