//! What somebody has used, for the quotas of their groups.

use model::{Millis, UserId};

use super::{Db, Result, on_pool};

pub(super) const SINCE: &str = "SELECT CAST(COALESCE(SUM(CASE WHEN is_round THEN 0 ELSE 1 END), 0) AS BIGINT), \
     CAST(COALESCE(SUM(COALESCE(input_tokens, 0) + COALESCE(output_tokens, 0)), 0) AS BIGINT) \
     FROM generations WHERE owner_id = $1 AND started_at >= $2";

/// When the day of that moment began.
pub(crate) const fn day_of(now: Millis) -> Millis {
    Millis::new(now.get() - now.get().rem_euclid(Millis::DAY))
}

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[("SINCE", SINCE)];

impl Db {
    /// Answers that were begun for the person since that moment, those that run too, and the tokens of those that ended.
    #[tracing::instrument(name = "store.usage.since", skip_all)]
    pub(crate) async fn used_since(&self, user: UserId, since: Millis) -> Result<(i64, i64)> {
        Ok(on_pool!(self.reader(), |pool| sqlx::query_as(SINCE)
            .bind(user.to_string())
            .bind(since.get())
            .fetch_one(pool)
            .await?))
    }
}
