//! Alibaba Cloud's request signature ACS3-HMAC-SHA256, from the verifier's side.

use std::fmt::Write as _;

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// A request as it was signed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signed<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    /// As it stands in the address, without `?`.
    pub(crate) query: &'a str,
    /// Names in lower case.
    pub(crate) headers: &'a [(String, String)],
    pub(crate) body: &'a [u8],
}

/// The parts of an `Authorization` header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Authorization<'a> {
    pub(crate) access_key: &'a str,
    pub(crate) signed_headers: Vec<&'a str>,
    pub(crate) signature: &'a str,
}

impl<'a> Authorization<'a> {
    /// Reads a header; nothing when it is another scheme or incomplete.
    pub(crate) fn parse(header: &'a str) -> Option<Self> {
        let fields = header.trim().strip_prefix(ALGORITHM)?.strip_prefix(' ')?;
        let field = |name: &str| {
            let mut fields = fields.split(',').map(str::trim);
            fields.find_map(|field| field.strip_prefix(name)?.strip_prefix('='))
        };
        Some(Self {
            access_key: field("Credential")?,
            signed_headers: field("SignedHeaders")?.split(';').collect(),
            signature: field("Signature")?,
        })
    }

    /// Whether the signature covers what has to be covered.
    pub(crate) fn covers(&self, headers: &[(String, String)]) -> bool {
        let must = |name: &str| name == "host" || name.starts_with("x-acs-");
        let given = headers.iter().map(|(name, _)| name.as_str());
        self.signed_headers.contains(&"host")
            && given
                .filter(|name| must(name))
                .all(|name| self.signed_headers.contains(&name))
    }

    /// What the secret has to be applied to.
    pub(crate) fn string_to_sign(&self, request: Signed<'_>) -> String {
        let mut names = self.signed_headers.clone();
        names.sort_unstable();
        let mut canonical = format!(
            "{}\n{}\n{}\n",
            request.method.to_uppercase(),
            if request.path.is_empty() {
                "/"
            } else {
                request.path
            },
            canonical_query(request.query),
        );
        for name in &names {
            let values = request.headers.iter().filter(|(known, _)| known == name);
            let mut values: Vec<&str> = values.map(|(_, value)| value.trim()).collect();
            values.sort_unstable();
            // Writing to a string doesn't fail.
            let _ = writeln!(canonical, "{name}:{}", values.join(","));
        }
        let _ = write!(
            canonical,
            "\n{}\n{}",
            names.join(";"),
            payload_hash(request.body)
        );
        format!("{ALGORITHM}\n{}", hex(&Sha256::digest(canonical)))
    }

    /// Whether the signature was made with this secret.
    pub(crate) fn is_signed_with(&self, secret: &str, request: Signed<'_>) -> bool {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
            return false;
        };
        mac.update(self.string_to_sign(request).as_bytes());
        hex(&mac.finalize().into_bytes()) == self.signature
    }
}

/// What `x-acs-content-sha256` must say.
pub(crate) fn payload_hash(body: &[u8]) -> String {
    hex(&Sha256::digest(body))
}

/// Names and values sorted and encoded anew, since clients differ in what they escape in the address.
fn canonical_query(query: &str) -> String {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let mut pairs: Vec<(String, String)> = pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (escaped(&unescaped(name)), escaped(&unescaped(value)))
        })
        .collect();
    pairs.sort();
    let pairs: Vec<String> = pairs
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}

fn unescaped(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let code = match (first, tail) {
            (b'%', [high, low, ..]) => std::str::from_utf8(&[*high, *low])
                .ok()
                .and_then(|digits| u8::from_str_radix(digits, 16).ok()),
            _ => None,
        };
        match (code, first) {
            (Some(code), _) => {
                bytes.push(code);
                rest = &tail[2..];
                continue;
            }
            (None, b'+') => bytes.push(b' '),
            (None, other) => bytes.push(other),
        }
        rest = tail;
    }
    bytes
}

fn escaped(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{Authorization, Signed};

    const VECTORS: &str = include_str!("../data/acs3-signature-vectors.json");

    #[test]
    fn published_examples_verify_and_fail_when_anything_is_changed() {
        let vectors: Value = serde_json::from_str(VECTORS).unwrap_or_default();
        let vectors = vectors["vectors"].as_array().cloned().unwrap_or_default();
        assert!(vectors.len() >= 3);
        for vector in vectors {
            let (input, expected) = (&vector["input"], &vector["expected"]);
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let headers = input["headers"].as_object().cloned().unwrap_or_default();
            let headers: Vec<(String, String)> = headers
                .iter()
                .map(|(name, value)| (name.to_lowercase(), text(value)))
                .collect();
            let (url, body) = (text(&input["url"]), text(&input["body"]));
            let (method, path) = (text(&input["method"]), text(&input["path"]));
            let request = Signed {
                method: &method,
                path: &path,
                query: url.split_once('?').map_or("", |(_, query)| query),
                headers: &headers,
                body: body.as_bytes(),
            };
            let header = text(&expected["authorization"]);
            let Some(authorization) = Authorization::parse(&header) else {
                panic!("not read: {header}");
            };
            let secret = text(&input["access_key_secret"]);
            assert_eq!(authorization.access_key, input["access_key_id"]);
            assert_eq!(
                authorization.string_to_sign(request),
                text(&expected["string_to_sign"]),
                "{}",
                vector["name"]
            );
            assert!(authorization.is_signed_with(&secret, request));
            assert!(authorization.covers(&headers));
            assert!(!authorization.is_signed_with("other", request));
            let other = Signed {
                path: "/other",
                ..request
            };
            assert!(!authorization.is_signed_with(&secret, other));
        }
    }

    #[test]
    fn other_schemes_are_not_read() {
        for header in [
            "",
            "Bearer sk-1",
            "acs a:b",
            "ACS3-HMAC-SHA256 Credential=a",
        ] {
            assert_eq!(Authorization::parse(header), None, "{header}");
        }
    }
}
