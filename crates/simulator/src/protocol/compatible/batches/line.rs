//! The lines of a batch's file: which are taken, and what each is answered.

use std::collections::HashSet;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::{
    Handle, Refusal,
    dice::Dice,
    models::{self, Ability},
    protocol::{chat, compatible::embeddings},
    state::{Billed, unix_seconds},
};

/// The model of the free test endpoint.
const TEST_MODEL: &str = "batch-test-model";
/// The path of the free test endpoint.
const TEST_ENDPOINT: &str = "/v1/chat/ds-test";
const LONGEST_LINE: usize = 6 << 20;

/// A request of the file.
#[derive(Debug)]
pub(super) struct Line {
    custom_id: String,
    body: Value,
}

/// Reads the file; what is wrong with it is told line by line.
pub(super) fn read(handle: &Handle, file: &Bytes, endpoint: &str) -> Result<Vec<Line>, Vec<Value>> {
    let text = String::from_utf8_lossy(file);
    let (most_lines, most_bytes) = if endpoint == TEST_ENDPOINT {
        (100, 1 << 20)
    } else {
        (50_000, 500 << 20)
    };
    let mut lines = Vec::new();
    let mut errors = Vec::new();
    let mut ids = HashSet::new();
    let mut only_model: Option<String> = None;
    if file.len() > most_bytes {
        errors.push(error(
            "file_too_large",
            "The input file is too large.",
            None,
        ));
    }
    for (number, raw) in (1usize..).zip(text.lines()) {
        if raw.trim().is_empty() {
            continue;
        }
        if lines.len() >= most_lines {
            let message = format!("The input file has more than {most_lines} requests.");
            errors.push(error("too_many_requests", &message, None));
            break;
        }
        let Some(line) = parse(raw, endpoint) else {
            let message = "The line is not a request of this batch's endpoint.";
            errors.push(error("invalid_json_line", message, Some(number)));
            continue;
        };
        let id = &line.custom_id;
        if !ids.insert(id.clone()) {
            let message = format!(
                "The custom_id '{id}' for this request is a duplicate of another request. The custom_id parameter must be unique for each request in a batch."
            );
            errors.push(error("duplicate_custom_id", &message, Some(number)));
        }
        let model = line
            .body
            .get("model")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if only_model.as_ref().is_some_and(|only| only != model) {
            let message = format!(
                "The model '{model}' for this request does not match the rest of the batch. Each batch must contain requests for a single model."
            );
            errors.push(error("mismatched_model", &message, Some(number)));
        } else if only_model.is_none() && !takes_batches(handle, model, endpoint) {
            let message = format!("The provided model {model} is not supported by the Batch API.");
            errors.push(error("model_not_found", &message, Some(number)));
        }
        only_model.get_or_insert_with(|| model.to_owned());
        lines.push(line);
    }
    if lines.is_empty() && errors.is_empty() {
        errors.push(error("empty_file", "The input file is empty.", None));
    }
    if errors.is_empty() {
        Ok(lines)
    } else {
        Err(errors)
    }
}

impl Line {
    /// The line of the result file, or of the error file, and what it costs.
    pub(super) fn answer(&self, handle: &Handle, endpoint: &str, dice: &Dice) -> Answered {
        let id = dice.clone().and(&self.custom_id).uuid();
        let answered = match endpoint {
            "/v1/embeddings" => embeddings::embed(handle, &self.body, &id),
            TEST_ENDPOINT => Ok(test_result(&id)),
            _ => chat::answer_whole(handle, &self.body, &id),
        };
        let (response, error, billed) = match answered {
            Ok((body, billed)) => (
                json!({ "status_code": 200, "request_id": id, "body": body }),
                Value::Null,
                Some(billed),
            ),
            Err(refusal) => (
                json!({ "status_code": refusal.status, "request_id": id, "body": refusal.compatible(&id) }),
                told(&refusal),
                None,
            ),
        };
        let line =
            json!({ "id": id, "custom_id": self.custom_id, "response": response, "error": error });
        Answered {
            text: format!("{line}\n"),
            billed,
        }
    }
}

/// A line of a result, and what it costs when it is one.
pub(super) struct Answered {
    pub(super) text: String,
    pub(super) billed: Option<Billed>,
}

fn parse(raw: &str, endpoint: &str) -> Option<Line> {
    if raw.len() > LONGEST_LINE {
        return None;
    }
    let line: Value = serde_json::from_str(raw).ok()?;
    let is_post = line.get("method").and_then(Value::as_str) == Some("POST");
    let is_here = line.get("url").and_then(Value::as_str) == Some(endpoint);
    let custom_id = line.get("custom_id")?.as_str()?.to_owned();
    let body = line.get("body").filter(|body| body.is_object())?.clone();
    (is_post && is_here && !custom_id.is_empty()).then_some(Line { custom_id, body })
}

fn takes_batches(handle: &Handle, model: &str, endpoint: &str) -> bool {
    if endpoint == TEST_ENDPOINT {
        return model == TEST_MODEL;
    }
    models::find(handle.models(), model).is_some_and(|model| model.accepts.has(Ability::Batch))
}

fn test_result(id: &str) -> (Value, Billed) {
    let message = json!({ "role": "assistant", "content": "This is a test result." });
    let body = json!({
        "created": unix_seconds(),
        "usage": { "completion_tokens": 6, "prompt_tokens": 20, "total_tokens": 26 },
        "model": TEST_MODEL,
        "id": format!("chatcmpl-{id}"),
        "choices": [{ "finish_reason": "stop", "index": 0, "message": message }],
        "object": "chat.completion",
    });
    // The test model is free.
    let billed = Billed {
        model: TEST_MODEL.to_owned(),
        ..Billed::default()
    };
    (body, billed)
}

fn told(refusal: &Refusal) -> Value {
    json!({ "code": refusal.code, "message": refusal.message })
}

/// OpenAI's envelope.
fn error(code: &str, message: &str, line: Option<usize>) -> Value {
    json!({ "code": code, "message": message, "param": null, "line": line })
}
