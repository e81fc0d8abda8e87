//! `POST /api/v1/tokenizer`: how the simulator would cut a text.

use axum::response::Response;
use serde_json::{Value, json};

use super::body;
use crate::{
    Refusal,
    dice::Dice,
    models::{self, Kind},
    protocol::{entry::Entry, reply},
    state::Billed,
    tokens,
};

/// Models of old that only this path still knows.
const OLDER: [&str; 5] = [
    "qwen-7b-chat",
    "qwen-14b-chat",
    "qwen-72b-chat",
    "qwen1.5-14b-chat",
    "llama2-7b-chat-v2",
];
/// The size of Qwen's vocabulary.
const VOCABULARY: usize = 151_643;

/// The tokens and their numbers.
pub(super) async fn create(entry: Entry) -> Result<Response, Refusal> {
    let json = entry.json()?;
    let named = json.get("model").and_then(Value::as_str);
    let name = match named.filter(|name| OLDER.contains(name)) {
        Some(name) => name,
        None => body::model(&json, entry.handle.models())?.0,
    };
    let is_chat =
        models::find(entry.handle.models(), name).is_none_or(|model| model.kind == Kind::Chat);
    if !is_chat {
        return Err(body::wrong_path());
    }
    let input = json.get("input").unwrap_or(&Value::Null);
    let text = match (input.get("prompt"), input.get("messages")) {
        (Some(Value::String(prompt)), _) => prompt.clone(),
        (_, Some(Value::Array(messages))) => messages
            .iter()
            .filter_map(|message| message.get("content")?.as_str())
            .collect(),
        _ => {
            return Err(Refusal::invalid_parameter(
                r#"Either "prompt" or "messages" must exist and cannot both be none"#,
            ));
        }
    };
    let tokens: Vec<&str> = tokens::split(&text).collect();
    let ids: Vec<usize> = tokens
        .iter()
        .map(|token| Dice::new(0).and(token).below(VOCABULARY))
        .collect();
    // Counting is free.
    entry.bill(Billed {
        model: name.to_owned(),
        ..Billed::default()
    });
    let answer = json!({
        "output": { "token_ids": ids, "tokens": tokens },
        "usage": { "input_tokens": tokens.len() },
        "request_id": entry.id.0,
    });
    Ok(reply::json(200, &answer))
}
