//! What is asked, checked as the service checks it and refused in its words.

mod forms;
mod sampling;
mod thinking;

use serde_json::{Map, Value};

use super::messages;
use crate::{
    Refusal,
    compose::{Message, Tool},
    models::{self, Ability, Model},
};

/// A valid request.
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
    /// The function that must be called.
    pub(crate) tool_choice: Option<String>,
    /// The schema of a JSON answer; null when any object will do.
    pub(crate) json_schema: Option<Value>,
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
        let (messages, prefix) = messages::read(fields.get("messages"), model)?;
        let prompt_tokens = messages::count_tokens(&messages, prefix.as_deref());
        if prompt_tokens > model.max_input_tokens {
            let limit = model.max_input_tokens;
            return Err(Refusal::inference_parameter(&format!(
                "Range of input length should be [1, {limit}]"
            )));
        }
        fields.check_sampling()?;
        let stream = fields.is_true("stream");
        let (thinking, thinking_budget) = fields.thinking(model, stream, prefix.is_some())?;
        let (tools, tool_choice) = fields.tools(model, thinking)?;
        if fields.is_true("enable_search") && !model.accepts.has(Ability::Search) {
            return Err(Refusal::invalid_parameter(
                "This model does not support enable_search.",
            ));
        }
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
            choices: fields.choices()?,
            seed: fields.seed()?,
            tools,
            tool_choice,
            json_schema: fields.json_schema(model, &messages, thinking)?,
            messages,
            prefix,
        })
    }
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
