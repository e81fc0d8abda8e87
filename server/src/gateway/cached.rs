//! `x-liantai-cache: 300`: for so many seconds the same request is answered by what was kept, for nothing. A key may say so for
//! all of its requests, and the header then says otherwise: `0` neither looks nor keeps. For what answers alike each time it
//! is asked: chats and completions, vectors and ranks. The answer says `hit` or `miss`.

use std::time::Duration;

use axum::response::Response;
use bailian::relay::refusal_in;
use http::{HeaderName, HeaderValue, StatusCode, request::Parts};
use model::{ApiKey, Operation};
use platform::gateway::{
    CacheId, Gateway, Given, Likeness, Principal,
    scan::{self, AnswerScan, Ended, UsageShape},
};
use tokio::time::Instant;

use super::{
    recorded::{self, Keeping},
    refusal::Refusal,
    request::Incoming,
    table::{Owns, Route},
    words,
};

const NAME: &str = "x-liantai-cache";
const CACHE: HeaderName = HeaderName::from_static(NAME);
/// In seconds.
const LONGEST: u64 = ApiKey::LONGEST_CACHE_SECONDS.unsigned_abs();

/// A request whose answer is to be kept.
pub(super) struct Wanted {
    id: CacheId,
    life: Duration,
    shape: UsageShape,
}

/// What a request says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    /// Nothing: its key decides.
    Nothing,
    /// Neither to be answered by what was kept nor to be kept.
    No,
    /// To be kept for so long.
    For(Duration),
    /// What nobody understands.
    Nonsense,
}

fn said(parts: &Parts) -> Said {
    let Some(value) = parts.headers.get(&CACHE) else {
        return Said::Nothing;
    };
    let seconds = value.to_str().ok();
    match seconds.and_then(|text| text.trim().parse::<u64>().ok()) {
        Some(0) => Said::No,
        Some(seconds) if seconds <= LONGEST => Said::For(Duration::from_secs(seconds)),
        Some(_) | None => Said::Nonsense,
    }
}

/// Whether an answer was kept, or is to be; neither where neither the request nor its key says so.
pub(super) async fn look(
    gateway: &Gateway,
    principal: &Principal,
    route: &Route,
    parts: &Parts,
    incoming: &Incoming,
    request_id: &str,
) -> Result<Option<Wanted>, Box<Response>> {
    let chinese = super::request::reads_chinese(parts);
    let refuse = |refusal: Refusal| {
        let response = super::relay::refused(&refusal, route.dialect, request_id);
        Box::new(response)
    };
    let (life, by_key) = match said(parts) {
        Said::No => return Ok(None),
        Said::Nonsense => {
            let message = words::cache_life(LONGEST, chinese);
            return Err(refuse(Refusal::field(NAME, message)));
        }
        Said::For(life) => (life, false),
        Said::Nothing => match principal.cached_for() {
            Some(life) => (life, true),
            None => return Ok(None),
        },
    };
    let alike = [
        Operation::Chat,
        Operation::Completion,
        Operation::Embedding,
        Operation::Rerank,
    ];
    let fits = alike.contains(&incoming.ask.operation)
        && route.owns == Owns::Nothing
        && !incoming.relay.costly;
    let (Some(scan), true) = (&incoming.scan, fits) else {
        // A key means what can be kept of all that it asks; a request means itself.
        return if by_key {
            Ok(None)
        } else {
            Err(refuse(not_here(chinese)))
        };
    };
    let like = Likeness {
        path: parts.uri.path(),
        query: incoming.relay.query.as_deref(),
        headers: &incoming.relay.headers,
        models: &incoming.ask.models,
        body: scan.body(),
    };
    let began = Instant::now();
    let (id, found) = gateway.cached(principal, &like).await;
    let Some(given) = found else {
        let shape = route.shape;
        return Ok(Some(Wanted { id, life, shape }));
    };
    let counted = gateway.give_again(principal, &incoming.ask, began).await;
    counted.map_err(|error| {
        refuse(super::unanswered::not_admitted(
            gateway, principal, &error, chinese,
        ))
    })?;
    let mut response = recorded::again(given, request_id);
    let headers = response.headers_mut();
    headers.insert(CACHE, HeaderValue::from_static("hit"));
    Err(Box::new(response))
}

/// For what never answers alike: refuses to remember it.
pub(super) fn refuse(parts: &Parts, chinese: bool) -> Result<(), Refusal> {
    match said(parts) {
        Said::Nothing | Said::No => Ok(()),
        Said::For(_) | Said::Nonsense => Err(not_here(chinese)),
    }
}

fn not_here(chinese: bool) -> Refusal {
    Refusal::field(NAME, words::not_offered(NAME, chinese))
}

/// Keeps the answer if it is one.
pub(super) async fn keep(
    wanted: Option<Wanted>,
    gateway: &Gateway,
    mut response: Response,
    chinese: bool,
) -> Result<Response, Refusal> {
    let Some(Wanted { id, life, shape }) = wanted else {
        return Ok(response);
    };
    if response.status() != StatusCode::OK {
        return Ok(response);
    }
    let headers = response.headers_mut();
    headers.insert(CACHE, HeaderValue::from_static("miss"));
    let gateway = gateway.clone();
    let keep = move |given: Given| -> Keeping {
        Box::pin(async move {
            // One that broke off ends in an error, and is not what anybody wants again.
            if is_whole(&given, shape) {
                gateway.cache(id, given, life).await;
            }
            Ok(())
        })
    };
    recorded::recorded(response, Box::new(keep), chinese).await
}

/// Whether a stream came to the end of its protocol. What comes in one piece is whole, but Bailian sometimes refuses with a
/// status that says that all is well.
fn is_whole(given: &Given, shape: UsageShape) -> bool {
    let kind = given
        .headers
        .iter()
        .find(|(name, _)| name == "content-type");
    if !kind.is_some_and(|(_, kind)| kind.starts_with("text/event-stream")) {
        return scan::usage_of_json(&given.body, shape).is_some()
            || refusal_in(&given.body).is_none();
    }
    let mut stream = AnswerScan::new(shape);
    let is_read = stream.feed(given.body.clone(), &mut Vec::new()).is_ok();
    is_read && stream.finish().0 == Ended::Whole
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn what_refuses_or_broke_off_is_no_answer_to_be_kept() {
        let is_kept = |kind: &str, body: &'static str, shape| {
            let given = Given {
                status: 200,
                headers: vec![("content-type".to_owned(), kind.to_owned())],
                body: Bytes::from_static(body.as_bytes()),
            };
            is_whole(&given, shape)
        };
        let (json, stream) = ("application/json", "text/event-stream");
        for (kind, body, shape, wanted) in [
            (
                json,
                r#"{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}"#,
                UsageShape::OpenAi,
                true,
            ),
            (
                json,
                r#"{"error":{"code":"limit_requests","message":"Slow down."}}"#,
                UsageShape::OpenAi,
                false,
            ),
            (
                json,
                r#"{"code":"Throttling","message":"Slow down.","request_id":"r"}"#,
                UsageShape::Native,
                false,
            ),
            (
                stream,
                "data: {}\n\ndata: [DONE]\n\n",
                UsageShape::OpenAi,
                true,
            ),
            (
                stream,
                "data: {}\n\ndata: {\"error\":{}}\n\n",
                UsageShape::OpenAi,
                false,
            ),
            // However the upstream writes it down.
            (
                stream,
                "data:{\"choices\":[]}\n\ndata:{\"error\":{\"code\":\"internal_error\"}}\n\n",
                UsageShape::OpenAi,
                false,
            ),
            (
                stream,
                "data: {\"request_id\":\"r\",\"error\":{\"code\":\"internal_error\"}}\n\n",
                UsageShape::OpenAi,
                false,
            ),
            (
                stream,
                "id:1\nevent:result\n:HTTP_STATUS/200\ndata:{\"output\":{\"choices\":[{\"finish_reason\":\"stop\"}]}}\n\n",
                UsageShape::Native,
                true,
            ),
            (
                stream,
                "event:message_stop\ndata:{\"type\":\"message_stop\"}\n\n",
                UsageShape::Anthropic,
                true,
            ),
            (
                stream,
                "event: error\ndata: {}\n\n",
                UsageShape::Anthropic,
                false,
            ),
        ] {
            assert_eq!(is_kept(kind, body, shape), wanted, "{body}");
        }
    }
}
