//! A request on its way in: who sends it, what it asks, and whether it may.

use std::{sync::Arc, time::Duration};

use app::language::Language;
use axum::{body::Body, extract::Query};
use bailian::{
    pool::Reach,
    relay::{self, Relay},
};
use bytes::{Bytes, BytesMut};
use http::{
    HeaderMap, HeaderValue,
    header::{ACCEPT_LANGUAGE, CONTENT_LENGTH, CONTENT_TYPE},
    request::Parts,
};
use http_body_util::BodyExt;
use hyper::body::{Body as _, Frame};
use model::{Operation, Protocol};
use platform::gateway::{
    Ask, BatchFault, Gateway, GatewayError, Principal, Whereabouts,
    scan::{RequestScan, ScanError},
};
use tokio::time::{Instant, timeout};

use super::{
    batch_file, extent, headers, references,
    refusal::Refusal,
    table::{Asks, Carries, Dialect, Owns, Route},
    timely::{Bounds, Spoilt, due, handed_on},
};

/// A form with files is kept up to this size, so that another key can be sent it when the first one refuses. Larger ones are
/// handed on while they come in.
const SMALL: usize = 1024 * 1024;

/// Room for a body that comes in several pieces is made at once up to this size: it is not copied again while it grows.
const AT_ONCE: usize = 256 * 1024;

/// A request that was read and may be made.
pub(super) struct Incoming {
    pub(super) ask: Ask,
    /// What is handed on, for the first of the models.
    pub(super) relay: Relay,
    /// The body as it came, to be written anew for other models.
    pub(super) scan: Option<RequestScan>,
    /// The accounts that may be asked: what it is about is in one of them only.
    pub(super) reach: Reach,
    /// Whether figures at the end of the stream were asked for by us and not by the caller.
    pub(super) strips_usage: bool,
    /// The file of which a batch is to be made.
    pub(super) of_file: Option<String>,
    /// The file that is read while it is handed on.
    pub(super) reading: Option<batch_file::Reading>,
    /// Tells whether a body that is handed on while it comes turns out to be none.
    pub(super) spoilt: Option<Spoilt>,
}

/// Reads the whole body, up to the limit and as long as there is memory.
pub(super) async fn read(
    gateway: &Gateway,
    body: Body,
    bounds: Bounds,
    chinese: bool,
) -> Result<Bytes, Refusal> {
    let mut body = body;
    // What it says of its own length is believed as far as that costs nothing.
    let expected = body.size_hint().exact().unwrap_or(0);
    let expected = usize::try_from(expected).map_or(AT_ONCE, |length| length.min(AT_ONCE));
    let mut first: Option<Bytes> = None;
    let mut all = BytesMut::new();
    let (began, mut length) = (Instant::now(), 0_usize);
    let wait = |length| due(bounds.patience, began.elapsed(), length);
    while let Some(frame) = next(&mut body, wait(length), chinese).await? {
        let room = gateway.holds_more();
        room.map_err(|error| Refusal::of(&error, chinese))?;
        let Ok(piece) = frame.into_data() else {
            continue;
        };
        length += piece.len();
        if length > bounds.bytes {
            return Err(Refusal::too_large(bounds.bytes, chinese));
        }
        // Most requests come in one piece, which is then not copied.
        match (first.take(), all.is_empty()) {
            (None, true) => first = Some(piece),
            (None, false) => all.extend_from_slice(&piece),
            (Some(before), _) => {
                all.reserve(expected.max(before.len() + piece.len()));
                all.extend_from_slice(&before);
                all.extend_from_slice(&piece);
            }
        }
    }
    Ok(first.unwrap_or_else(|| all.freeze()))
}

/// The next piece of a body, if it comes in time.
async fn next(
    body: &mut Body,
    wait: Duration,
    chinese: bool,
) -> Result<Option<Frame<Bytes>>, Refusal> {
    match timeout(wait, body.frame()).await {
        Ok(frame) => frame.transpose().map_err(|_| Refusal::unread(chinese)),
        Err(_) => Err(Refusal::slow(chinese)),
    }
}

/// What the route and the request say is asked.
pub(super) async fn understand(
    gateway: &Gateway,
    route: &Route,
    principal: &Arc<Principal>,
    parts: &Parts,
    body: Body,
    (bounds, chinese): (Bounds, bool),
    request_id: &str,
) -> Result<Incoming, Refusal> {
    let limit = bounds.bytes;
    let refuse = |error: GatewayError| Refusal::of(&error, chinese);
    let path = parts.uri.path();
    let mut place = Whereabouts::default();
    if let Owns::Needs(kind) = route.owns {
        let id = route
            .id_in(path)
            .ok_or_else(|| refuse(GatewayError::NotFound))?;
        let required = gateway.require_object(principal, kind, id);
        place
            .add(gateway, &required.await.map_err(refuse)?)
            .map_err(refuse)?;
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
            // Of what only a head is wanted the rest is left out on the way back.
            method: route.method.clone(),
            query: parts.uri.query().map(str::to_owned),
            headers: headers::onwards(&parts.headers),
            content_type: parts.headers.get(CONTENT_TYPE).cloned(),
            ..Relay::get(route.path_there(path))
        },
        scan: None,
        reach: Reach::Any,
        strips_usage: false,
        of_file: None,
        reading: None,
        spoilt: None,
    };
    if route.path.ends_with("/uploads") {
        // A name that nobody knows is for Bailian to refuse.
        let model = model_of_upload(parts).filter(|model| gateway.card(model).is_some());
        incoming.relay.model = model;
    }
    match route.carries {
        Carries::Nothing => {}
        Carries::Files => {
            let is_read = route.dialect == Dialect::OpenAi;
            incoming.relay.body = match length_of(parts) {
                Some(length) if length <= SMALL.min(limit) => {
                    let form = read(gateway, body, bounds, chinese).await?;
                    if is_read {
                        incoming.reading = Some(batch_file::within(gateway, parts, form.clone()));
                    }
                    relay::Body::Whole(form)
                }
                Some(length) if length > limit => return Err(Refusal::too_large(limit, chinese)),
                _ => {
                    let (body, spoilt) = handed_on(body, bounds);
                    incoming.spoilt = Some(spoilt);
                    if is_read {
                        let (body, reading) = batch_file::beside(gateway, parts, body);
                        incoming.reading = Some(reading);
                        relay::Body::stream(body)
                    } else {
                        relay::Body::stream(body)
                    }
                }
            };
            incoming.relay.costly = true;
        }
        Carries::Json | Carries::Question => {
            let body = read(gateway, body, bounds, chinese).await?;
            let scan = RequestScan::read(&body).map_err(|error| refuse(error.into()))?;
            incoming.relay.content_type = Some(HeaderValue::from_static("application/json"));
            incoming.relay.body = relay::Body::Whole(body.clone());
            let resolves = references::resolves_uploads(&parts.headers);
            let found = references::all(gateway, principal, &scan, &body, resolves, &mut place);
            let brings_more = found.await.map_err(refuse)?;
            of_json(gateway, route, principal, &mut incoming, scan)
                .await
                .map_err(refuse)?;
            // How long that is which the model is told besides can't be seen, no more than what a picture comes to.
            incoming.ask.has_media |= brings_more;
        }
    }
    incoming.reach = if place.is_anywhere() && references::makes_what_is_referred_to(route) {
        gateway.home_of(principal).await.map_err(refuse)?
    } else {
        place.reach()
    };
    Ok(incoming)
}

/// How long the body says it is.
fn length_of(parts: &Parts) -> Option<usize> {
    let length = parts.headers.get(CONTENT_LENGTH)?;
    length.to_str().ok()?.parse().ok()
}

async fn of_json(
    gateway: &Gateway,
    route: &Route,
    principal: &Arc<Principal>,
    incoming: &mut Incoming,
    scan: RequestScan,
) -> Result<(), GatewayError> {
    let ask = &mut incoming.ask;
    extent::note(ask, &scan, route.shape)?;
    ask.streamed = is_streamed(route, incoming.relay.headers.get("x-dashscope-sse"), &scan)?;
    incoming.relay.streamed = ask.streamed;
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
    if extent::is_boundless(ask, &scan) && principal.has_budget() {
        return Err(GatewayError::Boundless);
    }
    if ask.operation == Operation::Application {
        let application = incoming.relay.path.split('/').nth(4).unwrap_or_default();
        application.clone_into(&mut ask.model);
        // Only one account has it: which, is remembered by its name like for a model.
        incoming.relay.model = Some(application.to_owned());
    }
    let asynchronous = is_asynchronous(&incoming.relay.headers);
    // Sent twice these would be paid twice; what a chat makes twice before its first word costs little.
    incoming.relay.costly = asynchronous
        || references::enrolls(&incoming.relay.path, &scan).is_some()
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

fn is_asynchronous(headers: &HeaderMap) -> bool {
    headers.contains_key("x-dashscope-async")
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

/// The model for which a place for uploads is asked for.
fn model_of_upload(parts: &Parts) -> Option<String> {
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri).ok()?;
    let mut pairs = pairs.into_iter();
    let (_, model) = pairs.find(|(name, _)| name == "model")?;
    Some(model).filter(|model| !model.is_empty())
}

impl Incoming {
    /// Whether a task is asked for that goes on by itself.
    pub(super) fn begins_task(&self) -> bool {
        is_asynchronous(&self.relay.headers)
    }

    /// Writes the body for one of the models: nothing is changed that need not be.
    pub(super) fn write_for(&mut self, place: usize) {
        let Some(scan) = &self.scan else { return };
        let model = self.ask.models.get(place);
        let renamed = model.filter(|model| **model != self.ask.model);
        let body = scan.patch(renamed.map(String::as_str), self.strips_usage);
        if model.is_some() {
            self.relay.model = model.cloned();
        }
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
    use futures_util::stream;
    use http::StatusCode;

    use super::*;

    #[tokio::test]
    async fn a_body_that_does_not_come_is_not_waited_for() {
        let soon = Duration::from_millis(5);
        let mut never = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
        let refused = next(&mut never, soon, false).await.unwrap_err();
        assert_eq!(refused.status, StatusCode::REQUEST_TIMEOUT);
        let mut there = Body::from("{}");
        assert!(next(&mut there, soon, false).await.unwrap().is_some());
        assert!(next(&mut there, soon, false).await.unwrap().is_none());
    }
}
