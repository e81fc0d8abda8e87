//! The same question in the compatible protocol, where it is checked.

use serde_json::{Map, Value, json};

use crate::Refusal;

/// Fields that mean the same under the same name.
const SAME: [&str; 6] = [
    "model",
    "max_tokens",
    "stream",
    "temperature",
    "top_p",
    "top_k",
];

/// The request as a chat completion's.
pub(super) fn translated(asked: &Value) -> Result<Value, Refusal> {
    let field = |name: &str| asked.get(name).filter(|value| !value.is_null());
    let mut chat: Map<String, Value> = SAME
        .iter()
        .filter_map(|&name| Some((name.to_owned(), field(name)?.clone())))
        .collect();
    let mut set = |name: &str, value: Value| chat.insert(name.to_owned(), value);
    set("messages", messages(asked)?);
    if let Some(stop) = field("stop_sequences") {
        set("stop", stop.clone());
    }
    match asked.pointer("/thinking/type").and_then(Value::as_str) {
        Some("enabled" | "adaptive") => {
            set("enable_thinking", true.into());
            if let Some(budget) = asked.pointer("/thinking/budget_tokens") {
                set("thinking_budget", budget.clone());
            }
        }
        Some("disabled") => {
            set("enable_thinking", false.into());
        }
        Some(_) | None => {}
    }
    if let Some(effort) = asked.pointer("/output_config/effort") {
        set("reasoning_effort", effort.clone());
    }
    if let Some(schema) = asked.pointer("/output_config/format/schema") {
        set(
            "response_format",
            json!({ "type": "json_schema", "json_schema": { "name": "answer", "schema": schema } }),
        );
    }
    let tools = field("tools").and_then(Value::as_array);
    if let Some(tools) = tools.filter(|tools| !tools.is_empty()) {
        set("tools", tools.iter().map(tool).collect());
        match asked.pointer("/tool_choice/type").and_then(Value::as_str) {
            Some("none") => set("tool_choice", "none".into()),
            Some("any") => set("tool_choice", function(tools[0].get("name"))),
            Some("tool") => set("tool_choice", function(asked.pointer("/tool_choice/name"))),
            Some(_) | None => None,
        };
    }
    Ok(chat.into())
}

fn function(name: Option<&Value>) -> Value {
    json!({ "type": "function", "function": { "name": name } })
}

fn tool(tool: &Value) -> Value {
    let function = json!({
        "name": tool.get("name"),
        "description": tool.get("description"),
        "parameters": tool.get("input_schema"),
    });
    json!({ "type": "function", "function": function })
}

fn messages(asked: &Value) -> Result<Value, Refusal> {
    let given = asked
        .get("messages")
        .and_then(Value::as_array)
        .ok_or_else(|| Refusal::invalid_parameter("messages: Field required"))?;
    if given.is_empty() {
        return Err(Refusal::invalid_parameter(
            "messages: at least one message is required",
        ));
    }
    let mut messages = Vec::with_capacity(given.len() + 1);
    match asked.get("system") {
        Some(Value::String(text)) => messages.push(json!({ "role": "system", "content": text })),
        Some(Value::Array(blocks)) => {
            messages.push(json!({ "role": "system", "content": texts(blocks) }));
        }
        _ => {}
    }
    for message in given {
        let role = message.get("role").and_then(Value::as_str);
        match (role, message.get("content")) {
            (Some("user" | "assistant" | "system"), Some(Value::String(text))) => {
                messages.push(json!({ "role": role, "content": text }));
            }
            (Some("assistant"), Some(Value::Array(blocks))) => messages.push(said(blocks)),
            (Some("user" | "system"), Some(Value::Array(blocks))) => {
                asked_by_user(role.unwrap_or_default(), blocks, &mut messages)?;
            }
            (Some("user" | "assistant" | "system"), _) => {
                return Err(Refusal::invalid_parameter(
                    "messages: content must be a string or an array of blocks",
                ));
            }
            _ => {
                return Err(Refusal::invalid_parameter(
                    "messages: role must be user or assistant",
                ));
            }
        }
    }
    Ok(messages.into())
}

/// What the model said before: its words and its calls; what it thought is not read again.
fn said(blocks: &[Value]) -> Value {
    let calls: Vec<Value> = blocks
        .iter()
        .filter(|block| kind(block) == "tool_use")
        .map(|block| {
            let arguments = block.get("input").unwrap_or(&Value::Null).to_string();
            let function = json!({ "name": block.get("name"), "arguments": arguments });
            json!({ "id": block.get("id"), "type": "function", "function": function })
        })
        .collect();
    let mut message = json!({ "role": "assistant", "content": texts(blocks) });
    if !calls.is_empty() {
        message["tool_calls"] = calls.into();
    }
    message
}

/// A turn of the user: what tools gave comes first, each as a message of its own.
fn asked_by_user(role: &str, blocks: &[Value], messages: &mut Vec<Value>) -> Result<(), Refusal> {
    let mut parts = Vec::new();
    for block in blocks {
        match kind(block) {
            "text" => parts.push(json!({ "type": "text", "text": block.get("text") })),
            "image" => parts.push(json!({
                "type": "image_url",
                "image_url": { "url": source(block)? },
            })),
            "video" => parts.push(json!({
                "type": "video_url",
                "video_url": { "url": source(block)? },
            })),
            "tool_result" => {
                let text = match block.get("content") {
                    Some(Value::String(text)) => text.clone(),
                    Some(Value::Array(blocks)) => texts(blocks),
                    _ => String::new(),
                };
                messages.push(json!({
                    "role": "tool", "tool_call_id": block.get("tool_use_id"), "content": text,
                }));
            }
            other => {
                return Err(Refusal::invalid_parameter(format!(
                    "messages: content block type '{other}' is not supported"
                )));
            }
        }
    }
    let only_text = parts.iter().all(|part| part["type"] == "text");
    if parts.is_empty() {
        return Ok(());
    }
    let content = if only_text {
        texts(blocks).into()
    } else {
        Value::from(parts)
    };
    messages.push(json!({ "role": role, "content": content }));
    Ok(())
}

fn source(block: &Value) -> Result<String, Refusal> {
    let part = |name: &str| block.get("source")?.get(name)?.as_str();
    match part("type") {
        Some("url") => part("url").map(str::to_owned),
        Some("base64") => part("media_type")
            .zip(part("data"))
            .map(|(kind, data)| format!("data:{kind};base64,{data}")),
        _ => None,
    }
    .ok_or_else(|| Refusal::invalid_parameter("messages: source must be a url or base64 data"))
}

fn kind(block: &Value) -> &str {
    block
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn texts(blocks: &[Value]) -> String {
    let text = |block: &Value| {
        let text = block.get("text").and_then(Value::as_str);
        text.filter(|_| kind(block) == "text").map(str::to_owned)
    };
    blocks
        .iter()
        .filter_map(text)
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::translated;

    #[test]
    fn tool_results_follow_their_calls() -> Result<(), crate::Refusal> {
        let chat = translated(&json!({
            "model": "qwen-plus",
            "max_tokens": 16,
            "system": [{ "type": "text", "text": "Be brief." }],
            "thinking": { "type": "disabled" },
            "messages": [
                { "role": "user", "content": "Weather?" },
                { "role": "assistant", "content": [
                    { "type": "thinking", "thinking": "…", "signature": "" },
                    { "type": "tool_use", "id": "call_1", "name": "weather", "input": { "city": "杭州" } },
                ]},
                { "role": "user", "content": [
                    { "type": "tool_result", "tool_use_id": "call_1", "content": [{ "type": "text", "text": "rain" }] },
                    { "type": "text", "text": "And now?" },
                ]},
            ],
        }))?;
        let roles: Vec<_> = chat["messages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|message| &message["role"])
            .collect();
        assert_eq!(roles, ["system", "user", "assistant", "tool", "user"]);
        assert_eq!(
            chat["messages"][2]["tool_calls"][0]["function"]["arguments"],
            r#"{"city":"杭州"}"#
        );
        assert_eq!(chat["messages"][3]["tool_call_id"], "call_1");
        assert_eq!(chat["enable_thinking"], false);
        Ok(())
    }

    #[test]
    fn what_the_service_does_not_know_is_refused() {
        let asked = json!({ "model": "m", "max_tokens": 1, "messages": [{ "role": "user", "content": [{ "type": "document" }] }] });
        assert!(translated(&asked).unwrap_err().message.contains("document"));
    }
}
