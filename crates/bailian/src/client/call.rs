//! One call, before anything is sent.

mod model;

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Method, StatusCode, Url};
use serde::Serialize;

use super::read::{EVENTS, JSON, position};
use crate::form::Form;
use crate::{Error, Timeouts};

/// What is asked of whom, and how patiently.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// Begins with a slash; what callers put into it is percent-encoded already.
    pub(crate) path: Cow<'static, str>,
    pub(crate) query: Vec<(&'static str, String)>,
    /// A query that is handed on as it is, encoded; then `query` is empty.
    pub(crate) raw_query: Option<String>,
    /// Beside those of every call.
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Payload>,
    /// How long the server may think before the first byte.
    pub(crate) first_byte: Duration,
    /// What is wanted in answer; empty leaves it to `headers`.
    pub(crate) accept: &'static str,
    pub(crate) repeat: Repeat,
    /// The status of success; `None` leaves the judgement to whoever reads.
    pub(crate) expects: Option<StatusCode>,
    /// Another address instead of base and path. What is sent there bears neither key nor workspace.
    pub(crate) elsewhere: Option<Url>,
}

/// What a request carries; it can be sent more than once.
#[derive(Clone)]
pub(crate) enum Payload {
    /// Encoded JSON.
    Json(Bytes),
    /// `multipart/form-data`; files are opened anew for each attempt.
    Form(Form),
    /// What somebody else wrote, handed on as it is.
    Relayed(RelayedPayload),
}

/// A body that is handed on, and what its sender says of it.
#[derive(Clone)]
pub(crate) struct RelayedPayload {
    pub(crate) content_type: Option<HeaderValue>,
    pub(crate) model: Option<String>,
    pub(crate) body: crate::relay::Body,
}

/// Whether doing a call twice does harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// It reads, or what it makes twice costs little: sent again whenever that can help.
    Harmless,
    /// It starts work that is paid for: sent again only when the provider certainly has not taken it.
    Costly,
}

impl Call {
    /// Asks for something by its path.
    pub(crate) fn get(path: impl Into<Cow<'static, str>>, timeouts: &Timeouts) -> Self {
        Self {
            method: Method::GET,
            path: path.into(),
            query: Vec::new(),
            raw_query: None,
            headers: HeaderMap::new(),
            body: None,
            first_byte: timeouts.first_byte,
            accept: JSON,
            repeat: Repeat::Harmless,
            expects: Some(StatusCode::OK),
            elsewhere: None,
        }
    }

    /// Asks for a line that both sides may speak on at any time.
    pub(crate) fn upgrade(path: impl Into<Cow<'static, str>>, timeouts: &Timeouts) -> Self {
        Self {
            expects: Some(StatusCode::SWITCHING_PROTOCOLS),
            ..Self::get(path, timeouts)
        }
    }

    /// Sends JSON and waits for JSON, computed whole before its first byte.
    pub(crate) fn post<T: Serialize>(
        path: impl Into<Cow<'static, str>>,
        body: &T,
        timeouts: &Timeouts,
    ) -> Result<Self, Error> {
        let body = encode(body)?;
        Ok(Self {
            method: Method::POST,
            headers: resolving(&body),
            body: Some(Payload::Json(body)),
            first_byte: timeouts.first_byte_unstreamed,
            ..Self::get(path, timeouts)
        })
    }

    /// Sends a form with files and waits for JSON.
    pub(crate) fn form(
        path: impl Into<Cow<'static, str>>,
        form: Form,
        timeouts: &Timeouts,
    ) -> Self {
        Self {
            method: Method::POST,
            body: Some(Payload::Form(form)),
            first_byte: timeouts.first_byte_unstreamed,
            ..Self::get(path, timeouts)
        }
    }

    /// The same call to another address, without key and workspace.
    pub(crate) fn elsewhere(self, url: Url) -> Self {
        Self {
            elsewhere: Some(url),
            ..self
        }
    }

    /// The model that is asked, where the request names one.
    pub(crate) fn model(&self) -> Option<String> {
        match &self.body {
            Some(Payload::Json(json)) => return model::named_in(json),
            Some(Payload::Relayed(relayed)) => return relayed.model.clone(),
            Some(Payload::Form(_)) | None => {}
        }
        let named = self.query.iter().find(|(name, _)| *name == "model");
        named.map(|(_, model)| model.clone())
    }

    /// The same call, answered as a stream of events.
    pub(crate) fn streamed(self, timeouts: &Timeouts) -> Self {
        Self {
            first_byte: timeouts.first_byte,
            accept: EVENTS,
            ..self
        }
    }
}

/// Media in the provider's own storage are found only with a header that says so.
fn resolving(body: &[u8]) -> HeaderMap {
    const STORED: &[u8] = b"\"oss://";
    let mut headers = HeaderMap::new();
    if body.windows(STORED.len()).any(|bytes| bytes == STORED) {
        headers.insert(
            "x-dashscope-ossresourceresolve",
            HeaderValue::from_static("enable"),
        );
    }
    headers
}

fn encode<T: Serialize>(request: &T) -> Result<Bytes, Error> {
    let json = serde_json::to_vec(request).map_err(|error| {
        Error::malformed("the request cannot be written").with_source(position(&error))
    })?;
    Ok(json.into())
}
