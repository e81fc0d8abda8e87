//! What is asked ("Request body").

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{AudioOutput, Message, ResponseFormat, SearchOptions, Stop, Tool, ToolChoice};
use crate::lenient::null_as_default;
use crate::setters::setters;
use crate::{CallOptions, Extra};

/// A chat request. Absent fields take the model's own defaults; fields without a name here go through `extra`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChatRequest {
    /// Which model answers.
    pub model: String,
    /// The conversation so far; not empty.
    pub messages: Vec<Message>,
    /// Set by the call that is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream: Option<bool>,
    /// What a stream carries besides the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_options: Option<StreamOptions>,
    /// 0 ≤ t < 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// 0 < p ≤ 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// Above 100 turns it off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_k: Option<u32>,
    /// −2 to 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presence_penalty: Option<f64>,
    /// Above 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repetition_penalty: Option<f64>,
    /// Most tokens of the answer; models differ in whether reasoning counts. Deprecated by the provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// Most tokens of reasoning and answer together; newer models.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_completion_tokens: Option<u32>,
    /// How many answers: 1–4, 1 with tools.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<u32>,
    /// 0 to 2³¹ − 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<i64>,
    /// Where the answer ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop: Option<Stop>,
    /// Whether the probabilities of the answer's tokens come along; some models, not for reasoning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logprobs: Option<bool>,
    /// How many alternatives a token: 0–5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_logprobs: Option<u32>,
    /// The answer's form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_format: Option<ResponseFormat>,
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
    /// Whether the arguments of tools that take arrays or objects are streamed too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_stream: Option<bool>,
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
    /// Whether earlier reasoning is dropped; GLM only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clear_thinking: Option<bool>,
    /// `adaptive` or `disabled` as an object's `type`; MiniMax-M3 only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thinking: Option<Value>,
    /// Whether the model may search the web.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_search: Option<bool>,
    /// How it searches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_options: Option<SearchOptions>,
    /// Whether the answer may hold pictures as HTML; a few models.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_text_image_mixed: Option<bool>,
    /// Whether the model may run code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_code_interpreter: Option<bool>,
    /// Whether images are read in more detail, for more tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vl_high_resolution_images: Option<bool>,
    /// `text`, or `text` and `audio`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modalities: Option<Vec<String>>,
    /// The voice of a spoken answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio: Option<AudioOutput>,
    /// Whether sound keeps its directions; qwen3.8-omni-flash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_multichannel: Option<bool>,
    /// What a document model makes, such as slides; only streamed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skill: Option<Value>,
    /// How a translation model translates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub translation_options: Option<Value>,
    /// How a recognition model listens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asr_options: Option<Value>,
    /// How the call is handled, beside its body.
    #[serde(skip)]
    pub options: CallOptions,
    /// Anything else, at the top level of the request.
    #[serde(flatten)]
    pub extra: Extra,
}

impl ChatRequest {
    /// A request with the model's defaults.
    pub fn new(model: impl Into<String>, messages: impl IntoIterator<Item = Message>) -> Self {
        Self {
            model: model.into(),
            messages: messages.into_iter().collect(),
            ..Self::default()
        }
    }

    setters! {
        temperature: f64,
        top_p: f64,
        top_k: u32,
        presence_penalty: f64,
        repetition_penalty: f64,
        max_tokens: u32,
        max_completion_tokens: u32,
        n: u32,
        seed: i64,
        stop: Stop,
        stream_options: StreamOptions,
        logprobs: bool,
        top_logprobs: u32,
        response_format: ResponseFormat,
        tool_choice: ToolChoice,
        parallel_tool_calls: bool,
        tool_stream: bool,
        enable_thinking: bool,
        thinking_budget: u32,
        reasoning_effort: String,
        preserve_thinking: bool,
        clear_thinking: bool,
        thinking: Value,
        enable_search: bool,
        search_options: SearchOptions,
        enable_text_image_mixed: bool,
        enable_code_interpreter: bool,
        vl_high_resolution_images: bool,
        modalities: Vec<String>,
        audio: AudioOutput,
        use_multichannel: bool,
        skill: Value,
        translation_options: Value,
        asr_options: Value,
    }

    /// Sets `tools`.
    #[must_use]
    pub fn tools(mut self, tools: impl IntoIterator<Item = Tool>) -> Self {
        self.tools = tools.into_iter().collect();
        self
    }

    /// Asks for the answer as text and as speech in this voice; only streamed, only omni models, not while thinking.
    #[must_use]
    pub fn speak(mut self, voice: impl Into<String>) -> Self {
        self.modalities = Some(vec!["text".to_owned(), "audio".to_owned()]);
        self.audio = Some(AudioOutput::new(voice));
        self
    }

    /// Sets how the call is handled, such as moderation and queueing.
    #[must_use]
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Asks for the usage in a chunk near the stream's end.
    #[must_use]
    pub fn include_usage(mut self) -> Self {
        self.stream_options.get_or_insert_default().include_usage = Some(true);
        self
    }

    /// Sets a field that has no name here.
    #[must_use]
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extra.insert(name.into(), value.into());
        self
    }
}

/// What a stream carries besides the answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StreamOptions {
    /// The usage, in one chunk near the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_usage: Option<bool>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}
