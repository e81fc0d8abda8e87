//! Calls without an answer: what the caller is told, what is booked, and whether somebody else may be asked or the same be sent again.

use axum::{body::Body, response::Response};
use bailian::{
    Error as UpstreamError, ErrorKind,
    relay::{Relayed, refusal_in},
};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header::CONTENT_TYPE};
use platform::gateway::{Ending, Gateway, GatewayError, Principal, Running};

use super::{
    headers, once,
    refusal::{Refusal, concerns_the_operator},
    relay::Context,
};

/// Why a call is not admitted, with what is left of the caller's limits.
pub(super) fn not_admitted(
    gateway: &Gateway,
    principal: &Principal,
    error: &GatewayError,
    chinese: bool,
) -> Refusal {
    Refusal::of(error, chinese).with_left(principal.left_after(error), gateway.now())
}

/// Whether the reason lies with the model or its host, and not with the request or the account.
pub(super) fn another_may_answer(error: &UpstreamError) -> bool {
    // What may have been done is not paid for twice.
    error.may_be_repeated()
        && matches!(
            error.kind(),
            ErrorKind::Throttled { .. }
                | ErrorKind::Unavailable
                | ErrorKind::Timeout { .. }
                | ErrorKind::Connection
                | ErrorKind::CircuitOpen
                | ErrorKind::NotFound
                | ErrorKind::PermissionDenied
        )
}

/// What came is no answer in the protocol.
pub(super) async fn no_answer(context: &Context, running: Running, status: StatusCode) -> Response {
    tracing::warn!(
        http.status = status.as_u16(),
        "the upstream's answer is none"
    );
    let refusal = Refusal::cut(context.chinese);
    context
        .end(running, Ending::broken(status.as_u16()), refusal)
        .await
}

/// Bailian refused. Its words pass, unless they are about this site rather than the caller, or no words of its protocol.
pub(super) async fn refused_there(
    context: &Context,
    running: Running,
    mut answer: Relayed,
    error: &UpstreamError,
) -> Response {
    let said = answer.body.chunk().await.ok().flatten();
    let said = said.unwrap_or_default();
    if said.is_empty() && answer.status == StatusCode::NOT_FOUND {
        // There is no such address at Bailian, which has no words for that: asking again would find none either.
        let refusal = Refusal::of(&GatewayError::NoRoute, context.chinese);
        return context.end(running, Ending::failed(error), refusal).await;
    }
    let Some(said) = json_of(&said).filter(|_| !concerns_the_operator(error.kind())) else {
        if let Some(refusal) = Refusal::of_status(answer.status, error, context.chinese) {
            return context.end(running, Ending::failed(error), refusal).await;
        }
        return failed(context, running, error).await;
    };
    let allowed = running.allowed();
    if let Err(error) = running.close(Ending::failed(error)).await {
        return context.refused(&Refusal::of(&error.into(), context.chinese));
    }
    let mut response = Response::new(Body::from(said));
    *response.status_mut() = answer.status;
    if is_unmade(error) {
        response.extensions_mut().insert(once::Unmade);
    }
    let headers = response.headers_mut();
    headers.extend(headers::back(&answer.headers));
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    if !kind.is_some_and(|kind| kind.contains("json")) {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    if answer.status.is_server_error() && !error.may_be_repeated() {
        // What was asked for may be made all the same.
        headers.insert("x-should-retry", HeaderValue::from_static("false"));
    }
    context.head(headers, allowed);
    response
}

/// The JSON of a refusal, as it came or out of the event in which Bailian wraps some where a stream was asked for: official clients read no
/// events in a refusal. `None` for what broke off in the middle, and for a page of some gateway in between.
fn json_of(said: &Bytes) -> Option<Bytes> {
    let is_json = |json: &[u8]| serde_json::from_slice::<serde::de::IgnoredAny>(json).is_ok();
    if is_json(said) {
        return Some(said.clone());
    }
    let mut lines = said.split(|byte| matches!(byte, b'\n' | b'\r'));
    let data = lines.find_map(|line| line.strip_prefix(b"data:"))?;
    let data = data.trim_ascii();
    (is_json(data) && refusal_in(data).is_some()).then(|| said.slice_ref(data))
}

/// The upstream gave no answer, or one that is not the caller's to read.
pub(super) async fn failed(context: &Context, running: Running, error: &UpstreamError) -> Response {
    if concerns_the_operator(error.kind()) {
        tracing::error!(
            error = error as &dyn std::error::Error,
            upstream.request_id = error.request_id(),
            "Bailian refuses this site's key"
        );
    } else {
        tracing::warn!(
            error = error as &dyn std::error::Error,
            "the upstream gave no answer"
        );
    }
    let refusal = if context.is_bound && concerns_the_operator(error.kind()) {
        Refusal::of(&GatewayError::Away, context.chinese)
    } else {
        Refusal::of_upstream(error, context.chinese)
    };
    let refusal = refusal.unmade(is_unmade(error));
    let refusal = if error.may_be_repeated() {
        refusal
    } else {
        refusal.paid()
    };
    context.end(running, Ending::failed(error), refusal).await
}

/// Whether it is certain that nothing was done and that a refusal is not for good: the same request may be made later, also
/// by the same `Idempotency-Key`.
pub(super) fn is_unmade(error: &UpstreamError) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Throttled { .. }
            | ErrorKind::CircuitOpen
            | ErrorKind::Authentication
            | ErrorKind::Arrears
            | ErrorKind::QuotaExhausted
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_read_out_of_its_event() {
        let refusal = r#"{"error":{"code":"data_inspection_failed","message":"m"}}"#;
        let native = r#"{"code":"InvalidParameter","message":"m","request_id":"r"}"#;
        for (said, json) in [
            (refusal.to_owned(), Some(refusal)),
            (format!("data: {refusal}"), Some(refusal)),
            (
                format!("data: {refusal}\n\ndata: [DONE]\n\n"),
                Some(refusal),
            ),
            (
                format!("id:1\nevent:error\n:HTTP_STATUS/400\ndata:{native}\r\n\r\n"),
                Some(native),
            ),
            (format!("data: {}", &refusal[..30]), None),
            ("<html>data: {}</html>".to_owned(), None),
            ("data: [DONE]".to_owned(), None),
            ("data: {\"choices\":[]}".to_owned(), None),
            (String::new(), None),
        ] {
            let read = json_of(&Bytes::from(said.clone()));
            assert_eq!(read.as_deref(), json.map(str::as_bytes), "{said}");
        }
    }
}
