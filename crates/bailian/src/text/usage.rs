//! How many tokens an answer took.

use serde::{Deserialize, Serialize};

use crate::Extra;
use crate::lenient::{object_or_none, tokens};

/// Tokens of a whole answer ("usage"). A figure that is absent, negative or no number reads as `None`: the
/// caller must decide what it charges then.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// Input.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub prompt_tokens: Option<u64>,
    /// Output, reasoning included.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub completion_tokens: Option<u64>,
    /// Both.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub total_tokens: Option<u64>,
    /// What the input was made of.
    #[serde(
        deserialize_with = "object_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub prompt_tokens_details: Option<PromptTokensDetails>,
    /// What the output was made of.
    #[serde(
        deserialize_with = "object_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub completion_tokens_details: Option<CompletionTokensDetails>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Parts of the input.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PromptTokensDetails {
    /// Read from the context cache.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub cached_tokens: Option<u64>,
    /// Written to the explicit context cache.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub cache_creation_input_tokens: Option<u64>,
    /// Text.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub text_tokens: Option<u64>,
    /// Images.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub image_tokens: Option<u64>,
    /// Video.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub video_tokens: Option<u64>,
    /// Audio.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub audio_tokens: Option<u64>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Parts of the output.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CompletionTokensDetails {
    /// Reasoning.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub reasoning_tokens: Option<u64>,
    /// Text, reasoning included.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub text_tokens: Option<u64>,
    /// Audio.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub audio_tokens: Option<u64>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absurd_figures_read_as_unknown_and_never_as_negative() {
        for (json, expected) in [
            ("24", Some(24)),
            ("24.0", Some(24)),
            ("\"12\"", Some(12)),
            ("-5", None),
            ("null", None),
            ("1.5", None),
            ("\"many\"", None),
            ("[]", None),
            ("9e18", Some(9_000_000_000_000_000_000)),
        ] {
            let usage: Usage =
                serde_json::from_str(&format!("{{\"prompt_tokens\":{json}}}")).unwrap();
            assert_eq!(usage.prompt_tokens, expected, "{json}");
        }
    }

    #[test]
    fn details_of_a_wrong_shape_do_not_spoil_the_figures() {
        let json = r#"{"prompt_tokens":1,"completion_tokens_details":7,"prompt_tokens_details":null,"x":{"y":1}}"#;
        let usage: Usage = serde_json::from_str(json).unwrap();
        assert_eq!(
            (usage.prompt_tokens, usage.completion_tokens_details),
            (Some(1), None)
        );
        assert_eq!(usage.extra["x"]["y"], 1);
    }
}
