//! What somebody had at the upstream who has deleted their account.

use model::Millis;
use sqlx::FromRow;

use crate::store::{Db, Result, on_pool};

/// Said in the transaction that deletes the account.
pub(in crate::store) const LEAVE: &str =
    "UPDATE upstream_objects SET gone_at = $2 WHERE owner_id = $1";
pub(super) const GONE: &str =
    "SELECT kind, id, upstream FROM upstream_objects WHERE gone_at <= $1 ORDER BY gone_at LIMIT $2";
const LATER: &str =
    "UPDATE upstream_objects SET gone_at = $3 WHERE kind = $1 AND id = $2 AND gone_at IS NOT NULL";
const FORGET: &str =
    "DELETE FROM upstream_objects WHERE kind = $1 AND id = $2 AND gone_at IS NOT NULL";

/// One of the things.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct Gone {
    pub(crate) kind: String,
    pub(crate) id: String,
    /// At which upstream.
    pub(crate) upstream: String,
}

impl Db {
    /// Things that nobody has any more, and whose turn it is.
    #[tracing::instrument(name = "store.upstream_objects.gone", skip_all)]
    pub(crate) async fn gone_upstream_objects(&self, now: Millis, limit: u32) -> Result<Vec<Gone>> {
        Ok(on_pool!(self.reader(), |pool| sqlx::query_as(GONE)
            .bind(now.get())
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?))
    }

    /// One of them could not be deleted now.
    #[tracing::instrument(name = "store.upstream_objects.later", skip_all)]
    pub(crate) async fn put_off_upstream_object(&self, gone: &Gone, until: Millis) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(LATER)
            .bind(&gone.kind)
            .bind(&gone.id)
            .bind(until.get())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// One of them is not there any more.
    #[tracing::instrument(name = "store.upstream_objects.forget", skip_all)]
    pub(crate) async fn forget_upstream_object(&self, gone: &Gone) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(FORGET)
            .bind(&gone.kind)
            .bind(&gone.id)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }
}
