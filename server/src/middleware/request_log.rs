//! A name for every request, and one line when it is answered.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use http::{HeaderName, HeaderValue, StatusCode};
use tracing::Instrument;
use uuid::Uuid;

use crate::shared::without_secret;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Marks an answer that refuses because of overload: the gateway counts them, and thousands of lines a second would be work too.
#[derive(Clone, Copy)]
pub(crate) struct Shed;

/// Logs the request under its id, which goes back to the client and on to whatever the request causes. Paths of
/// conversations hold their ids only; queries, which may hold a setup token, and the secrets of links are left out.
pub(crate) async fn log(request: Request, next: Next) -> Response {
    let quiet =
        |route: &str, _| route.starts_with("/pkg/") || route == "/healthz" || route == "/readyz";
    logged(request, next, quiet).await
}

/// The same for programs, whose calls have a log of their own: only what was refused or failed is told here.
pub(crate) async fn log_refusals(request: Request, next: Next) -> Response {
    let is_quiet = |_: &str, status: StatusCode| status.is_success() || status.is_informational();
    logged(request, next, is_quiet).await
}

async fn logged(
    mut request: Request,
    next: Next,
    is_quiet: impl Fn(&str, StatusCode) -> bool,
) -> Response {
    let id = given(&request).unwrap_or_else(|| Uuid::new_v4().to_string());
    let Ok(header) = HeaderValue::from_str(&id) else {
        return next.run(request).await;
    };
    request.headers_mut().insert(REQUEST_ID, header.clone());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("", MatchedPath::as_str)
        .to_owned();
    let span = tracing::info_span!("http.request", request.id = %id, http.method = %request.method(), url.path = without_secret(request.uri().path()));
    let began = Instant::now();
    async {
        let mut response = next.run(request).await;
        let is_shed = response.extensions().get::<Shed>().is_some();
        let quiet = is_shed || is_quiet(&route, response.status());
        let (status, duration_ms) = (response.status().as_u16(), began.elapsed().as_millis());
        if quiet {
            tracing::debug!(http.status = status, duration_ms, "answered");
        } else {
            tracing::info!(http.status = status, duration_ms, "answered");
        }
        // An upstream that was asked has a name of its own for the request.
        response.headers_mut().entry(REQUEST_ID).or_insert(header);
        response
    }
    .instrument(span)
    .await
}

/// The id that a proxy gave, if it is one: short and plain.
fn given(request: &Request) -> Option<String> {
    let id = request.headers().get(REQUEST_ID)?.to_str().ok()?;
    let plain =
        (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    plain.then(|| id.to_owned())
}
