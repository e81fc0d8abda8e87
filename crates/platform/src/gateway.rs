//! One API for every model: callers speak their protocol, the bytes pass through, and what they use is metered beside
//! them. Who may call, how much, at what price and for whose money is decided here; HTTP is the server's.

mod access;
mod batches;
mod cache;
mod call;
mod error;
mod farewell;
mod jobs;
mod limits;
mod names;
mod objects;
pub mod observed;
mod once;
mod page;
mod places;
mod price;
mod room;
pub mod scan;
mod sweep;
mod tariff;
mod tasks;
#[cfg(test)]
mod testing;
mod watch;

use std::{sync::Arc, time::Duration};

use bailian::{
    Client, Region,
    capability::{Catalogue, ModelCard},
    pool::{Pool, Reach},
    relay::{Relay, Relayed},
};
use jiff::tz::TimeZone;
use model::Millis;
use moka::future::Cache;
use tokio_util::sync::CancellationToken;

pub use access::Principal;
pub use batches::{BatchFault, BatchFile, BatchReading};
pub use cache::{CacheId, Likeness};
pub use call::{Ask, Ending, Running, possible::MOST_REASONING};
pub use error::{GatewayError, LimitKind};
pub(crate) use jobs::{JobAsk, JobEnd, JobTariff};
pub use limits::{Allowed, LimitsPerMinute};
pub use objects::ObjectKind;
pub use once::{Claimed, Given, LARGEST_ANSWER, Once};
pub use page::FOUND_BYTES;
pub use places::{Round, Whereabouts};
pub use room::{Place, Shortage, Weight, calls_that_fit};
pub use watch::RightEnded;

use crate::{
    Clock, Ids, Memory,
    audit::Audit,
    identity::Identity,
    ledger::Ledger,
    store::{Db, Redis},
    vault::Vault,
};
use access::Credentials;
use cache::Answers;
use limits::{Lanes, Shared};
use names::Names;
use room::Room;
use watch::Watches;

/// The name of the first upstream, which pages, jobs and lines use.
pub const UPSTREAM: &str = "bailian";

/// For so long what is known of a caller is taken as it was: whatever is taken from somebody is gone after it.
const KNOWN_FOR: Duration = Duration::from_millis(900);

/// What the operator decides of the gateway.
#[derive(Clone, Debug)]
pub struct GatewayOptions {
    /// What models can do and cost.
    pub catalogue: Catalogue,
    /// Where the upstream is, which decides its prices.
    pub region: Region,
    /// What each person may ask, by all of their keys together.
    pub per_person: LimitsPerMinute,
    /// What everybody together may ask.
    pub site: LimitsPerMinute,
    /// The site's time zone: sums are of its days, and budgets of its days and months.
    pub time_zone: TimeZone,
    /// All upstreams, where there are several; the first is called [`UPSTREAM`].
    pub pool: Option<Pool>,
    /// Calls that run at once in this process, at most.
    pub calls_at_once: usize,
    /// How late the runtime may wake whoever is due before calls are refused; `None` if that does not matter.
    pub late_at_most: Option<Duration>,
    /// Where several processes keep what a person and everybody may ask together.
    pub shared_limits: Option<Redis>,
    /// Where several processes keep answers that may be given again; otherwise each does in its memory.
    pub shared_answers: Option<Redis>,
}

impl Default for GatewayOptions {
    fn default() -> Self {
        Self {
            catalogue: Catalogue::built_in(),
            region: Region::Beijing,
            per_person: LimitsPerMinute::default(),
            site: LimitsPerMinute::default(),
            time_zone: TimeZone::UTC,
            pool: None,
            calls_at_once: 10_000,
            late_at_most: None,
            shared_limits: None,
            shared_answers: None,
        }
    }
}

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Gateway(Arc<Inner>);

impl std::fmt::Debug for Gateway {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Gateway(…)")
    }
}

struct Inner {
    db: Db,
    identity: Identity,
    ledger: Ledger,
    audit: Audit,
    client: Client,
    clock: Arc<dyn Clock>,
    ids: Ids,
    options: GatewayOptions,
    memory: Memory,
    room: Arc<Room>,
    lanes: Lanes,
    shared: Option<Arc<Shared>>,
    known: Cache<Credentials, Arc<Principal>>,
    names: Cache<(), Arc<Names>>,
    watches: Watches,
    answers: Answers,
    /// Held by whoever reads the results of a batch. There are some, so that a large batch does not keep all others from being booked.
    settling: [Arc<tokio::sync::Mutex<()>>; 16],
}

/// What the gateway is built of.
pub struct GatewayParts {
    /// Where everything is kept.
    pub db: Db,
    /// Who is calling.
    pub identity: Identity,
    /// Whose money it is.
    pub ledger: Ledger,
    /// What is written down of changes.
    pub audit: Audit,
    /// How much memory is left.
    pub memory: Memory,
    /// What seals answers that are kept outside of this process.
    pub vault: Vault,
    /// The upstream.
    pub client: Client,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where ids come from.
    pub ids: Ids,
}

impl Gateway {
    /// The service.
    pub fn new(parts: GatewayParts, options: GatewayOptions) -> Self {
        let briefly = |most: u64| moka::future::CacheBuilder::new(most).time_to_live(KNOWN_FOR);
        Self(Arc::new(Inner {
            answers: Answers::new(options.shared_answers.clone(), &parts.vault),
            memory: parts.memory,
            room: Room::new(options.calls_at_once, options.late_at_most),
            lanes: Lanes::new(&options.site),
            shared: options
                .shared_limits
                .clone()
                .map(|redis| Shared::new(redis, parts.ids.next().to_string())),
            db: parts.db,
            identity: parts.identity,
            ledger: parts.ledger,
            audit: parts.audit,
            client: parts.client,
            clock: parts.clock,
            ids: parts.ids,
            options,
            known: briefly(10_000).build(),
            names: moka::future::CacheBuilder::new(1)
                .time_to_live(KNOWN_FOR)
                .build(),
            watches: Watches::default(),
            settling: std::array::from_fn(|_| Arc::default()),
        }))
    }

    /// What has to be done from time to time, until `closing`: booking tasks and batches that nobody asks for, telling the other
    /// processes that this one lives, and finding out how many calls there is room for.
    pub async fn run_jobs(&self, closing: CancellationToken) {
        let alive = async {
            if let Some(shared) = &self.0.shared {
                shared.stay_alive(&self.0.lanes, closing.clone()).await;
            }
        };
        let room = self.0.room.keep(closing.clone());
        let memory = self.0.memory.watch(closing.clone());
        tokio::join!(self.follow_tasks(closing.clone()), alive, room, memory);
    }

    /// Hands a request on to the upstream within reach whose turn it is. Tells who answered or, if nobody did, was asked last.
    pub async fn relay(
        &self,
        relay: Relay,
        reach: Reach,
    ) -> (Arc<str>, Result<Relayed, bailian::Error>) {
        match &self.0.options.pool {
            Some(pool) => {
                let (upstream, answer) = pool.relay_named(relay, reach).await;
                (upstream.unwrap_or_else(|| UPSTREAM.into()), answer)
            }
            None => (UPSTREAM.into(), self.0.client.relay(relay).await),
        }
    }

    /// The time.
    pub fn now(&self) -> Millis {
        self.0.clock.now()
    }

    /// What the catalogue knows of a model.
    pub fn card(&self, model: &str) -> Option<&ModelCard> {
        self.0.options.catalogue.get(model)
    }

    /// The first upstream.
    pub fn client(&self) -> &Client {
        &self.0.client
    }
}
