//! Who is calling: an access token or an API key, in a header.

use axum::{
    extract::{FromRequestParts, Request},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header::AUTHORIZATION, request::Parts};
use model::FailureCode;
use platform::{Services, Visitor, identity::Caller};

use super::{problem::Problem, problem_words, site_keys};
use crate::credential::{self, Fault};

/// Whoever the credential says. Every route but those that make credentials begins with it.
pub(crate) struct Bearer(pub(crate) Caller);

/// Where the request comes from.
pub(super) struct From(pub(super) Visitor);

impl FromRequestParts<Services> for Bearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, services: &Services) -> Result<Self, Problem> {
        let credential = credential(&parts.headers)?;
        let visitor = visitor(parts);
        let caller = services.identity.bearer(credential, &visitor).await?;
        Ok(Self(caller))
    }
}

impl<S: Sync> FromRequestParts<S> for From {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        Ok(Self(visitor(parts)))
    }
}

/// What the layers know of the sender.
pub(super) fn visitor(parts: &Parts) -> Visitor {
    parts
        .extensions
        .get::<Visitor>()
        .cloned()
        .unwrap_or_default()
}

/// The one credential. Two are one too many: a proxy and we might not take the same one.
pub(super) fn credential(headers: &HeaderMap) -> Result<&str, Problem> {
    let authorization = credential::single(headers, AUTHORIZATION.as_str()).map_err(problem)?;
    let key = credential::single(headers, "x-api-key").map_err(problem)?;
    match (authorization, key) {
        (None, None) => Err(problem(Fault::Missing)),
        (Some(authorization), None) => credential::bearer(authorization).map_err(problem),
        // A token belongs into the other header.
        (None, Some(key)) if key.starts_with("lt-") => Ok(key),
        (None, Some(_)) => Err(problem(Fault::Unreadable)),
        (Some(_), Some(_)) => Err(problem(Fault::Several)),
    }
}

fn problem(fault: Fault) -> Problem {
    let unreadable = |words| Problem::unreadable(StatusCode::BAD_REQUEST, words);
    match fault {
        Fault::Missing => Problem::of(FailureCode::SignInNeeded),
        Fault::Unreadable => Problem::of(FailureCode::InvalidToken),
        Fault::Several => unreadable(problem_words::Fault::Credentials),
        Fault::InQuery => unreadable(problem_words::Fault::CredentialInQuery),
    }
}

/// Refuses a credential in the address, even beside a good one: addresses are logged, kept and passed on.
pub(super) async fn refuse_in_query(request: Request, next: Next) -> Response {
    match credential::refuse_in_query(request.uri()) {
        Ok(()) => next.run(request).await,
        // Who found a key and asks whose it is has another way.
        Err(Fault::InQuery) if request.uri().path() == site_keys::PATH => {
            let words = problem_words::Fault::KeyInQuery;
            Problem::unreadable(StatusCode::BAD_REQUEST, words).into_response()
        }
        Err(fault) => problem(fault).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(headers: &[(&'static str, &'static str)]) -> Result<String, ()> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().expect("a value"));
        }
        credential(&map).map(str::to_owned).map_err(drop)
    }

    #[test]
    fn one_credential_is_taken_from_its_header() {
        assert_eq!(
            read(&[("authorization", "Bearer a.b.c")]),
            Ok("a.b.c".to_owned())
        );
        assert_eq!(
            read(&[("authorization", "bearer lt-x")]),
            Ok("lt-x".to_owned())
        );
        assert_eq!(read(&[("x-api-key", "lt-x")]), Ok("lt-x".to_owned()));
        for refused in [
            &[][..],
            &[("authorization", "Basic bHQteA==")],
            &[("authorization", "a.b.c")],
            &[("x-api-key", "a.b.c")],
            &[("authorization", "Bearer a"), ("authorization", "Bearer b")],
            &[("authorization", "Bearer a"), ("x-api-key", "lt-x")],
        ] {
            assert_eq!(read(refused), Err(()), "{refused:?}");
        }
    }
}
