//! ACS3-HMAC-SHA256, the signature of Alibaba Cloud's own APIs ("ACS3-HMAC-SHA256 signature").
//!
//! Everything that varies is an argument: the same request, time and nonce give the same signature.

use std::fmt::Write as _;
use std::time::SystemTime;

use hmac::{Hmac, Mac};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::{Body, Request};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use crate::Error;

const ALGORITHM: &str = "ACS3-HMAC-SHA256";
const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// An `AccessKey`, long-lived or lent by the Security Token Service.
#[derive(Clone, Debug)]
pub struct AccessKey {
    /// Names the key; not secret.
    pub id: String,
    /// Signs; never sent.
    pub secret: SecretString,
    /// Comes with a key that was lent for a time.
    pub security_token: Option<SecretString>,
}

impl AccessKey {
    /// A long-lived key.
    pub fn new(id: impl Into<String>, secret: impl Into<SecretString>) -> Self {
        Self {
            id: id.into(),
            secret: secret.into(),
            security_token: None,
        }
    }

    /// The token of a key that was lent for a time.
    #[must_use]
    pub fn security_token(mut self, token: impl Into<SecretString>) -> Self {
        self.security_token = Some(token.into());
        self
    }

    /// Fails when a header cannot hold what the key consists of.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let token = self
            .security_token
            .as_ref()
            .map(ExposeSecret::expose_secret);
        let sendable = |text: &str| !text.is_empty() && HeaderValue::try_from(text).is_ok();
        if sendable(&self.id)
            && token.is_none_or(sendable)
            && !self.secret.expose_secret().is_empty()
        {
            return Ok(());
        }
        Err(Error::configuration(
            "the access key is empty or has characters that no header may hold",
        ))
    }

    /// Adds the headers that prove who sends `request`; its body must be in memory.
    ///
    /// Both `now` and `nonce` must be fresh for each attempt: a nonce is accepted once within 15 minutes.
    pub(crate) fn sign(&self, request: &mut Request, now: SystemTime, nonce: &str) {
        let body = request.body().and_then(Body::as_bytes).unwrap_or_default();
        let (hash, has_body) = (hex(&Sha256::digest(body)), !body.is_empty());
        let mut set = |name: &'static str, value: &str| {
            if let Ok(value) = HeaderValue::try_from(value) {
                request
                    .headers_mut()
                    .insert(HeaderName::from_static(name), value);
            }
        };
        set("x-acs-date", &timestamp(now));
        set("x-acs-signature-nonce", nonce);
        set("x-acs-content-sha256", &hash);
        if let Some(token) = &self.security_token {
            set("x-acs-accesskey-id", &self.id);
            set("x-acs-security-token", token.expose_secret());
        }
        if has_body {
            request.headers_mut().insert(CONTENT_TYPE, JSON);
        }
        let signed = Canonical::of(request, &hash);
        let authorization = signed.authorization(&self.id, &self.secret);
        if let Ok(mut value) = HeaderValue::try_from(authorization) {
            value.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, value);
        }
    }
}

/// A request as both sides write it down before they sign it.
struct Canonical {
    request: String,
    signed_headers: String,
}

impl Canonical {
    fn of(request: &Request, hash: &str) -> Self {
        let url = request.url();
        let mut headers: Vec<(String, String)> = request
            .headers()
            .iter()
            .filter(|(name, _)| **name == CONTENT_TYPE || name.as_str().starts_with("x-acs-"))
            .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
            .collect();
        let host = match (url.host_str().unwrap_or_default(), url.port()) {
            (host, Some(port)) => format!("{host}:{port}"),
            (host, None) => host.to_owned(),
        };
        headers.push(("host".to_owned(), host));
        let query = url.query_pairs().into_owned().collect();
        Self::new(request.method().as_str(), url.path(), query, headers, hash)
    }

    fn new(
        method: &str,
        path: &str,
        mut query: Vec<(String, String)>,
        mut headers: Vec<(String, String)>,
        hash: &str,
    ) -> Self {
        query.sort();
        headers.sort();
        let query: Vec<String> = query
            .iter()
            .map(|(name, value)| format!("{}={}", percent_encoded(name), percent_encoded(value)))
            .collect();
        let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
        let signed_headers = names.join(";");
        let mut lines = String::new();
        for (name, value) in &headers {
            let _ = writeln!(lines, "{name}:{}", value.trim());
        }
        let path = if path.is_empty() { "/" } else { path };
        let request = [
            method,
            path,
            &query.join("&"),
            &lines,
            &signed_headers,
            hash,
        ]
        .join("\n");
        Self {
            request,
            signed_headers,
        }
    }

    fn string_to_sign(&self) -> String {
        format!(
            "{ALGORITHM}\n{}",
            hex(&Sha256::digest(self.request.as_bytes()))
        )
    }

    fn authorization(&self, id: &str, secret: &SecretString) -> String {
        let signature = hmac_sha256(secret.expose_secret(), &self.string_to_sign());
        let headers = &self.signed_headers;
        format!("{ALGORITHM} Credential={id},SignedHeaders={headers},Signature={signature}")
    }
}

/// RFC 3986: everything but the unreserved characters, in upper case.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

fn hmac_sha256(key: &str, text: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) else {
        return String::new();
    };
    mac.update(text.as_bytes());
    hex(&mac.finalize().into_bytes())
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// `yyyy-MM-ddTHH:mm:ssZ`.
fn timestamp(now: SystemTime) -> String {
    let now = OffsetDateTime::from(now);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        now.year(),
        u8::from(now.month()),
        now.day(),
        now.hour(),
        now.minute(),
        now.second()
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use reqwest::Method;
    use serde_json::Value;

    use super::*;

    fn vectors() -> Vec<Value> {
        let data: Value =
            serde_json::from_str(include_str!("../../tests/data/acs3-signature-vectors.json"))
                .unwrap();
        ["vectors", "edge_vectors"]
            .iter()
            .flat_map(|name| data[*name].as_array().unwrap().clone())
            .collect()
    }

    fn pairs(object: &Value) -> Vec<(String, String)> {
        let object = object.as_object().unwrap().iter();
        object
            .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
            .collect()
    }

    #[test]
    fn every_vector_is_signed_as_the_official_clients_do() {
        let vectors = vectors();
        assert_eq!(vectors.len(), 4);
        for vector in vectors {
            let name = &vector["name"];
            let (input, expected) = (&vector["input"], &vector["expected"]);
            let text = |field: &str| input[field].as_str().unwrap();
            let hash = hex(&Sha256::digest(text("body").as_bytes()));
            assert_eq!(hash, expected["hashed_payload"], "{name}");
            let (query, headers) = (pairs(&input["query"]), pairs(&input["headers"]));
            let canonical = Canonical::new(text("method"), text("path"), query, headers, &hash);
            assert_eq!(canonical.request, expected["canonical_request"], "{name}");
            assert_eq!(
                canonical.signed_headers, expected["signed_headers"],
                "{name}"
            );
            assert_eq!(
                canonical.string_to_sign(),
                expected["string_to_sign"],
                "{name}"
            );
            let authorization =
                canonical.authorization(text("access_key_id"), &text("access_key_secret").into());
            assert_eq!(authorization, expected["authorization"], "{name}");
        }
    }

    /// The same, through the request that is really sent.
    #[test]
    fn a_request_is_signed_as_its_vector_says() {
        let vectors = vectors();
        for (vector, at) in [(&vectors[0], 1_768_465_800), (&vectors[1], 1_768_465_890)] {
            let input = &vector["input"];
            let method: Method = input["method"].as_str().unwrap().parse().unwrap();
            let url = input["url"].as_str().unwrap().parse().unwrap();
            let mut request = Request::new(method, url);
            for name in ["x-acs-action", "x-acs-version"] {
                let value = input["headers"][name].as_str().unwrap().parse().unwrap();
                request.headers_mut().insert(name, value);
            }
            let key = AccessKey::new("testAccessKeyId", "testAccessKeySecret");
            let body = input["body"].as_str().unwrap().to_owned();
            *request.body_mut() = (!body.is_empty()).then(|| body.into());
            let now = SystemTime::UNIX_EPOCH + Duration::from_secs(at);
            let nonce = input["headers"]["x-acs-signature-nonce"].as_str().unwrap();
            key.sign(&mut request, now, nonce);
            assert_eq!(
                request.headers()[AUTHORIZATION],
                vector["expected"]["authorization"].as_str().unwrap()
            );
            assert!(!format!("{key:?} {request:?}").contains("testAccessKeySecret"));
        }
    }

    #[test]
    fn a_lent_key_sends_its_token_and_signs_it() {
        let url = "http://127.0.0.1:8080/x?b=1&a=%20".parse().unwrap();
        let mut request = Request::new(Method::GET, url);
        let key = AccessKey::new("STS.id", "secret").security_token("token");
        key.sign(&mut request, SystemTime::UNIX_EPOCH, "n");
        assert_eq!(request.headers()["x-acs-date"], "1970-01-01T00:00:00Z");
        let said = request.headers()[AUTHORIZATION].to_str().unwrap();
        assert!(said.contains("host;x-acs-accesskey-id;x-acs-content-sha256;x-acs-date;"));
        assert!(said.contains(";x-acs-security-token;x-acs-signature-nonce,Signature="));
        let canonical = Canonical::of(&request, "hash").request;
        assert!(canonical.starts_with("GET\n/x\na=%20&b=1\nhost:127.0.0.1:8080\n"));
    }

    #[test]
    fn a_key_that_cannot_be_sent_is_refused() {
        assert!(AccessKey::new("id", "secret").check().is_ok());
        for key in [
            AccessKey::new("", "secret"),
            AccessKey::new("id\n", "secret"),
            AccessKey::new("id", ""),
            AccessKey::new("id", "secret").security_token("\n"),
        ] {
            assert!(key.check().is_err());
        }
    }
}
