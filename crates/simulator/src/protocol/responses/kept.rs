//! The answers and conversations that the account keeps.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde_json::{Map, Value, json};

use crate::{Refusal, protocol::entry::Entry};

/// Older ones are forgotten, so that a demonstration can run for weeks.
const MOST: usize = 4_096;

/// Stored answers and conversations by their ids.
#[derive(Debug, Default)]
pub(crate) struct Responses(Mutex<Stored>);

#[derive(Debug, Default)]
struct Stored {
    responses: HashMap<String, Response>,
    response_order: VecDeque<String>,
    conversations: HashMap<String, Conversation>,
    conversation_order: VecDeque<String>,
}

/// An answer, with all of the turns that led to it.
#[derive(Clone, Debug)]
pub(super) struct Response {
    pub(super) shown: Value,
    /// The items of earlier turns and of this one's question.
    pub(super) input: Vec<Value>,
    output: Vec<Value>,
}

/// A conversation and its items, oldest first.
#[derive(Clone, Debug)]
pub(super) struct Conversation {
    pub(super) shown: Value,
    pub(super) items: Vec<Value>,
}

impl Responses {
    /// What was said before, by `previous_response_id` or `conversation`.
    pub(super) fn context(&self, asked: &Value, entry: &Entry) -> Result<Vec<Value>, Refusal> {
        let named = |name: &str| asked.get(name).and_then(Value::as_str);
        match (named("previous_response_id"), conversation_id(asked)) {
            (Some(_), Some(_)) => Err(Refusal::new(
                400,
                "INVALID_REQUEST",
                "[400] INVALID_REQUEST: Mutually exclusive parameters: Ensure you are only providing one of: previous_response_id or conversation.",
            )),
            (Some(previous), None) => self
                .response(previous)
                .filter(|_| entry.sees(previous))
                .map(|found| [found.input, found.output].concat())
                .ok_or_else(|| {
                    let message = format!("Previous response with id '{previous}' not found.");
                    Refusal::new(400, "InvalidParameter", message)
                }),
            (None, Some(id)) => self
                .conversation(id)
                .filter(|_| entry.sees(id))
                .map(|found| found.items)
                .ok_or_else(|| super::conversations::not_found(id)),
            (None, None) => Ok(Vec::new()),
        }
    }

    /// Keeps an answer unless `store` is false, and adds the turn to its conversation.
    pub(super) fn keep(
        &self,
        asked: &Value,
        context: &[Value],
        input: &mut Vec<Value>,
        whole: &Value,
    ) {
        let output: Vec<Value> = whole["output"].as_array().cloned().unwrap_or_default();
        let mut stored = self.stored();
        if let Some(conversation) =
            conversation_id(asked).and_then(|id| stored.conversations.get_mut(id))
        {
            conversation.items.extend(input.iter().cloned());
            let spoken = output.iter().filter(|item| item["type"] == "message");
            conversation.items.extend(spoken.cloned());
        }
        if asked.get("store").and_then(Value::as_bool) == Some(false) {
            return;
        }
        let Some(id) = whole["id"].as_str().map(str::to_owned) else {
            return;
        };
        let mut shown = whole.clone();
        if let Some(fields) = shown.as_object_mut() {
            fields.extend(defaults(asked, &whole["created_at"]));
        }
        let mut turns = context.to_vec();
        turns.append(input);
        let response = Response {
            shown,
            input: turns,
            output,
        };
        stored.responses.insert(id.clone(), response);
        stored.response_order.push_back(id);
        if stored.response_order.len() > MOST
            && let Some(oldest) = stored.response_order.pop_front()
        {
            stored.responses.remove(&oldest);
        }
    }

    pub(super) fn response(&self, id: &str) -> Option<Response> {
        self.stored().responses.get(id).cloned()
    }

    pub(super) fn delete_response(&self, id: &str) -> bool {
        self.stored().responses.remove(id).is_some()
    }

    pub(super) fn conversation(&self, id: &str) -> Option<Conversation> {
        self.stored().conversations.get(id).cloned()
    }

    pub(super) fn begin_conversation(&self, id: String, conversation: Conversation) {
        let mut stored = self.stored();
        stored.conversations.insert(id.clone(), conversation);
        stored.conversation_order.push_back(id);
        if stored.conversation_order.len() > MOST
            && let Some(oldest) = stored.conversation_order.pop_front()
        {
            stored.conversations.remove(&oldest);
        }
    }

    /// Changes a conversation; `None` when there is none.
    pub(super) fn change_conversation<T>(
        &self,
        id: &str,
        change: impl FnOnce(&mut Conversation) -> T,
    ) -> Option<T> {
        self.stored().conversations.get_mut(id).map(change)
    }

    pub(super) fn delete_conversation(&self, id: &str) -> bool {
        self.stored().conversations.remove(id).is_some()
    }

    fn stored(&self) -> MutexGuard<'_, Stored> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The conversation's id, bare or in an object, as OpenAI's clients write it.
fn conversation_id(asked: &Value) -> Option<&str> {
    let conversation = asked.get("conversation")?;
    conversation
        .as_str()
        .or_else(|| conversation.get("id")?.as_str())
}

/// What only the retrieving call tells.
fn defaults(asked: &Value, created: &Value) -> Map<String, Value> {
    let given = |name: &str, default: Value| {
        let value = asked.get(name).filter(|value| !value.is_null());
        (name.to_owned(), value.cloned().unwrap_or(default))
    };
    Map::from_iter([
        ("completed_at".to_owned(), created.clone()),
        ("background".to_owned(), false.into()),
        ("service_tier".to_owned(), "default".into()),
        given("store", true.into()),
        given("metadata", json!({})),
        given("temperature", Value::Null),
        given("top_p", Value::Null),
        given("frequency_penalty", 0.into()),
        given("presence_penalty", 0.into()),
        given("top_logprobs", 0.into()),
        given("previous_response_id", Value::Null),
    ])
}
