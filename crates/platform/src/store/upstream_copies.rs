//! What of people's files lies at an upstream too.

use model::{FileId, Millis, UserId};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Db, Result, on_pool, rows};

const INSERT: &str = "INSERT INTO upstream_copies (id, owner_id, file_id, upstream, reader, address, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (owner_id, file_id, upstream, reader) DO NOTHING";
const FIND: &str = "SELECT id, upstream, reader, address, expires_at FROM upstream_copies \
     WHERE owner_id = $1 AND file_id = $2 AND upstream = $3 AND reader = $4";
const FORGET: &str = "DELETE FROM upstream_copies WHERE id = $1";
const EXPIRED: &str = "SELECT id, upstream, reader, address, expires_at FROM upstream_copies \
     WHERE (expires_at, id) > ($1, $2) AND expires_at <= $3 ORDER BY expires_at, id LIMIT $4";
const ORPHANED: &str = "SELECT c.id, c.upstream, c.reader, c.address, c.expires_at \
     FROM upstream_copies c LEFT JOIN files f ON f.id = c.file_id AND f.owner_id = c.owner_id AND f.deleted_at IS NULL \
     WHERE c.id > $1 AND f.id IS NULL ORDER BY c.id LIMIT $2";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("COPIES_FIND", FIND),
    ("COPIES_FORGET", FORGET),
    ("COPIES_EXPIRED", EXPIRED),
    ("COPIES_ORPHANED", ORPHANED),
];

/// Whose file a copy is of, and who reads it where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CopyPlace<'a> {
    pub(crate) owner: UserId,
    pub(crate) file: FileId,
    pub(crate) upstream: &'a str,
    pub(crate) reader: &'a str,
}

/// A copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UpstreamCopy {
    pub(crate) id: Uuid,
    pub(crate) upstream: String,
    pub(crate) reader: String,
    pub(crate) address: String,
    pub(crate) expires_at: Millis,
}

#[derive(FromRow)]
struct Row {
    id: String,
    upstream: String,
    reader: String,
    address: String,
    expires_at: i64,
}

impl TryFrom<Row> for UpstreamCopy {
    type Error = super::Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: rows::id("upstream_copies", "id", &row.id)?,
            upstream: row.upstream,
            reader: row.reader,
            address: row.address,
            expires_at: Millis::new(row.expires_at),
        })
    }
}

impl Db {
    /// Remembers a copy. Whether it is the first one at that place: another one is of no use.
    #[tracing::instrument(name = "store.upstream_copies.insert", skip_all)]
    pub(crate) async fn insert_copy(
        &self,
        id: Uuid,
        place: CopyPlace<'_>,
        address: &str,
        expires_at: Millis,
    ) -> Result<bool> {
        let inserted = on_pool!(self.writer(), |pool| sqlx::query(INSERT)
            .bind(id.to_string())
            .bind(place.owner.to_string())
            .bind(place.file.to_string())
            .bind(place.upstream)
            .bind(place.reader)
            .bind(address)
            .bind(expires_at.get())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(inserted == 1)
    }

    /// The copy at that place.
    #[tracing::instrument(name = "store.upstream_copies.find", skip_all)]
    pub(crate) async fn copy(&self, place: CopyPlace<'_>) -> Result<Option<UpstreamCopy>> {
        let found: Option<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(FIND)
            .bind(place.owner.to_string())
            .bind(place.file.to_string())
            .bind(place.upstream)
            .bind(place.reader)
            .fetch_optional(pool)
            .await?);
        found.map(TryInto::try_into).transpose()
    }

    /// Forgets a copy that is gone.
    #[tracing::instrument(name = "store.upstream_copies.forget", skip_all)]
    pub(crate) async fn forget_copy(&self, id: Uuid) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(FORGET)
            .bind(id.to_string())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Copies that have expired, behind that one.
    #[tracing::instrument(name = "store.upstream_copies.expired", skip_all)]
    pub(crate) async fn expired_copies(
        &self,
        after: (Millis, Uuid),
        now: Millis,
        limit: u32,
    ) -> Result<Vec<UpstreamCopy>> {
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(EXPIRED)
            .bind(after.0.get())
            .bind(after.1.to_string())
            .bind(now.get())
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        found.into_iter().map(TryInto::try_into).collect()
    }

    /// Copies of files that are gone, or deleted for now, behind that one.
    #[tracing::instrument(name = "store.upstream_copies.orphaned", skip_all)]
    pub(crate) async fn orphaned_copies(
        &self,
        after: Uuid,
        limit: u32,
    ) -> Result<Vec<UpstreamCopy>> {
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(ORPHANED)
            .bind(after.to_string())
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        found.into_iter().map(TryInto::try_into).collect()
    }
}
