//! What an application is asked, put into the form of a chat.

use std::iter;

use serde_json::{Map, Value, json};

use super::knowledge::Knowledge;
use crate::{
    Refusal,
    protocol::{chat::request::Ask, entry::Entry, medium},
    sessions::Round,
};

/// The models behind applications that name none.
const USUAL_MODEL: &str = "qwen-plus";
const SEEING_MODEL: &str = "qwen3-vl-plus";
/// Rounds of a session that are shown to the model.
const USUAL_ROUNDS: usize = 10;

/// A valid call of an application.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) ask: Ask,
    pub(super) session: String,
    /// The last thing that the user said.
    pub(super) question: String,
    pub(super) business: Map<String, Value>,
    pub(super) knowledge: Knowledge,
    pub(super) has_thoughts: bool,
    pub(super) incremental: bool,
    pub(super) flow: Flow,
}

/// How the steps of a workflow are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// It is an agent, or told like one.
    None,
    /// Every event lists the nodes so far.
    Thoughts,
    /// Every event is a message of one node.
    Messages,
}

impl Call {
    pub(super) fn read(entry: &Entry, app: &str, body: &Value) -> Result<Self, Refusal> {
        let object = |name: &str| body.get(name).and_then(Value::as_object).cloned();
        let input = object("input").ok_or_else(|| {
            let message = "Required input parameter missing from request.";
            Refusal::new(400, "BadRequest.EmptyInput", message)
        })?;
        let parameters = object("parameters").unwrap_or_default();
        let is_true = |name: &str| parameters.get(name).and_then(Value::as_bool) == Some(true);
        let session = text(&input, "session_id")
            .map_or_else(|| entry.dice().and("session").hex(32), str::to_owned);
        let business = input
            .get("biz_params")
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default();
        let images = addresses(entry, &input, "image_list")?;
        let files = addresses(entry, &input, "file_list")?;
        let rounds = parameters.get("dialog_round").and_then(Value::as_u64);
        let rounds = rounds.map_or(USUAL_ROUNDS, |rounds| {
            usize::try_from(rounds).unwrap_or(USUAL_ROUNDS)
        });
        let of_account = format!("{} {app}", entry.account());
        let before = entry.handle.sessions().rounds(&of_account, &session);
        let before = &before[before.len().saturating_sub(rounds)..];
        let (mut messages, question) = messages(&input, before)?;
        show(&mut messages, &images, &files);
        let usual = if images.is_empty() {
            USUAL_MODEL
        } else {
            SEEING_MODEL
        };
        let mut chat = json!({
            "model": text(&parameters, "model_id").unwrap_or(usual),
            "messages": messages,
            "stream": entry.asks_for_events(),
            "enable_search": is_true("enable_web_search"),
        });
        for name in SHARED {
            if let Some(value) = parameters.get(name).filter(|value| !value.is_null()) {
                chat[name] = value.clone();
            }
        }
        Ok(Self {
            ask: Ask::parse_any(&chat, entry.handle.models())?,
            session,
            knowledge: Knowledge::read(app, &input, &parameters, &question)?,
            question,
            business,
            has_thoughts: is_true("has_thoughts"),
            incremental: is_true("incremental_output"),
            flow: flow(&parameters)?,
        })
    }
}

/// Parameters that mean the same to a model.
const SHARED: [&str; 5] = ["temperature", "top_p", "top_k", "seed", "enable_thinking"];

fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    let text = fields.get(name).and_then(Value::as_str);
    text.filter(|text| !text.is_empty())
}

/// The caller's own messages, or the session's and the prompt; and the question among them.
fn messages(input: &Map<String, Value>, rounds: &[Round]) -> Result<(Vec<Value>, String), Refusal> {
    let said = |role: &str, content: &str| json!({ "role": role, "content": content });
    let prompt = text(input, "prompt").map(|prompt| said("user", prompt));
    let given = input.get("messages").and_then(Value::as_array);
    let mut messages: Vec<Value> = match (given, prompt) {
        (Some(given), prompt) => given.iter().cloned().chain(prompt).collect(),
        (None, Some(prompt)) => rounds
            .iter()
            .flat_map(|round| {
                [
                    said("user", &round.question),
                    said("assistant", &round.answer),
                ]
            })
            .chain(iter::once(prompt))
            .collect(),
        (None, None) => {
            return Err(Refusal::invalid_parameter(
                "Required parameter(prompt) missing or invalid, please check the request parameters.",
            ));
        }
    };
    let question = messages
        .iter()
        .rev()
        .find(|message| message["role"] == "user")
        .and_then(|message| message["content"].as_str())
        .unwrap_or_default()
        .to_owned();
    // What a session has said is of any length; an empty answer must not make the next question invalid.
    messages.retain(|message| message["content"] != "" || message["role"] != "assistant");
    Ok((messages, question))
}

/// Adds pictures to the last message, and before all of them what files there are.
fn show(messages: &mut Vec<Value>, images: &[String], files: &[String]) {
    if let Some(last) = messages.last_mut().filter(|_| !images.is_empty()) {
        let text = json!({ "type": "text", "text": last["content"] });
        let images = images
            .iter()
            .map(|url| json!({ "type": "image_url", "image_url": { "url": url } }));
        last["content"] = images.chain(iter::once(text)).collect();
    }
    if !files.is_empty() {
        let content = format!("Files: {}", files.join(", "));
        messages.insert(0, json!({ "role": "system", "content": content }));
    }
}

fn addresses(
    entry: &Entry,
    input: &Map<String, Value>,
    name: &str,
) -> Result<Vec<String>, Refusal> {
    let list = input.get(name).and_then(Value::as_array);
    let urls: Vec<String> = list
        .into_iter()
        .flatten()
        .filter_map(|url| Some(url.as_str()?.to_owned()))
        .collect();
    urls.iter()
        .try_for_each(|url| medium::check_address(entry, url))?;
    Ok(urls)
}

fn flow(parameters: &Map<String, Value>) -> Result<Flow, Refusal> {
    match parameters.get("flow_stream_mode").map(Value::as_str) {
        None | Some(Some("agent_format")) => Ok(Flow::None),
        Some(Some("full_thoughts")) => Ok(Flow::Thoughts),
        Some(Some("message_format")) => Ok(Flow::Messages),
        Some(_) => Err(Refusal::invalid_parameter(
            "Required parameter(flow_stream_mode) missing or invalid, please check the request parameters.",
        )),
    }
}
