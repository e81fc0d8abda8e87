//! The messages of a request, checked one by one.

use serde_json::Value;

use crate::{
    Refusal,
    compose::{Message, Role},
    models::{Ability, Model},
    tokens,
};

/// What the chat template adds to every message.
const TEMPLATE_TOKENS: u32 = 4;

/// Reads the messages, and apart from them the beginning of the answer when the last one is `partial`.
pub(crate) fn read(
    messages: Option<&Value>,
    model: &Model,
) -> Result<(Vec<Message>, Option<String>), Refusal> {
    let given = messages.and_then(Value::as_array).ok_or_else(|| {
        Refusal::invalid_parameter(
            "Required parameter(messages) missing or invalid, please check the request parameters.",
        )
    })?;
    let last = given
        .last()
        .ok_or_else(|| Refusal::inference_parameter("[] is too short - 'messages'"))?;
    let mut messages: Vec<Message> = Vec::with_capacity(given.len());
    for value in given {
        let message = read_one(value, model)?;
        let answers_call = messages
            .last()
            .is_some_and(|before| before.calls_tools || before.role == Role::Tool);
        if message.role == Role::Tool && !answers_call {
            return Err(Refusal::invalid_parameter(
                r#"messages with role "tool" must be a response to a preceeding message with "tool_calls"."#,
            ));
        }
        messages.push(message);
    }
    if !messages.iter().any(|message| message.role == Role::User) {
        return Err(Refusal::invalid_parameter(
            "The input messages do not contain elements with the role of user.",
        ));
    }
    let is_partial = last.get("partial").and_then(Value::as_bool) == Some(true);
    let prefix = messages.pop_if(|message| is_partial && message.role == Role::Assistant);
    Ok((messages, prefix.map(|message| message.text)))
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

fn read_one(value: &Value, model: &Model) -> Result<Message, Refusal> {
    if !value.is_object() {
        return Err(Refusal::invalid_parameter(
            "Input should be a valid dictionary or instance of GPT3Message",
        ));
    }
    let role = match value.get("role").and_then(Value::as_str) {
        Some("system" | "developer") => Role::System,
        Some("user") => Role::User,
        Some("assistant") => Role::Assistant,
        Some("tool") => Role::Tool,
        Some(_) | None => {
            let refusal = Refusal::new(500, "internal_error", "Role must be in [user, assistant]");
            return Err(refusal.natively("InternalError.Algo"));
        }
    };
    let calls_tools = value
        .get("tool_calls")
        .and_then(Value::as_array)
        .is_some_and(|calls| !calls.is_empty());
    let text = match value.get("content").unwrap_or(&Value::Null) {
        Value::String(text) => text.clone(),
        Value::Null if calls_tools => String::new(),
        Value::Array(parts) => read_parts(parts, role, model)?,
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
    Ok(Message {
        role,
        text,
        calls_tools,
    })
}

/// Text-only models take parts only where a cache mark needs them.
fn read_parts(parts: &[Value], role: Role, model: &Model) -> Result<String, Refusal> {
    let is_text = |part: &Value| part.get("type").and_then(Value::as_str) == Some("text");
    let is_marked = parts.iter().any(|part| part.get("cache_control").is_some());
    let may_be_parts = model.accepts.has(Ability::Parts)
        || (parts.iter().all(is_text) && (role == Role::System || is_marked));
    if !may_be_parts {
        return Err(Refusal::inference_parameter(
            "input content must be a string.",
        ));
    }
    let mut text = String::new();
    for part in parts {
        match part.get("type").and_then(Value::as_str) {
            Some("text") => {
                text.push_str(part.get("text").and_then(Value::as_str).unwrap_or_default());
            }
            Some("image_url" | "video" | "video_url" | "input_audio") => {}
            Some(_) | None => {
                return Err(Refusal::inference_parameter(
                    "The provided messages input is invalid. The error info is [Unexpected item type in content.]",
                ));
            }
        }
    }
    Ok(text)
}
