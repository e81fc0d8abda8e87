//! A browser with its cookies: what a person does, as the requests that their page would send.

use std::sync::{Arc, Once};

use anyhow::{Context, ensure};
use app::error::AppError;
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header};
use model::{
    Asked, ConversationId, ConversationSummary, ConversationView, FailureCode, MessageId,
    MessagePage, MessageView, Page, Session,
};
use reqwest::{
    RequestBuilder,
    cookie::{CookieStore, Jar},
    redirect::Policy,
};
use serde::de::DeserializeOwned;

use super::{BUDGET, Tab, eventually};

/// Nobody would guess it.
pub(crate) const PASSWORD: &str = "eleven grey herons";

/// A browser that follows no redirect, so that tests see them.
#[derive(Clone)]
pub(crate) struct Browser {
    pub(crate) origin: String,
    client: reqwest::Client,
    cookies: Arc<Jar>,
}

impl Browser {
    pub(crate) fn new(origin: String) -> anyhow::Result<Self> {
        static TLS: Once = Once::new();
        TLS.call_once(|| {
            // Not needed for what is sent here, but the client can't be built without; another test may be first.
            let _ = rustls::crypto::ring::default_provider().install_default();
        });
        let cookies = Arc::new(Jar::default());
        let client = reqwest::Client::builder()
            .cookie_provider(Arc::clone(&cookies))
            .redirect(Policy::none())
            .no_proxy()
            .read_timeout(BUDGET)
            .build()?;
        Ok(Self {
            origin,
            client,
            cookies,
        })
    }

    /// The cookies as they would be sent, `liantai=…`.
    pub(crate) fn cookies(&self) -> anyhow::Result<String> {
        let cookies = self.cookies.cookies(&self.origin.parse()?);
        Ok(match cookies {
            Some(cookies) => cookies.to_str()?.to_owned(),
            None => String::new(),
        })
    }

    /// Keeps a cookie as if the site had set it.
    pub(crate) fn keep_cookie(&self, cookie: &str) -> anyhow::Result<()> {
        self.cookies.add_cookie_str(cookie, &self.origin.parse()?);
        Ok(())
    }

    pub(crate) fn request(&self, method: Method, url: &str) -> RequestBuilder {
        self.client.request(method, url)
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.origin))
    }

    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.origin))
    }

    /// What the page's script does to call a server function.
    pub(crate) async fn call(
        &self,
        function: &str,
        arguments: &[(&str, &str)],
    ) -> anyhow::Result<Reply> {
        let request = self.post(&format!("/fn/{function}"));
        Reply::to(
            request
                .header(header::ACCEPT, "application/json")
                .form(arguments),
        )
        .await
    }

    // Getting in and out.

    pub(crate) async fn register(&self, name: &str) -> anyhow::Result<Reply> {
        let email = format!("{name}@example.com");
        let who = [
            ("name", name),
            ("email", email.as_str()),
            ("password", PASSWORD),
        ];
        self.call("identity.register", &who).await
    }

    pub(crate) async fn sign_in(&self, name: &str, password: &str) -> anyhow::Result<Reply> {
        let email = format!("{name}@example.com");
        let who = [("email", email.as_str()), ("password", password)];
        self.call("identity.sign_in", &who).await
    }

    pub(crate) async fn sign_out(&self) -> anyhow::Result<()> {
        self.call("identity.sign_out", &[]).await?.done()
    }

    pub(crate) async fn session(&self) -> anyhow::Result<Session> {
        Reply::to(self.get("/fn/identity.session")).await?.json()
    }

    // Asking.

    pub(crate) async fn ask(&self, prompt: &str) -> anyhow::Result<Asked> {
        let submission = submission();
        self.submit("", prompt, &submission).await?.json()
    }

    pub(crate) async fn ask_in(
        &self,
        conversation: ConversationId,
        prompt: &str,
    ) -> anyhow::Result<Asked> {
        let (conversation, submission) = (conversation.to_string(), submission());
        let reply = self.submit(&conversation, prompt, &submission).await?;
        reply.json()
    }

    /// Asks under a given submission; without a conversation, begins one.
    pub(crate) async fn submit(
        &self,
        conversation: &str,
        prompt: &str,
        submission: &str,
    ) -> anyhow::Result<Reply> {
        let question = [
            ("conversation", conversation),
            ("prompt", prompt),
            ("model", "qwen-plus"),
            ("submission", submission),
        ];
        self.call("generation.ask", &question).await
    }

    pub(crate) async fn stop(&self, conversation: ConversationId) -> anyhow::Result<()> {
        let id = conversation.to_string();
        self.call("generation.stop", &[("id", &id)]).await?.done()
    }

    pub(crate) async fn continue_answer(&self, answer: &Answer) -> anyhow::Result<Reply> {
        self.about("generation.continue", answer).await
    }

    pub(crate) async fn regenerate(&self, answer: &Answer) -> anyhow::Result<Reply> {
        self.about("generation.regenerate", answer).await
    }

    // Reading.

    pub(crate) async fn list(&self) -> anyhow::Result<Vec<ConversationSummary>> {
        let page: Page<_> = self.call("conversations.list", &[]).await?.json()?;
        Ok(page.items)
    }

    pub(crate) async fn open(&self, id: ConversationId) -> anyhow::Result<ConversationView> {
        let id = id.to_string();
        self.call("conversations.open", &[("id", &id)])
            .await?
            .json()
    }

    pub(crate) async fn newest(&self, id: ConversationId) -> anyhow::Result<MessagePage> {
        let id = id.to_string();
        self.call("conversations.newest", &[("id", &id)])
            .await?
            .json()
    }

    pub(crate) async fn older(
        &self,
        id: ConversationId,
        message: MessageId,
    ) -> anyhow::Result<MessagePage> {
        let (id, message) = (id.to_string(), message.to_string());
        let place = [("id", id.as_str()), ("message", message.as_str())];
        self.call("conversations.older", &place).await?.json()
    }

    /// The Markdown of an answer.
    pub(crate) async fn source(&self, answer: &Answer) -> anyhow::Result<String> {
        self.about("conversations.source", answer).await?.json()
    }

    /// The answer at the end of the conversation, once it is no longer being written.
    pub(crate) async fn ended_answer(&self, id: ConversationId) -> anyhow::Result<MessageView> {
        eventually("the answer's end", async || {
            let last = self.newest(id).await?.items.pop();
            let last = last.context("there are no messages")?;
            Ok((last.status != model::MessageStatus::Generating).then_some(last))
        })
        .await
    }

    /// Watches an answer as the page does that has just asked for it.
    pub(crate) async fn watch(&self, asked: &Asked) -> anyhow::Result<Tab> {
        Tab::open(self.clone(), asked.conversation, asked.answer.clone()).await
    }

    // Keeping order.

    pub(crate) async fn rename(&self, id: ConversationId, title: &str) -> anyhow::Result<()> {
        let id = id.to_string();
        let name = [("id", id.as_str()), ("title", title)];
        self.call("conversations.rename", &name).await?.done()
    }

    pub(crate) async fn delete(&self, id: ConversationId) -> anyhow::Result<()> {
        let id = id.to_string();
        self.call("conversations.delete", &[("id", &id)])
            .await?
            .done()
    }

    pub(crate) async fn restore(&self, id: ConversationId) -> anyhow::Result<()> {
        let id = id.to_string();
        self.call("conversations.restore", &[("id", &id)])
            .await?
            .done()
    }

    async fn about(&self, function: &str, answer: &Answer) -> anyhow::Result<Reply> {
        let (id, message) = (answer.conversation.to_string(), answer.message.to_string());
        self.call(function, &[("id", &id), ("message", &message)])
            .await
    }
}

/// Where an answer is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer {
    pub(crate) conversation: ConversationId,
    pub(crate) message: MessageId,
}

impl From<&Asked> for Answer {
    fn from(asked: &Asked) -> Self {
        Self {
            conversation: asked.conversation,
            message: asked.answer.id,
        }
    }
}

/// A fresh press of *Send*.
pub(crate) fn submission() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// What came back, read to its end.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    pub(crate) async fn to(request: RequestBuilder) -> anyhow::Result<Self> {
        let response = request.send().await?;
        Ok(Self {
            status: response.status(),
            headers: response.headers().clone(),
            body: response.bytes().await?,
        })
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// What it says, if it was granted.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> anyhow::Result<T> {
        ensure!(self.status.is_success(), "{}: {}", self.status, self.text());
        serde_json::from_slice(&self.body).with_context(|| self.text())
    }

    /// That it was granted.
    pub(crate) fn done(&self) -> anyhow::Result<()> {
        ensure!(self.status.is_success(), "{}: {}", self.status, self.text());
        Ok(())
    }

    /// Why it was refused; the status must agree.
    pub(crate) fn failure(&self) -> anyhow::Result<FailureCode> {
        let refusal: AppError = serde_json::from_slice(&self.body).with_context(|| self.text())?;
        ensure!(
            self.status.as_u16() == refusal.code.status(),
            "{} does not fit {}",
            self.status,
            refusal.code
        );
        Ok(refusal.code)
    }
}
