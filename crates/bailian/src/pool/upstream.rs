//! The members of a pool: what they take, and how they are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use crate::{Client, ClientStatus};

/// One account at one host, and which part of the work it takes.
#[derive(Clone, Debug)]
pub struct Upstream {
    pub(super) name: Arc<str>,
    /// Whose things it sees.
    pub(super) account: Arc<str>,
    pub(super) client: Client,
    pub(super) weight: u32,
    pub(super) priority: u32,
    models: Option<BTreeSet<String>>,
}

impl Upstream {
    /// An upstream of weight 1 and priority 0 that serves every model. The name is for logs and for finding it
    /// again.
    pub fn new(name: impl Into<Arc<str>>, client: Client) -> Self {
        let name = name.into();
        Self {
            account: name.clone(),
            name,
            client,
            weight: 1,
            priority: 0,
            models: None,
        }
    }

    /// The account that its key belongs to, where several keys do: what one of them makes is there for all of them. An account
    /// of its own by default, by the upstream's name.
    #[must_use]
    pub fn account(self, account: impl Into<Arc<str>>) -> Self {
        Self {
            account: account.into(),
            ..self
        }
    }

    /// Its share among those of its priority, at least 1.
    #[must_use]
    pub fn weight(self, weight: u32) -> Self {
        Self { weight, ..self }
    }

    /// Those with the lowest number are asked first, the others only while none of these can be.
    #[must_use]
    pub fn priority(self, priority: u32) -> Self {
        Self { priority, ..self }
    }

    /// Serves these models only.
    #[must_use]
    pub fn models<M: Into<String>>(self, models: impl IntoIterator<Item = M>) -> Self {
        Self {
            models: Some(models.into_iter().map(Into::into).collect()),
            ..self
        }
    }

    pub(super) fn serves(&self, model: &str) -> bool {
        self.models
            .as_ref()
            .is_none_or(|models| models.contains(model))
    }
}

/// For how long an upstream is passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolPolicy {
    /// After a refusal that only a person can cure: a wrong key, debts, no right to the model. 10 min.
    pub refused_for: Duration,
    /// After the first throttling of a model without a `Retry-After`; doubles with each in a row. 1 s.
    pub throttled_for: Duration,
    /// Upper end of that: the provider's own limits recover within a minute. 60 s.
    pub throttled_cap: Duration,
    /// How long a call waits for the first upstream that is free again when all are used up or throttled. 2 s.
    pub wait_at_most: Duration,
    /// Calls that wait for a throttled upstream, at most: they all come at once when its pause ends. 100.
    pub waiting_at_most: usize,
}

impl Default for PoolPolicy {
    fn default() -> Self {
        Self {
            refused_for: Duration::from_mins(10),
            throttled_for: Duration::from_secs(1),
            throttled_cap: Duration::from_mins(1),
            wait_at_most: Duration::from_secs(2),
            waiting_at_most: 100,
        }
    }
}

/// The state of one upstream.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UpstreamStatus {
    /// Its name.
    pub name: Arc<str>,
    /// Whether it is asked.
    pub state: UpstreamState,
    /// Models that it is not asked for at the moment, and why, by [`ErrorKind::name`](crate::ErrorKind::name).
    pub paused_models: BTreeMap<String, &'static str>,
    /// Calls that it could not serve and that were handed on.
    pub handed_on: u64,
    /// What its client counts: requests, failures by kind, calls in flight.
    pub client: ClientStatus,
}

/// Whether an upstream is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UpstreamState {
    /// It is asked.
    Ready,
    /// It does not answer; its circuit is open or one call is trying.
    Down,
    /// Its account refuses everything, until this time has passed or [`Pool::reset`](super::Pool::reset).
    Refused {
        /// Why, by [`ErrorKind::name`](crate::ErrorKind::name).
        kind: &'static str,
        /// For how long.
        remaining: Duration,
    },
}
