//! What exists at the upstream, by whoever made it.

mod asks;
mod gone;
mod places;

use std::collections::HashSet;

use model::{ApiKeyId, Millis, UserId};
use sqlx::{QueryBuilder, Row};

use super::{Db, Result, on_pool};

pub(crate) use gone::Gone;
pub(super) use gone::LEAVE;

const INSERT: &str = "INSERT INTO upstream_objects (kind, id, owner_id, key_id, upstream, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (kind, id) DO NOTHING";
const OWNS: &str =
    "SELECT upstream FROM upstream_objects WHERE kind = $1 AND id = $2 AND owner_id = $3";
const WHERE: &str = "SELECT upstream FROM upstream_objects WHERE kind = $1 AND id = $2";
const AMONG: &str = "SELECT id FROM upstream_objects WHERE owner_id = ";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("OWNS", OWNS),
    ("WHERE", WHERE),
    ("GONE", gone::GONE),
    ("ASKS", asks::ASKS),
    ("PLACES", places::PLACES),
    ("NEWEST", places::NEWEST),
    ("PAST_UPLOADS", places::PAST_UPLOADS),
];

impl Db {
    /// Keeps whose it is; whoever was first stays.
    #[tracing::instrument(name = "store.upstream_objects.insert", skip_all)]
    pub(crate) async fn insert_upstream_object(
        &self,
        kind: &str,
        id: &str,
        owner: UserId,
        key: Option<ApiKeyId>,
        upstream: &str,
        now: Millis,
    ) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(INSERT)
            .bind(kind)
            .bind(id)
            .bind(owner.to_string())
            .bind(key.map(|key| key.to_string()).unwrap_or_default())
            .bind(upstream)
            .bind(now.get())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Keeps whose it is, unless somebody has it. Whether it is theirs now.
    #[tracing::instrument(name = "store.upstream_objects.claim", skip_all)]
    pub(crate) async fn claim_upstream_object(
        &self,
        kind: &str,
        id: &str,
        owner: UserId,
        upstream: &str,
        now: Millis,
    ) -> Result<bool> {
        let claimed = on_pool!(self.writer(), |pool| sqlx::query(INSERT)
            .bind(kind)
            .bind(id)
            .bind(owner.to_string())
            .bind("")
            .bind(upstream)
            .bind(now.get())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(claimed > 0)
    }

    /// Where it is, if that person made it.
    #[tracing::instrument(name = "store.upstream_objects.owns", skip_all)]
    pub(crate) async fn owns_upstream_object(
        &self,
        kind: &str,
        id: &str,
        owner: UserId,
    ) -> Result<Option<String>> {
        Ok(on_pool!(self.reader(), |pool| sqlx::query_scalar(OWNS)
            .bind(kind)
            .bind(id)
            .bind(owner.to_string())
            .fetch_optional(pool)
            .await?))
    }

    /// Where it is, whoever made it.
    #[tracing::instrument(name = "store.upstream_objects.place", skip_all)]
    pub(crate) async fn upstream_of(&self, kind: &str, id: &str) -> Result<Option<String>> {
        Ok(on_pool!(self.reader(), |pool| sqlx::query_scalar(WHERE)
            .bind(kind)
            .bind(id)
            .fetch_optional(pool)
            .await?))
    }

    /// Those of the ids that somebody made; at most 1,000 are asked for.
    #[tracing::instrument(name = "store.upstream_objects.known", skip_all)]
    pub(crate) async fn known_upstream_objects(
        &self,
        kind: &str,
        ids: &[String],
    ) -> Result<HashSet<String>> {
        if ids.is_empty() {
            return Ok(HashSet::new());
        }
        on_pool!(self.reader(), |pool| {
            let mut query = QueryBuilder::new("SELECT id FROM upstream_objects WHERE kind = ");
            query.push_bind(kind.to_owned()).push(" AND id IN (");
            let mut list = query.separated(", ");
            for id in ids.iter().take(1_000) {
                list.push_bind(id.clone());
            }
            query.push(")");
            let rows = query.build().fetch_all(pool).await?;
            Ok(rows.iter().map(|row| row.get(0)).collect())
        })
    }

    /// Those of the ids that the person made; at most 1,000 are asked for.
    #[tracing::instrument(name = "store.upstream_objects.among", skip_all)]
    pub(crate) async fn owned_upstream_objects(
        &self,
        kind: &str,
        ids: &[String],
        owner: UserId,
    ) -> Result<HashSet<String>> {
        if ids.is_empty() {
            return Ok(HashSet::new());
        }
        on_pool!(self.reader(), |pool| {
            let mut query = QueryBuilder::new(AMONG);
            query
                .push_bind(owner.to_string())
                .push(" AND kind = ")
                .push_bind(kind.to_owned())
                .push(" AND id IN (");
            let mut list = query.separated(", ");
            for id in ids.iter().take(1_000) {
                list.push_bind(id.clone());
            }
            query.push(")");
            let rows = query.build().fetch_all(pool).await?;
            Ok(rows.iter().map(|row| row.get(0)).collect())
        })
    }
}
