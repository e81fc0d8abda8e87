//! Reservations as they are kept, and the processes that vouch for them.

use std::sync::Arc;

use model::{ApiKeyId, CallId, Millis, Operation, Protocol};
use sqlx::{FromRow, types::Json};

use super::{Accounts, Hold};
use crate::store::{Db, Result, on_pool, rows};

macro_rules! columns {
    ($condition:literal) => {
        concat!(
            "SELECT id, node, opened_at, owner_id, key_id, protocol, operation, model, served_model, upstream, \
             streamed, request_id, task_id, tariff, accounts, amount, floor_cost, floor_tokens, priced FROM call_holds ",
            $condition
        )
    };
}

pub(super) const OF_TASK: &str =
    columns!("WHERE task_id = $1 AND task_id <> '' ORDER BY id LIMIT 1");
pub(super) const WAITING: &str = columns!("WHERE id > $1 AND task_id <> '' ORDER BY id LIMIT $2");
/// Reads all calls that run, and never any that ended.
const ABANDONED: &str = columns!(
    "WHERE task_id = '' AND node <> $1 \
     AND node NOT IN (SELECT node FROM ledger_nodes WHERE lease_until >= $2) ORDER BY id LIMIT $3"
);
/// For comparing the ledger with itself.
pub(super) const ALL: &str = columns!("ORDER BY id");
const RENEW: &str = "INSERT INTO ledger_nodes (node, lease_until) VALUES ($1, $2) \
     ON CONFLICT (node) DO UPDATE SET lease_until = excluded.lease_until";
pub(super) const LEAVE: &str = "DELETE FROM ledger_nodes WHERE node = $1";
const FORGET_NODES: &str = "DELETE FROM ledger_nodes WHERE lease_until < $1";

#[derive(FromRow)]
pub(super) struct Row {
    id: String,
    node: String,
    opened_at: i64,
    owner_id: String,
    key_id: String,
    protocol: String,
    operation: String,
    model: String,
    served_model: String,
    upstream: String,
    streamed: bool,
    request_id: String,
    task_id: String,
    tariff: String,
    accounts: Json<Accounts>,
    amount: i64,
    floor_cost: i64,
    floor_tokens: i64,
    priced: bool,
}

impl TryFrom<Row> for Hold {
    type Error = crate::store::Error;

    fn try_from(row: Row) -> Result<Self> {
        const TABLE: &str = "call_holds";
        let key: Option<ApiKeyId> = match &*row.key_id {
            "" => None,
            key => Some(rows::id(TABLE, "key_id", key)?),
        };
        let protocol = Protocol::from_name(&row.protocol);
        let operation = Operation::from_name(&row.operation);
        Ok(Self {
            id: rows::id(TABLE, "id", &row.id)?,
            node: row.node.into(),
            opened_at: Millis::new(row.opened_at),
            owner: rows::id(TABLE, "owner_id", &row.owner_id)?,
            key,
            protocol: protocol.ok_or_else(|| rows::corrupt(TABLE, "protocol", &row.id))?,
            operation: operation.ok_or_else(|| rows::corrupt(TABLE, "operation", &row.id))?,
            model: row.model,
            served_model: row.served_model,
            upstream: row.upstream,
            streamed: row.streamed,
            request_id: row.request_id,
            task_id: row.task_id,
            tariff: row.tariff,
            accounts: row.accounts.0,
            amount: row.amount,
            floor_cost: row.floor_cost,
            floor_tokens: row.floor_tokens,
            priced: row.priced,
        })
    }
}

impl Db {
    /// The call that waits for this task.
    #[tracing::instrument(name = "store.ledger.hold_of_task", skip_all)]
    pub(crate) async fn hold_of_task(&self, task_id: &str) -> Result<Option<Hold>> {
        let row: Option<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(OF_TASK)
            .bind(task_id)
            .fetch_optional(pool)
            .await?);
        row.map(Hold::try_from).transpose()
    }

    /// Calls that wait for tasks, in the order of their ids, those after `after`.
    #[tracing::instrument(name = "store.ledger.waiting", skip_all)]
    pub(crate) async fn waiting_holds(
        &self,
        after: Option<CallId>,
        limit: u32,
    ) -> Result<Vec<Hold>> {
        let after = after.map(|after| after.to_string()).unwrap_or_default();
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(WAITING)
            .bind(&after)
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        found.into_iter().map(Hold::try_from).collect()
    }

    /// Calls of other processes than `node` whose lease ended before that moment, without those that wait for tasks.
    #[tracing::instrument(name = "store.ledger.abandoned", skip_all)]
    pub(crate) async fn abandoned_holds(
        &self,
        node: &Arc<str>,
        lease_before: Millis,
        limit: u32,
    ) -> Result<Vec<Hold>> {
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(ABANDONED)
            .bind(&**node)
            .bind(lease_before.get())
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        found.into_iter().map(Hold::try_from).collect()
    }

    /// Vouches for the process's calls until then.
    #[tracing::instrument(name = "store.ledger.renew", level = "debug", skip_all)]
    pub(crate) async fn renew_ledger_lease(&self, node: &str, until: Millis) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(RENEW)
            .bind(node)
            .bind(until.get())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// No longer vouches for the process's calls.
    #[tracing::instrument(name = "store.ledger.leave", skip_all)]
    pub(crate) async fn give_up_ledger_lease(&self, node: &str) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(LEAVE)
            .bind(node)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Forgets processes whose lease ended before that moment.
    #[tracing::instrument(name = "store.ledger.forget_nodes", level = "debug", skip_all)]
    pub(crate) async fn forget_ledger_nodes(&self, before: Millis) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(FORGET_NODES)
            .bind(before.get())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }
}
