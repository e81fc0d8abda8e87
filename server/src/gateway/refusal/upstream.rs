//! What Bailian refused, or did not answer, as it is told to the caller.

use bailian::{Error as UpstreamError, ErrorKind};
use http::StatusCode;

use super::{
    BAD_REQUEST, BROKEN, FORBIDDEN, NO_MODEL, NOT_FOUND, REQUESTS, Refusal, TIMEOUT, TOO_LARGE,
    UNAVAILABLE,
};
use crate::gateway::words;

impl Refusal {
    /// Bailian refused what was asked in its words for the caller: its own words pass, unless they are about this site.
    pub(in crate::gateway) fn of_translated(error: &UpstreamError, chinese: bool) -> Self {
        let mut kind = error.kind();
        while let ErrorKind::TaskFailed { cause } = kind {
            kind = cause;
        }
        let (status, codes) = match kind {
            ErrorKind::InvalidParameter { .. } | ErrorKind::ContentInspection => {
                (StatusCode::BAD_REQUEST, BAD_REQUEST)
            }
            ErrorKind::TooLarge if error.status().is_none() => {
                (StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE)
            }
            ErrorKind::NotFound => (StatusCode::NOT_FOUND, NO_MODEL),
            ErrorKind::PermissionDenied => (StatusCode::FORBIDDEN, FORBIDDEN),
            _ => return Self::of_upstream(error, chinese),
        };
        Self {
            field: match kind {
                ErrorKind::InvalidParameter { parameter } => parameter.clone(),
                _ => None,
            },
            upstream_code: error.code().map(str::to_owned),
            is_final: true,
            ..Self::new(status, codes, error.message())
        }
    }

    /// Bailian refused what was asked, in words that nobody can read, such as a page of something in between: what is left is its
    /// status. `None` where that says that the request was not at fault.
    pub(in crate::gateway) fn of_status(
        status: StatusCode,
        error: &UpstreamError,
        chinese: bool,
    ) -> Option<Self> {
        let is_ours = matches!(
            error.kind(),
            ErrorKind::Throttled { .. } | ErrorKind::Timeout { .. } | ErrorKind::Unavailable
        ) || concerns_the_operator(error.kind());
        if !status.is_client_error() || is_ours {
            return None;
        }
        let codes = match status {
            StatusCode::FORBIDDEN => FORBIDDEN,
            StatusCode::NOT_FOUND => NOT_FOUND,
            StatusCode::PAYLOAD_TOO_LARGE => TOO_LARGE,
            _ => BAD_REQUEST,
        };
        Some(Self {
            retry_after: error.retry_after(),
            is_final: true,
            ..Self::new(status, codes, words::of(chinese).upstream_declines)
        })
    }

    /// No answer came, or Bailian refuses this site rather than the caller.
    pub(in crate::gateway) fn of_upstream(error: &UpstreamError, chinese: bool) -> Self {
        let say = words::of(chinese);
        let retry_after = error.retry_after();
        let refusal = match error.kind() {
            ErrorKind::Timeout { .. } => {
                Self::new(StatusCode::GATEWAY_TIMEOUT, TIMEOUT, say.timeout)
            }
            ErrorKind::CircuitOpen => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, UNAVAILABLE, say.circuit)
            }
            ErrorKind::Throttled { .. } => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, REQUESTS, say.upstream_busy)
            }
            ErrorKind::TooLarge => Self::new(StatusCode::BAD_GATEWAY, BROKEN, say.answer_too_large),
            kind if concerns_the_operator(kind) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                UNAVAILABLE,
                say.upstream_refuses,
            ),
            _ => Self::new(StatusCode::BAD_GATEWAY, BROKEN, say.upstream),
        };
        Self {
            retry_after,
            ..refusal
        }
    }
}

/// Whether only the operator can do something about it: the site's key, its rights, its debts.
pub(in crate::gateway) fn concerns_the_operator(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Authentication
            | ErrorKind::Arrears
            | ErrorKind::QuotaExhausted
            | ErrorKind::Configuration
    )
}
