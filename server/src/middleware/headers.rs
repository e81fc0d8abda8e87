//! The headers that make a browser careful.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{
    HeaderName, HeaderValue,
    header::{
        CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
        X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
    },
};

use crate::{config::ServerConfig, shared::SHARED};

const ALWAYS: [(HeaderName, HeaderValue); 5] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    // Plain forms need to know the page they came from; other sites need not.
    (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(
            "camera=(), geolocation=(), microphone=(self), payment=(), usb=()",
        ),
    ),
];

/// For whatever is not a page.
const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// The address of what is shared is a secret: no site that somebody goes on to hears of it, and nobody who searches.
const OF_SHARED: [(HeaderName, HeaderValue); 2] = [
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (
        HeaderName::from_static("x-robots-tag"),
        HeaderValue::from_static("noindex, nofollow, noarchive"),
    ),
];

const TWO_YEARS: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");

/// Adds them to every answer, errors too.
pub(crate) async fn protect(
    State(config): State<Arc<ServerConfig>>,
    request: Request,
    next: Next,
) -> Response {
    let is_shared = request.uri().path().starts_with(SHARED);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.extend(ALWAYS);
    headers
        .entry(X_FRAME_OPTIONS)
        .or_insert(HeaderValue::from_static("DENY"));
    if is_shared {
        // Instead of what is always said: extending would say both.
        for (name, value) in OF_SHARED {
            headers.insert(name, value);
        }
    }
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(NOTHING);
    if config.is_https() {
        headers.insert(STRICT_TRANSPORT_SECURITY, TWO_YEARS);
    }
    response
}
