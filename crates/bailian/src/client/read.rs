//! From an answer's head to what it holds, or to the error that it is.

use std::io;

use reqwest::StatusCode;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};
use serde::de::DeserializeOwned;

use super::Arrival;
use crate::body::{Body, Events};
use crate::error::{Retry, envelope};
use crate::retry::asked_wait;
use crate::{ClientOptions, Error, ErrorKind, Phase};

pub(crate) const JSON: &str = "application/json";
pub(crate) const EVENTS: &str = "text/event-stream";
/// Errors are small; whatever stands in their place is not worth reading whole.
const MAX_ERROR_BYTES: usize = 64 * 1024;

/// A streamed answer whose head has come.
pub(crate) struct Opened {
    pub(crate) events: Events,
    pub(crate) request_id: Option<String>,
}

pub(super) async fn json<T: DeserializeOwned>(
    arrival: Arrival,
    max_bytes: usize,
) -> Result<(T, Option<String>), Error> {
    let headers = arrival.response.headers();
    let (request_id, kind) = (request_id(headers), content_type(headers));
    let body = Body::new(arrival, max_bytes).all().await?;
    // A 200 can still carry a refusal, under any content type.
    if let Some(refusal) = envelope::from_body(&body) {
        return Err(refusal.into());
    }
    if !kind.contains(JSON) {
        return Err(Error::malformed(format!(
            "an answer of type {kind:?} instead of JSON"
        )));
    }
    let answer = serde_json::from_slice(&body).map_err(|error| {
        Error::malformed("the answer cannot be read").with_source(position(&error))
    })?;
    Ok((answer, request_id))
}

pub(super) async fn events(arrival: Arrival, options: &ClientOptions) -> Result<Opened, Error> {
    let headers = arrival.response.headers();
    let (request_id, kind) = (request_id(headers), content_type(headers));
    let body = Body::new(arrival, options.max_response_bytes);
    if !kind.contains(EVENTS) {
        let body = body.all().await?;
        return Err(envelope::from_body(&body).map_or_else(
            || Error::malformed(format!("an answer of type {kind:?} instead of a stream")),
            Error::from,
        ));
    }
    let events = Events::new(body, options.max_event_bytes);
    Ok(Opened { events, request_id })
}

pub(super) fn request_id(headers: &HeaderMap) -> Option<String> {
    headers
        .get("x-request-id")?
        .to_str()
        .ok()
        .map(str::to_owned)
}

pub(crate) fn content_type(headers: &HeaderMap) -> String {
    let value = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_ascii_lowercase()
}

/// Compression was not asked for; what comes compressed could be anything of any size.
pub(super) fn check_encoding(headers: &HeaderMap) -> Result<(), Error> {
    match headers.get(CONTENT_ENCODING) {
        Some(encoding) if encoding != "identity" => {
            Err(Error::malformed("an answer in an encoding not asked for"))
        }
        _ => Ok(()),
    }
}

/// An answer of another status than expected: its own words if it has any, else what its status means.
pub(super) async fn refused(mut arrival: Arrival) -> Error {
    let status = arrival.response.status();
    if status.is_redirection() {
        return redirected(status);
    }
    if status.is_success() || status.is_informational() {
        return Error::malformed("an answer without content").with_status(status.as_u16());
    }
    let headers = arrival.response.headers();
    let (wait, verdict) = (asked_wait(headers), verdict(headers));
    // A refusal costs no tokens.
    arrival.lease.reservation.used(0);
    let mut body = Body::new(arrival, MAX_ERROR_BYTES);
    let mut said = Vec::new();
    // A refusal whose body breaks off is still a refusal.
    while let Ok(Some(piece)) = body.chunk().await {
        said.extend_from_slice(&piece);
    }
    let mut refusal = envelope::from_body(&said).unwrap_or_default();
    refusal.status = Some(status.as_u16());
    let error = Error::from(refusal).with_retry_after(wait);
    match verdict {
        Some(retry) => error.with_retry(retry),
        None => error,
    }
}

pub(crate) fn redirected(status: StatusCode) -> Error {
    Error::new(
        ErrorKind::UnexpectedRedirect,
        "the address answered with a redirect",
    )
    .with_status(status.as_u16())
}

/// The server's own word on whether to send again, which overrules the table of codes.
pub(crate) fn verdict(headers: &HeaderMap) -> Option<Retry> {
    match headers.get("x-should-retry")?.to_str().ok()? {
        "true" => Some(Retry::Yes),
        "false" => Some(Retry::Never),
        _ => None,
    }
}

/// A request that got no answer. Only a refused or reset connection is worth another try: name look-up, TLS
/// and silence fail the same way again, and the caller has waited enough.
pub(super) fn unsent(error: reqwest::Error) -> Error {
    let error = error.without_url();
    if error.is_connect() && error.is_timeout() {
        return Error::timeout(Phase::Connect).with_source(error);
    }
    let broken = matches!(
        io_kind(&error),
        Some(
            io::ErrorKind::ConnectionRefused
                | io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe
        )
    );
    let retry = if broken || !error.is_connect() {
        Retry::Yes
    } else {
        Retry::Never
    };
    Error::new(ErrorKind::Connection, "no answer")
        .with_retry(retry)
        .before_sending(error.is_connect())
        .with_source(error)
}

fn io_kind(error: &reqwest::Error) -> Option<io::ErrorKind> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return Some(error.kind());
        }
        cause = error.source();
    }
    None
}

/// Where reading JSON failed. `serde_json`'s own words can quote the answer.
pub(crate) fn position(error: &serde_json::Error) -> String {
    format!(
        "{:?} at line {} column {}",
        error.classify(),
        error.line(),
        error.column()
    )
}

/// The status at which the caller's span is told.
pub(super) fn record_status(status: StatusCode) {
    tracing::Span::current().record("http.response.status_code", status.as_u16());
}
