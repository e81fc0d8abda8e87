//! Refusals of the gateway's own, in the form of the protocol that was spoken. What Bailian refuses passes as it is.

pub(super) mod told;
mod upstream;

use std::time::Duration;

use http::StatusCode;
use model::{FailureCode, Millis};
use platform::{
    gateway::{GatewayError, LimitKind, Shortage, scan::ScanError},
    identity::IdentityError,
};

use super::{headers::Left, words};

pub(super) use upstream::concerns_the_operator;

/// Why nothing was asked, or no answer came.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    codes: &'static Codes,
    /// Bailian's own code, where it refused.
    upstream_code: Option<String>,
    message: String,
    field: Option<String>,
    retry_after: Option<Duration>,
    /// Whether the official clients should not try again by themselves.
    is_final: bool,
    /// Whether there are many of them, which are counted and not logged.
    is_of_overload: bool,
    /// Whether it is certain that nothing was done, so that the same request may be made again by the same `Idempotency-Key`.
    is_unmade: bool,
    /// What is left of the limits, and when that was.
    left: Option<Box<(Left, Millis)>>,
}

/// OpenAI's code, Bailian's, and Anthropic's type.
type Codes = (&'static str, &'static str, &'static str);

const BAD_REQUEST: &Codes = &(
    "invalid_parameter_error",
    "InvalidParameter",
    "invalid_request_error",
);
const UNAUTHORIZED: &Codes = &("invalid_api_key", "InvalidApiKey", "authentication_error");
const FORBIDDEN: &Codes = &("access_denied", "AccessDenied", "permission_error");
const NO_MODEL: &Codes = &("model_not_found", "ModelNotFound", "not_found_error");
const NOT_FOUND: &Codes = &("not_found", "NotFound", "not_found_error");
const REQUESTS: &Codes = &(
    "rate_limit_exceeded",
    "Throttling.RateQuota",
    "rate_limit_error",
);
const TOKENS: &Codes = &(
    "rate_limit_exceeded",
    "Throttling.AllocationQuota",
    "rate_limit_error",
);
const BUDGET: &Codes = &(
    "insufficient_quota",
    "Throttling.AllocationQuota",
    "rate_limit_error",
);
const AWAY: &Codes = &("account_unavailable", "ServiceUnavailable", "api_error");
const TWO_ACCOUNTS: &Codes = &(
    "different_accounts",
    "InvalidParameter.DifferentAccounts",
    "invalid_request_error",
);
const TOO_LARGE: &Codes = &(
    "request_too_large",
    "BadRequest.TooLarge",
    "request_too_large",
);
const ONCE_OTHER: &Codes = &(
    "idempotency_key_reused",
    "InvalidParameter.IdempotencyKey",
    "invalid_request_error",
);
const ONCE_BUSY: &Codes = &(
    "idempotency_conflict",
    "Conflict.IdempotencyKey",
    "invalid_request_error",
);
const UNAVAILABLE: &Codes = &(
    "service_unavailable",
    "ServiceUnavailable",
    "overloaded_error",
);
const TIMEOUT: &Codes = &("upstream_timeout", "RequestTimeOut", "timeout_error");
const INTERNAL: &Codes = &("internal_error", "InternalError", "api_error");
const BROKEN: &Codes = &("upstream_error", "InternalError", "api_error");

impl Refusal {
    fn new(status: StatusCode, codes: &'static Codes, message: impl Into<String>) -> Self {
        Self {
            status,
            codes,
            upstream_code: None,
            message: message.into(),
            field: None,
            retry_after: None,
            is_final: false,
            is_of_overload: false,
            is_unmade: false,
            left: None,
        }
    }

    /// Together with what is left of the limits now.
    pub(super) fn with_left(self, left: Left, now: Millis) -> Self {
        Self {
            left: Some(Box::new((left, now))),
            ..self
        }
    }

    /// Together with that it is certain that nothing was done, or not.
    pub(super) fn unmade(self, is_unmade: bool) -> Self {
        Self { is_unmade, ..self }
    }

    /// Together with that clients should not send the same again by themselves: it would be paid for twice.
    pub(super) fn paid(self) -> Self {
        Self {
            is_final: true,
            ..self
        }
    }

    /// For a caller who reads that language.
    #[expect(clippy::too_many_lines, reason = "a table")]
    pub(super) fn of(error: &GatewayError, chinese: bool) -> Self {
        let say = words::of(chinese);
        match error {
            GatewayError::Identity(error) => Self::of_identity(error, chinese),
            GatewayError::Request(error) => Self {
                field: field_of(error),
                is_final: true,
                ..Self::new(
                    StatusCode::BAD_REQUEST,
                    BAD_REQUEST,
                    words::request(error, chinese),
                )
            },
            GatewayError::NoModel => Self {
                field: Some("model".to_owned()),
                ..Self::new(StatusCode::BAD_REQUEST, BAD_REQUEST, say.no_model)
            },
            GatewayError::UnknownModel { model } => Self {
                field: Some("model".to_owned()),
                ..Self::new(
                    StatusCode::NOT_FOUND,
                    NO_MODEL,
                    words::unknown_model(model, chinese),
                )
            },
            GatewayError::BatchFile(fault) => {
                Self::field("input_file_id", words::batch_file(*fault, chinese))
            }
            GatewayError::NotFound => Self::new(StatusCode::NOT_FOUND, NOT_FOUND, say.not_found),
            GatewayError::Away => Self {
                is_final: true,
                ..Self::new(StatusCode::SERVICE_UNAVAILABLE, AWAY, say.away)
            },
            GatewayError::TwoAccounts => Self {
                is_final: true,
                ..Self::new(StatusCode::BAD_REQUEST, TWO_ACCOUNTS, say.two_accounts)
            },
            GatewayError::Elsewhere => Self {
                is_final: true,
                ..Self::new(StatusCode::BAD_REQUEST, TWO_ACCOUNTS, say.elsewhere)
            },
            GatewayError::NoRoute => Self::new(StatusCode::NOT_FOUND, NOT_FOUND, say.no_route),
            GatewayError::Throttled {
                scope,
                kind,
                limit,
                retry_after,
            } => {
                let codes = if *kind == LimitKind::Tokens {
                    TOKENS
                } else {
                    REQUESTS
                };
                let message = words::throttled(*scope, *kind, *limit, chinese);
                Self {
                    retry_after: Some(*retry_after),
                    ..Self::new(StatusCode::TOO_MANY_REQUESTS, codes, message)
                }
            }
            GatewayError::Overloaded {
                shortage,
                retry_after,
            } => {
                let (status, codes) = match shortage {
                    Shortage::Share => (StatusCode::TOO_MANY_REQUESTS, REQUESTS),
                    Shortage::CallsAtOnce
                    | Shortage::Time
                    | Shortage::Ledger
                    | Shortage::Memory => (StatusCode::SERVICE_UNAVAILABLE, UNAVAILABLE),
                };
                Self {
                    retry_after: Some(*retry_after),
                    is_of_overload: true,
                    ..Self::new(status, codes, words::overloaded(*shortage, chinese))
                }
            }
            GatewayError::QuotaUsedUp { retry_after } => Self {
                retry_after: Some(*retry_after),
                is_final: true,
                ..Self::new(StatusCode::TOO_MANY_REQUESTS, BUDGET, say.quota)
            },
            GatewayError::OverBudget { scope, period, .. } => Self {
                is_final: true,
                ..Self::new(
                    StatusCode::TOO_MANY_REQUESTS,
                    BUDGET,
                    words::over_budget(*scope, *period, chinese),
                )
            },
            GatewayError::NoPrice => Self {
                is_final: true,
                ..Self::new(StatusCode::FORBIDDEN, FORBIDDEN, say.no_price)
            },
            GatewayError::Boundless => Self {
                is_final: true,
                ..Self::new(StatusCode::FORBIDDEN, FORBIDDEN, say.boundless)
            },
            GatewayError::OnceKey => Self {
                is_final: true,
                ..Self::new(StatusCode::BAD_REQUEST, BAD_REQUEST, say.once_key)
            },
            GatewayError::OnceOther => Self {
                is_final: true,
                ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, ONCE_OTHER, say.once_other)
            },
            GatewayError::OnceBusy => Self {
                retry_after: Some(Duration::from_secs(1)),
                ..Self::new(StatusCode::CONFLICT, ONCE_BUSY, say.once_busy)
            },
            GatewayError::OnceUnknown => Self {
                is_final: true,
                ..Self::new(StatusCode::CONFLICT, ONCE_BUSY, say.once_unknown)
            },
            GatewayError::Store(error) => {
                tracing::error!(
                    error = error as &dyn std::error::Error,
                    "a call was refused because the store failed"
                );
                Self::unavailable(chinese)
            }
        }
    }

    fn of_identity(error: &IdentityError, chinese: bool) -> Self {
        let say = words::of(chinese);
        match error.code() {
            FailureCode::SignInNeeded | FailureCode::InvalidToken => {
                Self::new(StatusCode::UNAUTHORIZED, UNAUTHORIZED, say.wrong_key)
            }
            FailureCode::NetworkRefused => Self::new(StatusCode::FORBIDDEN, FORBIDDEN, say.network),
            FailureCode::StoreUnavailable | FailureCode::Overloaded | FailureCode::Internal => {
                tracing::error!(
                    error = error as &dyn std::error::Error,
                    "who is calling could not be found out"
                );
                Self::unavailable(chinese)
            }
            FailureCode::TooManyAttempts => Self {
                retry_after: error.retry_after_s().map(|s| Duration::from_secs(s.into())),
                ..Self::new(StatusCode::TOO_MANY_REQUESTS, REQUESTS, say.too_many)
            },
            FailureCode::BadRequest => {
                Self::new(StatusCode::BAD_REQUEST, BAD_REQUEST, say.credentials)
            }
            _ => Self::new(StatusCode::FORBIDDEN, FORBIDDEN, say.forbidden),
        }
    }

    fn unavailable(chinese: bool) -> Self {
        Self {
            retry_after: Some(Duration::from_secs(1)),
            ..Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                UNAVAILABLE,
                words::of(chinese).unavailable,
            )
        }
    }

    /// There is more than one credential, or it stands where it may not.
    pub(super) fn credentials(chinese: bool) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            BAD_REQUEST,
            words::of(chinese).credentials,
        )
    }

    pub(super) fn too_large(limit: usize, chinese: bool) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            TOO_LARGE,
            words::too_large(limit, chinese),
        )
    }

    pub(super) fn unread(chinese: bool) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            BAD_REQUEST,
            words::of(chinese).unread,
        )
    }

    pub(super) fn slow(chinese: bool) -> Self {
        Self::new(
            StatusCode::REQUEST_TIMEOUT,
            BAD_REQUEST,
            words::of(chinese).slow,
        )
    }

    /// A field of the request is missing or asks for what can't be had.
    pub(super) fn field(field: &str, message: impl Into<String>) -> Self {
        Self {
            field: Some(field.to_owned()),
            is_final: true,
            ..Self::new(StatusCode::BAD_REQUEST, BAD_REQUEST, message)
        }
    }

    /// The request's JSON is not what the address takes.
    pub(super) fn unfit(error: &serde_json::Error, chinese: bool) -> Self {
        Self {
            is_final: true,
            ..Self::new(
                StatusCode::BAD_REQUEST,
                BAD_REQUEST,
                words::unfit(error, chinese),
            )
        }
    }

    /// The request opens no WebSocket.
    pub(super) fn no_line(status: StatusCode, chinese: bool) -> Self {
        Self {
            is_final: true,
            ..Self::new(status, BAD_REQUEST, words::of(chinese).no_line)
        }
    }

    pub(super) fn answer_too_large(chinese: bool) -> Self {
        Self::new(
            StatusCode::BAD_GATEWAY,
            BROKEN,
            words::of(chinese).answer_too_large,
        )
    }

    /// This program failed, and what it had asked for by then nobody knows.
    pub(super) fn internal(chinese: bool) -> Self {
        Self {
            is_final: true,
            ..Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                INTERNAL,
                words::of(chinese).internal,
            )
        }
    }

    /// The answer ended before its end.
    pub(super) fn cut(chinese: bool) -> Self {
        Self::new(StatusCode::BAD_GATEWAY, BROKEN, words::of(chinese).upstream)
    }

    /// What the caller came in by was ended while the answer ran.
    pub(super) fn right_ended(chinese: bool) -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            UNAUTHORIZED,
            words::of(chinese).right_ended,
        )
    }

    /// This process ends before the answer does.
    pub(super) fn leaving(chinese: bool) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            UNAVAILABLE,
            words::of(chinese).leaving,
        )
    }

    /// The code, as OpenAI's protocol has it.
    pub(super) fn code(&self) -> &'static str {
        self.codes.0
    }
}

fn field_of(error: &ScanError) -> Option<String> {
    match error {
        ScanError::Malformed(_) => None,
        ScanError::Duplicate { field }
        | ScanError::WrongType { field, .. }
        | ScanError::OutOfRange { field, .. } => Some(field.clone()),
    }
}
