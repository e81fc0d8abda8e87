//! One error type: what went wrong, as the caller must decide on it, with what the provider said.

use std::fmt;
use std::time::Duration;

pub(crate) mod classify;
pub(crate) mod envelope;
mod parameter;
mod services;

use crate::client::Repeat;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// A call that did not succeed.
///
/// `Display` and `Debug` name kind, status, code and request id, for logs. The provider's own words can
/// repeat the prompt, so they are only in [`message`](Error::message).
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    status: Option<u16>,
    code: Option<String>,
    message: String,
    request_id: Option<String>,
    retry: Retry,
    retry_after: Option<Duration>,
    unsent: bool,
    repeat: Repeat,
    source: Option<Source>,
}

/// What an error means for the caller ("Error codes", normalised over both of the provider's code systems).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The key is wrong, missing, expired or of another region.
    Authentication,
    /// The key is good but has no right to the model, workspace or service.
    PermissionDenied,
    /// The account owes money or has not bought the service.
    Arrears,
    /// A quota that does not refill by waiting is used up, for example the free one.
    QuotaExhausted,
    /// Too much at once; waiting helps.
    Throttled {
        /// Which limit was hit.
        limit: Limit,
    },
    /// The request is wrong, found by the provider or before sending.
    InvalidParameter {
        /// The request's field, when it is known.
        parameter: Option<String>,
    },
    /// Content moderation refused the prompt or the answer.
    ContentInspection,
    /// No such model (or other thing).
    NotFound,
    /// The provider failed (5xx).
    Unavailable,
    /// A limit of [`Timeouts`](crate::Timeouts) was reached.
    Timeout {
        /// What was being waited for.
        phase: Phase,
    },
    /// No connection, or it broke before an answer began.
    Connection,
    /// The answer began and did not end properly.
    Interrupted,
    /// An answer that does not follow the protocol.
    Malformed,
    /// The request, the answer or one event is larger than allowed.
    TooLarge,
    /// The provider's address answered with a redirect; it is not followed, the key stays here.
    UnexpectedRedirect,
    /// The upstream failed so often that nothing is sent for a while; see [`Circuit`](crate::Circuit).
    CircuitOpen,
    /// A task ended without a result; nothing is billed.
    TaskFailed {
        /// What its code means, classified like that of a refused request.
        cause: Box<ErrorKind>,
    },
    /// A task was cancelled before it began.
    TaskCanceled,
    /// The provider knows no such task, or forgot it: it keeps a task and its results for 24 hours.
    TaskUnknown,
    /// The client's own options are unusable.
    Configuration,
    /// A code that has no place above.
    Other,
}

/// Which limit a throttled request ran into ("Rate limits").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// Requests per second or minute.
    Requests,
    /// Tokens per second or minute.
    Tokens,
    /// The growth of the rate; wait some seconds.
    Burst,
    /// The provider does not say.
    Unspecified,
}

/// What a call was waiting for when its time ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Name look-up, connection, TLS handshake.
    Connect,
    /// The first byte of the answer.
    FirstByte,
    /// The next piece of the answer.
    Idle,
    /// The whole call.
    Total,
}

/// Whether sending the same request again can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    Never,
    /// Fetching the request's media failed; a second time is worth it, a third is not.
    Once,
    Yes,
}

impl Error {
    /// What it means.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The HTTP status, or the one that an error event stated.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The provider's code, unchanged.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The provider's or this crate's words. May quote the request: not for logs, not for other people.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The provider's id of the request, for its support.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Whether the same request can succeed later, if no output was used yet.
    pub fn is_retryable(&self) -> bool {
        self.0.retry != Retry::Never
    }

    /// How long the provider asked to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            status: None,
            code: None,
            message: message.into(),
            request_id: None,
            retry: Retry::Never,
            retry_after: None,
            unsent: false,
            repeat: Repeat::Harmless,
            source: None,
        }))
    }

    pub(crate) fn configuration(message: &'static str) -> Self {
        Self::new(ErrorKind::Configuration, message)
    }

    pub(crate) fn invalid(parameter: &str, message: impl Into<String>) -> Self {
        let parameter = Some(parameter.to_owned());
        Self::new(ErrorKind::InvalidParameter { parameter }, message)
    }

    pub(crate) fn malformed(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Malformed, message)
    }

    pub(crate) fn timeout(phase: Phase) -> Self {
        Self::new(ErrorKind::Timeout { phase }, "the time allowed ran out")
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    pub(crate) fn with_code(mut self, code: Option<String>) -> Self {
        self.0.code = code;
        self
    }

    pub(crate) fn with_retry(mut self, retry: Retry) -> Self {
        self.0.retry = retry;
        self
    }

    /// No byte of the request has left.
    pub(crate) fn before_sending(mut self, unsent: bool) -> Self {
        self.0.unsent = unsent;
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.0.retry_after = wait;
        self
    }

    pub(crate) fn with_source(mut self, source: impl Into<Source>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// The same said of a task: the kind becomes the cause.
    pub(crate) fn of_task(mut self) -> Self {
        let cause = Box::new(self.0.kind);
        self.0.kind = ErrorKind::TaskFailed { cause };
        self
    }

    /// The same said by a storage that knows neither key nor account: its refusal is about one permission to upload, and
    /// nobody's right to a model. One that has expired can be had anew.
    pub(crate) fn of_storage(mut self) -> Self {
        if matches!(
            self.0.kind,
            ErrorKind::Authentication | ErrorKind::PermissionDenied | ErrorKind::NotFound
        ) {
            self.0.kind = ErrorKind::Other;
            self.0.retry = if self.0.message.contains("expired") {
                Retry::Yes
            } else {
                Retry::Never
            };
        }
        self
    }

    /// Whether a model was looked for and is not there, rather than something else that the request names.
    pub(crate) fn misses_model(&self) -> bool {
        let names_other = matches!(
            self.code(),
            Some("BadRequest.VoiceNotFound" | "BadRequest.ResourceNotExist" | "UserNotFound")
        );
        let says_other = ["File not found", "Response with id"]
            .iter()
            .any(|words| self.0.message.contains(words));
        self.0.kind == ErrorKind::NotFound && !names_other && !says_other
    }

    /// The id in the body, when there is one, is the one that the provider's support asks for.
    pub(crate) fn or_request_id(mut self, id: Option<&str>) -> Self {
        if self.0.request_id.is_none() {
            self.0.request_id = id.map(str::to_owned);
        }
        self
    }

    /// Takes a secret out of the provider's words, should they ever repeat it.
    pub(crate) fn without(mut self, secret: &str) -> Self {
        if self.0.message.contains(secret) {
            self.0.message = self.0.message.replace(secret, "[key]");
        }
        self
    }

    /// The error of a call that may, or may not, be done twice.
    pub(crate) fn of(mut self, repeat: Repeat) -> Self {
        self.0.repeat = repeat;
        self
    }

    /// Whether doing the same again, here or elsewhere, cannot do or pay for anything twice.
    pub fn may_be_repeated(&self) -> bool {
        self.0.repeat == Repeat::Harmless || self.was_not_taken()
    }

    /// Whether the provider has certainly done nothing: it refused, was too busy, or could not be reached.
    fn was_not_taken(&self) -> bool {
        match self.0.kind {
            ErrorKind::Throttled { .. }
            | ErrorKind::CircuitOpen
            | ErrorKind::Authentication
            | ErrorKind::PermissionDenied
            | ErrorKind::Arrears
            | ErrorKind::QuotaExhausted
            | ErrorKind::NotFound => true,
            ErrorKind::Connection => self.0.unsent,
            _ => false,
        }
    }

    pub(crate) fn retry(&self) -> Retry {
        self.0.retry
    }
}

impl ErrorKind {
    /// A short constant name, for logs and metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Authentication => "authentication",
            Self::PermissionDenied => "permission_denied",
            Self::Arrears => "arrears",
            Self::QuotaExhausted => "quota_exhausted",
            Self::Throttled { .. } => "throttled",
            Self::InvalidParameter { .. } => "invalid_parameter",
            Self::ContentInspection => "content_inspection",
            Self::NotFound => "not_found",
            Self::Unavailable => "unavailable",
            Self::Timeout { phase } => match phase {
                Phase::Connect => "timeout_connect",
                Phase::FirstByte => "timeout_first_byte",
                Phase::Idle => "timeout_idle",
                Phase::Total => "timeout_total",
            },
            Self::Connection => "connection",
            Self::Interrupted => "interrupted",
            Self::Malformed => "malformed",
            Self::TooLarge => "too_large",
            Self::UnexpectedRedirect => "unexpected_redirect",
            Self::CircuitOpen => "circuit_open",
            Self::TaskFailed { .. } => "task_failed",
            Self::TaskCanceled => "task_canceled",
            Self::TaskUnknown => "task_unknown",
            Self::Configuration => "configuration",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bailian: {}", self.0.kind.name())?;
        if let ErrorKind::InvalidParameter {
            parameter: Some(parameter),
        } = &self.0.kind
        {
            write!(f, " ({parameter})")?;
        }
        if let Some(status) = self.0.status {
            write!(f, ", status {status}")?;
        }
        if let Some(code) = &self.0.code {
            write!(f, ", code {code}")?;
        }
        if let Some(id) = &self.0.request_id {
            write!(f, ", request {id}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("status", &self.0.status)
            .field("code", &self.0.code)
            .field("request_id", &self.0.request_id)
            .field("retry", &self.0.retry)
            .field("retry_after", &self.0.retry_after)
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0
            .source
            .as_ref()
            .map(|source| &**source as &(dyn std::error::Error + 'static))
    }
}
