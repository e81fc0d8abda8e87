//! Calls without an answer: what the caller is told, what is booked, and whether somebody else may be asked or the same be sent again.

use axum::{body::Body, response::Response};
use bailian::{Error as UpstreamError, ErrorKind, relay::Relayed};
use http::StatusCode;
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
    // One that broke off in the middle is no JSON, and a page of some gateway in between never was.
    let is_whole = serde_json::from_slice::<serde::de::IgnoredAny>(&said).is_ok();
    if concerns_the_operator(error.kind()) || !is_whole {
        return failed(context, running, error).await;
    }
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
    context.head(headers, allowed);
    response
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
