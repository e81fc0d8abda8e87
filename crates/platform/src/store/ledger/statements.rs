//! The transaction: a handful of statements, however many calls are in it.

use std::collections::{BTreeMap, HashMap, HashSet};

use model::{BudgetPeriod, BudgetScope, CallId, CallOutcome, CallUsage, UsageSum};
use sqlx::{Database, QueryBuilder, Transaction, types::Json};

use super::{
    Account, Batch, Decision, Hold,
    batch::{Balances, Change, Opening, asked, changes, decide},
};
use crate::{
    ledger::CallEnd,
    store::{Db, Result, on_pool, rows},
};

/// Rows that one statement takes: SQLite has 32,766 values for one, and the widest row is 27.
const ROWS: usize = 1_000;

/// The same where a row is six values.
const ACCOUNTS: usize = 5_000;

/// A row of `usage_days`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Day<'a> {
    date: i64,
    owner: String,
    key: String,
    model: &'a str,
    operation: &'static str,
}

/// A statement of the dialect that the transaction speaks.
fn statement<'q, DB: Database>(
    _transaction: &Transaction<'_, DB>,
    text: &str,
) -> QueryBuilder<'q, DB> {
    QueryBuilder::new(text)
}

/// Runs a statement over rows by their ids. Which of them it found: rows that come back one by one cost more than those that
/// go in, so that they are counted only, unless `$named`; `None` if the count is not all of them.
macro_rules! found {
    ($transaction:ident, $statement:ident, $rows:expr, $named:expr, $table:literal) => {{
        if $named {
            $statement.push(" RETURNING id");
            let found: Vec<String> = $statement
                .build_query_scalar()
                .persistent(false)
                .fetch_all(&mut *$transaction)
                .await?;
            let ids = found.iter().map(|id| rows::id($table, "id", id));
            Some(ids.collect::<Result<Vec<CallId>>>()?)
        } else {
            let all: Vec<CallId> = $rows.collect();
            let count = $statement
                .build()
                .persistent(false)
                .execute(&mut *$transaction)
                .await?
                .rows_affected();
            (count == all.len() as u64).then_some(all)
        }
    }};
}

/// Inserts lines of the log; the ids of those that were not there.
macro_rules! insert_calls {
    ($transaction:ident, $ends:expr, $named:expr) => {{
        let mut inserted: Option<HashSet<CallId>> = Some(HashSet::with_capacity($ends.len()));
        for ends in $ends.chunks(ROWS) {
            let mut insert = statement(
                &$transaction,
                "INSERT INTO calls (id, started_at, owner_id, key_id, protocol, operation, model, served_model, \
                 upstream, streamed, outcome, status, code, input_tokens, output_tokens, cached_tokens, \
                 reasoning_tokens, images, media_ms, characters, usage_source, cost, priced, first_byte_ms, \
                 duration_ms, request_id, upstream_request_id) ",
            );
            insert.push_values(ends, |mut row, (hold, end)| {
                let usage = &end.usage;
                row.push_bind(hold.id.to_string())
                    .push_bind(hold.opened_at.get())
                    .push_bind(hold.owner.to_string())
                    .push_bind(key_text(hold))
                    .push_bind(hold.protocol.as_str())
                    .push_bind(hold.operation.as_str())
                    .push_bind(&*hold.model)
                    .push_bind(end.served_model.as_deref().unwrap_or(&hold.served_model))
                    .push_bind(end.upstream.as_deref().unwrap_or(&hold.upstream))
                    .push_bind(hold.streamed)
                    .push_bind(end.outcome.as_str())
                    .push_bind(end.status)
                    .push_bind(end.code.as_deref())
                    .push_bind(usage.input_tokens)
                    .push_bind(usage.output_tokens)
                    .push_bind(usage.cached_tokens)
                    .push_bind(usage.reasoning_tokens)
                    .push_bind(usage.images)
                    .push_bind(usage.media_ms)
                    .push_bind(usage.characters)
                    .push_bind(end.usage_source.as_str())
                    .push_bind(end.cost)
                    .push_bind(end.priced)
                    .push_bind(end.first_byte_ms)
                    .push_bind(end.duration_ms)
                    .push_bind(&*hold.request_id)
                    .push_bind(end.upstream_request_id.as_deref());
            });
            insert.push(" ON CONFLICT (id) DO NOTHING");
            let ids = ends.iter().map(|(hold, _)| hold.id);
            let new = found!($transaction, insert, ids, $named, "calls");
            inserted = inserted.zip(new).map(|(mut all, new)| {
                all.extend(new);
                all
            });
        }
        inserted
    }};
}

/// Deletes reservations; the ids of those that were there.
macro_rules! delete_holds {
    ($transaction:ident, $leaving:expr, $named:expr) => {{
        let ids: Vec<CallId> = $leaving.keys().copied().collect();
        let mut gone: Option<Vec<CallId>> = Some(Vec::with_capacity(ids.len()));
        for ids in ids.chunks(ROWS) {
            let mut delete = statement(&$transaction, "DELETE FROM call_holds WHERE id IN (");
            let mut list = delete.separated(", ");
            for id in ids {
                list.push_bind(id.to_string());
            }
            delete.push(")");
            let left = found!(
                $transaction,
                delete,
                ids.iter().copied(),
                $named,
                "call_holds"
            );
            gone = gone.zip(left).map(|(mut all, left)| {
                all.extend(left);
                all
            });
        }
        gone
    }};
}

/// Adds to the accounts in their order.
macro_rules! change_accounts {
    ($transaction:ident, $changes:expr) => {{
        let changes: Vec<(&Account, &Change)> = $changes.iter().collect();
        for changes in changes.chunks(ACCOUNTS) {
            let mut upsert = statement(
                &$transaction,
                "INSERT INTO spending (scope, scope_id, period, starts_at, spent, held) ",
            );
            upsert.push_values(changes, |mut row, (account, change)| {
                row.push_bind(account.scope.as_str())
                    .push_bind(&*account.id)
                    .push_bind(account.period.as_str())
                    .push_bind(account.starts_at)
                    .push_bind(change.spent)
                    .push_bind(change.held);
            });
            upsert.push(
                " ON CONFLICT (scope, scope_id, period, starts_at) DO UPDATE SET \
                 spent = spending.spent + excluded.spent, held = spending.held + excluded.held",
            );
            upsert
                .build()
                .persistent(false)
                .execute(&mut *$transaction)
                .await?;
        }
    }};
}

/// What the accounts stand at, which are locked.
macro_rules! balances {
    ($transaction:ident, $accounts:expr) => {{
        let mut balances = Balances::with_capacity($accounts.len());
        let accounts: Vec<&Account> = $accounts.iter().collect();
        for accounts in accounts.chunks(ACCOUNTS) {
            let mut select = statement(
                &$transaction,
                "SELECT scope, scope_id, period, starts_at, spent, held FROM spending \
                 WHERE (scope, scope_id, period, starts_at) IN (VALUES ",
            );
            let mut list = select.separated(", ");
            for account in accounts {
                list.push("(");
                list.push_bind_unseparated(account.scope.as_str());
                list.push_unseparated(", ");
                list.push_bind_unseparated(&*account.id);
                list.push_unseparated(", ");
                list.push_bind_unseparated(account.period.as_str());
                list.push_unseparated(", ");
                list.push_bind_unseparated(account.starts_at);
                list.push_unseparated(")");
            }
            select.push(")");
            let found: Vec<AccountRow> = select
                .build_query_as()
                .persistent(false)
                .fetch_all(&mut *$transaction)
                .await?;
            for row in found {
                let (account, change) = balance(row)?;
                balances.insert(account, change);
            }
        }
        balances
    }};
}

/// Inserts reservations.
macro_rules! insert_holds {
    ($transaction:ident, $holds:expr) => {{
        for holds in $holds.chunks(ROWS) {
            let mut insert = statement(
                &$transaction,
                "INSERT INTO call_holds (id, node, opened_at, owner_id, key_id, protocol, operation, model, \
                 served_model, upstream, streamed, request_id, task_id, accounts, amount, floor_cost, floor_tokens, \
                 priced) ",
            );
            insert.push_values(holds, |mut row, hold| {
                row.push_bind(hold.id.to_string())
                    .push_bind(&*hold.node)
                    .push_bind(hold.opened_at.get())
                    .push_bind(hold.owner.to_string())
                    .push_bind(key_text(hold))
                    .push_bind(hold.protocol.as_str())
                    .push_bind(hold.operation.as_str())
                    .push_bind(&*hold.model)
                    .push_bind(&*hold.served_model)
                    .push_bind(&*hold.upstream)
                    .push_bind(hold.streamed)
                    .push_bind(&*hold.request_id)
                    .push_bind(&*hold.task_id)
                    .push_bind(Json(&hold.accounts))
                    .push_bind(hold.amount)
                    .push_bind(hold.floor_cost)
                    .push_bind(hold.floor_tokens)
                    .push_bind(hold.priced);
            });
            insert
                .build()
                .persistent(false)
                .execute(&mut *$transaction)
                .await?;
        }
    }};
}

/// Says of reservations which task they wait for.
macro_rules! name_tasks {
    ($transaction:ident, $tasks:expr) => {{
        for tasks in $tasks.chunks(ROWS) {
            let mut update = statement(&$transaction, "WITH named (call_id, task) AS (");
            update.push_values(tasks, |mut row, (hold, task)| {
                row.push_bind(hold.id.to_string()).push_bind(*task);
            });
            update.push(
                ") UPDATE call_holds SET task_id = named.task FROM named WHERE call_holds.id = named.call_id",
            );
            update
                .build()
                .persistent(false)
                .execute(&mut *$transaction)
                .await?;
        }
    }};
}

/// Adds to the sums of days.
macro_rules! add_days {
    ($transaction:ident, $days:expr) => {{
        let days: Vec<(&Day<'_>, &UsageSum)> = $days.iter().collect();
        for days in days.chunks(ROWS) {
            let mut upsert = statement(
                &$transaction,
                "INSERT INTO usage_days (day, owner_id, key_id, model, operation, calls, failures, input_tokens, \
                 output_tokens, cached_tokens, reasoning_tokens, images, media_ms, characters, cost) ",
            );
            upsert.push_values(days, |mut row, (day, sum)| {
                row.push_bind(day.date)
                    .push_bind(&*day.owner)
                    .push_bind(&*day.key)
                    .push_bind(day.model)
                    .push_bind(day.operation)
                    .push_bind(sum.calls)
                    .push_bind(sum.failures)
                    .push_bind(sum.input_tokens)
                    .push_bind(sum.output_tokens)
                    .push_bind(sum.cached_tokens)
                    .push_bind(sum.reasoning_tokens)
                    .push_bind(sum.images)
                    .push_bind(sum.media_ms)
                    .push_bind(sum.characters)
                    .push_bind(sum.cost);
            });
            upsert.push(
                " ON CONFLICT (day, owner_id, key_id, model, operation) DO UPDATE SET \
                 calls = usage_days.calls + excluded.calls, failures = usage_days.failures + excluded.failures, \
                 input_tokens = usage_days.input_tokens + excluded.input_tokens, \
                 output_tokens = usage_days.output_tokens + excluded.output_tokens, \
                 cached_tokens = usage_days.cached_tokens + excluded.cached_tokens, \
                 reasoning_tokens = usage_days.reasoning_tokens + excluded.reasoning_tokens, \
                 images = usage_days.images + excluded.images, \
                 media_ms = usage_days.media_ms + excluded.media_ms, \
                 characters = usage_days.characters + excluded.characters, \
                 cost = usage_days.cost + excluded.cost",
            );
            upsert
                .build()
                .persistent(false)
                .execute(&mut *$transaction)
                .await?;
        }
    }};
}

impl Db {
    /// Writes the batch: all of it or nothing. What became of its openings, in their order. Doing the same batch again,
    /// marked as such, does no harm.
    ///
    /// Everybody takes the locks in the same order (calls by id, reservations, accounts, days), so that processes wait
    /// for each other and never in a circle.
    #[tracing::instrument(
        name = "store.ledger.commit",
        level = "debug",
        skip_all,
        fields(openings = batch.openings.len(), closings = batch.closings.len())
    )]
    pub(crate) async fn commit_ledger(&self, batch: &Batch<'_>) -> Result<Vec<Decision>> {
        let ends = batch.ends();
        let leaving = batch.leaving(&ends);
        let wanted = batch.written(&ends);
        let deciding = asked(&wanted);
        let mut decided = HashMap::with_capacity(wanted.len());
        // What is tried again, or may be there or not, is asked for by name; so is everything should the counts not agree.
        let mut named = batch.again || !batch.forgotten.is_empty();
        on_pool!(self.writer(), |pool| loop {
            let mut transaction = pool.begin_with(self.begin()).await?;
            let inserted = insert_calls!(transaction, ends, named);
            let gone = delete_holds!(transaction, leaving, named);
            let (Some(inserted), Some(gone)) = (inserted, gone) else {
                transaction.rollback().await?;
                named = true;
                continue;
            };
            let ended = || {
                let new = |(hold, _): &&(&Hold, &CallEnd)| inserted.contains(&hold.id);
                ends.iter().filter(new).copied()
            };
            let gone = gone.iter().filter_map(|id| leaving.get(id).copied());
            let changes = changes(ended(), gone, &wanted);
            change_accounts!(transaction, changes);
            let mut balances = balances!(transaction, deciding);
            let (decisions, added) = decide(&wanted, &mut balances);
            change_accounts!(transaction, added);
            let holds: Vec<&Hold> = reserved(&wanted, &decisions).collect();
            insert_holds!(transaction, holds);
            name_tasks!(transaction, batch.tasks);
            let days = days(ended());
            add_days!(transaction, days);
            transaction.commit().await?;
            let ids = wanted.iter().map(|opening| opening.hold.id);
            decided.extend(ids.zip(decisions));
            break;
        });
        let decision = |opening: &Opening<'_>| {
            decided
                .remove(&opening.hold.id)
                .unwrap_or(Decision::Reserved)
        };
        Ok(batch.openings.iter().map(decision).collect())
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

fn reserved<'a>(wanted: &[&Opening<'a>], decisions: &[Decision]) -> impl Iterator<Item = &'a Hold> {
    wanted
        .iter()
        .zip(decisions)
        .filter(|(_, decision)| **decision == Decision::Reserved)
        .map(|(opening, _)| opening.hold)
}

/// The key's id; empty without one.
fn key_text(hold: &Hold) -> String {
    hold.key.map(|key| key.to_string()).unwrap_or_default()
}

fn days<'a>(ended: impl Iterator<Item = (&'a Hold, &'a CallEnd)>) -> BTreeMap<Day<'a>, UsageSum> {
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
