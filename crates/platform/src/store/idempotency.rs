//! What was answered to requests that may be sent twice.

use model::{Millis, UserId};

use super::{Db, Result, on_pool};

const CLAIM: &str = "INSERT INTO idempotency_keys (owner_id, route, key_hash, body_hash, node, state, status, headers, body, \
     claimed_at, expires_at) VALUES ($1, $2, $3, $4, $5, 'running', 0, '', $6, $7, $8) \
     ON CONFLICT (owner_id, route, key_hash) DO UPDATE SET body_hash = excluded.body_hash, node = excluded.node, \
     state = excluded.state, status = excluded.status, headers = excluded.headers, body = excluded.body, \
     claimed_at = excluded.claimed_at, expires_at = excluded.expires_at \
     WHERE idempotency_keys.expires_at <= excluded.claimed_at";
const FIND: &str = "SELECT body_hash, node, state, status, headers, body, \
     EXISTS (SELECT 1 FROM ledger_nodes n WHERE n.node = k.node AND n.lease_until >= $4) \
     FROM idempotency_keys k WHERE owner_id = $1 AND route = $2 AND key_hash = $3";
const FINISH: &str = "UPDATE idempotency_keys SET state = $5, status = $6, headers = $7, body = $8 \
     WHERE owner_id = $1 AND route = $2 AND key_hash = $3 AND claimed_at = $4 AND state = 'running'";
const RELEASE: &str = "DELETE FROM idempotency_keys \
     WHERE owner_id = $1 AND route = $2 AND key_hash = $3 AND claimed_at = $4 AND state = 'running'";
const FORGET: &str = "DELETE FROM idempotency_keys WHERE expires_at <= COALESCE( \
     (SELECT expires_at FROM idempotency_keys WHERE expires_at <= $1 ORDER BY expires_at LIMIT 1 OFFSET $2), $1)";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("FIND", FIND),
    ("FINISH", FINISH),
    ("RELEASE", RELEASE),
    ("FORGET", FORGET),
];

/// Which request it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OnceKey {
    pub(crate) owner: UserId,
    /// Method and path.
    pub(crate) route: String,
    /// Of the key that the caller chose.
    pub(crate) key_hash: String,
}

/// What is kept of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OnceRow {
    pub(crate) body_hash: String,
    pub(crate) node: String,
    pub(crate) state: String,
    pub(crate) status: i64,
    pub(crate) headers: String,
    pub(crate) body: Vec<u8>,
    /// Whether another process that vouches for its calls answers it.
    pub(crate) is_alive: bool,
}

impl Db {
    /// Claims the request for this process, unless it was claimed before and that has not expired. Whether it did.
    #[tracing::instrument(name = "store.idempotency.claim", skip_all)]
    pub(crate) async fn claim_once(
        &self,
        key: &OnceKey,
        body_hash: &str,
        node: &str,
        now: Millis,
        expires_at: Millis,
    ) -> Result<bool> {
        let claimed = on_pool!(self.writer(), |pool| sqlx::query(CLAIM)
            .bind(key.owner.to_string())
            .bind(&key.route)
            .bind(&key.key_hash)
            .bind(body_hash)
            .bind(node)
            .bind(&[][..] as &[u8])
            .bind(now.get())
            .bind(expires_at.get())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(claimed > 0)
    }

    /// What is kept of the request.
    #[tracing::instrument(name = "store.idempotency.find", skip_all)]
    pub(crate) async fn once(&self, key: &OnceKey, now: Millis) -> Result<Option<OnceRow>> {
        type Row = (String, String, String, i64, String, Vec<u8>, bool);
        let row: Option<Row> = on_pool!(self.writer(), |pool| sqlx::query_as(FIND)
            .bind(key.owner.to_string())
            .bind(&key.route)
            .bind(&key.key_hash)
            .bind(now.get())
            .fetch_optional(pool)
            .await?);
        Ok(row.map(
            |(body_hash, node, state, status, headers, body, is_alive)| OnceRow {
                body_hash,
                node,
                state,
                status,
                headers,
                body,
                is_alive,
            },
        ))
    }

    /// Keeps what was answered, or that nobody knows what came of it (`state` is `unknown`).
    #[tracing::instrument(name = "store.idempotency.finish", skip_all)]
    pub(crate) async fn finish_once(
        &self,
        key: &OnceKey,
        claimed_at: Millis,
        (state, status, headers, body): (&str, u16, &str, &[u8]),
    ) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(FINISH)
            .bind(key.owner.to_string())
            .bind(&key.route)
            .bind(&key.key_hash)
            .bind(claimed_at.get())
            .bind(state)
            .bind(i64::from(status))
            .bind(headers)
            .bind(body)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Lets the request be made as if it had not been: nothing was asked.
    #[tracing::instrument(name = "store.idempotency.release", skip_all)]
    pub(crate) async fn release_once(&self, key: &OnceKey, claimed_at: Millis) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(RELEASE)
            .bind(key.owner.to_string())
            .bind(&key.route)
            .bind(&key.key_hash)
            .bind(claimed_at.get())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Forgets of what has expired the `count` that did so first, with those of the same moment. How many.
    #[tracing::instrument(name = "store.idempotency.forget", skip_all)]
    pub(crate) async fn forget_once(&self, now: Millis, count: u32) -> Result<u64> {
        Ok(on_pool!(self.writer(), |pool| sqlx::query(FORGET)
            .bind(now.get())
            .bind(i64::from(count.saturating_sub(1)))
            .execute(pool)
            .await?
            .rows_affected()))
    }
}
