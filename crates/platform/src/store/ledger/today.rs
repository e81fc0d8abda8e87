//! What somebody used on one day.

use model::UserId;

use crate::store::{Db, Result, on_pool};

pub(super) const USED: &str = "SELECT CAST(COALESCE(SUM(calls), 0) AS BIGINT), \
     CAST(COALESCE(SUM(input_tokens + output_tokens), 0) AS BIGINT) \
     FROM usage_days WHERE owner_id = $1 AND day = $2";

impl Db {
    /// The person's calls that ended and their tokens on that day, counted from 1970.
    #[tracing::instrument(name = "store.ledger.used_on", level = "debug", skip_all)]
    pub(crate) async fn used_on(&self, owner: UserId, day: i64) -> Result<(i64, i64)> {
        Ok(on_pool!(self.reader(), |pool| sqlx::query_as(USED)
            .bind(owner.to_string())
            .bind(day)
            .fetch_one(pool)
            .await?))
    }
}
