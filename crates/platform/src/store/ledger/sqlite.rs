//! The transaction on SQLite: row by row through statements that stay prepared. There is no server to be asked, so that a
//! row costs little more than writing it; one text for all rows would have to be parsed anew for each number of them.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use model::{CallId, UsageSum};
use rusqlite::{Connection, OptionalExtension, Result, Transaction, TransactionBehavior, params};

use super::{
    Account, Batch, Decision, Hold,
    batch::{Balances, Change, Changes, Plan, asked, changes, decide},
    commit::{Day, days, key_text},
};

const INSERT_CALL: &str = "INSERT INTO calls (id, started_at, owner_id, key_id, protocol, operation, \
     model, served_model, upstream, streamed, outcome, status, code, input_tokens, output_tokens, cached_tokens, \
     reasoning_tokens, images, media_ms, characters, usage_source, cost, priced, first_byte_ms, duration_ms, \
     request_id, upstream_request_id) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, \
     ?23, ?24, ?25, ?26, ?27) ON CONFLICT (id) DO NOTHING";
const DELETE_HOLD: &str = "DELETE FROM call_holds WHERE id = ?1";
const BALANCE: &str = "SELECT spent, held FROM spending \
     WHERE scope = ?1 AND scope_id = ?2 AND period = ?3 AND starts_at = ?4";
const CHANGE_ACCOUNT: &str = "INSERT INTO spending (scope, scope_id, period, starts_at, spent, held) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
     ON CONFLICT (scope, scope_id, period, starts_at) DO UPDATE SET \
     spent = spent + excluded.spent, held = held + excluded.held";
const INSERT_HOLD: &str = "INSERT INTO call_holds (id, node, opened_at, owner_id, key_id, protocol, operation, \
     model, served_model, upstream, streamed, request_id, task_id, tariff, accounts, amount, floor_cost, floor_tokens, \
     priced) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)";
const NAME_TASK: &str =
    "UPDATE call_holds SET task_id = ?2, served_model = ?3, tariff = ?4 WHERE id = ?1";
const ADD_DAY: &str = "INSERT INTO usage_days (day, owner_id, key_id, model, operation, calls, failures, \
     input_tokens, output_tokens, cached_tokens, reasoning_tokens, images, media_ms, characters, cost) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) \
     ON CONFLICT (day, owner_id, key_id, model, operation) DO UPDATE SET \
     calls = calls + excluded.calls, failures = failures + excluded.failures, \
     input_tokens = input_tokens + excluded.input_tokens, output_tokens = output_tokens + excluded.output_tokens, \
     cached_tokens = cached_tokens + excluded.cached_tokens, \
     reasoning_tokens = reasoning_tokens + excluded.reasoning_tokens, \
     images = images + excluded.images, media_ms = media_ms + excluded.media_ms, \
     characters = characters + excluded.characters, cost = cost + excluded.cost";

/// Writes the batch. What became of its openings, in their order.
pub(super) fn commit(connection: &mut Connection, batch: &Batch) -> Result<Vec<Decision>> {
    let plan = batch.plan();
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let inserted = insert_calls(&transaction, &plan)?;
    let gone = delete_holds(&transaction, &plan)?;
    let mut changes = changes(plan.ended(&inserted), plan.gone(&gone), &plan.wanted);
    let mut balances = balances(&transaction, &asked(&plan.wanted), &changes)?;
    let (decisions, added) = decide(&plan.wanted, &mut balances);
    // Nobody else writes meanwhile, so that both are added to the accounts at once.
    for (account, more) in added {
        *changes.entry(account).or_default() += more;
    }
    change_accounts(&transaction, &changes)?;
    insert_holds(&transaction, plan.reserved(&decisions))?;
    name_tasks(&transaction, batch)?;
    add_days(&transaction, &days(plan.ended(&inserted)))?;
    transaction.commit()?;
    Ok(batch.answers(&plan.wanted, decisions))
}

/// Inserts lines of the log; the ids of those that were not there.
fn insert_calls(transaction: &Transaction<'_>, plan: &Plan<'_>) -> Result<HashSet<CallId>> {
    let mut inserted = HashSet::with_capacity(plan.ends.len());
    let mut insert = transaction.prepare_cached(INSERT_CALL)?;
    for (hold, end) in &plan.ends {
        let usage = &end.usage;
        let new = insert.execute(params![
            hold.id.to_string(),
            hold.opened_at.get(),
            hold.owner.to_string(),
            key_text(hold),
            hold.protocol.as_str(),
            hold.operation.as_str(),
            hold.model,
            end.served_model.as_ref().unwrap_or(&hold.served_model),
            end.upstream.as_ref().unwrap_or(&hold.upstream),
            hold.streamed,
            end.outcome.as_str(),
            end.status,
            end.code,
            usage.input_tokens,
            usage.output_tokens,
            usage.cached_tokens,
            usage.reasoning_tokens,
            usage.images,
            usage.media_ms,
            usage.characters,
            end.usage_source.as_str(),
            end.cost,
            end.priced,
            end.first_byte_ms,
            end.duration_ms,
            hold.request_id,
            end.upstream_request_id,
        ])?;
        if new == 1 {
            inserted.insert(hold.id);
        }
    }
    Ok(inserted)
}

/// Deletes reservations; the ids of those that were there.
fn delete_holds(transaction: &Transaction<'_>, plan: &Plan<'_>) -> Result<Vec<CallId>> {
    let mut gone = Vec::with_capacity(plan.leaving.len());
    let mut delete = transaction.prepare_cached(DELETE_HOLD)?;
    for id in plan.leaving.keys() {
        if delete.execute([id.to_string()])? == 1 {
            gone.push(*id);
        }
    }
    Ok(gone)
}

/// What the accounts stand at after the changes.
fn balances(
    transaction: &Transaction<'_>,
    accounts: &BTreeSet<Account>,
    changes: &Changes,
) -> Result<Balances> {
    let mut balances = Balances::with_capacity(accounts.len());
    let mut select = transaction.prepare_cached(BALANCE)?;
    for account in accounts {
        let values = params![
            account.scope.as_str(),
            account.id,
            account.period.as_str(),
            account.starts_at,
        ];
        let found = select.query_row(values, |row| {
            let (spent, held) = (row.get(0)?, row.get(1)?);
            Ok(Change { spent, held })
        });
        let mut balance = found.optional()?.unwrap_or_default();
        balance += changes.get(account).copied().unwrap_or_default();
        balances.insert(account.clone(), balance);
    }
    Ok(balances)
}

/// Adds to the accounts.
fn change_accounts(transaction: &Transaction<'_>, changes: &Changes) -> Result<()> {
    let mut upsert = transaction.prepare_cached(CHANGE_ACCOUNT)?;
    for (account, change) in changes {
        if *change == Change::default() {
            continue;
        }
        upsert.execute(params![
            account.scope.as_str(),
            account.id,
            account.period.as_str(),
            account.starts_at,
            change.spent,
            change.held,
        ])?;
    }
    Ok(())
}

/// Inserts reservations.
fn insert_holds<'a>(
    transaction: &Transaction<'_>,
    holds: impl Iterator<Item = &'a Hold>,
) -> Result<()> {
    let mut insert = transaction.prepare_cached(INSERT_HOLD)?;
    for hold in holds {
        let accounts = serde_json::to_string(&hold.accounts)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        insert.execute(params![
            hold.id.to_string(),
            hold.node,
            hold.opened_at.get(),
            hold.owner.to_string(),
            key_text(hold),
            hold.protocol.as_str(),
            hold.operation.as_str(),
            hold.model,
            hold.served_model,
            hold.upstream,
            hold.streamed,
            hold.request_id,
            hold.task_id,
            hold.tariff,
            accounts,
            hold.amount,
            hold.floor_cost,
            hold.floor_tokens,
            hold.priced,
        ])?;
    }
    Ok(())
}

/// Says of reservations which task they wait for, of which model, and at what prices.
fn name_tasks(transaction: &Transaction<'_>, batch: &Batch) -> Result<()> {
    let mut update = transaction.prepare_cached(NAME_TASK)?;
    for hold in &batch.tasks {
        update.execute(params![
            hold.id.to_string(),
            hold.task_id,
            hold.served_model,
            hold.tariff,
        ])?;
    }
    Ok(())
}

/// Adds to the sums of days.
fn add_days(transaction: &Transaction<'_>, days: &BTreeMap<Day<'_>, UsageSum>) -> Result<()> {
    let mut upsert = transaction.prepare_cached(ADD_DAY)?;
    for (day, sum) in days {
        upsert.execute(params![
            day.date,
            day.owner,
            day.key,
            day.model,
            day.operation,
            sum.calls,
            sum.failures,
            sum.input_tokens,
            sum.output_tokens,
            sum.cached_tokens,
            sum.reasoning_tokens,
            sum.images,
            sum.media_ms,
            sum.characters,
            sum.cost,
        ])?;
    }
    Ok(())
}
