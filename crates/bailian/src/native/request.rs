//! What a text or multimodal model is asked ("Text generation", "Multimodal generation").

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Content, Message};
use crate::lenient::null_as_default;
use crate::setters::setters;
use crate::{CallOptions, Extra, ResponseFormat, SearchOptions, Stop, Tool, ToolChoice};

/// A request for text, natively.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GenerationRequest {
    /// Which model answers.
    pub model: String,
    /// The conversation.
    pub input: GenerationInput,
    /// How to answer.
    pub parameters: GenerationParameters,
    /// Where the model is served; calling the other service is refused ("url error").
    #[serde(skip)]
    pub service: Service,
    /// How the call is handled, beside its body.
    #[serde(skip)]
    pub options: CallOptions,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Which of the two services a model belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// `text-generation`: qwen3-max, qwen-plus, coder models, `DeepSeek` and others.
    #[default]
    Text,
    /// `multimodal-generation`: VL, omni and OCR models, and qwen3.5-plus, -flash and most that came later.
    Multimodal,
}

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GenerationInput {
    /// The conversation so far.
    #[serde(
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub messages: Vec<Message>,
    /// A single question, in place of the messages; obsolete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How to answer. Absent fields take the model's own defaults.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GenerationParameters {
    /// `message`, or `text` for the older form without roles, tools and reasoning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result_format: Option<String>,
    /// Whether the provider sends pieces or repeats the whole text in each event. What this crate hands out is
    /// pieces in any case. Unset means pieces; while thinking it must not be off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incremental_output: Option<bool>,
    /// 0 ≤ t < 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// 0 < p ≤ 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// Above 100 turns it off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_k: Option<u32>,
    /// Above 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repetition_penalty: Option<f64>,
    /// −2 to 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presence_penalty: Option<f64>,
    /// Most tokens of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// Most tokens of reasoning and answer together; newer models.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_completion_tokens: Option<u32>,
    /// Not negative; wider than in the compatible mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<i64>,
    /// Where the answer ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop: Option<Stop>,
    /// How many answers: 1–4, 1 with tools.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<u32>,
    /// The answer's form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_format: Option<ResponseFormat>,
    /// Whether the probabilities of the answer's tokens come along.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logprobs: Option<bool>,
    /// How many alternatives a token: 0–5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_logprobs: Option<u32>,
    /// Whether a hybrid model thinks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_thinking: Option<bool>,
    /// Most tokens of reasoning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thinking_budget: Option<u32>,
    /// How hard to think; the words depend on the model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_effort: Option<String>,
    /// Whether the reasoning of earlier answers counts as context; billed as input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preserve_thinking: Option<bool>,
    /// What the model may call.
    #[serde(
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub tools: Vec<Tool>,
    /// Whether it may or must.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_choice: Option<ToolChoice>,
    /// Several calls in one answer; off by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parallel_tool_calls: Option<bool>,
    /// Whether the model may search the web.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_search: Option<bool>,
    /// How it searches, and whether it tells where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_options: Option<SearchOptions>,
    /// Whether the model may run code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_code_interpreter: Option<bool>,
    /// Whether images are read in more detail, for more tokens; multimodal only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vl_high_resolution_images: Option<bool>,
    /// Whether the answer names the size that images were scaled to; multimodal only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vl_enable_image_hw_output: Option<bool>,
    /// What an OCR model reads for; multimodal only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ocr_options: Option<Value>,
    /// How a recognition model listens; multimodal only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asr_options: Option<Value>,
    /// How a translation model translates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub translation_options: Option<Value>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl GenerationRequest {
    /// A request to a text model, whose answer will be a message.
    pub fn text(model: impl Into<String>, messages: impl IntoIterator<Item = Message>) -> Self {
        Self {
            model: model.into(),
            input: GenerationInput {
                messages: messages.into_iter().collect(),
                ..GenerationInput::default()
            },
            ..Self::default()
        }
        .result_format("message")
    }

    /// A request to a multimodal model. Plain text is sent as a part, the only documented form there.
    pub fn multimodal(
        model: impl Into<String>,
        messages: impl IntoIterator<Item = Message>,
    ) -> Self {
        let in_parts = |message: Message| Message {
            content: message
                .content
                .map(|content| Content::Parts(content.into_parts())),
            ..message
        };
        Self {
            service: Service::Multimodal,
            ..Self::text(model, messages.into_iter().map(in_parts))
        }
    }

    setters! {
        in parameters:
        result_format: String,
        incremental_output: bool,
        temperature: f64,
        top_p: f64,
        top_k: u32,
        repetition_penalty: f64,
        presence_penalty: f64,
        max_tokens: u32,
        max_completion_tokens: u32,
        seed: i64,
        stop: Stop,
        n: u32,
        response_format: ResponseFormat,
        logprobs: bool,
        top_logprobs: u32,
        enable_thinking: bool,
        thinking_budget: u32,
        reasoning_effort: String,
        preserve_thinking: bool,
        tool_choice: ToolChoice,
        parallel_tool_calls: bool,
        enable_search: bool,
        search_options: SearchOptions,
        enable_code_interpreter: bool,
        vl_high_resolution_images: bool,
        vl_enable_image_hw_output: bool,
        ocr_options: Value,
        asr_options: Value,
        translation_options: Value,
    }

    /// Sets `tools`.
    #[must_use]
    pub fn tools(mut self, tools: impl IntoIterator<Item = Tool>) -> Self {
        self.parameters.tools = tools.into_iter().collect();
        self
    }

    /// Sets how the call is handled, such as moderation and queueing.
    #[must_use]
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Sets a parameter that has no name here.
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.parameters.extra.insert(name.into(), value.into());
        self
    }
}
