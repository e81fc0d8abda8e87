//! `x-liantai-cache: 300`: for so many seconds the same request by the same key is answered from memory, for nothing. For what
//! answers alike each time it is asked: chats and completions, vectors and ranks. The answer says `hit` or `miss`.

use std::time::Duration;

use axum::response::Response;
use http::{HeaderName, HeaderValue, StatusCode, request::Parts};
use model::Operation;
use platform::gateway::{CacheId, Gateway, Given, Principal};

use super::{
    recorded::{self, Keeping},
    refusal::Refusal,
    request::Incoming,
    table::{Owns, Route},
    words,
};

const NAME: &str = "x-liantai-cache";
const CACHE: HeaderName = HeaderName::from_static(NAME);
/// A day, in seconds.
const LONGEST: u64 = 24 * 60 * 60;

/// A request whose answer is to be kept.
pub(super) struct Wanted {
    id: CacheId,
    life: Duration,
}

/// Whether the answer is in memory, or is to be kept there; neither without the header.
pub(super) async fn look(
    gateway: &Gateway,
    principal: &Principal,
    route: &Route,
    parts: &Parts,
    incoming: &Incoming,
    request_id: &str,
) -> Result<Option<Wanted>, Box<Response>> {
    let Some(life) = parts.headers.get(&CACHE) else {
        return Ok(None);
    };
    let chinese = super::request::reads_chinese(parts);
    let seconds = life.to_str().ok().and_then(|text| text.trim().parse().ok());
    let seconds = seconds.filter(|seconds| (1..=LONGEST).contains(seconds));
    let refuse = |refusal: Refusal| {
        let response = super::relay::refused(&refusal, route.dialect, request_id);
        Box::new(response)
    };
    let Some(seconds) = seconds else {
        let message = words::cache_life(LONGEST, chinese);
        return Err(refuse(Refusal::field(NAME, message)));
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
        return Err(refuse(not_here(chinese)));
    };
    // What decides the form of an answer beside its body.
    let sse = incoming.relay.headers.contains_key("x-dashscope-sse");
    let path = format!("{} {sse}", parts.uri.path());
    let (id, found) = gateway.cached(principal, &path, scan.body()).await;
    match found {
        Some(given) => {
            let mut response = recorded::again(Given::clone(&given), request_id);
            let headers = response.headers_mut();
            headers.insert(CACHE, HeaderValue::from_static("hit"));
            Err(Box::new(response))
        }
        None => Ok(Some(Wanted {
            id,
            life: Duration::from_secs(seconds),
        })),
    }
}

/// For what never answers alike: refuses to remember it.
pub(super) fn refuse(parts: &Parts, chinese: bool) -> Result<(), Refusal> {
    if parts.headers.contains_key(&CACHE) {
        return Err(not_here(chinese));
    }
    Ok(())
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
    let Some(Wanted { id, life }) = wanted else {
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
            if is_whole(&given) {
                gateway.cache(id, given, life).await;
            }
            Ok(())
        })
    };
    recorded::recorded(response, Box::new(keep), chinese).await
}

/// Whether a stream came to the end of its protocol. A whole answer would not have come otherwise.
fn is_whole(given: &Given) -> bool {
    let kind = given
        .headers
        .iter()
        .find(|(name, _)| name == "content-type");
    if !kind.is_some_and(|(_, kind)| kind.starts_with("text/event-stream")) {
        return true;
    }
    let has = |part: &str| memchr::memmem::find(&given.body, part.as_bytes()).is_some();
    !has("event: error\n") && !has("event:error\n") && !has("data: {\"error\"")
}
