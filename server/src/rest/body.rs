//! Reading JSON bodies: nothing unknown, nothing twice, and a refusal that says where.

use axum::{
    body::to_bytes,
    extract::{FromRequest, Request},
};
use http::{HeaderMap, StatusCode, header::CONTENT_TYPE};
use model::FailureCode;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::{problem::Problem, problem_words::Fault};

/// The longest JSON body, in bytes: a draft with all that it may name has less than a tenth of it.
const LONGEST: usize = 256 * 1024;

/// A JSON body. Its type must refuse fields that it does not know.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Err(Problem::unreadable(status, Fault::MediaType));
        }
        let bytes = to_bytes(request.into_body(), LONGEST).await;
        let bytes = bytes.map_err(|_| Problem::of(FailureCode::TooLarge))?;
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|error| refuse(&error))
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next());
    kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

fn refuse(error: &serde_json::Error) -> Problem {
    let (line, column) = (error.line(), error.column());
    match error.classify() {
        Category::Io | Category::Syntax | Category::Eof => {
            Problem::unreadable(StatusCode::BAD_REQUEST, Fault::Syntax { line, column })
        }
        Category::Data => {
            let fault = named(&error.to_string()).unwrap_or(Fault::Value { line, column });
            Problem::unreadable(StatusCode::UNPROCESSABLE_ENTITY, fault)
        }
    }
}

/// The fault of a field by its name. Of serde's message the name is taken and nothing else: it may quote a value, and the
/// value may be a password.
fn named(message: &str) -> Option<Fault> {
    let (fault, rest) = [
        ("unknown field `", Fault::Unknown as fn(String) -> Fault),
        ("missing field `", Fault::Missing),
        ("duplicate field `", Fault::Twice),
    ]
    .into_iter()
    .find_map(|(beginning, fault)| Some((fault, message.strip_prefix(beginning)?)))?;
    let name = rest.split('`').next()?;
    let name = name.chars().filter(|c| !c.is_control()).take(60).collect();
    Some(fault(name))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Login {
        #[expect(dead_code, reason = "only read from JSON")]
        password: String,
    }

    fn fault(json: &str) -> Option<Fault> {
        let error = serde_json::from_str::<Login>(json).err()?;
        named(&error.to_string())
    }

    /// IO-20, AC-10.
    #[test]
    fn a_field_that_is_unknown_missing_or_there_twice_is_named() {
        let name = || "password".to_owned();
        assert_eq!(fault("{}"), Some(Fault::Missing(name())));
        assert_eq!(
            fault(r#"{"rank":1}"#),
            Some(Fault::Unknown("rank".to_owned()))
        );
        let twice = r#"{"password":"a","password":"b"}"#;
        assert_eq!(fault(twice), Some(Fault::Twice(name())));
    }

    /// LO-03.
    #[test]
    fn a_value_is_never_quoted() {
        assert_eq!(fault(r#"{"password":7}"#), None);
        assert_eq!(fault(r#""unknown field `x`""#), None);
    }
}
