//! A whole answer ("Non-streaming answer").

use serde::{Deserialize, Deserializer, Serialize};

use super::{Logprobs, Message, SearchInfo, Usage};
use crate::Extra;
use crate::lenient::{null_as_default, object_or_none};

/// The answer to a chat request.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChatCompletion {
    /// Opaque.
    #[serde(default, deserialize_with = "null_as_default")]
    pub id: String,
    /// The model that answered.
    #[serde(default, deserialize_with = "null_as_default")]
    pub model: String,
    /// As many as `n` asked for.
    #[serde(deserialize_with = "null_as_default")]
    pub choices: Vec<Choice>,
    /// Tokens.
    #[serde(
        default,
        deserialize_with = "object_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub usage: Option<Usage>,
    /// The id of the request, from the answer's head; not part of the body.
    #[serde(skip)]
    pub request_id: Option<String>,
    /// What a search found; never in the compatible mode.
    #[serde(
        default,
        deserialize_with = "object_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub search_info: Option<SearchInfo>,
    /// Anything else, such as `created`.
    #[serde(flatten)]
    pub extra: Extra,
}

impl ChatCompletion {
    /// The first choice's message.
    pub fn message(&self) -> Option<&Message> {
        self.choices.first().map(|choice| &choice.message)
    }
}

/// One of the answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Choice {
    /// Its place.
    #[serde(deserialize_with = "null_as_default")]
    pub index: u32,
    /// What was said.
    #[serde(deserialize_with = "null_as_default")]
    pub message: Message,
    /// Why it ended.
    #[serde(deserialize_with = "finish_reason")]
    pub finish_reason: Option<FinishReason>,
    /// How sure the model was, if asked for.
    #[serde(deserialize_with = "object_or_none")]
    pub logprobs: Option<Logprobs>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Why an answer ended. Moderation is no reason here, it is an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FinishReason {
    /// Its natural end, or a stop sequence.
    Stop,
    /// A limit of tokens or of the server's time.
    Length,
    /// It asks for tools.
    ToolCalls,
    /// Anything else, unchanged.
    #[serde(untagged)]
    Other(String),
}

/// Some models send the word `null`.
pub(crate) fn finish_reason<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<FinishReason>, D::Error> {
    let reason = Option::<FinishReason>::deserialize(deserializer)?;
    Ok(reason.filter(
        |reason| !matches!(reason, FinishReason::Other(word) if word == "null" || word.is_empty()),
    ))
}
