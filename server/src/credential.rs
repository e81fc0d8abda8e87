//! Credentials as requests carry them: one, in a header. Whatever reads requests of programs begins here.

use axum::extract::Query;
use http::{HeaderMap, Uri};

/// Why what was sent is no credential to look up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// None was sent.
    Missing,
    /// Several were: a proxy and we might not take the same one.
    Several,
    /// It is of another form.
    Unreadable,
    /// It stands in the address, which is logged, kept and passed on.
    InQuery,
}

/// The one value of a header.
pub(crate) fn single<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Fault> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(Fault::Several);
    }
    let text = value.to_str().map_err(|_| Fault::Unreadable)?;
    Ok(Some(text.trim()))
}

/// What follows `Bearer` in the value of `Authorization`.
pub(crate) fn bearer(authorization: &str) -> Result<&str, Fault> {
    let (scheme, token) = authorization.split_once(' ').unwrap_or((authorization, ""));
    let token = token.trim();
    let is_one = scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && !token.contains(' ');
    is_one.then_some(token).ok_or(Fault::Unreadable)
}

/// Refuses one in the address, even beside a good one.
pub(crate) fn refuse_in_query(uri: &Uri) -> Result<(), Fault> {
    if uri.query().is_none() {
        return Ok(());
    }
    let query = Query::<Vec<(String, String)>>::try_from_uri(uri);
    let given = query.map(|Query(pairs)| pairs).unwrap_or_default();
    let is_there = given.iter().any(|(name, value)| is_credential(name, value));
    if is_there {
        Err(Fault::InQuery)
    } else {
        Ok(())
    }
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
        || ["lt-", "ltr-", "sk-", "eyJ"]
            .iter()
            .any(|beginning| value.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_bearer_is_read() {
        assert_eq!(bearer("Bearer a.b.c"), Ok("a.b.c"));
        assert_eq!(bearer("bearer  lt-x"), Ok("lt-x"));
        for wrong in ["a.b.c", "Bearer", "Bearer ", "Basic bHQteA==", "Bearer a b"] {
            assert_eq!(bearer(wrong), Err(Fault::Unreadable), "{wrong}");
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
            ("after", "sk-abc"),
            ("search", "eyJhbGciOiJ9"),
        ] {
            assert!(is_credential(name, value), "{name}={value}");
        }
        assert!(!is_credential("search", "lin") && !is_credential("after", "01990000"));
        let escaped = Uri::from_static("/v1/models?api%5Fkey=x");
        assert_eq!(refuse_in_query(&escaped), Err(Fault::InQuery));
    }
}
