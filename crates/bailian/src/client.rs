//! The one way out: build, send, classify, read, and try again where that is documented to help.

mod arrival;
mod call;
mod execute;
mod read;
mod sent;

use std::fmt;
use std::sync::Arc;

use reqwest::{Response, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;

pub(crate) use arrival::{Arrival, Lease};
pub(crate) use call::{Call, Payload, RelayedPayload, Repeat};
pub(crate) use read::{Opened, content_type, position, redirected, verdict};
pub use sent::Sent;

use crate::auth::Caller;
use crate::body::Body;
use crate::breaker::Breaker;
use crate::capability::Catalogue;
use crate::pacing::{Outlook, Pacer};
use crate::retry::Budget;
use crate::status::Counters;
use crate::task::Pace;
use crate::tingwu::AccessKey;
use crate::transport::Versions;
use crate::{Circuit, ClientOptions, ClientStatus, Error, transport};

/// A connection to Bailian: one account, one host. Cloning it is cheap; clones share connections, retry budget,
/// circuit breaker, pacing and counters.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    caller: Arc<Caller>,
    /// Instead of the policy's number.
    attempts: Option<u32>,
    /// Told when something leaves.
    sent: Option<Sent>,
}

/// What all clones have in common, whoever calls.
struct Shared {
    http: reqwest::Client,
    /// Speaks HTTP/1.1 only, which is what can become a WebSocket.
    sockets: reqwest::Client,
    budget: Budget,
    breaker: Breaker,
    pacer: Pacer,
    counters: Arc<Counters>,
    query_pace: Pace,
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
        Self::of(options, caller)
    }

    /// A client that signs each request instead of sending `options.api_key`.
    pub(crate) fn signing(options: ClientOptions, key: AccessKey) -> Result<Self, Error> {
        let caller = Caller::signing(&options, key)?;
        Self::of(options, caller)
    }

    fn of(options: ClientOptions, caller: Caller) -> Result<Self, Error> {
        let http = transport::build(&options, Versions::Any)?;
        let sockets = transport::build(&options, Versions::OnlyOne)?;
        let shared = Shared {
            http,
            sockets,
            budget: Budget::new(options.retry.budget),
            breaker: Breaker::new(options.breaker.clone()),
            pacer: Pacer::new(&options.pacing, &options.model_pacing),
            counters: Arc::default(),
            query_pace: Pace::default(),
            options,
        };
        Ok(Self {
            shared: Arc::new(shared),
            caller: Arc::new(caller),
            attempts: None,
            sent: None,
        })
    }

    /// The same client calling with another key, for example a temporary one. It shares connections, retry
    /// budget and everything else with this one.
    ///
    /// Fails if the key is empty or holds characters that no header may hold.
    pub fn with_key(&self, key: impl Into<SecretString>) -> Result<Self, Error> {
        let workspace = self.caller.workspace.as_deref();
        let caller = Caller::new(self.options(), key.into(), workspace)?;
        Ok(self.calling_as(caller))
    }

    /// The same client calling in a workspace, or in the key's own with `None`.
    ///
    /// Fails if the id is not one, see [`Region::workspace_url`](crate::Region::workspace_url).
    pub fn with_workspace(&self, workspace: Option<&str>) -> Result<Self, Error> {
        let key = self.caller.key.clone();
        let caller = Caller::new(self.options(), key, workspace)?;
        Ok(self.calling_as(caller))
    }

    fn calling_as(&self, caller: Caller) -> Self {
        Self {
            caller: Arc::new(caller),
            ..self.clone()
        }
    }

    /// The same client sending everything once, for somebody who knows where else to ask.
    pub(crate) fn without_retries(&self) -> Self {
        Self {
            attempts: Some(1),
            ..self.clone()
        }
    }

    /// What this client and its clones did so far.
    pub fn status(&self) -> ClientStatus {
        self.shared
            .counters
            .status(self.shared.breaker.circuit(None))
    }

    /// Whether calls of a model are let through.
    pub fn circuit_of(&self, model: &str) -> Circuit {
        self.shared.breaker.circuit(Some(model))
    }

    /// What a call of so many tokens would find of the client's own limits now.
    pub(crate) fn outlook(&self, model: &str, tokens: u32) -> Outlook {
        self.shared.pacer.outlook(model, tokens)
    }

    /// Keeps the key out of what the provider said.
    pub(crate) fn scrub(&self, error: Error) -> Error {
        error.without(self.caller.key.expose_secret())
    }

    /// Whose turn it is to ask about a task.
    pub(crate) fn query_pace(&self) -> &Pace {
        &self.shared.query_pace
    }

    pub(crate) fn options(&self) -> &ClientOptions {
        &self.shared.options
    }

    /// Checks a request against its model, if the client has a catalogue.
    pub(crate) fn check(
        &self,
        check: impl FnOnce(&Catalogue) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.options().catalogue.as_deref().map_or(Ok(()), check)
    }

    /// Sends a call and reads its JSON answer.
    pub(crate) async fn fetch<T: DeserializeOwned>(
        &self,
        call: Call,
    ) -> Result<(T, Option<String>), Error> {
        self.execute(&call, |arrival| {
            read::json(arrival, self.options().max_response_bytes)
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
        self.execute(&call, |arrival| {
            let first = &first;
            let opened = read::events(arrival, self.options());
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
        self.execute(call, |arrival| read(arrival.response)).await
    }

    /// Sends a call and hands over the answer with all that belongs to it.
    pub(crate) async fn arrive<T, F>(
        &self,
        call: Call,
        read: impl Fn(Arrival) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        self.execute(&call, read).await
    }

    /// Sends a call of whose answer only the status matters.
    pub(crate) async fn deliver(&self, call: Call) -> Result<(), Error> {
        self.execute(&call, |arrival| async move {
            let most = self.options().max_response_bytes;
            Body::new(arrival, most).all().await.map(drop)
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
