//! At which upstreams somebody has things.

use model::{Millis, UserId};
use sqlx::{QueryBuilder, Row};

use crate::store::{Db, Result, on_pool};

pub(super) const PLACES: &str = "SELECT DISTINCT upstream FROM upstream_objects \
     WHERE owner_id = $1 AND kind = $2 ORDER BY upstream";
pub(super) const NEWEST: &str = "SELECT created_at, upstream FROM upstream_objects \
     WHERE owner_id = $1 AND kind = $2 ORDER BY created_at DESC LIMIT 1";
const AMONG: &str = "SELECT id, owner_id, upstream FROM upstream_objects WHERE kind IN (";
/// Ids that are asked for at once: a statement binds so many values in every database.
const AT_ONCE: usize = 500;
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

    /// Those of the ids that somebody made, each with whoever did and at which upstream.
    #[tracing::instrument(name = "store.upstream_objects.places_of", skip_all)]
    pub(crate) async fn places_of(
        &self,
        kinds: &[&str],
        ids: &[String],
    ) -> Result<Vec<(String, String, String)>> {
        let mut all = Vec::new();
        for ids in ids.chunks(AT_ONCE) {
            let some: Vec<(String, String, String)> = on_pool!(self.reader(), |pool| {
                let mut query = QueryBuilder::new(AMONG);
                let mut list = query.separated(", ");
                for kind in kinds {
                    list.push_bind((*kind).to_owned());
                }
                query.push(") AND id IN (");
                let mut list = query.separated(", ");
                for id in ids {
                    list.push_bind(id.clone());
                }
                query.push(")");
                let rows = query.build().fetch_all(pool).await?;
                rows.iter()
                    .map(|row| (row.get(0), row.get(1), row.get(2)))
                    .collect()
            });
            all.extend(some);
        }
        Ok(all)
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
