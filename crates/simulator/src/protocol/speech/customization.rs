//! `POST /api/v1/services/audio/{asr,tts}/customization`: one path each, the action inside.

use axum::response::Response;
use serde_json::{Value, json};

use super::{vocabularies, voices};
use crate::{
    Refusal,
    calendar::Stamp,
    protocol::{entry::Entry, reply, tasks},
};

/// Hot words.
pub(super) async fn vocabularies(entry: Entry) -> Result<Response, Refusal> {
    let request = Request::read(&entry, &["speech-biasing"])?;
    let (output, usage) = vocabularies::act(&entry, &request)?;
    Ok(answer(&entry, &output, &usage))
}

/// Voices of the account's own.
pub(super) async fn voices(entry: Entry) -> Result<Response, Refusal> {
    let models = [
        "voice-enrollment",
        "qwen-voice-enrollment",
        "qwen-voice-design",
    ];
    let request = Request::read(&entry, &models)?;
    let (output, usage) = voices::act(&entry, &request).await?;
    Ok(answer(&entry, &output, &usage))
}

fn answer(entry: &Entry, output: &Value, usage: &Value) -> Response {
    reply::json(
        200,
        &json!({ "output": output, "usage": usage, "request_id": entry.id.0 }),
    )
}

/// An action and what it is given.
pub(super) struct Request {
    pub(super) model: String,
    pub(super) action: String,
    pub(super) input: Value,
}

impl Request {
    fn read(entry: &Entry, models: &[&str]) -> Result<Self, Refusal> {
        let given = entry.json()?;
        tasks::must_be_synchronous(entry)?;
        let model = given["model"].as_str().filter(|model| !model.is_empty());
        let model = model.ok_or_else(|| {
            let message = r#"Required parameter "model" missing from request."#;
            Refusal::new(400, "BadRequest.EmptyModel", message)
        })?;
        if !models.contains(&model) {
            return Err(Refusal::new(
                404,
                "ModelNotFound",
                "Model can not be found.",
            ));
        }
        let input = given["input"].clone();
        let action = input["action"].as_str().ok_or_else(|| missing("action"))?;
        Ok(Self {
            model: model.to_owned(),
            action: action.to_owned(),
            input: input.clone(),
        })
    }

    /// A text that must be given.
    pub(super) fn text(&self, name: &str) -> Result<&str, Refusal> {
        let text = self.input[name].as_str().filter(|text| !text.is_empty());
        text.ok_or_else(|| missing(name))
    }

    /// A name made of a few lower-case letters and digits.
    pub(super) fn prefix(&self, longest: usize) -> Result<&str, Refusal> {
        let prefix = self.text("prefix")?;
        let is_plain = prefix
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        if is_plain && prefix.len() <= longest {
            return Ok(prefix);
        }
        let message = format!(
            "prefix should only contain digits and lowercase letters, at most {longest} characters"
        );
        Err(Refusal::invalid_parameter(message))
    }

    /// The rows of a page, of those that begin with the prefix.
    pub(super) fn page<T: Clone>(&self, rows: &[T], prefix: impl Fn(&T) -> &str) -> Vec<T> {
        let number = |name: &str, default: u64| {
            let number = self.input[name].as_u64().unwrap_or(default);
            usize::try_from(number).unwrap_or(0)
        };
        let wanted = self.input["prefix"].as_str();
        let rows = rows
            .iter()
            .filter(|row| wanted.is_none_or(|wanted| prefix(row) == wanted));
        let size = number("page_size", 10).clamp(1, 100);
        rows.skip(number("page_index", 0) * size)
            .take(size)
            .cloned()
            .collect()
    }

    /// 400: there is no such action.
    pub(super) fn unknown(&self) -> Refusal {
        Refusal::invalid_parameter(format!("Unsupported action: {}", self.action))
    }
}

fn missing(name: &str) -> Refusal {
    Refusal::invalid_parameter(format!("Required parameter(s) missing: {name}"))
}

/// `2026-01-15 16:30:00`.
pub(super) fn second(stamp: Stamp) -> String {
    let mut text = stamp.beijing();
    text.truncate(19);
    text
}
