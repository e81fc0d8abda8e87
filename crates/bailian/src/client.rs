//! The one way out: build, send, classify, read, and try again where that is documented to help.

mod call;
mod execute;
mod read;

use std::fmt;
use std::sync::Arc;

use reqwest::{Response, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;

pub(crate) use call::{Call, Payload, Repeat};
pub(crate) use read::{Opened, content_type, position};

use crate::auth::Caller;
use crate::body::{Body, Deadlines};
use crate::retry::Budget;
use crate::transport::Versions;
use crate::{ClientOptions, Error, transport};

/// A connection to Bailian: one account, one host. Cloning it is cheap and shares pool and retry budget.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    caller: Arc<Caller>,
}

/// What all clones have in common, whoever calls.
struct Shared {
    http: reqwest::Client,
    /// Speaks HTTP/1.1 only, which is what can become a WebSocket.
    sockets: reqwest::Client,
    budget: Budget,
    options: ClientOptions,
}

impl Client {
    /// Builds a client; fails when the options are unusable, never connects.
    pub fn new(options: ClientOptions) -> Result<Self, Error> {
        let caller = Caller::new(
            &options,
            options.api_key.clone(),
            options.workspace.as_deref(),
        )?;
        let http = transport::build(&options, Versions::Any)?;
        let sockets = transport::build(&options, Versions::OnlyOne)?;
        let shared = Shared {
            http,
            sockets,
            budget: Budget::new(options.retry.budget),
            options,
        };
        Ok(Self {
            shared: Arc::new(shared),
            caller: Arc::new(caller),
        })
    }

    /// The same client calling with another key, for example a temporary one. It shares connections, retry
    /// budget and everything else with this one.
    ///
    /// Fails if the key is empty or holds characters that no header may hold.
    pub fn with_key(&self, key: impl Into<SecretString>) -> Result<Self, Error> {
        let workspace = self.caller.workspace.as_deref();
        self.calling_as(Caller::new(self.options(), key.into(), workspace)?)
    }

    /// The same client calling in a workspace, or in the key's own with `None`.
    ///
    /// Fails if the id is not one, see [`Region::workspace_url`](crate::Region::workspace_url).
    pub fn with_workspace(&self, workspace: Option<&str>) -> Result<Self, Error> {
        let key = self.caller.key.clone();
        self.calling_as(Caller::new(self.options(), key, workspace)?)
    }

    #[expect(
        clippy::unnecessary_wraps,
        reason = "reads as the last step of its callers"
    )]
    fn calling_as(&self, caller: Caller) -> Result<Self, Error> {
        Ok(Self {
            shared: self.shared.clone(),
            caller: Arc::new(caller),
        })
    }

    /// Keeps the key out of what the provider said.
    pub(crate) fn scrub(&self, error: Error) -> Error {
        error.without(self.caller.key.expose_secret())
    }

    pub(crate) fn options(&self) -> &ClientOptions {
        &self.shared.options
    }

    /// Sends a call and reads its JSON answer.
    pub(crate) async fn fetch<T: DeserializeOwned>(
        &self,
        call: Call,
    ) -> Result<(T, Option<String>), Error> {
        self.execute(&call, |response, deadlines| {
            read::json(response, deadlines, self.options().max_response_bytes)
        })
        .await
    }

    /// Sends a call and hands its answer over as events, as soon as `first` accepted the beginning.
    ///
    /// `first` reads up to the first piece of output: until then a refusal can be answered by sending again.
    pub(crate) async fn open<T, F>(
        &self,
        call: Call,
        first: impl Fn(Opened) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        self.execute(&call, |response, deadlines| {
            let first = &first;
            let opened = read::events(response, deadlines, self.options());
            async move { first(opened.await?).await }
        })
        .await
    }

    /// Sends a call and hands over the answer itself, once its head is as expected.
    pub(crate) async fn answer<T, F>(
        &self,
        call: &Call,
        read: impl Fn(Response) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        self.execute(call, |response, _| read(response)).await
    }

    /// Sends a call and hands over the answer together with what is left of its time.
    pub(crate) async fn answer_within<T, F>(
        &self,
        call: Call,
        read: impl Fn(Response, Deadlines) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        self.execute(&call, read).await
    }

    /// Sends a call of whose answer only the status matters.
    pub(crate) async fn deliver(&self, call: Call) -> Result<(), Error> {
        self.execute(&call, |response, deadlines| async move {
            let most = self.options().max_response_bytes;
            Body::new(response, deadlines, most).all().await.map(drop)
        })
        .await
    }

    /// The address of the caller's host, to which paths are appended.
    pub(crate) fn base_url(&self) -> &Url {
        &self.caller.base_url
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.base_url().as_str())
            .finish_non_exhaustive()
    }
}
