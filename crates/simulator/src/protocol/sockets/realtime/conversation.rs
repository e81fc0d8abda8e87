//! What was said so far, as the model sees it.

use serde_json::{Value, json};

use crate::{
    compose::{self, Message, Role},
    tokens,
};

/// The items of a conversation.
#[derive(Debug, Default)]
pub(super) struct Conversation {
    items: Vec<Value>,
}

impl Conversation {
    pub(super) fn add(&mut self, item: Value) {
        self.items.push(item);
    }

    pub(super) fn find(&self, id: &str) -> Option<&Value> {
        self.items.iter().find(|item| item["id"] == id)
    }

    /// Whether there was such an item.
    pub(super) fn remove(&mut self, id: &str) -> bool {
        let before = self.items.len();
        self.items.retain(|item| item["id"] != id);
        self.items.len() < before
    }

    /// An item as it is shown, with the words that belong to sound.
    pub(super) fn user(id: &str, transcript: &str) -> Value {
        json!({
            "id": id, "object": "realtime.item", "type": "message", "status": "completed",
            "role": "user", "content": [{ "type": "input_audio", "transcript": transcript }],
        })
    }

    /// What the model is asked.
    pub(super) fn messages(&self, instructions: Option<&str>) -> Vec<Message> {
        let system = instructions.map(|text| message(Role::System, text.to_owned()));
        let said = self.items.iter().map(|item| {
            let role = match (item["type"].as_str(), item["role"].as_str()) {
                (Some("function_call_output"), _) => Role::Tool,
                (_, Some("assistant")) => Role::Assistant,
                (_, Some("system")) => Role::System,
                _ => Role::User,
            };
            message(role, text(item))
        });
        system.into_iter().chain(said).collect()
    }

    /// Tokens of everything that was said.
    pub(super) fn tokens(&self) -> u64 {
        self.items
            .iter()
            .map(|item| u64::from(tokens::count(&text(item))))
            .sum()
    }
}

fn message(role: Role, text: String) -> Message {
    Message {
        role,
        text,
        calls_tools: false,
    }
}

fn text(item: &Value) -> String {
    if let Some(output) = item["output"].as_str() {
        return output.to_owned();
    }
    let parts = item["content"].as_array().into_iter().flatten();
    parts
        .filter_map(|part| {
            part["text"]
                .as_str()
                .or_else(|| part["transcript"].as_str())
        })
        .collect()
}

/// A few sentences of an answer, as one would say them: no headings, lists or tables.
pub(super) fn spoken(seed: u64, messages: &[Message]) -> String {
    let written = compose::text(seed, messages);
    let mut spoken = String::new();
    let mut is_code = false;
    for line in written.lines().map(str::trim) {
        if line.starts_with("```") {
            is_code = !is_code;
        }
        let is_speech =
            !is_code && !line.is_empty() && !line.starts_with(['#', '|', '`', '$', '-', '>']);
        if is_speech {
            spoken.push_str(&line.replace(['*', '`', '_'], ""));
        }
        if spoken.chars().count() > 60 {
            break;
        }
    }
    spoken
}
