//! A request on its way in: who sends it, what it asks, and whether it may.

use std::{borrow::Cow, sync::Arc};

use app::language::Language;
use axum::body::Body;
use bailian::relay::{self, Relay};
use bytes::{Bytes, BytesMut};
use http::{
    HeaderValue,
    header::{ACCEPT_LANGUAGE, CONTENT_TYPE},
    request::Parts,
};
use http_body_util::BodyExt;
use model::{Operation, Protocol};
use platform::gateway::{
    Ask, BatchFault, Gateway, GatewayError, ObjectKind, Principal, UPSTREAM,
    scan::{RequestScan, ScanError},
};

use super::{
    batch_file, headers,
    refusal::Refusal,
    table::{Asks, Carries, Dialect, Owns, Route},
};

/// A request that was read and may be made.
pub(super) struct Incoming {
    pub(super) ask: Ask,
    /// What is handed on, for the first of the models.
    pub(super) relay: Relay,
    /// The body as it came, to be written anew for other models.
    pub(super) scan: Option<RequestScan>,
    /// The upstream that must be asked, because what it is about is there only.
    pub(super) at: Option<String>,
    /// Whether figures at the end of the stream were asked for by us and not by the caller.
    pub(super) strips_usage: bool,
    /// The file of which a batch is to be made.
    pub(super) of_file: Option<String>,
    /// The file that is read while it is handed on.
    pub(super) reading: Option<batch_file::Reading>,
}

/// Reads the whole body, up to the limit and as long as there is memory.
pub(super) async fn read(
    gateway: &Gateway,
    body: Body,
    limit: usize,
    chinese: bool,
) -> Result<Bytes, Refusal> {
    let mut body = body;
    let mut first: Option<Bytes> = None;
    let mut all = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Refusal::unread(chinese))?;
        let room = gateway.holds_more();
        room.map_err(|error| Refusal::of(&error, chinese))?;
        let Ok(piece) = frame.into_data() else {
            continue;
        };
        if all.len() + first.as_ref().map_or(0, Bytes::len) + piece.len() > limit {
            return Err(Refusal::too_large(limit, chinese));
        }
        // Most requests come in one piece, which is then not copied.
        match (first.take(), all.is_empty()) {
            (None, true) => first = Some(piece),
            (None, false) => all.extend_from_slice(&piece),
            (Some(before), _) => {
                all.extend_from_slice(&before);
                all.extend_from_slice(&piece);
            }
        }
    }
    Ok(first.unwrap_or_else(|| all.freeze()))
}

/// What the route and the request say is asked.
pub(super) async fn understand(
    gateway: &Gateway,
    route: &Route,
    principal: &Arc<Principal>,
    parts: &Parts,
    body: Body,
    limits: (usize, bool),
    request_id: &str,
) -> Result<Incoming, Refusal> {
    let (limit, chinese) = limits;
    let refuse = |error: GatewayError| Refusal::of(&error, chinese);
    let path = parts.uri.path();
    let mut at = is_of_the_first(route).then(|| UPSTREAM.to_owned());
    if let Owns::Needs(kind) = route.owns {
        let id = route
            .id_in(path)
            .ok_or_else(|| refuse(GatewayError::NotFound))?;
        let required = gateway.require_object(principal, kind, id);
        at = Some(required.await.map_err(refuse)?);
    }
    let mut incoming = Incoming {
        ask: Ask::new(
            route.protocol,
            match route.operation {
                Asks::Always(operation) => operation,
                Asks::WhatTheModelDoes => Operation::Other,
            },
            "",
            Vec::new(),
            request_id.to_owned(),
        ),
        relay: Relay {
            method: parts.method.clone(),
            query: parts.uri.query().map(str::to_owned),
            headers: headers::onwards(&parts.headers),
            content_type: parts.headers.get(CONTENT_TYPE).cloned(),
            ..Relay::get(route.path_there(path))
        },
        scan: None,
        at,
        strips_usage: false,
        of_file: None,
        reading: None,
    };
    match route.carries {
        Carries::Nothing => {}
        Carries::Files => {
            let body = limited(body, limit);
            incoming.relay.body = if route.dialect == Dialect::OpenAi {
                let (body, reading) = batch_file::beside(gateway, parts, body);
                incoming.reading = Some(reading);
                relay::Body::stream(body)
            } else {
                relay::Body::stream(body)
            };
            incoming.relay.costly = true;
        }
        Carries::Json | Carries::Question => {
            let body = read(gateway, body, limit, chinese).await?;
            let scan = RequestScan::read(&body).map_err(|error| refuse(error.into()))?;
            incoming.relay.content_type = Some(HeaderValue::from_static("application/json"));
            incoming.relay.body = relay::Body::Whole(body.clone());
            of_json(gateway, route, principal, &mut incoming, scan, &body)
                .await
                .map_err(refuse)?;
        }
    }
    Ok(incoming)
}

/// A body that is handed on while it comes, up to the limit.
fn limited(
    body: Body,
    limit: usize,
) -> impl futures_util::Stream<Item = Result<Bytes, axum::Error>> + Send + Unpin + 'static {
    Body::new(http_body_util::Limited::new(body, limit)).into_data_stream()
}

async fn of_json(
    gateway: &Gateway,
    route: &Route,
    principal: &Arc<Principal>,
    incoming: &mut Incoming,
    scan: RequestScan,
    body: &[u8],
) -> Result<(), GatewayError> {
    let whole = |name: &str| scan.u64_field(name);
    let longest = |names: &[&str]| -> Result<Option<u64>, ScanError> {
        let mut longest = None;
        for name in names {
            longest = longest.max(whole(name)?);
        }
        Ok(longest)
    };
    let ask = &mut incoming.ask;
    ask.text_bytes = scan.text_bytes();
    ask.has_media = scan.has_media();
    ask.output_tokens = longest(&[
        "max_tokens",
        "max_completion_tokens",
        "max_output_tokens",
        "parameters.max_tokens",
        "parameters.max_completion_tokens",
    ])?;
    ask.count = longest(&["n", "parameters.n", "best_of"])?;
    ask.seconds = longest(&["parameters.duration"])?;
    let enabled = scan.bool_field("enable_thinking")?;
    ask.thinking = (
        enabled.or(scan.bool_field("parameters.enable_thinking")?),
        longest(&["thinking_budget", "parameters.thinking_budget"])?,
    );
    ask.streamed = is_streamed(route, incoming.relay.headers.get("x-dashscope-sse"), &scan)?;
    incoming.relay.streamed = ask.streamed;
    if let Some(at) = own_references(gateway, principal, &scan, body).await? {
        incoming.at = Some(at);
    }
    if route.carries == Carries::Question {
        let name = scan
            .str_field("model")?
            .filter(|name| !name.is_empty())
            .ok_or(GatewayError::NoModel)?;
        ask.models = gateway.models_behind(principal, &name).await?;
        ask.model = name.into_owned();
        if route.operation == Asks::WhatTheModelDoes {
            ask.operation = gateway.what_it_does(&ask.models[0]);
        }
    } else if ask.operation == Operation::Batch {
        let file = scan.str_field("input_file_id")?;
        let file = file.ok_or(GatewayError::BatchFile(BatchFault::Unread))?;
        let asked = gateway.batch_file(principal, &file).await?;
        ask.model.clone_from(&asked.model);
        ask.file = Some(asked);
        incoming.of_file = Some(file.into_owned());
    } else if ask.operation == Operation::Application && principal.is_restricted() {
        // An application asks models of its own choosing.
        return Err(GatewayError::UnknownModel {
            model: ask.operation.as_str().to_owned(),
        });
    }
    if ask.operation == Operation::Application {
        let application = incoming.relay.path.split('/').nth(4).unwrap_or_default();
        application.clone_into(&mut ask.model);
    }
    let asynchronous = incoming.relay.headers.contains_key("x-dashscope-async");
    // Sent twice these would be paid twice; what a chat makes twice before its first word costs little.
    incoming.relay.costly = asynchronous
        || matches!(
            ask.operation,
            Operation::Image | Operation::Video | Operation::Batch | Operation::Transcription
        );
    let counts = route.dialect == Dialect::OpenAi
        && matches!(ask.operation, Operation::Chat | Operation::Completion)
        && ask.streamed;
    incoming.strips_usage =
        counts && scan.bool_field("stream_options.include_usage")? != Some(true);
    incoming.scan = Some(scan);
    incoming.write_for(0);
    Ok(())
}

fn is_streamed(
    route: &Route,
    sse: Option<&HeaderValue>,
    scan: &RequestScan,
) -> Result<bool, ScanError> {
    let native = route.protocol == Protocol::DashScope;
    let by_header = sse.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"enable"));
    Ok((native && by_header) || scan.bool_field("stream")?.unwrap_or(false))
}

/// Whether a route is about what only the first upstream holds: files and batches, so that lists of them are whole, and
/// places for uploads.
fn is_of_the_first(route: &Route) -> bool {
    let kept = [ObjectKind::File, ObjectKind::Batch];
    let lists = matches!(route.owns, Owns::Lists(..));
    let makes = matches!(route.owns, Owns::Makes(kind, _) if kept.contains(&kind));
    lists || makes || route.path.ends_with("/uploads")
}

/// What a request refers to must be the caller's own. Where it is, if it refers to anything.
async fn own_references(
    gateway: &Gateway,
    principal: &Principal,
    scan: &RequestScan,
    body: &[u8],
) -> Result<Option<String>, GatewayError> {
    // What was uploaded is at the first one.
    let uploaded = memchr::memmem::find(body, b"oss:").is_some();
    let mut at = uploaded.then(|| UPSTREAM.to_owned());
    for (field, kind) in [
        ("input_file_id", ObjectKind::File),
        ("previous_response_id", ObjectKind::Response),
        ("conversation", ObjectKind::Conversation),
        ("input.session_id", ObjectKind::Session),
    ] {
        let Some(raw) = scan.raw_field(field).filter(|raw| *raw != "null") else {
            continue;
        };
        let id = if raw.starts_with('{') {
            // A conversation may stand as an object with its id.
            let object: serde_json::Value = serde_json::from_str(raw).unwrap_or_default();
            object
                .get("id")
                .and_then(serde_json::Value::as_str)
                .map(str::to_owned)
        } else {
            scan.str_field(field)?.map(Cow::into_owned)
        };
        let id = id.ok_or(GatewayError::NotFound)?;
        at = Some(gateway.require_object(principal, kind, &id).await?);
    }
    for file in files_in(body) {
        let required = gateway.require_object(principal, ObjectKind::File, &file);
        at = Some(required.await?);
    }
    Ok(at)
}

/// Files that a text refers to, `fileid://file-fe-…`: the provider reads their content into the prompt. Whoever writes the
/// word with escapes has it decoded first, so that it can't be hidden.
fn files_in(body: &[u8]) -> Vec<String> {
    const WORD: &str = "fileid://";
    let named = |text: &str| {
        let rest = text.split(WORD).skip(1);
        let ids = rest.map(|rest| {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
            rest[..end.unwrap_or(rest.len())].to_owned()
        });
        ids.collect::<Vec<_>>()
    };
    let has = |part: &str| memchr::memmem::find(body, part.as_bytes()).is_some();
    if has(WORD) && !has("\\") {
        return named(&String::from_utf8_lossy(body));
    }
    // The word with a slash or a letter escaped.
    if !has("fileid") && !has("\\u00") {
        return Vec::new();
    }
    let value: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let mut found = Vec::new();
    let mut left = vec![&value];
    while let Some(value) = left.pop() {
        match value {
            serde_json::Value::String(text) => found.extend(named(text)),
            serde_json::Value::Array(items) => left.extend(items),
            serde_json::Value::Object(fields) => left.extend(fields.values()),
            _ => {}
        }
    }
    found
}

impl Incoming {
    /// Writes the body for one of the models: nothing is changed that need not be.
    pub(super) fn write_for(&mut self, place: usize) {
        let Some(scan) = &self.scan else { return };
        let model = self.ask.models.get(place);
        let renamed = model.filter(|model| **model != self.ask.model);
        let body = scan.patch(renamed.map(String::as_str), self.strips_usage);
        self.relay.model = model.cloned();
        self.relay.body = relay::Body::Whole(body);
    }
}

/// Whether the caller reads Chinese rather than English.
pub(super) fn reads_chinese(parts: &Parts) -> bool {
    let header = parts.headers.get(ACCEPT_LANGUAGE);
    let header = header.and_then(|value| value.to_str().ok());
    header.is_some_and(|header| Language::accepted(header) == Language::Zh)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_however_its_word_is_written() {
        for body in [
            r#"{"messages":[{"role":"system","content":"fileid://file-fe-1"}]}"#,
            r#"{"messages":[{"role":"system","content":"fileid:\/\/file-fe-1"}]}"#,
            r#"{"messages":[{"role":"system","content":"\u0066ileid://file-fe-1"}]}"#,
            r#"{"messages":[{"role":"system","content":"a \\ fileid://file-fe-1,b"}]}"#,
        ] {
            assert_eq!(files_in(body.as_bytes()), ["file-fe-1"], "{body}");
        }
        assert!(files_in(br#"{"messages":[{"content":"hello"}]}"#).is_empty());
        assert_eq!(files_in(br#"{"a":"fileid://x,fileid://y"}"#), ["x", "y"]);
    }
}
