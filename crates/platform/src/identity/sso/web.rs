//! The way to providers: no redirects, https except on this machine, little time and little to read. What a provider
//! says of itself is kept for an hour.

use std::{collections::HashMap, sync::Arc, time::Duration};

use http::header::{ACCEPT, CONTENT_TYPE};
use model::Millis;
use openidconnect::core::CoreJsonWebKeySet;
use reqwest::{RequestBuilder, Url};
use rustls::{ClientConfig, RootCertStore};
use secrecy::ExposeSecret;
use serde_json::Value;
use tokio::{sync::Mutex, time::Instant};

use super::{Provider, refused};
use crate::identity::IdentityError;

const USER_AGENT: &str = concat!("liantai/", env!("CARGO_PKG_VERSION"));
const CONNECT: Duration = Duration::from_secs(5);
const WHOLE: Duration = Duration::from_secs(10);
const MOST_BYTES: usize = 1024 * 1024;

/// What a provider says of itself is asked again after so long.
const KNOWN_MS: i64 = 60 * 60 * 1000;
/// Keys that don't fit are asked again, but not more often than this.
const KEYS_MS: i64 = 60 * 1000;

/// Who could not be asked is left alone for so long: one that is down makes nobody wait but the first.
const DOWN: Duration = Duration::from_secs(5);

/// The way out and what is known of who is there.
pub(in super::super) struct Elsewhere {
    http: Result<reqwest::Client, String>,
    known: Mutex<HashMap<String, Arc<Known>>>,
    /// One asks a provider at a time; when that failed last.
    turns: Mutex<HashMap<String, Arc<Mutex<Option<Instant>>>>>,
}

/// What an OpenID provider says of itself.
pub(super) struct Known {
    pub(super) authorization_endpoint: String,
    pub(super) token_endpoint: String,
    pub(super) userinfo_endpoint: Option<String>,
    pub(super) keys: CoreJsonWebKeySet,
    /// Whether its answers always name it.
    pub(super) names_itself: bool,
    /// Whether the client's secret goes into the form instead of the header.
    pub(super) secret_in_form: bool,
    at: Millis,
}

/// A code and what belongs to it.
pub(super) struct Exchange<'a> {
    pub(super) code: &'a str,
    pub(super) verifier: &'a str,
    pub(super) callback: &'a str,
}

impl Elsewhere {
    pub(in super::super) fn new() -> Self {
        Self {
            http: client(),
            known: Mutex::default(),
            turns: Mutex::default(),
        }
    }

    /// What the provider says of itself, at most an hour ago.
    pub(super) async fn discovered(
        &self,
        provider: &Provider,
        now: Millis,
    ) -> Result<Arc<Known>, IdentityError> {
        self.known_for(provider, now, KNOWN_MS).await
    }

    /// The same with newer keys, when there was time for new ones.
    pub(super) async fn rediscovered(
        &self,
        provider: &Provider,
        now: Millis,
    ) -> Result<Arc<Known>, IdentityError> {
        self.known_for(provider, now, KEYS_MS).await
    }

    async fn known_for(
        &self,
        provider: &Provider,
        now: Millis,
        limit_ms: i64,
    ) -> Result<Arc<Known>, IdentityError> {
        let kept = self.known.lock().await.get(&provider.id).cloned();
        if let Some(kept) = kept.filter(|kept| (0..limit_ms).contains(&now.since(kept.at))) {
            return Ok(kept);
        }
        let turn = {
            let mut turns = self.turns.lock().await;
            Arc::clone(turns.entry(provider.id.clone()).or_default())
        };
        let mut failed_at = turn.lock().await;
        // Somebody else may have asked while this one waited.
        let kept = self.known.lock().await.get(&provider.id).cloned();
        if let Some(kept) = kept.filter(|kept| now.since(kept.at) < limit_ms) {
            return Ok(kept);
        }
        if failed_at.is_some_and(|at| at.elapsed() < DOWN) {
            return Err(unavailable("it could not be asked a moment ago"));
        }
        let known = match self.discover(provider, now).await {
            Ok(known) => Arc::new(known),
            Err(error) => {
                *failed_at = Some(Instant::now());
                return Err(error);
            }
        };
        *failed_at = None;
        let mut all = self.known.lock().await;
        all.insert(provider.id.clone(), Arc::clone(&known));
        Ok(known)
    }

    async fn discover(&self, provider: &Provider, now: Millis) -> Result<Known, IdentityError> {
        let issuer = provider.issuer.trim_end_matches('/');
        let address = format!("{issuer}/.well-known/openid-configuration");
        let said = self.get(&address, None).await?;
        if said["issuer"].as_str() != Some(&provider.issuer) {
            return Err(unavailable("its discovery document names another issuer"));
        }
        let text = |key: &str| said[key].as_str().map(str::to_owned);
        let endpoint = |key: &str| {
            let address = text(key).ok_or_else(|| unavailable("an endpoint is missing"))?;
            safe(&address).map(|_| address)
        };
        let keys = self.get(&endpoint("jwks_uri")?, None).await?;
        let ways = said["token_endpoint_auth_methods_supported"].as_array();
        let takes = |way: &str| ways.is_some_and(|ways| ways.iter().any(|it| it == way));
        Ok(Known {
            authorization_endpoint: endpoint("authorization_endpoint")?,
            token_endpoint: endpoint("token_endpoint")?,
            userinfo_endpoint: text("userinfo_endpoint"),
            keys: serde_json::from_value(keys)
                .map_err(|_| unavailable("its keys can't be read"))?,
            names_itself: said["authorization_response_iss_parameter_supported"] == true,
            secret_in_form: takes("client_secret_post") && !takes("client_secret_basic"),
            at: now,
        })
    }

    /// A code for tokens.
    pub(super) async fn exchange(
        &self,
        provider: &Provider,
        address: &str,
        secret_in_form: bool,
        exchange: &Exchange<'_>,
    ) -> Result<Value, IdentityError> {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", exchange.code),
            ("redirect_uri", exchange.callback),
            ("code_verifier", exchange.verifier),
        ];
        let mut request = self.http()?.post(safe(address)?);
        let secret = provider.client_secret.as_ref();
        match secret.map(ExposeSecret::expose_secret) {
            Some(secret) if !secret_in_form => {
                // RFC 6749, 2.3.1: both are encoded as in a form first.
                let user = encode_one(&provider.client_id);
                request = request.basic_auth(user, Some(encode_one(secret)));
            }
            secret => {
                form.push(("client_id", &provider.client_id));
                form.extend(secret.map(|secret| ("client_secret", secret)));
            }
        }
        let request = request
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(encode(&form));
        let tokens = send(request).await?;
        if tokens.get("error").is_some() {
            return Err(refused("it does not take the code"));
        }
        Ok(tokens)
    }

    /// JSON from there.
    pub(super) async fn get(
        &self,
        address: &str,
        token: Option<&str>,
    ) -> Result<Value, IdentityError> {
        let mut request = self.http()?.get(safe(address)?);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        send(request).await
    }

    fn http(&self) -> Result<&reqwest::Client, IdentityError> {
        self.http
            .as_ref()
            .map_err(|why| IdentityError::Broken(why.clone()))
    }
}

async fn send(request: RequestBuilder) -> Result<Value, IdentityError> {
    let lost = |error: reqwest::Error| IdentityError::ProviderUnavailable(chain(&error));
    let request = request.header(ACCEPT, "application/json");
    let mut response = request.send().await.map_err(lost)?;
    let status = response.status();
    if status.is_client_error() {
        return Err(refused(&format!("status {}", status.as_u16())));
    }
    if !status.is_success() {
        return Err(unavailable(&format!("status {}", status.as_u16())));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(lost)? {
        if body.len() + chunk.len() > MOST_BYTES {
            return Err(unavailable("it says too much"));
        }
        body.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&body).map_err(|_| unavailable("it does not speak JSON"))
}

/// An error with its sources, without the address: that may hold what is not for logs.
fn chain(error: &reqwest::Error) -> String {
    let mut text = String::from("it can't be reached");
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

/// An address that may be asked: by https, or on this machine.
fn safe(address: &str) -> Result<Url, IdentityError> {
    let url = Url::parse(address).map_err(|_| unavailable("an address can't be read"))?;
    let here = match url.host_str() {
        Some("localhost" | "[::1]") => true,
        Some(host) => host.starts_with("127.") && host.parse::<std::net::Ipv4Addr>().is_ok(),
        None => false,
    };
    if url.scheme() == "https" || (url.scheme() == "http" && here) {
        Ok(url)
    } else {
        Err(unavailable("an address is not https"))
    }
}

pub(super) fn unavailable(how: &str) -> IdentityError {
    IdentityError::ProviderUnavailable(how.to_owned())
}

/// `application/x-www-form-urlencoded`.
fn encode(pairs: &[(&str, &str)]) -> String {
    let Ok(mut url) = Url::parse("form:") else {
        return String::new();
    };
    url.query_pairs_mut().extend_pairs(pairs);
    url.query().unwrap_or_default().to_owned()
}

fn encode_one(text: &str) -> String {
    encode(&[("", text)]).trim_start_matches('=').to_owned()
}

fn client() -> Result<reqwest::Client, String> {
    let roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent(USER_AGENT)
        .connect_timeout(CONNECT)
        .timeout(WHOLE)
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .build()
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_and_this_machine_are_asked() {
        for good in [
            "https://id.example/x",
            "http://127.0.0.1:9/",
            "http://localhost:3/",
        ] {
            assert!(safe(good).is_ok(), "{good}");
        }
        for bad in [
            "http://id.example/",
            "http://127.evil.example/",
            "http://localhost.evil.example/",
            "http://10.0.0.1/",
            "ftp://id.example/",
            "file:///etc/passwd",
            "",
        ] {
            assert!(safe(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_form_keeps_what_is_in_it_apart() {
        assert_eq!(
            encode(&[("a", "1&b=2"), ("c", "ä +")]),
            "a=1%26b%3D2&c=%C3%A4+%2B"
        );
        assert_eq!(encode_one("id:x="), "id%3Ax%3D");
    }
}
