//! What is asked, checked as the service checks it and refused in its words.

use serde_json::{Map, Value};

use super::messages;
use crate::{
    Refusal,
    compose::{Message, Tool},
    models::{self, Ability, Model, Streaming, Thinking},
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
    pub(crate) fn parse(body: &Value, models: &[Model]) -> Result<Self, Refusal> {
        let empty = Map::new();
        let fields = Fields(body.as_object().unwrap_or(&empty));
        let model_id = fields
            .get("model")
            .and_then(Value::as_str)
            .filter(|id| !id.is_empty())
            .ok_or_else(|| {
                Refusal::new(
                    400,
                    "invalid_request_error",
                    "you must provide a model parameter.",
                )
                .natively("InvalidParameter")
            })?;
        let model =
            models::find(models, model_id).ok_or_else(|| Refusal::model_not_found(model_id))?;
        if model.native_only {
            return Err(Refusal::model_not_supported(model_id));
        }
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

    fn check_sampling(&self) -> Result<(), Refusal> {
        type Range = fn(f64) -> bool;
        let rules: [(&str, Range, &str); 5] = [
            (
                "temperature",
                |n| (0.0..2.0).contains(&n),
                "Temperature should be in [0.0, 2.0)",
            ),
            (
                "top_p",
                |n| n > 0.0 && n <= 1.0,
                "Range of top_p should be (0.0, 1.0]",
            ),
            (
                "top_k",
                |n| n >= 0.0,
                "Parameter top_k be greater than or equal to 0",
            ),
            (
                "repetition_penalty",
                |n| n > 0.0,
                "Repetition_penalty should be greater than 0.0",
            ),
            (
                "presence_penalty",
                |n| (-2.0..=2.0).contains(&n),
                "Presence_penalty should be in [-2.0, 2.0]",
            ),
        ];
        for (name, is_valid, wording) in rules {
            let Some(value) = self.get(name) else {
                continue;
            };
            let kind = if name == "top_k" { "Integer" } else { "Float" };
            let number = value
                .as_f64()
                .ok_or_else(|| Refusal::invalid_parameter(format!("'{name}' must be {kind}")))?;
            if !is_valid(number) {
                return Err(Refusal::invalid_parameter(wording));
            }
        }
        Ok(())
    }

    fn thinking(
        &self,
        model: &Model,
        stream: bool,
        continues: bool,
    ) -> Result<(bool, u32), Refusal> {
        let effort = self.get("reasoning_effort").and_then(Value::as_str);
        let switch = self
            .get("enable_thinking")
            .and_then(Value::as_bool)
            .or((effort == Some("none")).then_some(false));
        let thinking = match (model.thinking, switch) {
            (Thinking::Never, Some(true)) => {
                let message = format!("The model {} does not support enable_thinking.", model.id);
                return Err(Refusal::new(
                    400,
                    "InvalidParameter.NotSupportEnableThinking",
                    message,
                ));
            }
            (Thinking::Always, Some(false)) => {
                return Err(Refusal::invalid_parameter(
                    "The value of the enable_thinking parameter is restricted to True.",
                ));
            }
            (Thinking::Always, _) => true,
            (Thinking::Never, _) => false,
            (Thinking::Off, switch) => switch.unwrap_or(false),
            (Thinking::On, switch) => switch.unwrap_or(true),
        };
        match model.streaming {
            Streaming::Required if !stream => Err(Refusal::invalid_parameter(
                "This model only support stream mode, please enable the stream parameter to access the model.",
            )),
            Streaming::ForThinking if thinking && !stream => Err(Refusal::invalid_parameter(
                "parameter.enable_thinking must be set to false for non-streaming calls",
            )),
            Streaming::Optional | Streaming::ForThinking | Streaming::Required => Ok(()),
        }?;
        if thinking && continues {
            // Refused by the documentation, which does not print the wording.
            return Err(Refusal::inference_parameter(
                "Partial mode is not supported when enable_thinking is true",
            ));
        }
        let longest = model.max_thinking_tokens;
        let budget = match (self.get("thinking_budget"), effort) {
            (Some(_), Some(_)) => {
                let message = "The thinking_budget and reasoning_effort parameters cannot be set at the same time";
                return Err(Refusal::invalid_parameter(message));
            }
            (Some(budget), None) => budget
                .as_u64()
                .and_then(|budget| u32::try_from(budget).ok())
                .filter(|budget| (1..=longest).contains(budget))
                .ok_or_else(|| {
                    let rule = "The thinking_budget parameter must be a positive integer and not greater than";
                    Refusal::invalid_parameter(format!("{rule} {longest}"))
                })?,
            (None, Some("low" | "minimal")) => 4_096,
            (None, Some("medium")) => 16_384,
            (None, Some(_) | None) => longest,
        };
        Ok((thinking, budget))
    }

    fn max_tokens(&self, name: &str, model: &Model) -> Result<u32, Refusal> {
        let largest = model.max_output_tokens;
        let Some(value) = self.get(name) else {
            return Ok(u32::MAX);
        };
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        number
            .filter(|number| (1..=largest).contains(number))
            .ok_or_else(|| {
                Refusal::inference_parameter(&format!("Range of {name} should be [1, {largest}]"))
            })
    }

    fn stop(&self) -> Result<Vec<String>, Refusal> {
        let wrong = || {
            Refusal::invalid_parameter(
                r#"The "stop" parameter must be of type "str", "list[str]", "list[int]", or "list[list[int]]", and all elements within the list must be of the same type."#,
            )
        };
        match self.get("stop") {
            None => Ok(Vec::new()),
            Some(Value::String(word)) => Ok(vec![word.clone()]),
            // Token ids mean nothing without the model's vocabulary.
            Some(Value::Array(list))
                if list.iter().all(Value::is_u64) || list.iter().all(Value::is_array) =>
            {
                Ok(Vec::new())
            }
            Some(Value::Array(list)) => list
                .iter()
                .map(|word| word.as_str().map(str::to_owned).ok_or_else(wrong))
                .collect(),
            Some(_) => Err(wrong()),
        }
    }

    fn choices(&self) -> Result<u32, Refusal> {
        let Some(value) = self.get("n") else {
            return Ok(1);
        };
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        number
            .filter(|number| (1..=4).contains(number))
            .ok_or_else(|| Refusal::invalid_parameter("Range of n should be [1, 4]"))
    }

    fn seed(&self) -> Result<u64, Refusal> {
        let refused = |message: String| {
            Refusal::new(400, "invalid_value", message).of_type("invalid_request_error")
        };
        let Some(value) = self.get("seed") else {
            return Ok(1234);
        };
        let number = value
            .as_i64()
            .ok_or_else(|| refused("'seed' must be Integer".to_owned()))?;
        match u64::try_from(number) {
            Ok(seed) if seed <= 2_147_483_647 => Ok(seed),
            Ok(seed) => Err(refused(format!(
                "{seed} is greater than the maximum of 2147483647 - 'seed'"
            ))),
            Err(_) => Err(refused(format!(
                "{number} is lesser than the minimum of 0 - 'seed'"
            ))),
        }
    }

    fn tools(&self, model: &Model, thinking: bool) -> Result<(Vec<Tool>, Option<String>), Refusal> {
        let list = self
            .get("tools")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        if !list.is_empty() && !model.accepts.has(Ability::Tools) {
            return Err(Refusal::invalid_parameter(
                "The tool call is not supported.",
            ));
        }
        let tools = list.iter().map(tool).collect::<Result<Vec<_>, _>>()?;
        let chosen = match self.get("tool_choice") {
            None => None,
            Some(Value::String(word)) if word == "auto" => None,
            Some(Value::String(word)) if word == "none" => return Ok((Vec::new(), None)),
            Some(_) if thinking => {
                return Err(Refusal::inference_parameter(
                    "The tool_choice parameter does not support being set to required or object in thinking mode",
                ));
            }
            Some(choice) => Some(
                choice
                    .pointer("/function/name")
                    .and_then(Value::as_str)
                    .map(str::to_owned)
                    .ok_or_else(|| {
                        Refusal::invalid_parameter(
                            r#"tool_choice is one of the strings that should be ["none", "auto"]"#,
                        )
                    })?,
            ),
        };
        Ok((tools, chosen))
    }

    fn json_schema(
        &self,
        model: &Model,
        messages: &[Message],
        thinking: bool,
    ) -> Result<Option<Value>, Refusal> {
        let Some(format) = self.get("response_format") else {
            return Ok(None);
        };
        let kind = format.get("type").and_then(Value::as_str);
        match kind {
            Some("text") => Ok(None),
            Some("json_object" | "json_schema") if thinking => Err(Refusal::invalid_parameter(
                "Json mode response is not supported when enable_thinking is true",
            )),
            Some("json_object")
                if !messages
                    .iter()
                    .any(|message| message.text.to_lowercase().contains("json")) =>
            {
                Err(Refusal::inference_parameter(
                    "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
                ))
            }
            Some("json_object") => Ok(Some(Value::Null)),
            Some("json_schema") if model.accepts.has(Ability::Structured) => Ok(Some(
                format
                    .pointer("/json_schema/schema")
                    .cloned()
                    .unwrap_or(Value::Null),
            )),
            Some(_) | None => {
                let told = kind.map_or_else(|| format.to_string(), str::to_owned);
                let rule = "Unknown format of response_format, response_format should be a dict, includes 'type' and an optional key 'json_schema'. The response_format type from user is";
                Err(Refusal::invalid_parameter(format!("{rule} {told}.")))
            }
        }
    }
}

fn tool(value: &Value) -> Result<Tool, Refusal> {
    let function = value.get("function");
    let name = function
        .and_then(|function| function.get("name"))
        .and_then(Value::as_str)
        .unwrap_or_default();
    let is_name = !name.is_empty()
        && name.len() <= 64
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if name == "search" {
        return Err(Refusal::invalid_parameter(
            "Tool names are not allowed to be [search]",
        ));
    }
    if !is_name {
        return Err(Refusal::invalid_parameter(
            "The type or value of tools is out of definition.",
        ));
    }
    let parameters = function
        .and_then(|function| function.get("parameters"))
        .cloned()
        .unwrap_or(Value::Null);
    Ok(Tool {
        name: name.to_owned(),
        parameters,
    })
}
