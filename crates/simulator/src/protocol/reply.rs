//! Answers that are not streams.

use std::convert::Infallible;

use axum::{body::Body, extract::FromRequestParts, response::Response};
use http::{HeaderName, HeaderValue, StatusCode, header::CONTENT_TYPE, request::Parts};
use serde_json::Value;

/// The id of a request, a UUID; the completion's id is made of it.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(pub(crate) String);

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts
            .extensions
            .get()
            .cloned()
            .unwrap_or(Self(String::new())))
    }
}

/// Any answer of this status and type.
pub(crate) fn body(status: u16, content_type: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    set(&mut response, CONTENT_TYPE, content_type);
    response
}

/// JSON with this status.
pub(crate) fn json(status: u16, value: &Value) -> Response {
    body(status, "application/json", value.to_string())
}

/// Sets one header.
pub(crate) fn set(response: &mut Response, name: HeaderName, value: &'static str) {
    response
        .headers_mut()
        .insert(name, HeaderValue::from_static(value));
}
