//! The transaction, in what both dialects share: who writes it, and the sums that go with the calls.

use std::collections::BTreeMap;

use model::{BudgetPeriod, BudgetScope, CallOutcome, CallUsage, UsageSum};

use super::{Account, Batch, Decision, Hold, batch::Change, postgres, sqlite};
use crate::{
    ledger::CallEnd,
    store::{Db, Result, db::DirectWriter, rows},
};

/// A row of `usage_days`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Day<'a> {
    pub(super) date: i64,
    pub(super) owner: String,
    pub(super) key: String,
    pub(super) model: &'a str,
    pub(super) operation: &'static str,
}

impl Db {
    /// Writes the batch: all of it or nothing. What became of its openings, in their order. Doing the same batch again,
    /// marked as such, does no harm.
    #[tracing::instrument(
        name = "store.ledger.commit",
        level = "debug",
        skip_all,
        fields(openings = batch.openings.len(), closings = batch.closings.len())
    )]
    pub(crate) async fn commit_ledger(&self, batch: Batch) -> Result<Vec<Decision>> {
        match self.direct() {
            DirectWriter::Sqlite(direct) => {
                let then = batch.then;
                let commit = move |connection: &mut _| sqlite::commit(connection, &batch);
                direct.write(then, commit).await
            }
            DirectWriter::Postgres(pool) => postgres::commit(pool, &batch).await,
        }
    }

    /// After a batch that was to be followed by another one, and is not for now: others may write.
    pub(crate) async fn rest_ledger(&self) {
        match self.direct() {
            DirectWriter::Sqlite(direct) => direct.rest().await,
            DirectWriter::Postgres(_) => {}
        }
    }
}

/// A row of `spending`.
pub(super) type AccountRow = (String, String, String, i64, i64, i64);

pub(super) fn balance(
    (scope, id, period, starts_at, spent, held): AccountRow,
) -> Result<(Account, Change)> {
    let wrong = |column, text: &str| rows::corrupt("spending", column, text);
    let account = Account {
        scope: BudgetScope::from_name(&scope).ok_or_else(|| wrong("scope", &scope))?,
        period: BudgetPeriod::from_name(&period).ok_or_else(|| wrong("period", &period))?,
        id,
        starts_at,
    };
    Ok((account, Change { spent, held }))
}

/// The key's id; empty without one.
pub(super) fn key_text(hold: &Hold) -> String {
    hold.key.map(|key| key.to_string()).unwrap_or_default()
}

/// What ended calls add to the sums of days.
pub(super) fn days<'a>(
    ended: impl Iterator<Item = (&'a Hold, &'a CallEnd)>,
) -> BTreeMap<Day<'a>, UsageSum> {
    let mut days: BTreeMap<Day<'a>, UsageSum> = BTreeMap::new();
    for (hold, end) in ended {
        let day = Day {
            date: hold.accounts.date,
            owner: hold.owner.to_string(),
            key: key_text(hold),
            model: &hold.model,
            operation: hold.operation.as_str(),
        };
        let sum = days.entry(day).or_default();
        let CallUsage {
            input_tokens,
            output_tokens,
            cached_tokens,
            reasoning_tokens,
            images,
            media_ms,
            characters,
        } = end.usage;
        sum.calls += 1;
        sum.failures += failures(end.outcome);
        sum.input_tokens += input_tokens;
        sum.output_tokens += output_tokens;
        sum.cached_tokens += cached_tokens;
        sum.reasoning_tokens += reasoning_tokens;
        sum.images += images;
        sum.media_ms += media_ms;
        sum.characters += characters;
        sum.cost += end.cost;
    }
    days
}

/// 1 for a call that the upstream refused or failed.
pub(super) const fn failures(outcome: CallOutcome) -> i64 {
    match outcome {
        CallOutcome::Refused | CallOutcome::Failed => 1,
        CallOutcome::Succeeded | CallOutcome::Cancelled | CallOutcome::Interrupted => 0,
    }
}
