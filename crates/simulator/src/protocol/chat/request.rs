//! What is asked, checked as the service checks it and refused in its words.

mod extras;
mod forms;
mod sampling;
mod thinking;

use serde_json::{Map, Value};

use super::{
    attend::{Cached, Sensed},
    messages,
    parts::{Block, Exhibit},
};
use crate::{
    Refusal,
    compose::{Message, Sight, Tool, ToolChoice},
    models::{self, Model},
};

/// A valid request.
#[expect(
    clippy::struct_excessive_bools,
    reason = "the protocol has this many switches"
)]
#[derive(Debug)]
pub(crate) struct Ask {
    pub(crate) model_id: String,
    pub(crate) messages: Vec<Message>,
    /// The beginning of the answer, when only its continuation is asked for.
    pub(crate) prefix: Option<String>,
    pub(crate) prompt_tokens: u32,
    pub(crate) stream: bool,
    pub(crate) include_usage: bool,
    pub(crate) thinking: bool,
    pub(crate) thinking_budget: u32,
    pub(crate) max_answer_tokens: u32,
    /// Of reasoning and answer together.
    pub(crate) max_completion_tokens: u32,
    pub(crate) stop: Vec<String>,
    pub(crate) choices: u32,
    pub(crate) seed: u64,
    pub(crate) tools: Vec<Tool>,
    pub(crate) tool_choice: ToolChoice,
    /// Several calls may come in one answer.
    pub(crate) parallel_calls: bool,
    /// Arguments come in pieces even where a parameter is an array or an object.
    pub(crate) tool_stream: bool,
    /// The schema of a JSON answer; null when any object will do.
    pub(crate) json_schema: Option<Value>,
    /// How many alternatives are told for every token; none when their chances are not told.
    pub(crate) top_logprobs: Option<usize>,
    /// The web is searched first.
    pub(crate) searches: bool,
    /// Who speaks the answer.
    pub(crate) voice: Option<String>,
    /// What the messages are translated into.
    pub(crate) target_language: Option<String>,
    /// `max_tokens` limits reasoning too.
    pub(crate) limits_reasoning: bool,
    /// Pictures are looked at closely.
    pub(crate) high_resolution: bool,
    /// What is to be looked at and listened to.
    pub(crate) exhibits: Vec<Exhibit>,
    pub(crate) blocks: Vec<Block>,
    /// What was seen and heard.
    pub(crate) sights: Vec<Sight>,
    pub(crate) sensed: Sensed,
    pub(crate) cached: Cached,
}

impl Ask {
    /// A request in the compatible protocol, which not all models speak.
    pub(crate) fn parse(body: &Value, models: &[Model]) -> Result<Self, Refusal> {
        let id = body.get("model").and_then(Value::as_str);
        let model = id.and_then(|id| models::find(models, id));
        if let Some(model) = model.filter(|model| model.native_only) {
            return Err(Refusal::model_not_supported(id.unwrap_or(&model.id)));
        }
        Self::parse_any(body, models)
    }

    /// The same for every model; other protocols put their requests into this form.
    pub(crate) fn parse_any(body: &Value, models: &[Model]) -> Result<Self, Refusal> {
        let empty = Map::new();
        let fields = Fields(body.as_object().unwrap_or(&empty));
        let model_id = fields
            .get("model")
            .and_then(Value::as_str)
            .filter(|id| !id.is_empty())
            .ok_or_else(Refusal::no_model)?;
        let model =
            models::find(models, model_id).ok_or_else(|| Refusal::model_not_found(model_id))?;
        let reading = messages::read(fields.get("messages"), model)?;
        let (messages, prefix) = (reading.messages, reading.prefix);
        fields.check_sampling()?;
        let stream = fields.is_true("stream");
        // Its own words come before those of models that only stream.
        let voice = fields.voice(model, stream, fields.is_true("enable_thinking"))?;
        let (thinking, thinking_budget) =
            fields.thinking(model, stream, prefix.is_some(), voice.is_some())?;
        let (tools, tool_choice) = fields.tools(model, thinking)?;
        let searches = fields.searches(model, &messages, thinking && !stream)?;
        let mut prompt_tokens = messages::count_tokens(&messages, prefix.as_deref());
        for tool in &tools {
            prompt_tokens = prompt_tokens.saturating_add(tool.tokens());
        }
        if fields.preserves_thinking(model) {
            prompt_tokens = prompt_tokens.saturating_add(reading.reasoning_tokens);
        }
        check_length(prompt_tokens, model)?;
        let options = fields
            .get("stream_options")
            .and_then(|options| options.get("include_usage"));
        Ok(Self {
            model_id: model_id.to_owned(),
            prompt_tokens,
            stream,
            include_usage: options.and_then(Value::as_bool).unwrap_or(false),
            thinking,
            thinking_budget,
            max_answer_tokens: fields.max_tokens("max_tokens", model)?,
            max_completion_tokens: fields.max_tokens("max_completion_tokens", model)?,
            stop: fields.stop()?,
            choices: fields.choices(!tools.is_empty())?,
            seed: fields.seed()?,
            tools,
            tool_choice,
            parallel_calls: fields.is_true("parallel_tool_calls"),
            tool_stream: fields.is_true("tool_stream"),
            json_schema: fields.json_schema(model, &messages, thinking)?,
            top_logprobs: fields.top_logprobs(model_id)?,
            searches,
            voice,
            target_language: fields.target_language(model)?,
            limits_reasoning: LIMITED.iter().any(|family| model.id.starts_with(family)),
            high_resolution: fields.is_true("vl_high_resolution_images"),
            messages,
            prefix,
            exhibits: reading.exhibits,
            blocks: reading.blocks,
            sights: Vec::new(),
            sensed: Sensed::default(),
            cached: Cached::default(),
        })
    }
}

/// What other endpoints for text have in common with chats.
pub(crate) struct Limits {
    pub(crate) max_tokens: u32,
    pub(crate) stop: Vec<String>,
    pub(crate) seed: u64,
}

impl Limits {
    /// Reads them, and checks how the text is to be drawn.
    pub(crate) fn read(body: &Value, model: &Model) -> Result<Self, Refusal> {
        let empty = Map::new();
        let fields = Fields(body.as_object().unwrap_or(&empty));
        fields.check_sampling()?;
        Ok(Self {
            max_tokens: fields.max_tokens("max_tokens", model)?,
            stop: fields.stop()?,
            seed: fields.seed()?,
        })
    }
}

/// Families whose `max_tokens` holds for reasoning and answer together.
const LIMITED: [&str; 2] = ["deepseek-v4", "glm-5.3"];

/// The prompt must fit.
pub(crate) fn check_length(prompt_tokens: u32, model: &Model) -> Result<(), Refusal> {
    let limit = model.max_input_tokens;
    if prompt_tokens > limit {
        return Err(Refusal::inference_parameter(&format!(
            "Range of input length should be [1, {limit}]"
        )));
    }
    Ok(())
}

/// The body's fields; null is the same as absent.
struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    fn get(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn is_true(&self, name: &str) -> bool {
        self.get(name).and_then(Value::as_bool).unwrap_or(false)
    }
}
