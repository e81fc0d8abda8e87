//! What happens to every request, before and after its route.

mod bomb;
mod instead;
mod question;
mod spoil;

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    body::{Body, BodyDataStream},
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::Response,
};
use bytes::Bytes;
use futures_util::Stream;
use http::{HeaderMap, HeaderValue, header::AUTHORIZATION, request::Parts};

use self::question::Question;
pub(crate) use self::{
    instead::instead,
    question::{Inside, Later, Parsed},
};
use crate::{
    Fault, Handle, Outcome, Refusal, Strike,
    account::Arrival,
    fixed::{self, Sent},
    line::Line,
    protocol::{
        dialect::Dialect,
        reply::{self, RequestId},
    },
    visit::{Visit, VisitPlace},
};

/// Writes the request down, asks for the key, lets faults strike, and watches the answer to its end.
pub(crate) async fn enter(State(handle): State<Handle>, request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/simulator") {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let body = question::read(&parts, body).await;
    let dialect = Dialect::of(parts.uri.path());
    if let Ok(body) = &body
        && let Some(sent) = handle.fixed().answer(parts.uri.path(), body)
        && check_key(dialect, &parts.headers, &handle).is_ok()
    {
        return send_fixed(&handle, &parts, dialect, sent);
    }
    let question = Question::of(&parts, body);
    let mut visit = handle.arrive(question.arrival(&parts, dialect));
    let options = handle.options();
    let id = RequestId(visit.pass().dice(options.seed).uuid());
    let line = parts
        .extensions
        .get::<ConnectInfo<Line>>()
        .map(|ConnectInfo(line)| line.clone())
        .unwrap_or_default();
    let scene = spoil::Scene {
        dialect,
        id: id.clone(),
        line,
        stop: handle.stopping().clone(),
    };
    let chance = visit.pass().dice(options.seed);
    let answering = async {
        if let Err((dialect, refusal)) = check_key(dialect, &parts.headers, &handle) {
            return dialect.refuse(&refusal, &id);
        }
        let mut strikes = match question.check(&parts, &handle, chance).await {
            Ok(strikes) => strikes,
            Err(refusal) => return dialect.refuse(&refusal, &id),
        };
        parts.extensions.insert(visit.pass());
        parts.extensions.insert(id.clone());
        parts.extensions.insert(Parsed(question.json));
        if question::is_socket(&parts) {
            // What comes after some frames is the connection's own affair.
            let inside = strikes.extract_if(.., |strike| strike.after > 0).collect();
            parts.extensions.insert(Inside(inside));
        }
        let later = Later::default();
        parts.extensions.insert(later.clone());
        let request = Request::from_parts(parts, Body::from(question.body));
        answer(request, next, strikes, &later, &scene).await
    };
    let mut response = tokio::select! {
        response = answering => response,
        () = handle.stopping().cancelled() => {
            visit.end(Outcome::Broken);
            dialect.refuse(&Refusal::unavailable(), &id)
        }
    };
    visit.answered_with(response.status().as_u16());
    decorate(response.headers_mut(), &id);
    if let Some(place) = response.extensions_mut().remove::<VisitPlace>() {
        visit.move_to(&place);
        return response;
    }
    let (parts, body) = response.into_parts();
    let watched = Watched {
        body: body.into_data_stream(),
        visit,
    };
    Response::from_parts(parts, Body::from_stream(watched))
}

/// Answers from memory, and writes down all of it at once.
fn send_fixed(handle: &Handle, parts: &Parts, dialect: Dialect, sent: Sent) -> Response {
    let key = question::shown_key(parts, dialect);
    let arrival = Arrival {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        key,
        model: fixed::MODEL.to_owned(),
        ..Arrival::default()
    };
    let pass = handle.answer_at_once(arrival, fixed::billed());
    let id = RequestId(pass.dice(handle.options().seed).uuid());
    let mut response = reply::body(200, sent.content_type, sent.body);
    decorate(response.headers_mut(), &id);
    response
}

/// The route's answer, or what comes in its place, with everything that goes wrong on its way.
async fn answer(
    request: Request,
    next: Next,
    mut strikes: Vec<Strike>,
    later: &Later,
    scene: &spoil::Scene,
) -> Response {
    prepare(&strikes, scene).await;
    let instead = strikes
        .iter()
        .filter(|strike| strike.after == 0 || !matches!(strike.fault, Fault::StreamReset(_)))
        .find_map(|strike| instead(&strike.fault, scene.dialect, &scene.id));
    let mut response = if let Some(response) = instead {
        response
    } else {
        let response = next.run(request).await;
        let told = later.take();
        prepare(&told, scene).await;
        strikes.extend(told);
        response
    };
    if let Some(refusal) = response.extensions_mut().remove::<Refusal>() {
        response = scene.dialect.refuse(&refusal, &scene.id);
    }
    if strikes.is_empty() {
        response
    } else {
        spoil::spoil(response, strikes, scene)
    }
}

/// What faults do before the first byte.
async fn prepare(strikes: &[Strike], scene: &spoil::Scene) {
    for strike in strikes {
        match &strike.fault {
            Fault::SlowStart(time) => tokio::time::sleep(*time).await,
            Fault::SlowHead(gap) => scene.line.slow_head(*gap),
            Fault::ClosedWhenUsed => scene.line.close_when_used(),
            Fault::GoAway => scene.line.go_away(),
            _ => {}
        }
    }
}

/// The headers that the service's gateway adds.
fn decorate(headers: &mut HeaderMap, id: &RequestId) {
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        headers.insert("x-request-id", value);
    }
    headers.insert("x-dashscope-call-gateway", HeaderValue::from_static("true"));
    headers.insert("server", HeaderValue::from_static("istio-envoy"));
}

/// Without any key the native envelope answers, with a wrong one the path's own.
fn check_key(
    dialect: Dialect,
    headers: &HeaderMap,
    handle: &Handle,
) -> Result<(), (Dialect, Refusal)> {
    if matches!(dialect, Dialect::Signed | Dialect::Open) {
        return Ok(());
    }
    let key = dialect.key(headers);
    if key.is_none() && !headers.contains_key(AUTHORIZATION) {
        let missing = Refusal::new(401, "InvalidApiKey", "No API-key provided.");
        let dialect = if dialect == Dialect::Compatible {
            Dialect::Native
        } else {
            dialect
        };
        return Err((dialect, missing));
    }
    let accepted = key.is_some_and(|key| match &handle.options().keys {
        _ if handle.temporary_keys().accepts(key) => true,
        Some(keys) => keys.iter().any(|known| known == key),
        None => key.len() > "sk-".len() && key.starts_with("sk-"),
    });
    if accepted {
        Ok(())
    } else {
        Err((dialect, Refusal::invalid_key()))
    }
}

/// A body that reports how it ended. Dropped before its end, it reports that the client left.
struct Watched {
    body: BodyDataStream,
    visit: Visit,
}

impl Stream for Watched {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = Pin::new(&mut self.body).poll_next(context);
        match &polled {
            Poll::Ready(None) => self.visit.end(Outcome::Answered),
            Poll::Ready(Some(Err(_))) => self.visit.end(Outcome::Broken),
            Poll::Ready(Some(Ok(_))) | Poll::Pending => {}
        }
        polled
    }
}
