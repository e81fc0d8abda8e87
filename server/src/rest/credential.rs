//! Who is calling: an access token or an API key, in a header.

use axum::{
    extract::{FromRequestParts, Query, Request},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header::AUTHORIZATION, request::Parts};
use model::FailureCode;
use platform::{Services, Visitor, identity::Caller};

use super::{problem::Problem, problem_words::Fault};

/// Whoever the credential says. Every route but those that make credentials begins with it.
pub(super) struct Bearer(pub(super) Caller);

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
    let authorization = one(headers, AUTHORIZATION.as_str())?;
    let key = one(headers, "x-api-key")?;
    match (authorization, key) {
        (None, None) => Err(Problem::of(FailureCode::SignInNeeded)),
        (Some(authorization), None) => {
            let (scheme, token) = authorization.split_once(' ').unwrap_or((authorization, ""));
            if scheme.eq_ignore_ascii_case("bearer") {
                Ok(token.trim())
            } else {
                Err(Problem::of(FailureCode::InvalidToken))
            }
        }
        (None, Some(key)) => Ok(key.trim()).and_then(|key| {
            // A token belongs into the other header.
            let is_key = key.starts_with("lt-");
            is_key
                .then_some(key)
                .ok_or_else(|| Problem::of(FailureCode::InvalidToken))
        }),
        (Some(_), Some(_)) => Err(contradiction()),
    }
}

fn one<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Problem> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(contradiction());
    }
    let text = value.to_str();
    text.map(Some)
        .map_err(|_| Problem::of(FailureCode::InvalidToken))
}

fn contradiction() -> Problem {
    Problem::unreadable(StatusCode::BAD_REQUEST, Fault::Credentials)
}

/// Refuses a credential in the address, even beside a good one: addresses are logged, kept and passed on.
pub(super) async fn refuse_in_query(request: Request, next: Next) -> Response {
    let query = Query::<Vec<(String, String)>>::try_from_uri(request.uri());
    let given = query.map(|Query(pairs)| pairs).unwrap_or_default();
    if given.iter().any(|(name, value)| is_credential(name, value)) {
        return Problem::unreadable(StatusCode::BAD_REQUEST, Fault::CredentialInQuery)
            .into_response();
    }
    next.run(request).await
}

fn is_credential(name: &str, value: &str) -> bool {
    const NAMES: [&str; 7] = [
        "accesstoken",
        "apikey",
        "authorization",
        "key",
        "refreshtoken",
        "token",
        "xapikey",
    ];
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let named = NAMES.contains(&plain.to_ascii_lowercase().as_str());
    named
        || ["lt-", "ltr-", "eyJ"]
            .iter()
            .any(|beginning| value.starts_with(beginning))
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

    /// AP-19.
    #[test]
    fn a_credential_in_the_query_is_known_by_name_or_form() {
        for (name, value) in [
            ("access_token", "x"),
            ("api-key", "x"),
            ("X-Api-Key", "x"),
            ("after", "lt-abc"),
            ("search", "eyJhbGciOiJ9"),
        ] {
            assert!(is_credential(name, value), "{name}={value}");
        }
        assert!(!is_credential("search", "lin") && !is_credential("after", "01990000"));
    }
}
