//! The one credential of a request, in whichever header its protocol puts it.

use http::{HeaderMap, Uri, header::AUTHORIZATION};

/// Why there is no credential to look up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// None was sent.
    Missing,
    /// Several were, or one that can't be read, or one in the address.
    Unclear,
}

/// The credential: `Authorization: Bearer …` or `x-api-key: …`. Two are one too many unless they are the same, because a
/// proxy and we might not take the same one.
pub(super) fn of<'a>(headers: &'a HeaderMap, uri: &Uri) -> Result<&'a str, Fault> {
    if uri.query().is_some_and(holds_credential) {
        return Err(Fault::Unclear);
    }
    let bearer = one(headers, AUTHORIZATION.as_str())?;
    let bearer = bearer
        .map(|value| bearer_of(value).ok_or(Fault::Unclear))
        .transpose()?;
    let key = one(headers, "x-api-key")?
        .map(str::trim)
        .filter(|key| !key.is_empty());
    match (bearer, key) {
        (None, None) => Err(Fault::Missing),
        (Some(one), Some(other)) if one != other => Err(Fault::Unclear),
        (Some(credential), _) | (None, Some(credential)) => Ok(credential),
    }
}

fn one<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Fault> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(Fault::Unclear);
    }
    value.to_str().map(Some).map_err(|_| Fault::Unclear)
}

fn bearer_of(value: &str) -> Option<&str> {
    let (scheme, rest) = value.trim().split_once(' ')?;
    let credential = rest.trim();
    // Bailian's own SDK writes the word small over WebSocket.
    (scheme.eq_ignore_ascii_case("bearer") && !credential.is_empty() && !credential.contains(' '))
        .then_some(credential)
}

/// Addresses are logged, kept and passed on.
fn holds_credential(query: &str) -> bool {
    query.split('&').any(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = name.to_ascii_lowercase().replace(['-', '_'], "");
        matches!(
            name.as_str(),
            "apikey" | "key" | "token" | "accesstoken" | "authorization" | "xapikey"
        ) || ["lt-", "sk-", "eyJ"]
            .iter()
            .any(|beginning| value.starts_with(beginning))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(headers: &[(&'static str, &'static str)], uri: &'static str) -> Result<String, Fault> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, http::HeaderValue::from_static(value));
        }
        of(&map, &Uri::from_static(uri)).map(str::to_owned)
    }

    /// AP-19.
    #[test]
    fn one_credential_is_taken_from_its_header_and_from_nowhere_else() {
        let path = "/v1/models";
        for (headers, credential) in [
            (&[("authorization", "Bearer lt-x")][..], "lt-x"),
            (&[("authorization", "bearer lt-x")], "lt-x"),
            (&[("x-api-key", "lt-x")], "lt-x"),
            (
                &[("authorization", "Bearer lt-x"), ("x-api-key", "lt-x")],
                "lt-x",
            ),
        ] {
            assert_eq!(read(headers, path), Ok(credential.to_owned()));
        }
        assert_eq!(read(&[], path), Err(Fault::Missing));
        for headers in [
            &[("authorization", "Basic bHQteA==")][..],
            &[("authorization", "Bearer a b")],
            &[("authorization", "Bearer a"), ("authorization", "Bearer b")],
            &[("authorization", "Bearer a"), ("x-api-key", "b")],
        ] {
            assert_eq!(read(headers, path), Err(Fault::Unclear), "{headers:?}");
        }
        for uri in [
            "/v1/models?api_key=x",
            "/v1/models?a=lt-abc",
            "/v1/models?token=x",
        ] {
            assert_eq!(
                read(&[("x-api-key", "lt-x")], uri),
                Err(Fault::Unclear),
                "{uri}"
            );
        }
    }
}
