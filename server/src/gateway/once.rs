//! `Idempotency-Key`: the same request again is answered as the first time. For what is made, at every address that takes
//! a body.

use axum::{body::Body, response::Response};
use bailian::{Sent, relay::refusal_in};
use http::{HeaderName, HeaderValue, Method, request::Parts};
use platform::gateway::{Claimed, Gateway, GatewayError, Given, Once, Principal};

use super::{
    recorded::{self, Keeping},
    refusal::Refusal,
    request,
    timely::Bounds,
    unanswered::is_unmade,
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
    (bounds, chinese): (Bounds, bool),
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
    let body = request::read(gateway, body, bounds, chinese).await?;
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
    if !response.status().is_success() && !claimed.sent().is_noted() {
        // Nobody was reached.
        release(Some(claimed)).await;
        return Ok(response);
    }
    let keep = move |given: Given| -> Keeping {
        Box::pin(async move {
            if is_unmade_stream(&given) {
                release(Some(claimed)).await;
                return Ok(());
            }
            let kept = claimed.keep(&given).await;
            kept.map_err(|error| Refusal::of(&error.into(), chinese))
        })
    };
    recorded::recorded(response, Box::new(keep), chinese).await
}

/// Whether a stream says first of all that nothing was done, and not for good: its status was all it had left to be well.
fn is_unmade_stream(given: &Given) -> bool {
    let mut headers = given.headers.iter();
    let is_stream = headers
        .any(|(name, value)| name == "content-type" && value.starts_with("text/event-stream"));
    let mut lines = given.body.split(|byte| *byte == b'\n');
    let first = lines.find_map(|line| line.strip_prefix(b"data:"));
    let refusal = first.and_then(|data| refusal_in(data.trim_ascii()));
    is_stream && refusal.is_some_and(|error| is_unmade(&error))
}

/// Where whoever asks has to note that something has left: from then on nobody knows what comes of it, should its caller leave, and
/// it is paid for.
pub(super) fn sent(claimed: Option<&Claimed>) -> Sent {
    claimed.map_or_else(Sent::default, |claimed| claimed.sent().clone())
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

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn a_stream_that_begins_by_saying_later_was_not_made() {
        let is_unmade = |kind: &str, body: &'static str| {
            is_unmade_stream(&Given {
                status: 200,
                headers: vec![("content-type".to_owned(), kind.to_owned())],
                body: Bytes::from_static(body.as_bytes()),
            })
        };
        let stream = "text/event-stream;charset=UTF-8";
        for (kind, body, wanted) in [
            (
                stream,
                ": keep-alive\n\nid:1\nevent:error\n:HTTP_STATUS/429\ndata:{\"code\":\"Throttling.RateQuota\",\"message\":\"m\",\"request_id\":\"r\"}\n\n",
                true,
            ),
            (
                stream,
                "data: {\"error\":{\"code\":\"limit_requests\",\"message\":\"m\"}}\r\n\r\n",
                true,
            ),
            // Words came before: it was made.
            (
                stream,
                "data: {\"choices\":[]}\n\ndata: {\"error\":{\"code\":\"limit_requests\",\"message\":\"m\"}}\n\n",
                false,
            ),
            (
                stream,
                "data: {\"error\":{\"code\":\"data_inspection_failed\",\"message\":\"m\"}}\n\n",
                false,
            ),
            (
                "application/json",
                "data: {\"error\":{\"code\":\"limit_requests\"}}\n\n",
                false,
            ),
        ] {
            assert_eq!(is_unmade(kind, body), wanted, "{body}");
        }
    }
}
