//! A provider behind real HTTP that says what it is told to say.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::{Signer as _, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// The provider. Ends with the test's runtime.
pub(super) struct FakeProvider {
    origin: String,
    script: Arc<Mutex<Script>>,
}

/// What it says.
pub(super) struct Script {
    /// Claims of the ID token over the honest ones; `null` leaves one out.
    pub(super) claims: Value,
    /// The ID token's header.
    pub(super) header: Value,
    /// The key that signs; the one of its key set has the bytes 7.
    pub(super) key: [u8; 32],
    /// The bytes of the key in its key set.
    pub(super) published: [u8; 32],
    /// Whether there is a signature at all.
    pub(super) signs: bool,
    /// Over the honest discovery document.
    pub(super) discovery: Value,
    /// What its interface tells.
    pub(super) userinfo: Value,
    /// The status of the token endpoint.
    pub(super) status: u16,
    /// Requests, one line each: path and form.
    pub(super) heard: Vec<String>,
    codes: HashMap<String, Code>,
}

struct Code {
    nonce: Option<String>,
    challenge: Option<String>,
    now_s: i64,
}

impl FakeProvider {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let script = Arc::new(Mutex::new(Script {
            claims: json!({}),
            header: json!({ "alg": "EdDSA", "kid": "k" }),
            key: [7; 32],
            published: [7; 32],
            signs: true,
            discovery: json!({}),
            userinfo: json!({ "sub": "s-1", "name": "Lin Daiyu" }),
            status: 200,
            heard: Vec::new(),
            codes: HashMap::new(),
        }));
        let provider = Self {
            origin: origin.clone(),
            script: Arc::clone(&script),
        };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, origin.clone(), Arc::clone(&script)));
            }
        });
        provider
    }

    pub(super) fn issuer(&self) -> String {
        self.origin.clone()
    }

    pub(super) fn script<T>(&self, change: impl FnOnce(&mut Script) -> T) -> T {
        change(&mut self.script.lock().expect("the script"))
    }

    pub(super) fn claim(&self, name: &str, value: Value) {
        self.script(|script| script.claims[name] = value);
    }

    /// How often that path was asked.
    pub(super) fn asked(&self, path: &str) -> usize {
        self.script(|script| {
            script
                .heard
                .iter()
                .filter(|line| line.starts_with(path))
                .count()
        })
    }

    /// A code that it gives to a browser.
    pub(super) fn code(
        &self,
        nonce: Option<String>,
        challenge: Option<String>,
        now_s: i64,
    ) -> String {
        self.script(|script| {
            let code = format!("code-{}", script.codes.len());
            let known = Code {
                nonce,
                challenge,
                now_s,
            };
            script.codes.insert(code.clone(), known);
            code
        })
    }
}

async fn serve(mut stream: TcpStream, origin: String, script: Arc<Mutex<Script>>) {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    let (head, body) = loop {
        let text = String::from_utf8_lossy(&request).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .filter_map(|line| line.split_once(':'))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .map_or(0, |(_, length)| length.trim().parse().unwrap_or(0));
            if body.len() >= length {
                break (head.to_owned(), body.to_owned());
            }
        }
        match stream.read(&mut buffer).await {
            Ok(read) if read > 0 => request.extend_from_slice(&buffer[..read]),
            _ => return,
        }
    };
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let (status, answer) = {
        let mut script = script.lock().expect("the script");
        script.heard.push(format!("{path} {body}"));
        script.answer(&origin, &path, &head, &body)
    };
    let body = answer.to_string();
    let reply = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let _ = stream.write_all(reply.as_bytes()).await;
}

impl Script {
    fn answer(&mut self, origin: &str, path: &str, head: &str, body: &str) -> (u16, Value) {
        match path {
            "/.well-known/openid-configuration" => (200, over(discovery(origin), &self.discovery)),
            "/jwks" => {
                let key = SigningKey::from_bytes(&self.published).verifying_key();
                let x = URL_SAFE_NO_PAD.encode(key.as_bytes());
                let key = json!({ "kty": "OKP", "crv": "Ed25519", "kid": "k", "use": "sig", "alg": "EdDSA", "x": x });
                (200, json!({ "keys": [key] }))
            }
            "/token" => self.token(origin, head, body),
            "/me" => (200, self.userinfo.clone()),
            "/emails" => (
                200,
                json!([
                    { "email": "old@example.com", "primary": false, "verified": true },
                    { "email": "lin@example.com", "primary": true, "verified": true },
                ]),
            ),
            _ => (404, json!({})),
        }
    }

    fn token(&mut self, origin: &str, head: &str, body: &str) -> (u16, Value) {
        if self.status != 200 {
            return (self.status, json!({ "error": "invalid_request" }));
        }
        let form = reqwest::Url::parse(&format!("form:?{body}")).expect("a form");
        let field = |name: &str| {
            let mut pairs = form.query_pairs();
            pairs
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.into_owned())
        };
        // liantai:hush
        let proved = head.contains("Basic bGlhbnRhaTpodXNo")
            || field("client_secret").as_deref() == Some("hush");
        let code = self.codes.remove(&field("code").unwrap_or_default());
        let Some(code) = code.filter(|_| proved) else {
            return (400, json!({ "error": "invalid_grant" }));
        };
        let verifier = field("code_verifier").unwrap_or_default();
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
        if code.challenge.as_deref() != Some(&challenge) {
            return (400, json!({ "error": "invalid_grant" }));
        }
        let honest = json!({
            "iss": origin, "sub": "s-1", "aud": "liantai", "nonce": code.nonce,
            "iat": code.now_s, "exp": code.now_s + 300, "auth_time": code.now_s,
            "email": "lin@example.com", "email_verified": true,
        });
        let said = over(honest, &self.claims);
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(&self.header), encode(&said));
        let signature = if self.signs {
            let signature = SigningKey::from_bytes(&self.key).sign(signed.as_bytes());
            URL_SAFE_NO_PAD.encode(signature.to_bytes())
        } else {
            String::new()
        };
        (
            200,
            json!({
                "id_token": format!("{signed}.{signature}"),
                "access_token": "at", "token_type": "Bearer",
            }),
        )
    }
}

fn discovery(origin: &str) -> Value {
    json!({
        "issuer": origin,
        "authorization_endpoint": format!("{origin}/authorize"),
        "token_endpoint": format!("{origin}/token"),
        "userinfo_endpoint": format!("{origin}/me"),
        "jwks_uri": format!("{origin}/jwks"),
        "authorization_response_iss_parameter_supported": true,
    })
}

fn over(mut honest: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().into_iter().flatten() {
        if value.is_null() {
            honest.as_object_mut().expect("an object").remove(name);
        } else {
            honest[name] = value.clone();
        }
    }
    honest
}
