//! The messages of a request, checked one by one.

use serde_json::Value;

use super::parts::{self, Block, Exhibit};
use crate::{
    Refusal,
    compose::{Message, Role},
    models::Model,
    tokens,
};

/// What the chat template adds to every message.
const TEMPLATE_TOKENS: u32 = 4;

/// The messages of a request.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    pub(crate) messages: Vec<Message>,
    /// The beginning of the answer when the last message is `partial`.
    pub(crate) prefix: Option<String>,
    pub(crate) exhibits: Vec<Exhibit>,
    pub(crate) blocks: Vec<Block>,
    /// Of the reasoning of earlier answers.
    pub(crate) reasoning_tokens: u32,
}

/// Reads the messages.
pub(crate) fn read(messages: Option<&Value>, model: &Model) -> Result<Reading, Refusal> {
    let given = messages.and_then(Value::as_array).ok_or_else(|| {
        Refusal::invalid_parameter(
            "Required parameter(messages) missing or invalid, please check the request parameters.",
        )
    })?;
    let last = given
        .last()
        .ok_or_else(|| Refusal::inference_parameter("[] is too short - 'messages'"))?;
    let mut reading = Reading::default();
    let mut open_calls: Vec<&str> = Vec::new();
    for value in given {
        let message = read_one(value, model, &mut reading)?;
        let before = reading.messages.last();
        let answers_call =
            before.is_some_and(|before| before.calls_tools || before.role == Role::Tool);
        if message.role == Role::Tool && !answers_call {
            return Err(Refusal::invalid_parameter(
                r#"messages with role "tool" must be a response to a preceeding message with "tool_calls"."#,
            ));
        }
        if message.role == Role::Tool {
            let id = value.get("tool_call_id").and_then(Value::as_str);
            // Without an id it answers the first call that is open.
            let place = id.map_or(Some(0), |id| open_calls.iter().position(|open| *open == id));
            if let Some(place) = place.filter(|place| *place < open_calls.len()) {
                open_calls.remove(place);
            }
        } else if !open_calls.is_empty() {
            return Err(unanswered());
        }
        if message.calls_tools {
            open_calls = calls(value)?;
        }
        reading.messages.push(message);
    }
    if !open_calls.is_empty() {
        return Err(unanswered());
    }
    if !reading
        .messages
        .iter()
        .any(|message| message.role == Role::User)
    {
        return Err(Refusal::invalid_parameter(
            "The input messages do not contain elements with the role of user.",
        ));
    }
    let is_partial = last.get("partial").and_then(Value::as_bool) == Some(true);
    let prefix = reading
        .messages
        .pop_if(|message| is_partial && message.role == Role::Assistant);
    reading.prefix = prefix.map(|message| message.text);
    Ok(reading)
}

/// The ids of the calls that a message makes.
fn calls(message: &Value) -> Result<Vec<&str>, Refusal> {
    let calls = message.get("tool_calls").and_then(Value::as_array);
    let read = |call: &'_ Value| {
        call.pointer("/function/arguments")
            .and_then(Value::as_str)
            .map(drop)
            .ok_or_else(|| {
                Refusal::inference_parameter(
                    "If tool_calls are present in the message, function.arguments must be defined.",
                )
            })
    };
    let mut ids = Vec::new();
    for call in calls.into_iter().flatten() {
        read(call)?;
        ids.push(call.get("id").and_then(Value::as_str).unwrap_or_default());
    }
    Ok(ids)
}

fn unanswered() -> Refusal {
    Refusal::inference_parameter(
        r#"An assistant message with "tool_calls" must be followed by tool messages responding to each "tool_call_id"."#,
    )
}

/// The estimate of [`tokens::split`] and what the chat template adds.
pub(crate) fn count_tokens(messages: &[Message], prefix: Option<&str>) -> u32 {
    let texts = messages
        .iter()
        .map(|message| message.text.as_str())
        .chain(prefix);
    texts
        .map(|text| tokens::count(text).saturating_add(TEMPLATE_TOKENS))
        .fold(0, u32::saturating_add)
}

fn read_one(value: &Value, model: &Model, reading: &mut Reading) -> Result<Message, Refusal> {
    if !value.is_object() {
        return Err(Refusal::invalid_parameter(
            "Input should be a valid dictionary or instance of GPT3Message",
        ));
    }
    let role = match value.get("role").and_then(Value::as_str) {
        // The translator knows two roles.
        Some("system" | "developer" | "tool") if model.id.starts_with("qwen-mt-") => {
            return Err(wrong_role());
        }
        Some("system" | "developer") => Role::System,
        Some("user") => Role::User,
        Some("assistant") => Role::Assistant,
        Some("tool") => Role::Tool,
        Some(_) | None => return Err(wrong_role()),
    };
    let calls_tools = value
        .get("tool_calls")
        .and_then(Value::as_array)
        .is_some_and(|calls| !calls.is_empty());
    let text = match value.get("content").unwrap_or(&Value::Null) {
        Value::String(text) => text.clone(),
        Value::Null if calls_tools => String::new(),
        Value::Array(given) => {
            let content = parts::read(given, role, model)?;
            reading.exhibits.extend(content.exhibits);
            let message = reading.messages.len();
            let blocks = content.ends.into_iter().map(|(end, is_marked)| Block {
                message,
                end,
                is_marked,
            });
            reading.blocks.extend(blocks);
            content.text
        }
        Value::Null => {
            return Err(Refusal::invalid_parameter(
                "The content field is a required field.",
            ));
        }
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => {
            return Err(Refusal::inference_parameter(
                "input content must be a string.",
            ));
        }
    };
    if value.get("content").is_some_and(Value::is_string) {
        reading.blocks.push(Block {
            message: reading.messages.len(),
            end: text.len(),
            is_marked: false,
        });
    }
    if let Some(reasoning) = value.get("reasoning_content").and_then(Value::as_str) {
        reading.reasoning_tokens = reading
            .reasoning_tokens
            .saturating_add(tokens::count(reasoning));
    }
    Ok(Message {
        role,
        text,
        calls_tools,
    })
}

fn wrong_role() -> Refusal {
    Refusal::new(500, "internal_error", "Role must be in [user, assistant]")
        .natively("InternalError.Algo")
}
