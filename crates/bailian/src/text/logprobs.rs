//! How sure the model was of each token ("logprobs").

use serde::{Deserialize, Serialize};

use crate::Extra;
use crate::lenient::null_as_default;

/// The probabilities of an answer's or a piece's tokens.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Logprobs {
    /// Token by token.
    #[serde(deserialize_with = "null_as_default")]
    pub content: Vec<TokenLogprob>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One token, or one of its alternatives.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenLogprob {
    /// Its text.
    #[serde(deserialize_with = "null_as_default")]
    pub token: String,
    /// Its bytes, which need not be a whole character.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<Vec<u8>>,
    /// The natural logarithm of its probability.
    pub logprob: Option<f64>,
    /// What could have stood there.
    #[serde(
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub top_logprobs: Vec<TokenLogprob>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}
