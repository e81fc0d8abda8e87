//! What a route is given: the request, who sent it, and the account that it concerns.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{ConnectInfo, FromRequest, Multipart, Request},
    http::{HeaderMap, Uri, header::CONTENT_TYPE},
};
use bytes::Bytes;
use serde_json::Value;

use crate::{
    Handle, Refusal, Strike,
    dice::Dice,
    line::Line,
    protocol::{
        dialect::Dialect,
        front::{Inside, Later, Parsed},
        reply::RequestId,
    },
    state::{Billed, Pass},
};

/// A request that has passed the front: its key is good and it is written down.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) handle: Handle,
    pub(crate) pass: Pass,
    pub(crate) id: RequestId,
    pub(crate) line: Line,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// What goes wrong with a connection that outlives its request; with everything else it goes wrong in the front.
    pub(crate) strikes: Vec<Strike>,
    /// Where a route puts what is to go wrong with its answer in the front.
    pub(crate) later: Later,
    parsed: Option<Arc<Value>>,
}

impl Entry {
    /// The body as JSON, or the refusal that the service gives for anything else.
    pub(crate) fn json(&self) -> Result<Arc<Value>, Refusal> {
        self.parsed.clone().ok_or_else(|| {
            Refusal::invalid_parameter(
                "Required body invalid, please check the request body format.",
            )
        })
    }

    /// A header's text, when it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The account whose key the request shows; none where keys have no part.
    pub(crate) fn account(&self) -> String {
        let key = Dialect::of(self.uri.path()).key(&self.headers);
        let key = key.unwrap_or_default();
        let own = self.handle.temporary_keys().own(key);
        own.unwrap_or_else(|| key.to_owned())
    }

    /// What was just made is the account's.
    pub(crate) fn claim(&self, id: &str) {
        self.handle.owners().claim(id, &self.account());
    }

    /// Whether the account sees that.
    pub(crate) fn sees(&self, id: &str) -> bool {
        self.handle.owners().sees(&self.account(), id)
    }

    /// Whether `X-DashScope-SSE: enable` asks for a native stream.
    pub(crate) fn asks_for_events(&self) -> bool {
        self.is_enabled("x-dashscope-sse")
    }

    /// Whether `X-DashScope-Async: enable` asks for a task.
    pub(crate) fn asks_for_task(&self) -> bool {
        self.is_enabled("x-dashscope-async")
    }

    fn is_enabled(&self, name: &str) -> bool {
        self.header(name)
            .is_some_and(|value| value.eq_ignore_ascii_case("enable"))
    }

    /// Takes the time before the first byte, and tells how long that was.
    pub(crate) async fn first_byte(&self) -> Duration {
        let time = self.handle.options().latency;
        let time = time.of(&mut self.dice().and("first byte"));
        if !time.is_zero() {
            tokio::time::sleep(time).await;
        }
        time
    }

    /// The chance of this request.
    pub(crate) fn dice(&self) -> Dice {
        self.pass.dice(self.handle.options().seed)
    }

    /// The fields of a `multipart/form-data` body, in their order.
    pub(crate) async fn form(&self) -> Result<Vec<Field>, Refusal> {
        let broken =
            |_| Refusal::invalid_parameter("The request body is not valid multipart/form-data.");
        let mut request = Request::new(Body::from(self.body.clone()));
        if let Some(kind) = self.headers.get(CONTENT_TYPE) {
            request.headers_mut().insert(CONTENT_TYPE, kind.clone());
        }
        let mut form = Multipart::from_request(request, &())
            .await
            .map_err(|_| Refusal::invalid_parameter("Content-Type must be multipart/form-data."))?;
        let mut fields = Vec::new();
        while let Some(field) = form.next_field().await.map_err(broken)? {
            fields.push(Field {
                name: field.name().unwrap_or_default().to_owned(),
                file_name: field.file_name().map(str::to_owned),
                content_type: field.content_type().map(str::to_owned),
                bytes: field.bytes().await.map_err(broken)?,
            });
        }
        Ok(fields)
    }

    /// Writes down what the request costs, for the log of requests.
    pub(crate) fn bill(&self, billed: Billed) {
        self.handle.bill(self.pass, billed);
    }
}

/// One field of a form, a file when it has a name of its own.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) file_name: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) bytes: Bytes,
}

impl FromRequest<Handle> for Entry {
    type Rejection = Infallible;

    async fn from_request(request: Request, handle: &Handle) -> Result<Self, Infallible> {
        let (mut parts, body) = request.into_parts();
        // The front has read the whole body already.
        let body = axum::body::to_bytes(body, usize::MAX)
            .await
            .unwrap_or_default();
        let extensions = &mut parts.extensions;
        Ok(Self {
            handle: handle.clone(),
            pass: extensions.remove().unwrap_or_default(),
            id: extensions
                .get()
                .cloned()
                .unwrap_or(RequestId(String::new())),
            line: extensions
                .get::<ConnectInfo<Line>>()
                .map(|ConnectInfo(line)| line.clone())
                .unwrap_or_default(),
            later: extensions.remove().unwrap_or_default(),
            strikes: extensions
                .remove()
                .map(|Inside(strikes)| strikes)
                .unwrap_or_default(),
            parsed: extensions.remove().and_then(|Parsed(json)| json),
            uri: parts.uri,
            headers: parts.headers,
            body,
        })
    }
}
