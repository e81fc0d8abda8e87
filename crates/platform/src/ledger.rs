//! Money: what each call to an upstream may cost is reserved before it is made, what it did cost is booked when it ends,
//! and both are durable before anybody hears of it.
//!
//! One task writes for the whole process, hundreds of calls in a transaction. A call counts when its line of the log is
//! really inserted, so that ending it twice, by whomever, books it once. A process vouches for its calls by a lease;
//! what it leaves behind is settled by another one.

mod budgets;
mod call;
mod reconcile;
mod recovery;
#[cfg(test)]
mod tests;
mod today;
mod writer;

use std::sync::Arc;

use jiff::tz::TimeZone;
use model::{BudgetPeriod, BudgetScope, Millis};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    Clock,
    audit::Audit,
    calendar::Calendar,
    store::{self, Accounts, Db, Decision, Hold},
};
use recovery::{Lease, Recovery};
use writer::Writer;

pub use budgets::BudgetDraft;
pub use call::{Bound, CallEnd, NewCall, OpenCall, Terms};
pub use reconcile::{Discrepancy, reconcile};
pub use recovery::WaitingTask;
pub use today::Today;

/// Why a call may not be made.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// It could cost more than is left of a budget.
    #[error("over the budget of the {} by {}", .scope.as_str(), .period.as_str())]
    OverBudget {
        /// Whose.
        scope: BudgetScope,
        /// In which time.
        period: BudgetPeriod,
        /// When it begins anew; never for what may be spent ever.
        resets_at: Option<Millis>,
    },
    /// A budget binds it, and nobody knows what it costs.
    #[error("a budget binds the call, and its price is unknown")]
    NoPrice,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Ledger(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Arc<dyn Clock>,
    audit: Audit,
    node: Arc<str>,
    calendar: Calendar,
    writer: Writer,
    tasks: TaskTracker,
    closing: CancellationToken,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.closing.cancel();
    }
}

impl Ledger {
    /// The service over this database, and its tasks: one that writes, one that renews the lease. `node` names this
    /// process and no other one, earlier ones neither. Days and months are those of `time_zone`.
    pub fn start(
        db: Db,
        clock: Arc<dyn Clock>,
        audit: Audit,
        node: String,
        time_zone: TimeZone,
    ) -> Self {
        let (tasks, closing) = (TaskTracker::new(), CancellationToken::new());
        let node: Arc<str> = node.into();
        let lease = Lease::new(db.clone(), Arc::clone(&clock), Arc::clone(&node));
        let (writer, writing) = Writer::new(db.clone(), lease, closing.clone());
        let inner = Inner {
            db,
            clock,
            audit,
            node,
            calendar: Calendar::new(time_zone),
            writer,
            tasks,
            closing: closing.clone(),
        };
        let ledger = Self(Arc::new(inner));
        let tasks = &ledger.0.tasks;
        tasks.spawn(writing);
        tasks.spawn(ledger.recovery().until_closed(closing));
        ledger
    }

    /// Reserves what a call can cost at most. With budgets this returns when the reservation is durable, or refuses.
    /// Without, it returns at once and the reservation is written behind, unless the store is failing or behind.
    #[tracing::instrument(name = "ledger.open", level = "debug", skip_all, fields(call.id = %call.id))]
    pub async fn open(&self, call: NewCall) -> Result<OpenCall, LedgerError> {
        let amount = match call.at_most {
            Some(at_most) => at_most,
            None if call.budgets.is_empty() => 0,
            None => return Err(LedgerError::NoPrice),
        };
        let bounds = Arc::clone(&call.budgets);
        let hold = Arc::new(self.hold(call, amount));
        let inner = &*self.0;
        if bounds.is_empty() && inner.writer.is_prompt() {
            inner.writer.open_behind(&hold);
            return Ok(OpenCall::new(self.clone(), hold));
        }
        match inner.writer.open(&hold, &bounds).await? {
            Decision::Reserved => Ok(OpenCall::new(self.clone(), hold)),
            Decision::Over(bound) => Err(self.over(&bound, hold.opened_at)),
        }
    }

    /// Reserves what a call can cost at most, to stay reserved until [`close_task`](Self::close_task) is told of `reference`,
    /// whatever becomes of this process, and to be booked by these terms. Returns when it is durable, or refuses.
    #[tracing::instrument(name = "ledger.open_for", level = "debug", skip_all, fields(call.id = %call.id))]
    pub async fn open_for(
        &self,
        call: NewCall,
        reference: &str,
        terms: Terms,
    ) -> Result<(), LedgerError> {
        let amount = match call.at_most {
            Some(at_most) => at_most,
            None if call.budgets.is_empty() => 0,
            None => return Err(LedgerError::NoPrice),
        };
        let bounds = Arc::clone(&call.budgets);
        let mut hold = self.hold(call, amount);
        terms.keep(&mut hold, reference);
        let opened_at = hold.opened_at;
        match self.0.writer.open(&Arc::new(hold), &bounds).await? {
            Decision::Reserved => Ok(()),
            Decision::Over(bound) => Err(self.over(&bound, opened_at)),
        }
    }

    /// Ends the call that waits for this task at the upstream, by [`OpenCall::wait_for_task`]. Whether there was one:
    /// it is booked once, however often this is asked. Returns when it is durable.
    #[tracing::instrument(name = "ledger.close_task", skip_all)]
    pub async fn close_task(&self, task_id: &str, end: CallEnd) -> Result<bool, store::Error> {
        let inner = &*self.0;
        let Some(hold) = inner.db.hold_of_task(task_id).await? else {
            return Ok(false);
        };
        inner.writer.close(Arc::new(hold), end.sound()).await?;
        Ok(true)
    }

    /// Steps that wait to be written.
    pub(crate) fn waiting(&self) -> usize {
        self.0.writer.waiting()
    }

    /// What this process is called, and no other one.
    pub(crate) fn node(&self) -> &Arc<str> {
        &self.0.node
    }

    /// Writes everything that waits and gives up the lease. Calls that end after this are settled by the next process.
    #[tracing::instrument(name = "ledger.close_down", skip_all)]
    pub async fn close_down(&self) {
        self.0.closing.cancel();
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }

    fn recovery(&self) -> Recovery {
        let inner = &*self.0;
        Recovery {
            db: inner.db.clone(),
            clock: Arc::clone(&inner.clock),
            node: Arc::clone(&inner.node),
            writer: inner.writer.clone(),
        }
    }

    fn over(&self, bound: &Bound, at: Millis) -> LedgerError {
        LedgerError::OverBudget {
            scope: bound.scope,
            period: bound.period,
            resets_at: self.0.calendar.resets_at(bound.period, at),
        }
    }

    fn hold(&self, mut call: NewCall, amount: i64) -> Hold {
        let moment = self.0.calendar.moment(call.started_at);
        let mut held: Vec<_> = call
            .budgets
            .iter()
            .map(|bound| (bound.scope, bound.id.clone(), bound.period))
            .collect();
        held.sort_unstable();
        held.dedup();
        call.groups.sort_unstable();
        call.groups.dedup();
        Hold {
            id: call.id,
            node: Arc::clone(&self.0.node),
            opened_at: call.started_at,
            owner: call.owner,
            key: call.key,
            protocol: call.protocol,
            operation: call.operation,
            model: call::sound_text(call.model),
            served_model: call::sound_text(call.served_model),
            upstream: call::sound_text(call.upstream),
            streamed: call.streamed,
            request_id: call::sound_text(call.request_id),
            task_id: String::new(),
            tariff: String::new(),
            accounts: Accounts {
                date: moment.date,
                day: moment.day,
                month: moment.month,
                groups: call.groups,
                held,
            },
            amount: call::sound_amount(amount),
            floor_cost: call::sound_amount(call.floor_cost),
            floor_tokens: call::sound_amount(call.floor_tokens),
            priced: call.at_most.is_some(),
        }
    }
}
