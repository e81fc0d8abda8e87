//! At which upstreams somebody has things.

use model::{Millis, UserId};

use crate::store::{Db, Result, on_pool};

pub(super) const PLACES: &str = "SELECT DISTINCT upstream FROM upstream_objects \
     WHERE owner_id = $1 AND kind = $2 ORDER BY upstream";
pub(super) const NEWEST: &str = "SELECT created_at, upstream FROM upstream_objects \
     WHERE owner_id = $1 AND kind = $2 ORDER BY created_at DESC LIMIT 1";
/// The kind is spelt out, as in the index.
pub(super) const PAST_UPLOADS: &str =
    "DELETE FROM upstream_objects WHERE kind = 'upload' AND created_at < $1";

impl Db {
    /// The upstreams at which the person has things of a kind.
    #[tracing::instrument(name = "store.upstream_objects.places", skip_all)]
    pub(crate) async fn upstreams_of(&self, kind: &str, owner: UserId) -> Result<Vec<String>> {
        Ok(on_pool!(self.reader(), |pool| sqlx::query_scalar(PLACES)
            .bind(owner.to_string())
            .bind(kind)
            .fetch_all(pool)
            .await?))
    }

    /// Since when, and at which upstream, the person has their newest thing of a kind.
    #[tracing::instrument(name = "store.upstream_objects.newest", skip_all)]
    pub(crate) async fn newest_place(
        &self,
        kind: &str,
        owner: UserId,
    ) -> Result<Option<(i64, String)>> {
        Ok(on_pool!(self.reader(), |pool| sqlx::query_as(NEWEST)
            .bind(owner.to_string())
            .bind(kind)
            .fetch_optional(pool)
            .await?))
    }

    /// Forgets places for uploads from before that. How many.
    #[tracing::instrument(name = "store.upstream_objects.past_uploads", skip_all)]
    pub(crate) async fn forget_upstream_uploads(&self, before: Millis) -> Result<u64> {
        Ok(on_pool!(self.writer(), |pool| sqlx::query(PAST_UPLOADS)
            .bind(before.get())
            .execute(pool)
            .await?
            .rows_affected()))
    }
}
