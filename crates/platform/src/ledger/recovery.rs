//! What ties calls to their process: the lease while it lives, and settling what it left behind. Also throwing out old
//! lines of the log.

use std::{sync::Arc, time::Duration};

use futures_util::future::try_join_all;
use model::{CallId, CallOutcome, Millis, Operation, UserId};
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

use super::{CallEnd, Ledger, writer::Writer};
use crate::{
    Clock,
    store::{Db, Error, Hold},
};

/// How long a process vouches for its calls. Another process may settle them after that.
const LEASE_MS: i64 = 15_000;

/// A lease that ends sooner is renewed before anything is written.
const LEFT_MS: i64 = 10_000;

/// How long a process that is gone is remembered.
const MEMORY_MS: i64 = 60 * 60 * 1000;

/// Calls that are settled at once.
const BATCH: u32 = 500;

/// Lines of the log that one statement deletes.
const PRUNED: u32 = 1_000;

/// The process's word for its calls. Who shares no database needs none.
pub(super) struct Lease {
    db: Db,
    clock: Arc<dyn Clock>,
    node: Arc<str>,
    until: Option<Millis>,
}

impl Lease {
    /// How often it is renewed.
    pub(super) const RENEWAL: Duration = Duration::from_secs(5);

    pub(super) const fn new(db: Db, clock: Arc<dyn Clock>, node: Arc<str>) -> Self {
        Self {
            db,
            clock,
            node,
            until: None,
        }
    }

    /// Makes sure that what is written now is vouched for.
    pub(super) async fn keep(&mut self) -> Result<(), Error> {
        let now = self.clock.now();
        let lasts = |until: Millis| until.since(now) > LEFT_MS;
        if !self.db.is_shared() || self.until.is_some_and(lasts) {
            return Ok(());
        }
        let until = now.plus(LEASE_MS);
        self.db.renew_ledger_lease(&self.node, until).await?;
        self.until = Some(until);
        Ok(())
    }

    /// What is not settled yet is another process's from now on.
    pub(super) async fn give_up(self) {
        if self.until.is_some()
            && let Err(error) = self.db.give_up_ledger_lease(&self.node).await
        {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the lease of the ledger runs out by itself"
            );
        }
    }
}

/// What settles the calls of dead processes.
#[derive(Clone)]
pub(super) struct Recovery {
    pub(super) db: Db,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) node: Arc<str>,
    pub(super) writer: Writer,
}

impl Recovery {
    /// Looks for them again and again where other processes may die.
    pub(super) async fn until_closed(self, closing: CancellationToken) {
        if !self.db.is_shared() {
            return;
        }
        let mut ticks = interval(Lease::RENEWAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = closing.cancelled() => return,
                _ = ticks.tick() => {}
            }
            if let Err(error) = self.recover().await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "looking for abandoned calls failed"
                );
            }
        }
    }

    async fn recover(&self) -> Result<u64, Error> {
        let now = self.clock.now();
        // Who shares no database is the only process, and all that is not its own is left behind.
        let lease_before = if self.db.is_shared() {
            now
        } else {
            Millis::new(i64::MAX)
        };
        let mut settled = 0;
        loop {
            let holds = self
                .db
                .abandoned_holds(&self.node, lease_before, BATCH)
                .await?;
            if holds.is_empty() {
                break;
            }
            settled += holds.len() as u64;
            let settle = |hold: Hold| {
                let end = CallEnd::floor(&hold, CallOutcome::Interrupted, now);
                self.writer.close(Arc::new(hold), end)
            };
            try_join_all(holds.into_iter().map(settle)).await?;
        }
        if settled > 0 {
            tracing::warn!(settled, "calls of an ended process were settled");
        }
        if self.db.is_shared() {
            self.db.forget_ledger_nodes(now.plus(-MEMORY_MS)).await?;
        }
        Ok(settled)
    }
}

/// A call that waits for a task at the upstream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingTask {
    /// The call.
    pub id: CallId,
    /// The task.
    pub task_id: String,
    /// When it began.
    pub started_at: Millis,
    /// Whose it is.
    pub owner: UserId,
    /// What was asked for.
    pub operation: Operation,
    /// The model as it was asked for.
    pub model: String,
    /// The model that was asked.
    pub served_model: String,
    /// The upstream that was asked.
    pub upstream: String,
    /// What it was reckoned to cost at most, in micro-yuan.
    pub amount: i64,
    /// The prices of its beginning, in the words of whoever books it; empty where none are kept.
    pub tariff: String,
}

impl From<Hold> for WaitingTask {
    fn from(hold: Hold) -> Self {
        Self {
            id: hold.id,
            task_id: hold.task_id,
            started_at: hold.opened_at,
            owner: hold.owner,
            operation: hold.operation,
            model: hold.model,
            served_model: hold.served_model,
            upstream: hold.upstream,
            amount: hold.amount,
            tariff: hold.tariff,
        }
    }
}

impl Ledger {
    /// Settles the calls of dead processes as interrupted, for what went in. How many. Where the database is not shared
    /// this must be done once before the first call: every other process is dead. Where it is, it happens by itself.
    #[tracing::instrument(name = "ledger.recover", skip_all)]
    pub async fn recover(&self) -> Result<u64, Error> {
        self.recovery().recover().await
    }

    /// The call that waits for this task.
    #[tracing::instrument(name = "ledger.waiting_task", skip_all)]
    pub async fn waiting_task(&self, task_id: &str) -> Result<Option<WaitingTask>, Error> {
        let hold = self.0.db.hold_of_task(task_id).await?;
        Ok(hold.map(WaitingTask::from))
    }

    /// Calls that wait for tasks in the order in which they began, those after `after`.
    #[tracing::instrument(name = "ledger.waiting_tasks", skip_all)]
    pub async fn waiting_tasks(
        &self,
        after: Option<CallId>,
        limit: u32,
    ) -> Result<Vec<WaitingTask>, Error> {
        let holds = self.0.db.waiting_holds(after, limit).await?;
        Ok(holds.into_iter().map(WaitingTask::from).collect())
    }

    /// Deletes the lines of the log that are older than so many whole days; sums stay. How many.
    #[tracing::instrument(name = "ledger.prune", skip_all)]
    pub async fn prune(&self, days: u32) -> Result<u64, Error> {
        let inner = &*self.0;
        let today = inner.calendar.moment(inner.clock.now()).date;
        let before = Millis::new(inner.calendar.day(today - i64::from(days)).day);
        let mut pruned = 0;
        loop {
            let deleted = inner.db.prune_calls(before, PRUNED).await?;
            pruned += deleted;
            if deleted < u64::from(PRUNED) {
                return Ok(pruned);
            }
            // Whoever books calls goes first.
            sleep(Duration::from_millis(20)).await;
        }
    }
}
