//! Where a line leads: to the upstream whose turn it is, or to the account of what its first task names.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use bailian::{
    Error as UpstreamError,
    pool::{Reach, Turn},
    relay::{RelayReceiver, RelaySender},
};
use http::HeaderMap;
use platform::gateway::{
    Gateway, GatewayError, Principal, Whereabouts,
    scan::{ScanError, each_text},
};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{ENDED, GONE, LEAVING, Line};
use crate::gateway::{refusal::Refusal, table::Dialect};

/// Whoever has said nothing for so long begins no task.
const FIRST_WITHIN: Duration = Duration::from_mins(1);

/// Where a task names its voice or its list of hot words.
const ENROLLED: [&str; 2] = [
    "/payload/parameters/voice",
    "/payload/parameters/vocabulary_id",
];

impl Line {
    /// Opens the line at the upstream within reach whose turn it is.
    pub(super) async fn connect(
        &mut self,
        model: &str,
        reach: Reach,
        path: &'static str,
        headers: HeaderMap,
    ) -> Result<(RelaySender, RelayReceiver), UpstreamError> {
        let query = if self.is_one_call {
            vec![("model", model.to_owned())]
        } else {
            Vec::new()
        };
        let mut round = self.gateway.round(model, 0, reach);
        loop {
            let Turn {
                upstream, client, ..
            } = round.next().await?;
            self.upstream = upstream;
            if let Some(running) = &mut self.running {
                running.answered_by(&self.upstream);
            }
            let opened = client.relay_line(path, query.clone(), headers.clone());
            match opened.await {
                Ok((sender, receiver, _)) => {
                    round.answered();
                    return Ok((sender, receiver));
                }
                Err(error) => round.failed(error)?,
            }
        }
    }

    /// Waits for the first message, which tells where the line has to lead, and carries on from there.
    pub(super) async fn wait(
        mut self,
        mut socket: WebSocket,
        path: &'static str,
        headers: HeaderMap,
    ) {
        let right_ended = self.gateway.right_ended(&self.principal);
        let first = tokio::select! {
            () = right_ended.cancelled() => Err((close_code::POLICY, ENDED)),
            () = self.leaving.cancelled() => Err((close_code::AWAY, LEAVING)),
            first = timeout(FIRST_WITHIN, first_message(&mut socket)) => {
                first.map_err(|_| (close_code::POLICY, "nothing was said"))
            }
        };
        let message = match first {
            Ok(Some(message)) => message,
            Ok(None) => return,
            Err((code, reason)) => {
                close(&mut socket, code, reason).await;
                return;
            }
        };
        let begun = match &message {
            Message::Text(text) => run_task(text).map(Option::unwrap_or_default),
            _ => Ok(Value::Null),
        };
        let (begun, leads) = match begun {
            Ok(begun) => {
                let leads = leads(&self.gateway, &self.principal, &begun).await;
                (begun, leads)
            }
            Err(error) => (Value::Null, Err(error)),
        };
        let opened = match leads {
            Ok((model, reach)) => {
                let opened = self.connect(&model, reach, path, headers).await;
                opened.map_err(|error| {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "a line could not be opened"
                    );
                    Refusal::of_upstream(&error, self.chinese)
                })
            }
            Err(error) => Err(Refusal::of(&error, self.chinese)),
        };
        match opened {
            Ok((sender, receiver)) => self.carry(socket, sender, receiver, Some(message)).await,
            Err(refusal) => {
                let failed = self.task_failed(&begun, &refusal);
                let _ = socket.send(Message::text(failed)).await;
                close(&mut socket, close_code::ERROR, GONE).await;
            }
        }
    }

    /// The message that refuses a task.
    pub(super) fn task_failed(&self, begun: &Value, refusal: &Refusal) -> String {
        let refusal = refusal.json(Dialect::Native, &self.request_id);
        let task = begun.pointer("/header/task_id").cloned();
        let failed = json!({
            "header": {
                "task_id": task.unwrap_or_default(),
                "event": "task-failed",
                "error_code": refusal["code"],
                "error_message": refusal["message"],
                "attributes": {},
            },
            "payload": {},
        });
        failed.to_string()
    }
}

/// The model and the accounts that a line is opened for.
async fn leads(
    gateway: &Gateway,
    principal: &Arc<Principal>,
    begun: &Value,
) -> Result<(String, Reach), GatewayError> {
    let place = whereabouts(gateway, principal, begun).await?;
    if begun.is_null() {
        // Bailian says what it thinks of a line on which nothing begins.
        return Ok((String::new(), place.reach()));
    }
    let name = model_of(begun);
    if name.is_empty() {
        return Err(GatewayError::NoModel);
    }
    let models = gateway.models_behind(principal, name).await?;
    let served = models.into_iter().next().unwrap_or_default();
    Ok((served, place.reach()))
}

/// Refuses a task that names something of another account than the one that the line leads to.
pub(super) async fn is_here(
    gateway: &Gateway,
    principal: &Arc<Principal>,
    upstream: &str,
    begun: &Value,
) -> Result<(), GatewayError> {
    let place = whereabouts(gateway, principal, begun).await?;
    is_at(gateway, &place, upstream)
}

/// Refuses what is in another account than that upstream's.
pub(super) fn is_at(
    gateway: &Gateway,
    place: &Whereabouts,
    upstream: &str,
) -> Result<(), GatewayError> {
    if place.is_anywhere() {
        return Ok(());
    }
    let added = place.clone().add(gateway, upstream);
    added.map_err(|error| match error {
        GatewayError::TwoAccounts => GatewayError::Elsewhere,
        error => error,
    })
}

/// Where that is which a task names.
async fn whereabouts(
    gateway: &Gateway,
    principal: &Arc<Principal>,
    begun: &Value,
) -> Result<Whereabouts, GatewayError> {
    let mut place = Whereabouts::default();
    let names = ENROLLED
        .iter()
        .filter_map(|name| begun.pointer(name)?.as_str());
    let names: BTreeSet<String> = names.map(str::to_owned).collect();
    gateway.add_enrolled(principal, &names, &mut place).await?;
    Ok(place)
}

/// The message with which a task begins, also where another reader of what stands twice in it might see one. What might begin
/// one and can't be read is refused, since somebody else may be able to.
pub(super) fn run_task(text: &str) -> Result<Option<Value>, GatewayError> {
    // Nothing else has to be read, and most of what is said is sound anyway.
    if !text.contains("run-task") && !text.contains('\\') {
        return Ok(None);
    }
    let message: Value = serde_json::from_str(text)
        .map_err(|_| ScanError::Malformed("it is something else".to_owned()))?;
    let mut begins = false;
    each_text(text.as_bytes(), |name, said| {
        begins |= name == "action" && said == "run-task";
    })?;
    Ok(begins.then_some(message))
}

/// Whether bytes are what is said in texts: what begins in them, or is given to speak, would be counted by nobody. Sound reads otherwise.
pub(super) fn is_said_in_bytes(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let is_json = |text: &str| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    text.trim_start().starts_with('{') && (text.contains("-task") || is_json(text))
}

/// Whether a message is to be sent as it was read here, because something stands twice in it.
pub(super) fn is_ambiguous(text: &str, read: &Value) -> bool {
    let count = |json: &[u8]| {
        let mut texts = 0_usize;
        let read = each_text(json, |_, _| texts += 1);
        read.map(|()| texts).ok()
    };
    count(text.as_bytes()) != count(read.to_string().as_bytes())
}

/// The model that a task asks for.
pub(super) fn model_of(begun: &Value) -> &str {
    let model = begun.pointer("/payload/model").and_then(Value::as_str);
    model.unwrap_or_default()
}

/// What the caller says first; `None` if that is goodbye.
async fn first_message(socket: &mut WebSocket) -> Option<Message> {
    loop {
        match socket.recv().await? {
            Ok(Message::Ping(_) | Message::Pong(_)) => {}
            Ok(Message::Close(_)) | Err(_) => return None,
            Ok(message) => return Some(message),
        }
    }
}

/// Says goodbye, and why.
async fn close(socket: &mut WebSocket, code: u16, reason: &'static str) {
    let frame = CloseFrame {
        code,
        reason: Utf8Bytes::from_static(reason),
    };
    let _ = socket.send(Message::Close(Some(frame))).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_begins_however_its_word_is_written() {
        for text in [
            r#"{"header":{"action":"run-task"},"payload":{"model":"a"}}"#,
            r#"{"header":{"action":"run\u002dtask"},"payload":{"model":"a"}}"#,
            r#"{"header":{"action":"run-task","action":"x"},"payload":{"model":"a"}}"#,
        ] {
            let begun = run_task(text).unwrap().unwrap();
            assert_eq!(model_of(&begun), "a", "{text}");
        }
        for text in [
            r#"{"header":{"action":"finish-task"},"payload":{}}"#,
            r#"{"header":{"action":"continue-task"},"payload":{"input":{"text":"run-task"}}}"#,
            "hello",
        ] {
            assert!(matches!(run_task(text), Ok(None)), "{text}");
        }
        let half = r#"{"a":"\ud800","header":{"action":"run-task"},"payload":{"model":"a"}}"#;
        assert!(run_task(half).is_err());
    }

    #[test]
    fn nothing_is_said_in_bytes() {
        for said in [
            &br#"{"header":{"action":"run-task"},"payload":{"model":"a"}}"#[..],
            b"\xef\xbb\xbf {\"header\":{\"action\":\"continue\\u002dtask\"}}",
            br#"{"header":{"action":"run-task"},"a":"\ud800"}"#,
        ] {
            assert!(is_said_in_bytes(said));
        }
        for sound in [&b"RIFF\x24\xff"[..], &[0; 320], b"{\xff\xfe", b"{loom", b""] {
            assert!(!is_said_in_bytes(sound));
        }
    }

    #[test]
    fn what_stands_twice_is_told_once() {
        for (text, is_twice) in [
            (
                r#"{"header":{"action":"run-task"},"payload":{"model":"\u0061"}}"#,
                false,
            ),
            (
                r#"{"header":{"action":"run-task"},"payload":{"model":"dear","model":"cheap"}}"#,
                true,
            ),
        ] {
            let begun = run_task(text).unwrap().unwrap();
            assert_eq!(is_ambiguous(text, &begun), is_twice, "{text}");
        }
    }
}
