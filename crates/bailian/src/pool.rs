//! Several upstreams as one: accounts, keys or regions that can stand in for each other.
//!
//! A call goes to the upstreams of the first priority that may serve its model: to the one of which most is left of what it
//! may be asked ([`ClientOptions::pacing`](crate::ClientOptions::pacing)), and among equals by weight. One that is down,
//! throttled or out of money is passed over, and a call that failed for such a reason goes to the next one, as long as
//! nothing of its answer was handed out and nothing can be paid for twice. While all are used up, a call waits a little
//! for the first that is free again ([`PoolPolicy::wait_at_most`]).
//!
//! Everything that is counted is in [`Pool::status`]; an exporter of metrics reads it when it is asked. Changes are told as
//! `tracing` events named after what happened.

mod choice;
mod round;
mod standing;
mod turns;
mod upstream;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{Circuit, Client, Error, ErrorKind, Phase};

pub use round::{Reach, Round, Turn};
use standing::Standing;
use turns::Turns;
pub use upstream::{PoolPolicy, Upstream, UpstreamState, UpstreamStatus};

/// What an upstream answered, and which one it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served<T> {
    /// The upstream's name. Tasks, files, batches and stored answers exist there only: ask for them through
    /// [`Pool::client`].
    pub upstream: Arc<str>,
    /// The answer.
    pub answer: T,
}

/// Upstreams that stand in for each other. Cheap to clone.
///
/// ```no_run
/// use bailian::pool::{Pool, Upstream};
/// use bailian::{ChatRequest, Client, ClientOptions, Message, Region};
///
/// # async fn example() -> Result<(), bailian::Error> {
/// let beijing = Client::new(ClientOptions::in_region(Region::Beijing, "sk-…")?)?;
/// let singapore = Client::new(ClientOptions::in_region(Region::Singapore, "sk-…")?)?;
/// let pool = Pool::new([
///     Upstream::new("beijing", beijing).weight(3),
///     Upstream::new("singapore", singapore).priority(1).models(["qwen-plus"]),
/// ])?;
/// let request = ChatRequest::new("qwen-plus", [Message::user("浙江的省会是哪里？")]);
/// let served = pool
///     .run("qwen-plus", |client| {
///         let request = request.clone();
///         async move { client.chat_stream(request).await }
///     })
///     .await?;
/// # let _ = served;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Pool(Arc<Inner>);

struct Inner {
    upstreams: Vec<Upstream>,
    policy: PoolPolicy,
    state: Mutex<State>,
}

/// By the upstreams' places.
struct State {
    standings: Vec<Standing>,
    turns: Turns,
    /// Calls that wait for a pause to end.
    waiting: usize,
}

impl Pool {
    /// A pool with the default policy. Fails without an upstream, with two of one name, or with a weight of 0.
    pub fn new(upstreams: impl IntoIterator<Item = Upstream>) -> Result<Self, Error> {
        Self::with_policy(upstreams, PoolPolicy::default())
    }

    /// The same with another policy.
    pub fn with_policy(
        upstreams: impl IntoIterator<Item = Upstream>,
        policy: PoolPolicy,
    ) -> Result<Self, Error> {
        let upstreams: Vec<_> = upstreams.into_iter().collect();
        let names: BTreeSet<_> = upstreams.iter().map(|upstream| &upstream.name).collect();
        if upstreams.is_empty() || names.len() < upstreams.len() {
            return Err(Error::configuration(
                "a pool needs upstreams of different names",
            ));
        }
        if upstreams.iter().any(|upstream| upstream.weight == 0) {
            return Err(Error::configuration(
                "an upstream needs a weight of at least 1",
            ));
        }
        let state = State {
            standings: vec![Standing::default(); upstreams.len()],
            turns: Turns::new(upstreams.len()),
            waiting: 0,
        };
        Ok(Self(Arc::new(Inner {
            upstreams,
            policy,
            state: Mutex::new(state),
        })))
    }

    /// Does some work with an upstream that can serve the model, and with the next one if that fails for a
    /// reason that another account can cure.
    ///
    /// Work is over when its future ends: a stream should be returned, not read, since what fails afterwards is
    /// the stream's own ending. As long as there is another upstream, none is asked twice.
    pub async fn run<T, F>(
        &self,
        model: &str,
        work: impl Fn(Client) -> F,
    ) -> Result<Served<T>, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        self.run_named(model, |_, client| work(client)).await
    }

    /// The same for work that must know which upstream it is done with.
    pub async fn run_named<T, F>(
        &self,
        model: &str,
        work: impl Fn(Arc<str>, Client) -> F,
    ) -> Result<Served<T>, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let mut round = self.round_for(model, 1, Reach::Any);
        loop {
            let Turn {
                upstream, client, ..
            } = round.next().await?;
            match work(upstream.clone(), client).await {
                Ok(answer) => {
                    round.answered();
                    return Ok(Served { upstream, answer });
                }
                Err(error) => round.failed(error)?,
            }
        }
    }

    /// The client of an upstream by its name, for what exists there only.
    pub fn client(&self, upstream: &str) -> Option<Client> {
        let place = self.place(upstream)?;
        Some(self.0.upstreams[place].client.clone())
    }

    /// The account of what was made at an upstream of that name: as long as that, or another one of the account, is here.
    pub fn account(&self, upstream: &str) -> Option<Arc<str>> {
        if let Some(place) = self.place(upstream) {
            return Some(self.0.upstreams[place].account.clone());
        }
        // Whoever gave a key a name of its own later may have called the account by the old one.
        let mut accounts = self.0.upstreams.iter().map(|upstream| &upstream.account);
        accounts.find(|account| &***account == upstream).cloned()
    }

    /// A client for what was made at an upstream of that name: its own, or one of the same account.
    pub fn client_there(&self, upstream: &str) -> Option<Client> {
        if let Some(client) = self.client(upstream) {
            return Some(client);
        }
        let account = self.account(upstream)?;
        let mut upstreams = self.0.upstreams.iter();
        let other = upstreams.find(|upstream| upstream.account == account)?;
        Some(other.client.clone())
    }

    /// Whether there is only one upstream, which is asked whatever it answered before.
    pub fn is_single(&self) -> bool {
        self.0.upstreams.len() == 1
    }

    /// Asks an upstream again that was passed over, for example after its debts were paid. Whether there is one
    /// of this name.
    pub fn reset(&self, upstream: &str) -> bool {
        let Some(place) = self.place(upstream) else {
            return false;
        };
        self.state().standings[place].forgive();
        true
    }

    /// The state of every upstream, in the order in which they were given.
    pub fn status(&self) -> Vec<UpstreamStatus> {
        let state = self.state();
        let both = self.0.upstreams.iter().zip(&state.standings);
        both.map(|(upstream, standing)| {
            let client = upstream.client.status();
            let state = match (standing.refused(), client.circuit) {
                (Some((kind, remaining)), _) => UpstreamState::Refused { kind, remaining },
                (None, Circuit::Closed) => UpstreamState::Ready,
                (None, Circuit::Open { .. } | Circuit::HalfOpen) => UpstreamState::Down,
            };
            UpstreamStatus {
                name: upstream.name.clone(),
                state,
                paused_models: standing.paused_models(),
                handed_on: standing.handed_on,
                client,
            }
        })
        .collect()
    }

    fn place(&self, name: &str) -> Option<usize> {
        let mut upstreams = self.0.upstreams.iter();
        upstreams.position(|upstream| &*upstream.name == name)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("upstreams", &self.0.upstreams)
            .finish_non_exhaustive()
    }
}

/// Whether the reason lies with the account or the host, not with the request.
fn another_account_cures(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Authentication
        | ErrorKind::PermissionDenied
        | ErrorKind::Arrears
        | ErrorKind::QuotaExhausted
        | ErrorKind::Throttled { .. }
        | ErrorKind::NotFound
        | ErrorKind::Unavailable
        | ErrorKind::Connection
        | ErrorKind::CircuitOpen => true,
        ErrorKind::Timeout { phase } => matches!(phase, Phase::Connect | Phase::FirstByte),
        _ => false,
    }
}
