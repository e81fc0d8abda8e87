//! A program that calls models through the gateway.

use bailian::{Client, ClientOptions};
use model::{BuiltIn, Permission};
use serde_json::{Value, json};

use super::{Api, TestApp, answered, api::Response};

/// A program with a key of its own.
pub(crate) struct Program {
    pub(crate) api: Api,
    pub(crate) key: String,
    /// The key's id.
    pub(crate) id: String,
}

impl TestApp {
    /// A program of a new member.
    pub(crate) async fn program(&self, name: &str) -> anyhow::Result<Program> {
        self.program_with(name, BuiltIn::Member, json!({})).await
    }

    /// A program of a new person in that role, with a key that is as `draft` says.
    pub(crate) async fn program_with(
        &self,
        name: &str,
        role: BuiltIn,
        draft: Value,
    ) -> anyhow::Result<Program> {
        let device = self.device(name, role).await?;
        let api = Api::of(self)?;
        let mut key = json!({ "name": "A program", "scopes": [Permission::GatewayUse.as_str()] });
        if let (Value::Object(key), Value::Object(draft)) = (&mut key, draft) {
            key.extend(draft);
        }
        let made = api
            .bearing(&device.access)
            .post("/rest/v1/me/api-keys", key)
            .await?
            .done()?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Ok(Program {
            api: api.bearing(&text(&made["secret"])),
            key: text(&made["secret"]),
            id: text(&made["key"]["id"]),
        })
    }

    /// The one number that the query gives.
    pub(crate) async fn number(&self, sql: &str) -> anyhow::Result<i64> {
        self.database.number(sql).await
    }
}

impl Program {
    /// Asks as if the gateway were Bailian.
    pub(crate) fn client(&self, app: &TestApp) -> Result<Client, bailian::Error> {
        let url = format!("http://{}", app.addr);
        Client::new(ClientOptions::new(url, self.key.as_str()))
    }

    /// Asks in OpenAI's protocol.
    pub(crate) async fn ask(&self, body: &Value) -> anyhow::Result<Response> {
        self.api.post("/v1/chat/completions", body.clone()).await
    }

    /// Sends these bytes as JSON.
    pub(crate) async fn send(&self, path: &str, body: &'static str) -> anyhow::Result<Response> {
        let request = self.api.request(http::Method::POST, path);
        answered(
            request
                .header("content-type", "application/json")
                .body(body),
        )
        .await
    }
}

/// A question to a model.
pub(crate) fn question(model: &str) -> Value {
    json!({ "model": model, "max_tokens": 50, "messages": [{ "role": "user", "content": "What is a loom?" }] })
}
