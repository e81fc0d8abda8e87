//! The one credential of a request, in whichever header its protocol puts it.

use http::{HeaderMap, Uri, header::AUTHORIZATION};

use crate::credential::{Fault, bearer, refuse_in_query, single};

/// The credential: `Authorization: Bearer …` or `x-api-key: …`, as each protocol's clients send it, or both when they are
/// the same.
pub(super) fn of<'a>(headers: &'a HeaderMap, uri: &Uri) -> Result<&'a str, Fault> {
    refuse_in_query(uri)?;
    let authorization = single(headers, AUTHORIZATION.as_str())?;
    let token = authorization.map(bearer).transpose()?;
    let key = single(headers, "x-api-key")?.filter(|key| !key.is_empty());
    match (token, key) {
        (None, None) => Err(Fault::Missing),
        (Some(one), Some(other)) if one != other => Err(Fault::Several),
        (Some(credential), _) | (None, Some(credential)) => Ok(credential),
    }
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
        for (headers, fault) in [
            (
                &[("authorization", "Basic bHQteA==")][..],
                Fault::Unreadable,
            ),
            (&[("authorization", "Bearer a b")], Fault::Unreadable),
            (
                &[("authorization", "Bearer a"), ("authorization", "Bearer b")],
                Fault::Several,
            ),
            (
                &[("authorization", "Bearer a"), ("x-api-key", "b")],
                Fault::Several,
            ),
        ] {
            assert_eq!(read(headers, path), Err(fault), "{headers:?}");
        }
        for uri in [
            "/v1/models?api_key=x",
            "/v1/models?a=lt-abc",
            "/v1/models?token=x",
        ] {
            assert_eq!(
                read(&[("x-api-key", "lt-x")], uri),
                Err(Fault::InQuery),
                "{uri}"
            );
        }
    }
}
