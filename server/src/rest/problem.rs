//! What went wrong, as RFC 9457 problem details in the caller's language. Every failure below `/rest` leaves in this form,
//! also those that the layers around the routes make.

use app::language::Language;
use axum::{
    body::Body,
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{
        ACCEPT_LANGUAGE, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_TYPE,
        RETRY_AFTER, WWW_AUTHENTICATE,
    },
};
use model::{Factor, FailureCode};
use platform::{files::FilesError, identity::IdentityError};
use serde::Serialize;
use utoipa::ToSchema;

use super::problem_words::{self, Fault};

/// A problem on its way out. Its words are put in last, where the caller's language is known.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    code: FailureCode,
    status: StatusCode,
    retry_after_s: Option<u32>,
    fault: Option<Fault>,
    factors: Vec<Factor>,
}

/// Why the request was refused, after RFC 9457.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Details {
    /// `urn:liantai:problem:` and the code.
    #[serde(rename = "type")]
    kind: String,
    /// What happened and what to do about it, in the caller's language.
    title: String,
    /// The HTTP status.
    status: u16,
    /// Where in the request it lies.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// What happened, for programs.
    code: FailureCode,
    /// Seconds until trying again makes sense.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_s: Option<u32>,
    /// The field that it lies in.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// With `second_factor_needed`: one of these is awaited.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    factors: Vec<Factor>,
    /// With faults of the server: what to name when asking its operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
}

impl Problem {
    /// A refusal with that code and its status.
    pub(crate) fn of(code: FailureCode) -> Self {
        Self {
            code,
            status: StatusCode::from_u16(code.status())
                .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            retry_after_s: None,
            fault: None,
            factors: Vec::new(),
        }
    }

    /// The password was right, and one of these is awaited.
    pub(super) fn second_factor(factors: &[Factor]) -> Self {
        Self {
            factors: factors.to_vec(),
            ..Self::of(FailureCode::SecondFactorNeeded)
        }
    }

    /// The request can't be read.
    pub(super) fn unreadable(status: StatusCode, fault: Fault) -> Self {
        Self {
            status,
            fault: Some(fault),
            ..Self::of(FailureCode::BadRequest)
        }
    }

    /// Whether signing in would help.
    pub(super) fn is_about_signing_in(&self) -> bool {
        self.code == FailureCode::SignInNeeded
    }

    /// What a layer that knows nothing of problems has answered.
    fn of_status(status: StatusCode) -> Self {
        let code = match status {
            StatusCode::UNAUTHORIZED => FailureCode::SignInNeeded,
            // The only layer that forbids looks at where the request comes from.
            StatusCode::FORBIDDEN => FailureCode::ForeignOrigin,
            StatusCode::NOT_FOUND => FailureCode::NotFound,
            StatusCode::PAYLOAD_TOO_LARGE => FailureCode::TooLarge,
            StatusCode::TOO_MANY_REQUESTS => FailureCode::TooManyAttempts,
            StatusCode::SERVICE_UNAVAILABLE => FailureCode::Overloaded,
            status if status.is_client_error() => FailureCode::BadRequest,
            _ => FailureCode::Internal,
        };
        let fault = match status {
            StatusCode::METHOD_NOT_ALLOWED => Some(Fault::Method),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Some(Fault::MediaType),
            _ => None,
        };
        Self {
            status,
            fault,
            ..Self::of(code)
        }
    }

    fn details(self, language: Language, reference: Option<String>) -> Details {
        let detail = self.fault.as_ref().map(|fault| fault.words(language));
        let field = self.fault.as_ref().and_then(Fault::field);
        Details {
            kind: format!("urn:liantai:problem:{}", self.code),
            title: language.words().failure(self.code).to_owned(),
            status: self.status.as_u16(),
            detail,
            code: self.code,
            retry_after_s: self.retry_after_s,
            field: field.or_else(|| problem_words::field_of(self.code).map(str::to_owned)),
            factors: self.factors,
            reference: reference.filter(|_| self.status.is_server_error()),
        }
    }
}

impl From<platform::Error> for Problem {
    /// The one mapping: the code decides the status, and faults of ours are logged here.
    fn from(error: platform::Error) -> Self {
        let problem = Self {
            retry_after_s: error.retry_after_s(),
            ..Self::of(error.code())
        };
        if problem.status.is_server_error() {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                failure.code = problem.code.as_str(),
                "a REST call failed"
            );
        }
        problem
    }
}

impl From<IdentityError> for Problem {
    fn from(error: IdentityError) -> Self {
        Self::from(platform::Error::from(error))
    }
}

impl From<FilesError> for Problem {
    fn from(error: FilesError) -> Self {
        Self::from(platform::Error::from(error))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes every failure below `/rest` as a problem.
pub(crate) async fn write(request: Request, next: Next) -> Response {
    if !is_below(request.uri().path()) {
        return next.run(request).await;
    }
    let (language, reference) = caller_of(request.headers());
    let mut response = next.run(request).await;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let problem = response.extensions_mut().remove::<Problem>();
    let problem = problem.unwrap_or_else(|| Problem::of_status(status));
    fill(response, problem, language, reference)
}

fn is_below(path: &str) -> bool {
    path == "/rest" || path.starts_with("/rest/") || path == "/.well-known/jwks.json"
}

/// The caller's language, and the request's name.
fn caller_of(headers: &HeaderMap) -> (Language, Option<String>) {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let language = Language::accepted(text(ACCEPT_LANGUAGE.as_str()).unwrap_or_default());
    (language, text("x-request-id").map(str::to_owned))
}

fn fill(
    response: Response,
    problem: Problem,
    language: Language,
    reference: Option<String>,
) -> Response {
    let (mut parts, _) = response.into_parts();
    let headers = &mut parts.headers;
    headers.remove(CONTENT_LENGTH);
    headers.remove(CONTENT_ENCODING);
    let json = HeaderValue::from_static("application/problem+json");
    headers.insert(CONTENT_TYPE, json);
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    if let Some(seconds) = problem.retry_after_s {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if problem.status == StatusCode::UNAUTHORIZED {
        let challenge = if problem.code == FailureCode::InvalidToken {
            "Bearer realm=\"liantai\", error=\"invalid_token\""
        } else {
            "Bearer realm=\"liantai\""
        };
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    parts.status = problem.status;
    let details = problem.details(language, reference);
    // Texts and numbers always become JSON.
    let body = serde_json::to_vec(&details).unwrap_or_default();
    Response::from_parts(parts, Body::from(body))
}
