//! What a text or multimodal model answers, whole or as one event of a stream.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tracing::Span;

use super::{Message, NativeAnswer};
use crate::lenient::{null_as_default, object_or_none};
use crate::span::record_tokens;
use crate::stream::Piece;
use crate::text::finish_reason;
use crate::{Extra, FinishReason, Logprobs, SearchInfo};

use super::GenerationUsage;

/// A native answer, or one event of a stream; then its texts are what is new.
pub type Generation = NativeAnswer<GenerationOutput, GenerationUsage>;

/// What was generated.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GenerationOutput {
    /// The answers, with `result_format` `message`.
    #[serde(
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub choices: Vec<GenerationChoice>,
    /// The answer, with `result_format` `text`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Why it ended, with `result_format` `text`.
    #[serde(
        deserialize_with = "finish_reason",
        skip_serializing_if = "Option::is_none"
    )]
    pub finish_reason: Option<FinishReason>,
    /// What a search found, if one ran and the sources were asked for.
    #[serde(
        deserialize_with = "object_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub search_info: Option<SearchInfo>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One of the answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GenerationChoice {
    /// Its place.
    #[serde(deserialize_with = "null_as_default")]
    pub index: u32,
    /// What was said.
    #[serde(deserialize_with = "null_as_default")]
    pub message: Message,
    /// Why it ended, once it has.
    #[serde(deserialize_with = "finish_reason")]
    pub finish_reason: Option<FinishReason>,
    /// How sure the model was, if asked for.
    #[serde(
        deserialize_with = "object_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub logprobs: Option<Logprobs>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl GenerationOutput {
    /// The first answer's text, in either result format.
    pub fn text(&self) -> String {
        match (&self.text, self.choices.first()) {
            (Some(text), _) => text.clone(),
            (None, Some(choice)) => choice.message.text(),
            (None, None) => String::new(),
        }
    }

    /// The first answer's message; none with `result_format` `text`.
    pub fn message(&self) -> Option<&Message> {
        self.choices.first().map(|choice| &choice.message)
    }
}

impl Piece for Generation {
    fn note_ends(&self, ended: &mut BTreeSet<u32>) {
        let output = &self.output;
        let done = output.choices.iter();
        let done = done.filter(|choice| choice.finish_reason.is_some());
        ended.extend(done.map(|choice| choice.index));
        if output.choices.is_empty() && output.finish_reason.is_some() {
            ended.insert(0);
        }
    }

    fn record(&self, span: &Span) {
        if let Some(usage) = &self.usage {
            record_tokens(span, usage.input_tokens, usage.output_tokens);
        }
    }
}
