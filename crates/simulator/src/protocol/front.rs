//! What happens to every request, before and after its route.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    body::{Body, BodyDataStream},
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use bytes::Bytes;
use futures_util::Stream;
use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};

use crate::{
    Handle, Outcome, Refusal,
    protocol::{dialect::Dialect, reply::RequestId},
    state::{Visit, VisitPlace},
};

/// The documented limit is 10 MB for one encoded medium; a request may hold several.
const LARGEST_BODY: usize = 64 << 20;
/// The object store takes larger files than a request may hold.
const LARGEST_UPLOAD: usize = 128 << 20;

/// Writes the request down, asks for the key, and watches the answer to its end.
pub(crate) async fn enter(State(handle): State<Handle>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let (method, path) = (parts.method.to_string(), parts.uri.path().to_owned());
    let dialect = Dialect::of(&path);
    let largest = if dialect == Dialect::Open {
        LARGEST_UPLOAD
    } else {
        LARGEST_BODY
    };
    let body = axum::body::to_bytes(body, largest).await;
    let mut visit = handle.arrive(
        method,
        path,
        &parts.headers,
        body.as_deref().unwrap_or_default(),
    );
    let id = RequestId(visit.pass().dice(handle.options().seed).uuid());
    let checked = check_key(dialect, &parts.headers, &handle, &id);
    let mut response = match (checked, body) {
        (Err(refused), _) => *refused,
        (Ok(()), Err(_)) => {
            let too_large = Refusal::new(413, "BadRequest.TooLarge", "Payload Too Large.");
            dialect.refuse(&too_large, &id)
        }
        (Ok(()), Ok(body)) => {
            parts.extensions.insert(visit.pass());
            parts.extensions.insert(id.clone());
            let answering = next.run(Request::from_parts(parts, Body::from(body)));
            tokio::select! {
                response = answering => response,
                () = handle.stopping().cancelled() => {
                    visit.end(Outcome::Broken);
                    dialect.refuse(&Refusal::unavailable(), &id)
                }
            }
        }
    };
    if let Some(refusal) = response.extensions_mut().remove::<Refusal>() {
        response = dialect.refuse(&refusal, &id);
    }
    visit.answered_with(response.status().as_u16());
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
        .headers_mut()
        .insert("x-dashscope-call-gateway", HeaderValue::from_static("true"));
    response
        .headers_mut()
        .insert("server", HeaderValue::from_static("istio-envoy"));
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

/// Without any key the native envelope answers, with a wrong one the path's own.
fn check_key(
    dialect: Dialect,
    headers: &HeaderMap,
    handle: &Handle,
    id: &RequestId,
) -> Result<(), Box<Response>> {
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
        return Err(Box::new(dialect.refuse(&missing, id)));
    }
    let accepted = key.is_some_and(|key| match &handle.options().keys {
        _ if handle.temporary_keys().accepts(key) => true,
        Some(keys) => keys.iter().any(|known| known == key),
        None => key.len() > "sk-".len() && key.starts_with("sk-"),
    });
    if accepted {
        Ok(())
    } else {
        Err(Box::new(dialect.refuse(&Refusal::invalid_key(), id)))
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
