//! What a native answer took.

use serde::{Deserialize, Serialize};

use crate::lenient::{object_or_none, tokens};
use crate::{CompletionTokensDetails, Extra, PromptTokensDetails, Usage};

/// Tokens of an answer, in a stream those so far. A figure that is absent or no number reads as `None`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GenerationUsage {
    /// Input.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub input_tokens: Option<u64>,
    /// Output, reasoning included.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub output_tokens: Option<u64>,
    /// Both.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub total_tokens: Option<u64>,
    /// Images, part of the input.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub image_tokens: Option<u64>,
    /// Video, part of the input.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub video_tokens: Option<u64>,
    /// Audio, part of the input.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub audio_tokens: Option<u64>,
    /// What of the input came from the cache or went there.
    #[serde(
        deserialize_with = "object_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub prompt_tokens_details: Option<PromptTokensDetails>,
    /// What the input was made of.
    #[serde(
        deserialize_with = "object_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub input_tokens_details: Option<PromptTokensDetails>,
    /// What the output was made of.
    #[serde(
        deserialize_with = "object_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub output_tokens_details: Option<CompletionTokensDetails>,
    /// What tools did, such as searches.
    #[serde(
        deserialize_with = "object_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub plugins: Option<Plugins>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Work of built-in tools, which is billed by itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Plugins {
    /// Web searches.
    #[serde(
        deserialize_with = "object_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub search: Option<PluginUse>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How often a tool was used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PluginUse {
    /// Times.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl From<GenerationUsage> for Usage {
    /// The same figures under the names of the compatible mode.
    fn from(usage: GenerationUsage) -> Self {
        let cache = usage.prompt_tokens_details;
        let parts = usage.input_tokens_details;
        let described = cache.is_some()
            || parts.is_some()
            || usage.image_tokens.is_some()
            || usage.video_tokens.is_some()
            || usage.audio_tokens.is_some();
        let (cache, parts) = (cache.unwrap_or_default(), parts.unwrap_or_default());
        let details = PromptTokensDetails {
            cached_tokens: cache.cached_tokens.or(parts.cached_tokens),
            cache_creation_input_tokens: cache
                .cache_creation_input_tokens
                .or(parts.cache_creation_input_tokens),
            text_tokens: parts.text_tokens.or(cache.text_tokens),
            image_tokens: parts.image_tokens.or(usage.image_tokens),
            video_tokens: parts.video_tokens.or(usage.video_tokens),
            audio_tokens: parts.audio_tokens.or(usage.audio_tokens),
            extra: cache.extra.into_iter().chain(parts.extra).collect(),
        };
        let sum = |(input, output): (u64, u64)| input.saturating_add(output);
        let mut extra = usage.extra;
        if let Some(Ok(plugins)) = usage.plugins.map(serde_json::to_value) {
            extra.insert("plugins".to_owned(), plugins);
        }
        Self {
            prompt_tokens: usage.input_tokens,
            completion_tokens: usage.output_tokens,
            total_tokens: usage
                .total_tokens
                .or_else(|| usage.input_tokens.zip(usage.output_tokens).map(sum)),
            prompt_tokens_details: described.then_some(details),
            completion_tokens_details: usage.output_tokens_details,
            extra,
        }
    }
}
