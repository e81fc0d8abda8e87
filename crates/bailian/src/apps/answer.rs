//! What an application answers.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tracing::Span;

use crate::lenient::{null_as_default, object_or_none, tokens};
use crate::native::NativeAnswer;
use crate::span::record_tokens;
use crate::stream::Piece;
use crate::text::finish_reason;
use crate::{Extra, FinishReason};

/// An answer, or one event of a stream; then its text is what is new.
pub type AppAnswer = NativeAnswer<AppOutput, AppUsage>;

/// What was answered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AppOutput {
    /// The text.
    #[serde(deserialize_with = "null_as_default")]
    pub text: String,
    /// Why it ended, once it has.
    #[serde(deserialize_with = "finish_reason")]
    pub finish_reason: Option<FinishReason>,
    /// To go on with, within an hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// The steps, if asked for. Of a workflow's stream always all so far.
    #[serde(
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub thoughts: Vec<Thought>,
    /// What the text refers to, if asked for.
    #[serde(
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub doc_references: Vec<DocReference>,
    /// What a node of a workflow says, with `message_format`.
    #[serde(
        deserialize_with = "object_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub workflow_message: Option<WorkflowMessage>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One step towards the answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Thought {
    /// What it thought.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thought: Option<String>,
    /// `reasoning`, `agentRag`, `api`, `response` and others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_type: Option<String>,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_name: Option<String>,
    /// What it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// With what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_input: Option<Value>,
    /// What came out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observation: Option<Value>,
    /// What was said; of a workflow the state of a node, as JSON text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A place in a document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DocReference {
    /// The number in the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index_id: Option<String>,
    /// The passage's heading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doc_id: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doc_name: Option<String>,
    /// Its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doc_url: Option<String>,
    /// The passage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Its pictures.
    #[serde(
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub images: Vec<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What a node of a workflow says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WorkflowMessage {
    /// Which node.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_id: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_name: Option<String>,
    /// Its kind, for example `End`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_type: Option<String>,
    /// `executing`, `success`, `fail`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_status: Option<String>,
    /// What it says.
    #[serde(
        deserialize_with = "object_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub message: Option<crate::Message>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What an answer took, model by model; may be empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AppUsage {
    /// Each model that worked.
    #[serde(
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub models: Vec<ModelUsage>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What one model took.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelUsage {
    /// Which.
    #[serde(deserialize_with = "null_as_default")]
    pub model_id: String,
    /// Input.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub input_tokens: Option<u64>,
    /// Output.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub output_tokens: Option<u64>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Piece for AppAnswer {
    fn note_ends(&self, ended: &mut BTreeSet<u32>) {
        if self.output.finish_reason.is_some() {
            ended.insert(0);
        }
    }

    fn record(&self, span: &Span) {
        let models = self.usage.iter().flat_map(|usage| &usage.models);
        let sum = |of: fn(&ModelUsage) -> Option<u64>| {
            models.clone().filter_map(of).reduce(u64::saturating_add)
        };
        record_tokens(
            span,
            sum(|used| used.input_tokens),
            sum(|used| used.output_tokens),
        );
    }
}
