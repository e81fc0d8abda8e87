//! What all sessions share: their settings, their events, their ids.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::protocol::sockets::wire::{Gone, Incoming, Wire};

/// A session in which nothing happens is ended.
const IDLE: Duration = Duration::from_mins(30);

/// One connection and what was agreed on it.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) wire: Wire,
    pub(super) model: String,
    pub(super) settings: Value,
    /// Whether an answer is being given.
    pub(super) is_answering: bool,
}

impl Session {
    pub(super) fn new(wire: Wire, model: String) -> Self {
        Self {
            wire,
            model,
            settings: json!({}),
            is_answering: false,
        }
    }

    /// `event_…`, `item_…` and the like, none of them twice.
    pub(super) fn id(&mut self, kind: &str) -> String {
        format!("{kind}_{}", self.wire.dice.hex(22))
    }

    /// Opens the session with these settings.
    pub(super) async fn open(&mut self, settings: Value) -> Result<(), Gone> {
        self.settings = settings;
        self.settings["object"] = "realtime.session".into();
        self.settings["id"] = self.id("sess").into();
        self.settings["model"] = self.model.as_str().into();
        self.wire.think().await;
        let session = self.settings.clone();
        self.tell("session.created", json!({ "session": session }))
            .await
    }

    /// Takes over what was asked for; null leaves a voice as it is.
    pub(super) async fn update(&mut self, given: &Value) -> Result<(), Gone> {
        if let (Some(settings), Some(given)) = (self.settings.as_object_mut(), given.as_object()) {
            for (name, value) in given {
                if name == "voice" && value.is_null() {
                    continue;
                }
                settings.insert(name.clone(), value.clone());
            }
        }
        let session = self.settings.clone();
        self.tell("session.updated", json!({ "session": session }))
            .await
    }

    /// Sends an event of this type.
    pub(super) async fn tell(&mut self, kind: &str, fields: Value) -> Result<(), Gone> {
        let event = self.event(kind, fields);
        self.wire.tell(&event).await
    }

    /// An event of this type.
    pub(super) fn event(&mut self, kind: &str, fields: Value) -> Value {
        let mut event = fields;
        event["event_id"] = self.id("event").into();
        event["type"] = kind.into();
        event
    }

    /// Says what is wrong with a request; the session goes on.
    pub(super) async fn refuse(
        &mut self,
        code: &str,
        message: &str,
        param: Option<&str>,
    ) -> Result<(), Gone> {
        let error = json!({
            "type": "invalid_request_error",
            "code": code,
            "message": message,
            "param": param,
        });
        self.tell("error", json!({ "error": error })).await
    }

    /// The next event of the client, or nothing when `until` has come.
    pub(super) async fn next(&mut self, until: Option<Instant>) -> Result<Option<Value>, Gone> {
        loop {
            let patience = until.map_or(IDLE, |until| until - Instant::now());
            match self.wire.next(patience).await? {
                Incoming::Event(event) => return Ok(Some(event)),
                Incoming::Sound(_) | Incoming::Nonsense => {
                    let message = "The message is not a valid JSON event.";
                    self.refuse("invalid_value", message, None).await?;
                }
                Incoming::Silence if until.is_some() => return Ok(None),
                Incoming::Silence => {
                    self.wire.close(1000, "idle timeout").await;
                    return Err(Gone);
                }
            }
        }
    }

    /// Says that there is no such event.
    pub(super) async fn refuse_event(&mut self, event: &Value) -> Result<(), Gone> {
        let kind = event["type"].as_str().unwrap_or_default();
        let message = format!("Invalid value: '{kind}'. The event type is not supported.");
        self.refuse("invalid_value", &message, Some("type")).await
    }

    /// `session.finished`, which is the last event.
    pub(super) async fn finish(&mut self) -> Result<(), Gone> {
        self.tell("session.finished", json!({})).await
    }
}

/// The type of an event.
pub(super) fn kind(event: &Value) -> &str {
    event["type"].as_str().unwrap_or_default()
}
