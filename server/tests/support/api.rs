//! A program that calls the REST interface.

use anyhow::{Context, ensure};
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header};
use model::BuiltIn;
use serde_json::{Value, json};

use super::{Browser, PASSWORD, TestApp};

/// A program with a credential or without.
#[derive(Clone)]
pub(crate) struct Api {
    browser: Browser,
    header: Option<(&'static str, String)>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Bytes,
}

impl Response {
    /// As JSON; `Null` when it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_default()
    }

    /// The failure's code; empty when it is none.
    pub(crate) fn code(&self) -> String {
        self.text("code")
    }

    /// That text of the JSON; empty when there is none.
    pub(crate) fn text(&self, field: &str) -> String {
        self.json()[field].as_str().unwrap_or_default().to_owned()
    }

    /// The JSON of what went well.
    pub(crate) fn done(self) -> anyhow::Result<Value> {
        let body = self.json();
        ensure!(self.status.is_success(), "{}: {body}", self.status);
        Ok(body)
    }

    pub(crate) fn header(&self, name: impl header::AsHeaderName) -> &str {
        let value = self.headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

impl Api {
    /// Without a credential.
    pub(crate) fn of(app: &TestApp) -> anyhow::Result<Self> {
        Ok(Self {
            browser: app.anonymous()?,
            header: None,
        })
    }

    /// Without a credential, at the origin of that browser.
    pub(crate) fn by(browser: Browser) -> Self {
        Self {
            browser,
            header: None,
        }
    }

    /// With an access token or an API key as bearer.
    pub(crate) fn bearing(&self, credential: &str) -> Self {
        Self {
            header: Some(("authorization", format!("Bearer {credential}"))),
            ..self.clone()
        }
    }

    /// With an API key in its own header.
    pub(crate) fn keyed(&self, key: &str) -> Self {
        Self {
            header: Some(("x-api-key", key.to_owned())),
            ..self.clone()
        }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", self.browser.origin);
        let request = self.browser.request(method, &url);
        match &self.header {
            Some((name, value)) => request.header(*name, value),
            None => request,
        }
    }

    /// Without a body when it is `Null`.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        body: Value,
    ) -> anyhow::Result<Response> {
        let request = self.request(method, path);
        answered(match body {
            Value::Null => request,
            body => request.json(&body),
        })
        .await
    }

    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Response> {
        self.call(Method::GET, path, Value::Null).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> anyhow::Result<Response> {
        self.call(Method::POST, path, body).await
    }

    pub(crate) async fn log_in(&self, name: &str, password: &str) -> anyhow::Result<Response> {
        let email = format!("{name}@example.com");
        let who = json!({ "email": email, "password": password, "device": "A phone" });
        self.post("/rest/v1/auth/login", who).await
    }
}

/// Sends it.
pub(crate) async fn answered(request: reqwest::RequestBuilder) -> anyhow::Result<Response> {
    let response = request.send().await?;
    Ok(Response {
        status: response.status(),
        headers: response.headers().clone(),
        bytes: response.bytes().await?,
    })
}

/// The tokens of somebody's device.
pub(crate) struct Device {
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) id: String,
}

impl Device {
    pub(crate) fn of(tokens: &Value) -> anyhow::Result<Self> {
        let text = |name: &str| {
            let text = tokens[name]
                .as_str()
                .with_context(|| format!("no {name}"))?;
            anyhow::Ok(text.to_owned())
        };
        Ok(Self {
            access: text("access_token")?,
            refresh: text("refresh_token")?,
            id: text("device")?,
        })
    }
}

impl TestApp {
    /// A device of a new person with that role and no other.
    pub(crate) async fn device(&self, name: &str, role: BuiltIn) -> anyhow::Result<Device> {
        self.person(name, role).await?;
        let tokens = Api::of(self)?.log_in(name, PASSWORD).await?.done()?;
        Device::of(&tokens)
    }
}
