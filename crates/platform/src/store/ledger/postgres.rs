//! The transaction on Postgres: a handful of statements, however many calls are in it, because each is a way to the server
//! and back.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use model::{CallId, UsageSum};
use sqlx::{PgConnection, PgPool, Postgres, QueryBuilder, types::Json};

use super::{
    Account, Batch, Decision, Hold,
    batch::{Balances, Change, Changes, asked, changes, decide},
    commit::{AccountRow, Day, balance, days, key_text},
};
use crate::{
    ledger::CallEnd,
    store::{Result, rows},
};

/// Rows that one statement takes: there may be 65,535 values in one, and the widest row is 27.
const ROWS: usize = 1_000;

/// The same where a row is six values.
const ACCOUNTS: usize = 5_000;

/// How rows that a statement finds are known.
#[derive(Clone, Copy)]
enum Found {
    /// By how many they are: rows that come back one by one cost more than those that go in.
    Counted,
    /// By their ids.
    Named,
}

/// Writes the batch. What became of its openings, in their order.
///
/// Everybody takes the locks in the same order (calls by id, reservations, accounts, days), so that processes wait
/// for each other and never in a circle.
pub(super) async fn commit(pool: &PgPool, batch: &Batch) -> Result<Vec<Decision>> {
    let plan = batch.plan();
    let deciding = asked(&plan.wanted);
    // What is tried again, or may be there or not, is asked for by name; so is everything should the counts not agree.
    let mut found = if batch.again || !batch.forgotten.is_empty() {
        Found::Named
    } else {
        Found::Counted
    };
    loop {
        let mut transaction = pool.begin().await?;
        let inserted = insert_calls(&mut transaction, &plan.ends, found).await?;
        let leaving: Vec<CallId> = plan.leaving.keys().copied().collect();
        let gone = delete_holds(&mut transaction, &leaving, found).await?;
        let (Some(inserted), Some(gone)) = (inserted, gone) else {
            transaction.rollback().await?;
            found = Found::Named;
            continue;
        };
        let changes = changes(plan.ended(&inserted), plan.gone(&gone), &plan.wanted);
        change_accounts(&mut transaction, &changes).await?;
        let mut balances = balances(&mut transaction, &deciding).await?;
        let (decisions, added) = decide(&plan.wanted, &mut balances);
        change_accounts(&mut transaction, &added).await?;
        let holds: Vec<&Hold> = plan.reserved(&decisions).collect();
        insert_holds(&mut transaction, &holds).await?;
        name_tasks(&mut transaction, batch).await?;
        add_days(&mut transaction, &days(plan.ended(&inserted))).await?;
        transaction.commit().await?;
        return Ok(batch.answers(&plan.wanted, decisions));
    }
}

/// Runs a statement over rows by their ids. Which of them it found; `None` if the count is not all of them.
async fn found_by(
    connection: &mut PgConnection,
    mut statement: QueryBuilder<'_, Postgres>,
    ids: Vec<CallId>,
    found: Found,
    table: &'static str,
) -> Result<Option<Vec<CallId>>> {
    match found {
        Found::Counted => {
            let statement = statement.build().persistent(false);
            let count = statement.execute(connection).await?.rows_affected();
            Ok((count == ids.len() as u64).then_some(ids))
        }
        Found::Named => {
            statement.push(" RETURNING id");
            let statement = statement.build_query_scalar().persistent(false);
            let found: Vec<String> = statement.fetch_all(connection).await?;
            let ids = found.iter().map(|id| rows::id(table, "id", id));
            Ok(Some(ids.collect::<Result<_>>()?))
        }
    }
}

/// Inserts lines of the log; the ids of those that were not there.
async fn insert_calls(
    connection: &mut PgConnection,
    ends: &[(&Hold, &CallEnd)],
    found: Found,
) -> Result<Option<HashSet<CallId>>> {
    let mut inserted: Option<HashSet<CallId>> = Some(HashSet::with_capacity(ends.len()));
    for ends in ends.chunks(ROWS) {
        let mut insert: QueryBuilder<'_, Postgres> = QueryBuilder::new(
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
        let ids = ends.iter().map(|(hold, _)| hold.id).collect();
        let new = found_by(connection, insert, ids, found, "calls").await?;
        inserted = inserted.zip(new).map(|(mut all, new)| {
            all.extend(new);
            all
        });
    }
    Ok(inserted)
}

/// Deletes reservations; the ids of those that were there.
async fn delete_holds(
    connection: &mut PgConnection,
    ids: &[CallId],
    found: Found,
) -> Result<Option<Vec<CallId>>> {
    let mut gone: Option<Vec<CallId>> = Some(Vec::with_capacity(ids.len()));
    for ids in ids.chunks(ROWS) {
        let mut delete: QueryBuilder<'_, Postgres> =
            QueryBuilder::new("DELETE FROM call_holds WHERE id IN (");
        let mut list = delete.separated(", ");
        for id in ids {
            list.push_bind(id.to_string());
        }
        delete.push(")");
        let left = found_by(connection, delete, ids.to_vec(), found, "call_holds").await?;
        gone = gone.zip(left).map(|(mut all, left)| {
            all.extend(left);
            all
        });
    }
    Ok(gone)
}

/// Adds to the accounts in their order.
async fn change_accounts(connection: &mut PgConnection, changes: &Changes) -> Result<()> {
    let changes: Vec<(&Account, &Change)> = changes.iter().collect();
    for changes in changes.chunks(ACCOUNTS) {
        let mut upsert: QueryBuilder<'_, Postgres> = QueryBuilder::new(
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
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// What the accounts stand at, which are locked.
async fn balances(connection: &mut PgConnection, accounts: &BTreeSet<Account>) -> Result<Balances> {
    let mut balances = Balances::with_capacity(accounts.len());
    let accounts: Vec<&Account> = accounts.iter().collect();
    for accounts in accounts.chunks(ACCOUNTS) {
        let mut select: QueryBuilder<'_, Postgres> = QueryBuilder::new(
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
            .fetch_all(&mut *connection)
            .await?;
        for row in found {
            let (account, change) = balance(row)?;
            balances.insert(account, change);
        }
    }
    Ok(balances)
}

/// Inserts reservations.
async fn insert_holds(connection: &mut PgConnection, holds: &[&Hold]) -> Result<()> {
    for holds in holds.chunks(ROWS) {
        let mut insert: QueryBuilder<'_, Postgres> = QueryBuilder::new(
            "INSERT INTO call_holds (id, node, opened_at, owner_id, key_id, protocol, operation, model, \
             served_model, upstream, streamed, request_id, task_id, tariff, accounts, amount, floor_cost, \
             floor_tokens, priced) ",
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
                .push_bind(&*hold.tariff)
                .push_bind(Json(&hold.accounts))
                .push_bind(hold.amount)
                .push_bind(hold.floor_cost)
                .push_bind(hold.floor_tokens)
                .push_bind(hold.priced);
        });
        insert
            .build()
            .persistent(false)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Says of reservations which task they wait for, of which model, and at what prices.
async fn name_tasks(connection: &mut PgConnection, batch: &Batch) -> Result<()> {
    for tasks in batch.tasks.chunks(ROWS) {
        let mut update: QueryBuilder<'_, Postgres> =
            QueryBuilder::new("WITH named (call_id, task, served, prices) AS (");
        update.push_values(tasks, |mut row, hold| {
            row.push_bind(hold.id.to_string())
                .push_bind(&*hold.task_id)
                .push_bind(&*hold.served_model)
                .push_bind(&*hold.tariff);
        });
        update.push(
            ") UPDATE call_holds SET task_id = named.task, served_model = named.served, tariff = named.prices \
             FROM named WHERE call_holds.id = named.call_id",
        );
        update
            .build()
            .persistent(false)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Adds to the sums of days.
async fn add_days(connection: &mut PgConnection, days: &BTreeMap<Day<'_>, UsageSum>) -> Result<()> {
    let days: Vec<(&Day<'_>, &UsageSum)> = days.iter().collect();
    for days in days.chunks(ROWS) {
        let mut upsert: QueryBuilder<'_, Postgres> = QueryBuilder::new(
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
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
