//! Lines of the log that are older than anybody asks for.

use model::Millis;
use uuid::Uuid;

use crate::store::{Db, Result, on_pool};

pub(super) const PRUNE: &str = "DELETE FROM calls WHERE id IN \
     (SELECT id FROM calls WHERE id < $1 ORDER BY id LIMIT $2)";

impl Db {
    /// Deletes at most `limit` calls that began before that moment, the oldest first. How many.
    #[tracing::instrument(name = "store.ledger.prune", skip_all)]
    pub(crate) async fn prune_calls(&self, before: Millis, limit: u32) -> Result<u64> {
        // Ids begin with the moment: this is the lowest of that millisecond.
        let moment = u128::from(before.get().max(0).unsigned_abs());
        let first = Uuid::from_u128(moment << 80).to_string();
        Ok(on_pool!(self.writer(), |pool| sqlx::query(PRUNE)
            .bind(&first)
            .bind(i64::from(limit))
            .execute(pool)
            .await?
            .rows_affected()))
    }
}
