//! The one way out: build, send, classify, read, and try again where that is documented to help.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};
use reqwest::{Method, Request, Response, StatusCode, Url};
use secrecy::ExposeSecret;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, sleep, timeout_at};

use crate::body::{Body, Deadlines, Events};
use crate::error::{Retry, envelope};
use crate::retry::{Budget, asked_wait};
use crate::transport::Versions;
use crate::{ClientOptions, Error, ErrorKind, Phase, Timeouts, auth, transport};

/// A connection to Bailian: one account, one host. Cloning it is cheap and shares pool and retry budget.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    /// Speaks HTTP/1.1 only, which is what can become a WebSocket.
    sockets: reqwest::Client,
    base_url: Url,
    headers: HeaderMap,
    budget: Budget,
    options: ClientOptions,
}

/// One call, before anything is sent.
pub(crate) struct Call {
    pub(crate) method: Method,
    /// Begins with a slash; what callers put into it is percent-encoded already.
    pub(crate) path: Cow<'static, str>,
    pub(crate) query: Vec<(&'static str, String)>,
    /// Beside those of every call.
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
    /// How long the server may think before the first byte.
    pub(crate) first_byte: Duration,
    pub(crate) accept: &'static str,
    pub(crate) repeat: Repeat,
    /// The status of success.
    pub(crate) expects: StatusCode,
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
            headers: HeaderMap::new(),
            body: None,
            first_byte: timeouts.first_byte,
            accept: JSON,
            repeat: Repeat::Harmless,
            expects: StatusCode::OK,
        }
    }

    /// Asks for a line that both sides may speak on at any time.
    pub(crate) fn upgrade(path: impl Into<Cow<'static, str>>, timeouts: &Timeouts) -> Self {
        Self {
            expects: StatusCode::SWITCHING_PROTOCOLS,
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
            body: Some(body),
            first_byte: timeouts.first_byte_unstreamed,
            ..Self::get(path, timeouts)
        })
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

/// A streamed answer whose head has come.
pub(crate) struct Opened {
    pub(crate) events: Events,
    pub(crate) request_id: Option<String>,
}

const JSON: &str = "application/json";
const EVENTS: &str = "text/event-stream";
/// Errors are small; whatever stands in their place is not worth reading whole.
const MAX_ERROR_BYTES: usize = 64 * 1024;

impl Client {
    /// Builds a client; fails when the options are unusable, never connects.
    pub fn new(options: ClientOptions) -> Result<Self, Error> {
        let base_url = parse_base(&options.base_url)?;
        let headers = auth::headers(&options.api_key, options.workspace.as_deref())?;
        let http = transport::build(&options.timeouts, Versions::Any)?;
        let sockets = transport::build(&options.timeouts, Versions::OnlyOne)?;
        let budget = Budget::new(options.retry.budget);
        Ok(Self(Arc::new(Inner {
            http,
            sockets,
            base_url,
            headers,
            budget,
            options,
        })))
    }

    /// Keeps the key out of what the provider said.
    pub(crate) fn scrub(&self, error: Error) -> Error {
        error.without(self.0.options.api_key.expose_secret())
    }

    pub(crate) fn options(&self) -> &ClientOptions {
        &self.0.options
    }

    /// Sends a call and reads its JSON answer.
    pub(crate) async fn fetch<T: DeserializeOwned>(
        &self,
        call: Call,
    ) -> Result<(T, Option<String>), Error> {
        self.execute(&call, |response, deadlines| {
            read_json(response, deadlines, self.0.options.max_response_bytes)
        })
        .await
    }

    /// Sends a call and hands its answer over as events, as soon as `first` accepted the beginning.
    ///
    /// `first` reads up to the first piece of output: until then a refusal can be answered by sending again.
    pub(crate) async fn open<T, F>(
        &self,
        call: Call,
        first: impl Fn(Opened) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        self.execute(&call, |response, deadlines| {
            let first = &first;
            let opened = read_events(response, deadlines, &self.0.options);
            async move { first(opened.await?).await }
        })
        .await
    }

    /// Sends a call and hands over the answer itself, once its head is as expected.
    pub(crate) async fn answer<T, F>(
        &self,
        call: &Call,
        read: impl Fn(Response) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        self.execute(call, |response, _| read(response)).await
    }

    async fn execute<T, F>(
        &self,
        call: &Call,
        read: impl Fn(Response, Deadlines) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let inner = &*self.0;
        let total = Instant::now() + inner.options.timeouts.total;
        let mut attempts = 0;
        inner.budget.deposit();
        loop {
            attempts += 1;
            let deadlines = Deadlines {
                first_byte: Instant::now() + call.first_byte,
                total,
                idle: inner.options.timeouts.idle,
            };
            let error = match inner.attempt(call, deadlines, &read).await {
                Ok(answer) => return Ok(answer),
                Err(error) => self.scrub(error),
            };
            if call.repeat == Repeat::Costly && !error.was_not_taken() {
                return Err(error);
            }
            let Some(wait) = inner.options.retry.wait(&error, attempts) else {
                return Err(error);
            };
            if Instant::now() + wait >= total || !inner.budget.withdraw() {
                return Err(error);
            }
            tracing::debug!(error = %error, attempt = attempts, wait_ms = wait.as_millis(), "sending again");
            sleep(wait).await;
        }
    }
}

impl Inner {
    async fn attempt<T, F>(
        &self,
        call: &Call,
        deadlines: Deadlines,
        read: impl Fn(Response, Deadlines) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let request = self.request(call);
        let (until, phase) = deadlines.next(false);
        let http = if call.expects == StatusCode::SWITCHING_PROTOCOLS {
            &self.sockets
        } else {
            &self.http
        };
        let response = timeout_at(until, http.execute(request))
            .await
            .map_err(|_| Error::timeout(phase))?
            .map_err(unsent)?;
        let status = response.status();
        let id = request_id(response.headers());
        tracing::Span::current().record("http.response.status_code", status.as_u16());
        let answer = if status == call.expects {
            check_encoding(response.headers()).map(|()| response)
        } else {
            Err(refused(response, deadlines).await)
        };
        let answer = match answer {
            Ok(response) => read(response, deadlines).await,
            Err(error) => Err(error),
        };
        answer.map_err(|error| error.or_request_id(id.as_deref()))
    }

    fn request(&self, call: &Call) -> Request {
        let mut url = self.base_url.clone();
        url.set_path(&format!(
            "{}{}",
            url.path().trim_end_matches('/'),
            call.path
        ));
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        let mut request = Request::new(call.method.clone(), url);
        let headers = request.headers_mut();
        headers.clone_from(&self.headers);
        headers.extend(call.headers.clone());
        headers.insert(
            ACCEPT,
            reqwest::header::HeaderValue::from_static(call.accept),
        );
        if let Some(body) = &call.body {
            headers.insert(
                CONTENT_TYPE,
                reqwest::header::HeaderValue::from_static(JSON),
            );
            *request.body_mut() = Some(body.clone().into());
        }
        request
    }
}

async fn read_json<T: DeserializeOwned>(
    response: Response,
    deadlines: Deadlines,
    max_bytes: usize,
) -> Result<(T, Option<String>), Error> {
    let request_id = request_id(response.headers());
    let kind = content_type(response.headers());
    let body = Body::new(response, deadlines, max_bytes).all().await?;
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

async fn read_events(
    response: Response,
    deadlines: Deadlines,
    options: &ClientOptions,
) -> Result<Opened, Error> {
    let request_id = request_id(response.headers());
    let kind = content_type(response.headers());
    let body = Body::new(response, deadlines, options.max_response_bytes);
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

fn parse_base(text: &str) -> Result<Url, Error> {
    let url = Url::parse(text)
        .map_err(|error| Error::configuration("the base URL cannot be read").with_source(error))?;
    let plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !plain {
        return Err(Error::configuration(
            "the base URL must be http(s)://host, without credentials or query",
        ));
    }
    Ok(url)
}

fn request_id(headers: &HeaderMap) -> Option<String> {
    headers
        .get("x-request-id")?
        .to_str()
        .ok()
        .map(str::to_owned)
}

fn content_type(headers: &HeaderMap) -> String {
    let value = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_ascii_lowercase()
}

/// Compression was not asked for; what comes compressed could be anything of any size.
fn check_encoding(headers: &HeaderMap) -> Result<(), Error> {
    match headers.get(CONTENT_ENCODING) {
        Some(encoding) if encoding != "identity" => {
            Err(Error::malformed("an answer in an encoding not asked for"))
        }
        _ => Ok(()),
    }
}

/// An answer other than 200: its own words if it has any, else what its status means.
async fn refused(response: Response, deadlines: Deadlines) -> Error {
    let status = response.status();
    if status.is_redirection() {
        return Error::new(
            ErrorKind::UnexpectedRedirect,
            "the address answered with a redirect",
        )
        .with_status(status.as_u16());
    }
    if status.is_success() || status.is_informational() {
        return Error::malformed("an answer without content").with_status(status.as_u16());
    }
    let wait = asked_wait(response.headers());
    let never = response
        .headers()
        .get("x-should-retry")
        .is_some_and(|value| value == "false");
    // A refusal whose body breaks off is still a refusal.
    let mut body = Body::new(response, deadlines, MAX_ERROR_BYTES);
    let mut said = Vec::new();
    while let Ok(Some(piece)) = body.chunk().await {
        said.extend_from_slice(&piece);
    }
    let mut refusal = envelope::from_body(&said).unwrap_or_default();
    refusal.status = Some(status.as_u16());
    let error = Error::from(refusal).with_retry_after(wait);
    if never {
        error.with_retry(Retry::Never)
    } else {
        error
    }
}

/// A request that got no answer. Only a refused or reset connection is worth another try: name look-up, TLS
/// and silence fail the same way again, and the caller has waited enough.
fn unsent(error: reqwest::Error) -> Error {
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

/// Media in the provider's own storage are found only with a header that says so.
fn resolving(body: &[u8]) -> HeaderMap {
    const STORED: &[u8] = b"\"oss://";
    let mut headers = HeaderMap::new();
    if body.windows(STORED.len()).any(|bytes| bytes == STORED) {
        headers.insert(
            "x-dashscope-ossresourceresolve",
            reqwest::header::HeaderValue::from_static("enable"),
        );
    }
    headers
}

/// The body of a call.
fn encode<T: Serialize>(request: &T) -> Result<Bytes, Error> {
    let json = serde_json::to_vec(request).map_err(|error| {
        Error::malformed("the request cannot be written").with_source(position(&error))
    })?;
    Ok(json.into())
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.0.base_url.as_str())
            .finish_non_exhaustive()
    }
}
