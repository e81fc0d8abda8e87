//! What is asked ("Request body").

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Message, Tool, ToolChoice};
use crate::lenient::null_as_default;
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
    /// Whether a hybrid model thinks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_thinking: Option<bool>,
    /// Most tokens of reasoning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thinking_budget: Option<u32>,
    /// How hard to think; the words depend on the model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_effort: Option<String>,
    /// Whether the model may search the web.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_search: Option<bool>,
    /// How it searches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_options: Option<SearchOptions>,
    /// `text`, or `text` and `audio`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modalities: Option<Vec<String>>,
    /// The voice of a spoken answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio: Option<AudioOutput>,
    /// How the call is handled, beside its body.
    #[serde(skip)]
    pub options: CallOptions,
    /// Anything else, at the top level of the request.
    #[serde(flatten)]
    pub extra: Extra,
}

macro_rules! setters {
    ($($name:ident: $type:ty),* $(,)?) => {$(
        #[doc = concat!("Sets `", stringify!($name), "`.")]
        #[must_use]
        pub fn $name(mut self, value: impl Into<$type>) -> Self {
            self.$name = Some(value.into());
            self
        }
    )*};
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
        response_format: ResponseFormat,
        tool_choice: ToolChoice,
        parallel_tool_calls: bool,
        enable_thinking: bool,
        thinking_budget: u32,
        reasoning_effort: String,
        enable_search: bool,
        search_options: SearchOptions,
        modalities: Vec<String>,
        audio: AudioOutput,
    }

    /// Sets `tools`.
    #[must_use]
    pub fn tools(mut self, tools: impl IntoIterator<Item = Tool>) -> Self {
        self.tools = tools.into_iter().collect();
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

/// How the model searches ("Web search").
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchOptions {
    /// Search even if the model sees no need.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forced_search: Option<bool>,
    /// `turbo`, `max`, `agent`, `agent_max`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_strategy: Option<String>,
    /// Vertical sources such as weather.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_search_extension: Option<bool>,
    /// Accepted here, but this mode returns no sources.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_source: Option<bool>,
    /// Days: 7, 30, 180 or 365; only with `turbo`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub freshness: Option<u32>,
    /// At most 25 hosts; only with `turbo`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_site_list: Option<Vec<String>>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
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
