//! One call, from its reservation to its end.

use std::sync::Arc;

use model::{
    ApiKeyId, BudgetPeriod, BudgetScope, CallId, CallOutcome, CallUsage, GroupId, Millis,
    Operation, Protocol, UsageSource, UserId,
};

use super::Ledger;
use crate::store::{self, Hold};

/// Beyond what any call costs or uses: sums of millions of them still fit.
const MOST: i64 = 1_000_000_000_000;

/// Bytes of a name that are kept.
const LONGEST: usize = 256;

/// What a call is, before it is made.
#[derive(Clone, Debug)]
pub struct NewCall {
    /// Its id, made now.
    pub id: CallId,
    /// When it begins; its budgets are those of this moment.
    pub started_at: Millis,
    /// Whose it is.
    pub owner: UserId,
    /// The key that it came by, if any.
    pub key: Option<ApiKeyId>,
    /// The groups that its owner is in.
    pub groups: Vec<GroupId>,
    /// What is spoken.
    pub protocol: Protocol,
    /// What is asked for.
    pub operation: Operation,
    /// The model as it was asked for.
    pub model: String,
    /// The model that will be asked.
    pub served_model: String,
    /// The upstream that will be asked.
    pub upstream: String,
    /// Whether the answer comes piece by piece.
    pub streamed: bool,
    /// Our id of the request.
    pub request_id: String,
    /// The most it can cost, in micro-yuan; `None` when there is no price.
    pub at_most: Option<i64>,
    /// What the upstream bills for the input alone, in micro-yuan: charged if this process dies in the middle.
    pub floor_cost: i64,
    /// The input's tokens, for the same case.
    pub floor_tokens: i64,
    /// Budgets that bind it, from [`Ledger::budgets_of`].
    pub budgets: Arc<[Bound]>,
}

/// A budget that binds a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// Whose.
    pub scope: BudgetScope,
    /// The key's, person's or group's id; empty for the site.
    pub id: String,
    /// In which time.
    pub period: BudgetPeriod,
    /// How much, in micro-yuan.
    pub limit: i64,
}

/// By what a call is booked whose end is heard of later.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// The model that was asked in the end; `None` where it is the one that was to be asked.
    pub served_model: Option<String>,
    /// The prices of its beginning, in the words of whoever books it; empty where none are kept.
    pub tariff: String,
}

impl Terms {
    /// Keeps them beside a reservation that waits for that.
    pub(super) fn keep(self, hold: &mut Hold, reference: &str) {
        hold.task_id = sound_text(reference.to_owned());
        hold.tariff = self.tariff;
        if let Some(served) = self.served_model {
            hold.served_model = sound_text(served);
        }
    }
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallEnd {
    /// What became of it.
    pub outcome: CallOutcome,
    /// The upstream's status, if it answered.
    pub status: Option<i64>,
    /// The upstream's code, if it refused.
    pub code: Option<String>,
    /// What it used.
    pub usage: CallUsage,
    /// Where the figures come from.
    pub usage_source: UsageSource,
    /// What it cost, in micro-yuan.
    pub cost: i64,
    /// Whether the prices were known.
    pub priced: bool,
    /// Milliseconds until the first byte of the answer.
    pub first_byte_ms: Option<i64>,
    /// Milliseconds until the end.
    pub duration_ms: i64,
    /// The upstream's id of the request.
    pub upstream_request_id: Option<String>,
    /// The model that answered, if it is another one than was to be asked.
    pub served_model: Option<String>,
    /// The upstream that answered, if it is another than the one that was to be asked.
    pub upstream: Option<String>,
}

impl CallEnd {
    /// With figures that can be summed and texts that can be kept, whatever the upstream said.
    pub(super) fn sound(mut self) -> Self {
        let usage = &mut self.usage;
        for figure in [
            &mut self.cost,
            &mut self.duration_ms,
            &mut usage.input_tokens,
            &mut usage.output_tokens,
            &mut usage.cached_tokens,
            &mut usage.reasoning_tokens,
            &mut usage.images,
            &mut usage.media_ms,
            &mut usage.characters,
        ] {
            *figure = sound_amount(*figure);
        }
        self.first_byte_ms = self.first_byte_ms.map(sound_amount);
        for text in [
            &mut self.code,
            &mut self.upstream_request_id,
            &mut self.served_model,
            &mut self.upstream,
        ] {
            *text = text.take().map(sound_text);
        }
        self
    }

    /// The end of a call of which nothing is known but what went in.
    pub(super) fn floor(hold: &Hold, outcome: CallOutcome, now: Millis) -> Self {
        Self {
            outcome,
            status: None,
            code: None,
            usage: CallUsage {
                input_tokens: hold.floor_tokens,
                ..CallUsage::default()
            },
            usage_source: UsageSource::Estimated,
            cost: hold.floor_cost,
            priced: hold.priced,
            first_byte_ms: None,
            duration_ms: now.since(hold.opened_at),
            upstream_request_id: None,
            served_model: None,
            upstream: None,
        }
    }
}

/// A call that was reserved. Dropped without an end it counts as cancelled, for what went in.
#[must_use = "a call that is dropped counts as cancelled"]
pub struct OpenCall {
    ledger: Ledger,
    id: CallId,
    pub(super) hold: Option<Arc<Hold>>,
}

impl OpenCall {
    pub(super) fn new(ledger: Ledger, hold: Arc<Hold>) -> Self {
        Self {
            ledger,
            id: hold.id,
            hold: Some(hold),
        }
    }

    /// Its id.
    pub fn id(&self) -> CallId {
        self.id
    }

    /// Books how it ended; returns when that is durable. After an error it is booked once the store is back.
    pub async fn close(mut self, end: CallEnd) -> Result<(), store::Error> {
        match self.hold.take() {
            Some(hold) => self.ledger.0.writer.close(hold, end.sound()).await,
            None => Ok(()),
        }
    }

    /// Books how it ended, without waiting for it.
    pub fn close_behind(mut self, end: CallEnd) {
        if let Some(hold) = self.hold.take() {
            self.ledger.0.writer.close_behind(hold, end.sound());
        }
    }

    /// Takes the reservation back: nothing was asked, so that nothing is owed and the log has no line of it.
    pub fn release(mut self) {
        if let Some(hold) = self.hold.take() {
            self.ledger.0.writer.forget(&hold);
        }
    }

    /// Leaves the reservation open until [`Ledger::close_task`] is told how that task at the upstream ended, to be booked by these
    /// terms; returns when this is durable.
    pub async fn wait_for_task(mut self, task_id: &str, terms: Terms) -> Result<(), store::Error> {
        let Some(hold) = self.hold.take() else {
            return Ok(());
        };
        let mut waiting = Hold::clone(&hold);
        terms.keep(&mut waiting, task_id);
        let writer = &self.ledger.0.writer;
        writer.wait_for_task(Arc::new(waiting)).await
    }
}

impl Drop for OpenCall {
    fn drop(&mut self) {
        if let Some(hold) = self.hold.take() {
            let inner = &*self.ledger.0;
            let end = CallEnd::floor(&hold, CallOutcome::Cancelled, inner.clock.now());
            inner.writer.close_behind(hold, end);
        }
    }
}

/// An amount that can be summed: absurd ones stay within their bounds.
pub(super) fn sound_amount(amount: i64) -> i64 {
    amount.clamp(0, MOST)
}

/// A text that both databases keep: not too long, without NUL.
pub(super) fn sound_text(mut text: String) -> String {
    if text.len() > LONGEST {
        text.truncate(text.floor_char_boundary(LONGEST));
    }
    if text.contains('\0') {
        text = text.replace('\0', "");
    }
    text
}
