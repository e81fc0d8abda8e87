//! `Idempotency-Key`: the same request again is answered as the first time. For what is made, at every address that takes
//! a body.

use std::{
    pin::Pin,
    task::{Context as Poll, Poll as Polled},
};

use axum::{
    body::{Body, HttpBody},
    response::Response,
};
use bytes::{Bytes, BytesMut};
use futures_util::Stream;
use http::{HeaderName, HeaderValue, Method, StatusCode, header, request::Parts};
use http_body_util::BodyExt;
use platform::gateway::{Claimed, Gateway, GatewayError, Given, LARGEST_ANSWER, Once, Principal};

use super::{headers, refusal::Refusal, request};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// What becomes of a request.
pub(super) enum Turn {
    /// It is made, as the first with its key if it has one.
    Make(Option<Claimed>, Body),
    /// It was made.
    Made(Response),
}

/// Looks whether the request was made before. Without a key its body is not touched.
pub(super) async fn turn(
    gateway: &Gateway,
    principal: &Principal,
    parts: &Parts,
    body: Body,
    (limit, chinese): (usize, bool),
    request_id: &str,
) -> Result<Turn, Refusal> {
    let of = |error: GatewayError| Refusal::of(&error, chinese);
    let mut keys = parts.headers.get_all(&KEY).iter();
    let key = match (keys.next(), keys.next()) {
        (Some(key), None) if parts.method == Method::POST => key,
        (_, Some(_)) => return Err(of(GatewayError::OnceKey)),
        _ => return Ok(Turn::Make(None, body)),
    };
    let key = key.to_str().map_err(|_| of(GatewayError::OnceKey))?;
    let body = request::read(body, limit, chinese).await?;
    let route = format!("{} {}", parts.method, parts.uri.path());
    let once = gateway.once(principal, &route, key, &body).await;
    match once.map_err(of)? {
        Once::Now(claimed) => Ok(Turn::Make(Some(claimed), Body::from(body))),
        Once::Given(given) => Ok(Turn::Made(again(given, request_id))),
    }
}

fn again(given: Given, request_id: &str) -> Response {
    let mut response = Response::new(Body::from(given.body));
    *response.status_mut() = StatusCode::from_u16(given.status).unwrap_or_default();
    for (name, value) in given.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    let headers = response.headers_mut();
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    headers::always(headers, request_id);
    response
}

/// Keeps what is answered before it leaves; of a stream, before its end does.
pub(super) async fn keep(
    claimed: Option<Claimed>,
    response: Response,
    chinese: bool,
) -> Result<Response, Refusal> {
    let Some(claimed) = claimed else {
        return Ok(response);
    };
    let (parts, body) = response.into_parts();
    let given = Given {
        status: parts.status.as_u16(),
        headers: kept(&parts.headers),
        body: Bytes::new(),
    };
    let is_stream = HttpBody::size_hint(&body).exact().is_none();
    if is_stream {
        let kept = Kept {
            body: body.into_data_stream(),
            given: Some((claimed, given)),
            so_far: BytesMut::new(),
            keeping: None,
        };
        return Ok(Response::from_parts(parts, Body::from_stream(kept)));
    }
    let body = body.collect().await.map_err(|_| Refusal::cut(chinese))?;
    let body = body.to_bytes();
    if body.len() <= LARGEST_ANSWER {
        let given = Given {
            body: body.clone(),
            ..given
        };
        let kept = claimed.keep(&given).await;
        kept.map_err(|error| Refusal::of(&error.into(), chinese))?;
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

/// Lets the request be made again: nothing was asked.
pub(super) async fn release(claimed: Option<Claimed>) {
    if let Some(claimed) = claimed
        && let Err(error) = claimed.release().await
    {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "a request that was not made could not be released"
        );
    }
}

/// What belongs to the answer rather than to the moment.
fn kept(headers: &http::HeaderMap) -> Vec<(String, String)> {
    let of_answer = |name: &HeaderName| {
        *name == header::CONTENT_TYPE
            || *name == header::CONTENT_DISPOSITION
            || name.as_str() == "x-request-id"
            || name.as_str() == "x-should-retry"
            || name.as_str().starts_with("x-dashscope-")
    };
    let named = headers.iter().filter(|(name, _)| of_answer(name));
    named
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
        .collect()
}

/// A stream whose bytes are kept while they pass. One that breaks off, or is longer than what is kept, is not known later.
struct Kept<S> {
    body: S,
    given: Option<(Claimed, Given)>,
    so_far: BytesMut,
    keeping: Option<Keeping>,
}

type Keeping = Pin<Box<dyn Future<Output = ()> + Send>>;

impl<S> Stream for Kept<S>
where
    S: Stream<Item = Result<Bytes, axum::Error>> + Unpin,
{
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Poll<'_>) -> Polled<Option<Self::Item>> {
        if let Some(keeping) = &mut self.keeping {
            return keeping.as_mut().poll(context).map(|()| None);
        }
        match std::task::ready!(Pin::new(&mut self.body).poll_next(context)) {
            Some(Ok(bytes)) => {
                if self.so_far.len() + bytes.len() > LARGEST_ANSWER {
                    self.given = None;
                } else if self.given.is_some() {
                    self.so_far.extend_from_slice(&bytes);
                }
                Polled::Ready(Some(Ok(bytes)))
            }
            Some(Err(error)) => {
                self.given = None;
                Polled::Ready(Some(Err(error)))
            }
            None => {
                let Some((claimed, given)) = self.given.take() else {
                    return Polled::Ready(None);
                };
                let body = std::mem::take(&mut self.so_far).freeze();
                self.keeping = Some(Box::pin(async move {
                    if let Err(error) = claimed.keep(&Given { body, ..given }).await {
                        tracing::error!(
                            error = &error as &dyn std::error::Error,
                            "an answer could not be kept"
                        );
                    }
                }));
                self.poll_next(context)
            }
        }
    }
}
