//! What can be done later is not begun while memory is short.

use app::error::AppError;
use axum::{
    Json,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header::RETRY_AFTER};
use model::FailureCode;
use platform::Memory;

/// Seconds after which to come again: large requests have ended by then.
const COME_AGAIN: &str = "10";

/// Refuses exports and imports, which hold much in memory.
pub(crate) async fn refuse_when_short(
    State(memory): State<Memory>,
    request: Request,
    next: Next,
) -> Response {
    if !memory.is_short() {
        return next.run(request).await;
    }
    let refusal = Json(AppError::new(FailureCode::Overloaded));
    let mut response = (StatusCode::SERVICE_UNAVAILABLE, refusal).into_response();
    let come_again = HeaderValue::from_static(COME_AGAIN);
    response.headers_mut().insert(RETRY_AFTER, come_again);
    response
}
