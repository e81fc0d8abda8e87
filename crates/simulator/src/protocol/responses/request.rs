//! The same question in the chat protocol, where it is checked.

use serde_json::{Map, Value, json};

use crate::Refusal;

/// Fields that mean the same under the same name.
const SAME: [&str; 8] = [
    "model",
    "stream",
    "temperature",
    "top_p",
    "presence_penalty",
    "frequency_penalty",
    "parallel_tool_calls",
    "enable_thinking",
];

/// The request as a chat completion's, with what was said before.
pub(super) fn translated(
    asked: &Value,
    context: &[Value],
    input: &[Value],
) -> Result<Value, Refusal> {
    let field = |name: &str| asked.get(name).filter(|value| !value.is_null());
    let mut chat: Map<String, Value> = SAME
        .iter()
        .filter_map(|&name| Some((name.to_owned(), field(name)?.clone())))
        .collect();
    let mut messages = Vec::new();
    if let Some(instructions) = field("instructions") {
        messages.push(json!({ "role": "system", "content": instructions }));
    }
    for item in context.iter().chain(input) {
        add(item, &mut messages)?;
    }
    chat.insert("messages".to_owned(), messages.into());
    if let Some(limit) = field("max_output_tokens") {
        if limit.as_u64().is_none_or(|limit| limit < 16) {
            return Err(Refusal::invalid_parameter(
                "max_output_tokens must be greater than or equal to 16",
            ));
        }
        chat.insert("max_tokens".to_owned(), limit.clone());
    }
    if let Some(effort) = asked
        .pointer("/reasoning/effort")
        .filter(|effort| !effort.is_null())
    {
        chat.insert("enable_thinking".to_owned(), (effort != "none").into());
        chat.insert("reasoning_effort".to_owned(), effort.clone());
    }
    let functions = functions(field("tools"))?;
    if !functions.is_empty() {
        if let Some(choice) = choice(field("tool_choice"), &functions)? {
            chat.insert("tool_choice".to_owned(), choice);
        }
        chat.insert("tools".to_owned(), functions.into());
    }
    Ok(chat.into())
}

/// The function tools in the nested form; the others are the service's own.
fn functions(tools: Option<&Value>) -> Result<Vec<Value>, Refusal> {
    let tools = tools.and_then(Value::as_array).map(Vec::as_slice);
    let mut functions = Vec::new();
    for tool in tools.unwrap_or_default() {
        if tool.get("type").and_then(Value::as_str) != Some("function") {
            continue;
        }
        if tool.get("function").is_some() || tool.get("name").is_none() {
            return Err(Refusal::invalid_parameter(
                "The type or value of tools is out of definition.",
            ));
        }
        functions.push(json!({ "type": "function", "function": {
            "name": tool["name"], "description": tool.get("description"), "parameters": tool.get("parameters"),
        }}));
    }
    Ok(functions)
}

fn choice(choice: Option<&Value>, functions: &[Value]) -> Result<Option<Value>, Refusal> {
    let only = |function: &Value| json!({ "type": "function", "function": { "name": function["function"]["name"] } });
    match choice {
        None => Ok(None),
        Some(Value::String(word)) if word == "auto" || word == "none" => {
            Ok(Some(word.as_str().into()))
        }
        Some(Value::String(word)) if word == "required" && functions.len() == 1 => {
            Ok(Some(only(&functions[0])))
        }
        Some(Value::Object(choice)) if choice.contains_key("tools") => Ok(None),
        Some(Value::Object(choice)) if choice.contains_key("name") => Ok(Some(
            json!({ "type": "function", "function": { "name": choice["name"] } }),
        )),
        Some(_) => Err(Refusal::invalid_parameter(
            r#"tool_choice is one of the strings that should be ["none", "auto"]"#,
        )),
    }
}

fn add(item: &Value, messages: &mut Vec<Value>) -> Result<(), Refusal> {
    let text = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
    match text("type") {
        "message" => messages.push(json!({
            "role": text("role"), "content": content(&item["content"]),
        })),
        "function_call" => {
            let function = json!({ "name": text("name"), "arguments": text("arguments") });
            let call = json!({ "id": text("call_id"), "type": "function", "function": function });
            // Calls of one turn stand in one message.
            let last = messages
                .last_mut()
                .and_then(|last| last.get_mut("tool_calls"));
            match last.and_then(Value::as_array_mut) {
                Some(calls) => calls.push(call),
                None => messages.push(json!({
                    "role": "assistant", "content": "", "tool_calls": [call],
                })),
            }
        }
        "function_call_output" => {
            let output = match &item["output"] {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            messages.push(json!({
                "role": "tool", "tool_call_id": text("call_id"), "content": output,
            }));
        }
        // What the service did by itself is part of the answer that follows it.
        "reasoning" | "web_search_call" | "code_interpreter_call" | "web_extractor_call" => {}
        other => {
            return Err(Refusal::invalid_parameter(format!(
                "input: item type '{other}' is not supported"
            )));
        }
    }
    Ok(())
}

/// The content's parts in the chat protocol's names; text alone is a string.
fn content(content: &Value) -> Value {
    let parts = content.as_array().map(Vec::as_slice).unwrap_or_default();
    let kind = |part: &Value| part.get("type").and_then(Value::as_str).map(str::to_owned);
    let is_text = |part: &Value| {
        matches!(
            kind(part).as_deref(),
            Some("input_text" | "output_text" | "text")
        )
    };
    let text = |part: &Value| part["text"].as_str().unwrap_or_default().to_owned();
    if parts.iter().all(is_text) {
        return parts.iter().map(text).collect::<String>().into();
    }
    let media = |part: &Value, name: &str| {
        let url = &part[name];
        url.get("url").unwrap_or(url).clone()
    };
    parts
        .iter()
        .map(|part| match kind(part).as_deref() {
            Some("input_image" | "image_url") => {
                json!({ "type": "image_url", "image_url": { "url": media(part, "image_url") } })
            }
            Some("input_video") => {
                json!({ "type": "video_url", "video_url": { "url": media(part, "video_url") } })
            }
            Some("input_audio") => json!({ "type": "input_audio", "input_audio": {
                "data": part.get("data").unwrap_or(&part["audio_url"]), "format": part["format"],
            }}),
            _ if is_text(part) => json!({ "type": "text", "text": text(part) }),
            _ => part.clone(),
        })
        .collect()
}
