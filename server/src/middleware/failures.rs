//! Leptos answers 500 to arguments that it can't read, before any code of ours runs. The failure in the body knows
//! better whose fault it is.

use app::error::AppError;
use axum::{
    body::{Body, to_bytes},
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::StatusCode;

/// The longest description of a failure, in bytes.
const LONGEST: usize = 64 * 1024;

/// Gives a server function's failure the status that its code has.
pub(crate) async fn restate(request: Request, next: Next) -> Response {
    let called = request.uri().path().starts_with("/fn/");
    let response = next.run(request).await;
    if !called || response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, LONGEST).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let refusal = serde_json::from_slice::<AppError>(&body).ok();
    let status = refusal.and_then(|refusal| StatusCode::from_u16(refusal.code.status()).ok());
    parts.status = status.unwrap_or(parts.status);
    Response::from_parts(parts, Body::from(body))
}
