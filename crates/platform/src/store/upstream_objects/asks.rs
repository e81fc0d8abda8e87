//! What the file of a batch asks, beside whose it is.

use model::UserId;

use crate::store::{Db, Result, on_pool};

const KEEP: &str =
    "UPDATE upstream_objects SET asks = $4 WHERE kind = $1 AND id = $2 AND owner_id = $3";
pub(super) const ASKS: &str =
    "SELECT asks FROM upstream_objects WHERE kind = $1 AND id = $2 AND owner_id = $3";

impl Db {
    /// Keeps what that person's file asks.
    #[tracing::instrument(name = "store.upstream_objects.keep_asks", skip_all)]
    pub(crate) async fn keep_asks(
        &self,
        kind: &str,
        id: &str,
        owner: UserId,
        asks: &str,
    ) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(KEEP)
            .bind(kind)
            .bind(id)
            .bind(owner.to_string())
            .bind(asks)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// What that person's file asks; `None` where there is no such file or nobody read it.
    #[tracing::instrument(name = "store.upstream_objects.asks", skip_all)]
    pub(crate) async fn asks(&self, kind: &str, id: &str, owner: UserId) -> Result<Option<String>> {
        let asks: Option<String> = on_pool!(self.reader(), |pool| sqlx::query_scalar(ASKS)
            .bind(kind)
            .bind(id)
            .bind(owner.to_string())
            .fetch_optional(pool)
            .await?);
        Ok(asks.filter(|asks| !asks.is_empty()))
    }
}
