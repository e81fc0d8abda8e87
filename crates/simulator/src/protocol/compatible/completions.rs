//! `POST /compatible-mode/v1/completions`: text after a prefix, or between a prefix and a suffix.

mod filling;

use axum::response::Response;
use serde_json::{Value, json};

use self::filling::Gap;
use super::asked_model;
use crate::{
    Billed, Refusal,
    models::{Ability, Model},
    pace::Pace,
    protocol::{
        chat::{self, request, transmit::Step},
        entry::Entry,
    },
    state::unix_seconds,
    tokens,
};

/// Checks the request and gives the text, streamed or not.
pub(super) async fn create(entry: Entry) -> Result<Response, Refusal> {
    let body = entry.json()?;
    let (name, model) = asked_model(&entry.handle, &body)?;
    if !model.accepts.has(Ability::Fill) {
        return Err(Refusal::model_not_supported(name));
    }
    let asked = Asked::read(&body, model)?;
    let options = entry.handle.options();
    let mut pace = Pace::new(&options, entry.dice().and("answer"));
    let (text, finish) = asked.written(options.seed);
    let spent = tokens::count(&text);
    let usage = json!({
        "prompt_tokens": asked.prompt_tokens,
        "completion_tokens": spent,
        "total_tokens": asked.prompt_tokens + spent,
    });
    entry.first_byte().await;
    entry.bill(Billed {
        model: name.to_owned(),
        input_tokens: asked.prompt_tokens.into(),
        output_tokens: spent.into(),
        ..Billed::default()
    });
    let created = unix_seconds();
    let put = |choices: Value, usage: &Value| {
        json!({
            "id": format!("cmpl-{}", entry.id.0),
            "object": "text_completion",
            "created": created,
            "model": name,
            "choices": choices,
            "system_fingerprint": null,
            "usage": usage,
        })
    };
    let choice = |text: &str, finish: Value| json!([{ "finish_reason": finish, "index": 0, "logprobs": null, "text": text }]);
    if !asked.stream {
        let whole = put(choice(&text, finish.into()), &usage).to_string();
        let steps = [Step::Wait(pace.time_for(&text)), Step::Say(whole.into())];
        return Ok(chat::play(
            "application/json",
            Box::new(steps.into_iter()),
            entry.clone(),
        ));
    }
    let event = |data: &Value| Step::Say(format!("data: {data}\n\n").into());
    let mut steps = Vec::new();
    for piece in pace.chunks(&text) {
        let chunk = put(choice(&piece, Value::Null), &Value::Null);
        steps.extend([Step::Wait(pace.time_for(&piece)), event(&chunk), Step::Sent]);
    }
    steps.push(event(&put(choice("", finish.into()), &Value::Null)));
    if asked.include_usage {
        steps.push(event(&put(json!([]), &usage)));
    }
    steps.push(Step::Say("data: [DONE]\n\n".into()));
    Ok(chat::play(
        chat::EVENT_STREAM,
        Box::new(steps.into_iter()),
        entry.clone(),
    ))
}

/// A valid request.
struct Asked<'a> {
    gap: Gap<'a>,
    prompt_tokens: u32,
    max_tokens: u32,
    stop: Vec<String>,
    seed: u64,
    stream: bool,
    include_usage: bool,
}

impl<'a> Asked<'a> {
    fn read(body: &'a Value, model: &Model) -> Result<Self, Refusal> {
        let prompt = body
            .get("prompt")
            .and_then(Value::as_str)
            .filter(|prompt| !prompt.is_empty())
            .ok_or_else(|| {
                Refusal::invalid_parameter(
                    "Required parameter(prompt) missing or invalid, please check the request parameters.",
                )
            })?;
        let prompt_tokens = tokens::count(prompt);
        request::check_length(prompt_tokens, model)?;
        let limits = request::Limits::read(body, model)?;
        let usage = body.pointer("/stream_options/include_usage");
        Ok(Self {
            gap: Gap::of(prompt),
            prompt_tokens,
            max_tokens: limits.max_tokens,
            stop: limits.stop,
            seed: limits.seed,
            stream: body.get("stream").and_then(Value::as_bool) == Some(true),
            include_usage: usage.and_then(Value::as_bool) == Some(true),
        })
    }

    /// The text and why it ends.
    fn written(&self, seed: u64) -> (String, &'static str) {
        let text = self.gap.fill(seed ^ (self.seed << 16));
        let words = self.stop.iter().filter(|word| !word.is_empty());
        let stop = words.filter_map(|word| text.find(word.as_str())).min();
        let text = &text[..stop.unwrap_or(text.len())];
        let most = usize::try_from(self.max_tokens).unwrap_or(usize::MAX);
        let kept: String = tokens::split(text).take(most).collect();
        let finish = if kept.len() < text.len() {
            "length"
        } else {
            "stop"
        };
        (kept, finish)
    }
}
