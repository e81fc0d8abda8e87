//! How large a body may be. One that does not state its length is measured as it is read.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use app::error::AppError;
use axum::{
    Json,
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header::CONTENT_LENGTH};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use model::FailureCode;

use crate::config::ServerConfig;

/// Refuses a larger one, whatever the handler made of the part that it was given.
pub(crate) async fn refuse_large(
    State(config): State<Arc<ServerConfig>>,
    request: Request,
    next: Next,
) -> Response {
    let limit = config.max_body_bytes;
    let stated = request.headers().get(CONTENT_LENGTH);
    let stated = stated.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if stated.is_some_and(|length| length > limit) {
        return too_large();
    }
    let exceeded = Arc::new(AtomicBool::new(false));
    let noted = Arc::clone(&exceeded);
    let request = request.map(|body| {
        Body::new(Limited::new(body, limit).map_err(move |error| {
            if error.is::<LengthLimitError>() {
                noted.store(true, Ordering::Relaxed);
            }
            error
        }))
    });
    let response = next.run(request).await;
    if exceeded.load(Ordering::Relaxed) {
        return too_large();
    }
    response
}

/// In the form that a server function's caller reads.
fn too_large() -> Response {
    let refusal = AppError::new(FailureCode::TooLarge);
    (StatusCode::PAYLOAD_TOO_LARGE, Json(refusal)).into_response()
}
