//! Nothing that belongs to a person is kept by a browser or a proxy.

use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderValue, header::CACHE_CONTROL};

/// Forbids keeping the answer.
pub(crate) async fn forbid(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
