//! What synthesis over HTTP answers with, whole or as a stream.

use std::{convert::Infallible, time::Duration};

use axum::{body::Body, response::Response};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use crate::{
    Framing, Refusal,
    protocol::{entry::Entry, native::frames, reply},
    results::RESULT_LIFE,
    sound::{self, Format, Manner, Utterance},
    state::unix_seconds,
};

/// Sound at an address that expires, as `output.audio`.
#[derive(Debug)]
pub(super) struct Published {
    pub(super) url: String,
    pub(super) id: String,
    pub(super) expires_at: u64,
}

impl Published {
    /// Stores what was said as a file.
    pub(super) fn new(entry: &Entry, said: &Utterance, format: Format, kilobits: u32) -> Self {
        let bytes = sound::file(entry.handle.spoken(), said, format, kilobits).unwrap_or_default();
        let mut dice = entry.dice().and("audio");
        let path = format!("{}/{}.{}", dice.hex(2), dice.uuid(), format.ending());
        Self {
            url: entry.handle.publish(&path, format.content_type(), bytes),
            id: format!("audio_{}", entry.id.0),
            expires_at: unix_seconds() + RESULT_LIFE.as_secs(),
        }
    }

    /// The file, with nothing in the answer itself.
    pub(super) fn whole(&self) -> Value {
        json!({ "data": "", "url": self.url, "id": self.id, "expires_at": self.expires_at })
    }

    /// A piece of it.
    pub(super) fn piece(&self, data: &str) -> Value {
        json!({ "data": data, "url": "", "id": self.id, "expires_at": self.expires_at })
    }
}

/// One answer, after the model has thought.
pub(super) async fn whole(entry: &Entry, output: Value, usage: &Value) -> Response {
    entry.first_byte().await;
    let body = json!({ "output": output, "usage": usage, "request_id": entry.id.0 });
    reply::json(200, &body)
}

/// Events, faster than the sound lasts unless there is no hurry at all.
pub(super) async fn events(entry: Entry, events: Vec<Value>) -> Response {
    entry.first_byte().await;
    let pause = match entry.handle.options().speed {
        0 => Duration::ZERO,
        _ => Duration::from_millis(40),
    };
    let frames = stream::iter((1..).zip(events)).then(move |(id, event)| {
        let entry = entry.clone();
        async move {
            tokio::time::sleep(pause).await;
            entry.handle.sent_piece(entry.pass);
            let frame = frames::result(id, &event, Framing::Usual);
            Ok::<_, Infallible>(Bytes::from(frame))
        }
    });
    reply::body(200, "text/event-stream", Body::from_stream(frames))
}

/// How the words are spoken, by the fields of `given`.
pub(super) fn manner(given: &Value) -> Result<Manner, Refusal> {
    Ok(Manner {
        speed: number(given, "rate", 1.0, 0.5, 2.0)?,
        volume: number(given, "volume", 50.0, 0.0, 100.0)?,
        pitch: number(given, "pitch", 1.0, 0.5, 2.0)?,
    })
}

/// A number within its range, or what it is by default.
pub(super) fn number(
    given: &Value,
    name: &str,
    default: f64,
    low: f64,
    high: f64,
) -> Result<f64, Refusal> {
    if given[name].is_null() {
        return Ok(default);
    }
    given[name]
        .as_f64()
        .filter(|number| (low..=high).contains(number))
        .ok_or_else(|| {
            Refusal::invalid_parameter(format!("{name} must be in the range of [{low}, {high}]"))
        })
}

/// The text, which must say something.
pub(super) fn text(input: &Value) -> Result<&str, Refusal> {
    let text = input["text"].as_str().unwrap_or_default();
    if sound::words(text).is_empty() {
        return Err(Refusal::invalid_parameter(
            "Please ensure input text is valid.",
        ));
    }
    Ok(text)
}
