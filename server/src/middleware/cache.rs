//! Nothing that belongs to a person is kept by a proxy, and by a browser only what says so: files of one's own.

use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderValue, header::CACHE_CONTROL};

/// Forbids keeping the answer, unless it says itself that it is for the browser alone.
pub(crate) async fn forbid(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let private = headers
        .get(CACHE_CONTROL)
        .is_some_and(|says| says.as_bytes().starts_with(b"private"));
    if !private {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}
