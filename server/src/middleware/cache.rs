//! Nothing that belongs to a person is kept by a proxy, and by a browser only what says so: files of one's own.

use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderValue, header::CACHE_CONTROL};

/// Forbids keeping the answer, unless it says itself that the browser may.
pub(crate) async fn forbid(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response
        .headers_mut()
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}
