//! `Idempotency-Key`: the same request again is answered as the first time. For what is made, at every address that takes
//! a body.

use axum::{body::Body, response::Response};
use http::{HeaderName, HeaderValue, Method, request::Parts};
use platform::gateway::{Claimed, Gateway, GatewayError, Given, Once, Principal};

use super::{
    recorded::{self, Keeping},
    refusal::Refusal,
    request,
};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// On an answer that says for certain that nothing was done, and not for good: it is not kept, and the request may be made again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unmade;

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
    let body = request::read(gateway, body, limit, chinese).await?;
    let route = format!("{} {}", parts.method, parts.uri.path());
    let once = gateway.once(principal, &route, key, &body).await;
    match once.map_err(of)? {
        Once::Now(claimed) => Ok(Turn::Make(Some(claimed), Body::from(body))),
        Once::Given(given) => Ok(Turn::Made(again(given, request_id))),
    }
}

fn again(given: Given, request_id: &str) -> Response {
    let mut response = recorded::again(given, request_id);
    let headers = response.headers_mut();
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

/// Keeps what is answered before it leaves; of a stream, before its end does.
pub(super) async fn keep(
    claimed: Option<Claimed>,
    response: Response,
    chinese: bool,
) -> Result<Response, Refusal> {
    if response.extensions().get::<Unmade>().is_some() {
        release(claimed).await;
        return Ok(response);
    }
    let Some(claimed) = claimed else {
        return Ok(response);
    };
    let keep = move |given: Given| -> Keeping {
        Box::pin(async move {
            let kept = claimed.keep(&given).await;
            kept.map_err(|error| Refusal::of(&error.into(), chinese))
        })
    };
    recorded::recorded(response, Box::new(keep), chinese).await
}

/// From now on nobody knows what comes of it, should its caller leave.
pub(super) fn asks(claimed: &mut Option<Claimed>) {
    if let Some(claimed) = claimed {
        claimed.asks();
    }
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
