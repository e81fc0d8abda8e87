//! An answer that is always the same, so that a load test measures anything but the simulator.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::Billed;

/// The model that is answered so.
pub(crate) const MODEL: &str = "simulator-fixed";
/// Where a request is searched for the model and for `stream`: at both ends, where clients put them.
const SEARCHED: usize = 512;
const WORDS: [&str; 16] = [
    "云", "对", "雨", "，", "雪", "对", "风", "，", "晚", "照", "对", "晴", "空", "。", "来", "鸿",
];
const INPUT_TOKENS: u64 = 10;

/// The answer in both forms, ready to be sent.
#[derive(Debug)]
pub(crate) struct Fixed {
    whole: Bytes,
    events: Bytes,
}

/// What to send.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) content_type: &'static str,
    pub(crate) body: Bytes,
}

impl Default for Fixed {
    fn default() -> Self {
        let envelope = |object: &str, choices: Value, usage: Value| {
            json!({
                "choices": choices, "object": object, "usage": usage, "created": 1_735_689_600,
                "system_fingerprint": null, "model": MODEL, "id": "chatcmpl-simulator-fixed",
            })
        };
        let usage = || {
            let output = WORDS.len();
            json!({ "prompt_tokens": INPUT_TOKENS, "completion_tokens": output, "total_tokens": 26 })
        };
        let chunk = |delta: Value, finish: Value, usage: Value| {
            let choices =
                json!([{ "delta": delta, "finish_reason": finish, "index": 0, "logprobs": null }]);
            let chunk = envelope("chat.completion.chunk", choices, usage);
            format!("data: {chunk}\n\n")
        };
        let mut events = chunk(
            json!({ "content": "", "role": "assistant" }),
            Value::Null,
            Value::Null,
        );
        for word in WORDS {
            events.push_str(&chunk(json!({ "content": word }), Value::Null, Value::Null));
        }
        events.push_str(&chunk(json!({ "content": "" }), "stop".into(), usage()));
        events.push_str("data: [DONE]\n\n");
        let message = json!({ "role": "assistant", "content": WORDS.concat() });
        let choices =
            json!([{ "message": message, "finish_reason": "stop", "index": 0, "logprobs": null }]);
        Self {
            whole: envelope("chat.completion", choices, usage())
                .to_string()
                .into(),
            events: events.into(),
        }
    }
}

impl Fixed {
    /// The answer to this body, if it asks for the model. It is searched, not read.
    pub(crate) fn answer(&self, path: &str, body: &[u8]) -> Option<Sent> {
        if path != "/compatible-mode/v1/chat/completions" {
            return None;
        }
        let head = &body[..body.len().min(SEARCHED)];
        let tail = &body[body.len() - body.len().min(SEARCHED)..];
        let says = |text: &str| {
            [head, tail]
                .iter()
                .any(|part| contains(part, text.as_bytes()))
        };
        if !says(MODEL) {
            return None;
        }
        let streams = says("\"stream\":true") || says("\"stream\": true");
        let (content_type, body) = if streams {
            ("text/event-stream;charset=UTF-8", &self.events)
        } else {
            ("application/json", &self.whole)
        };
        Some(Sent {
            content_type,
            body: body.clone(),
        })
    }
}

/// What every such answer costs.
pub(crate) fn billed() -> Billed {
    Billed {
        model: MODEL.to_owned(),
        input_tokens: INPUT_TOKENS,
        output_tokens: u64::try_from(WORDS.len()).unwrap_or(u64::MAX),
        ..Billed::default()
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::Fixed;

    const CHAT: &str = "/compatible-mode/v1/chat/completions";

    #[test]
    fn only_its_own_model_is_answered_and_in_the_form_that_is_asked_for() {
        let fixed = Fixed::default();
        let kind = |path, body: &str| {
            fixed
                .answer(path, body.as_bytes())
                .map(|sent| sent.content_type)
        };
        let whole = r#"{"model":"simulator-fixed","messages":[]}"#;
        assert_eq!(kind(CHAT, whole), Some("application/json"));
        let stream = r#"{"messages":[],"stream": true,"model":"simulator-fixed"}"#;
        assert_eq!(kind(CHAT, stream), Some("text/event-stream;charset=UTF-8"));
        assert_eq!(kind(CHAT, r#"{"model":"qwen-plus"}"#), None);
        assert_eq!(kind("/compatible-mode/v1/embeddings", whole), None);
    }
}
