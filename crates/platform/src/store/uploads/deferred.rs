//! Uploads whose length is told with their end: what is reserved grows with what comes.

use model::{Millis, UploadId, UserId};
use sqlx::FromRow;

use super::{INSERT_PART, NewPart, PARTS_AT_MOST};
use crate::store::{Db, Quota, Result, files::RESERVE, on_pool, rows};

/// Recordings that are shown at most.
const SHOWN: i64 = 20;

pub(super) const ADVANCE: &str = "UPDATE uploads SET received = received + $4, length = length + $4, parts = parts + 1, expires_at = $5 \
     WHERE id = $1 AND owner_id = $2 AND received = $3 AND parts < $6 AND deferred AND file_id IS NULL AND failure IS NULL";
pub(super) const DEFINE: &str = "UPDATE uploads SET length = $4, deferred = FALSE \
     WHERE id = $1 AND owner_id = $2 AND received = $3 AND received <= $4 AND deferred AND file_id IS NULL AND failure IS NULL";
pub(super) const RECORDED: &str = "UPDATE uploads SET recorded_ms = $3 \
     WHERE id = $1 AND owner_id = $2 AND recorded_ms < $3 AND file_id IS NULL AND failure IS NULL";
pub(super) const UNFINISHED: &str = "SELECT id, name, received, recorded_ms, expires_at FROM uploads \
     WHERE owner_id = $1 AND expires_at > $2 AND recorded_ms IS NOT NULL AND received > 0 AND file_id IS NULL AND failure IS NULL \
     ORDER BY expires_at DESC LIMIT $3";

/// What became of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Advanced {
    Done,
    /// The upload is elsewhere, or has ended.
    Elsewhere,
    QuotaUsedUp,
}

/// A recording that nobody has finished.
#[derive(Clone, Debug)]
pub(crate) struct Unfinished {
    pub(crate) id: UploadId,
    pub(crate) name: String,
    pub(crate) received: i64,
    pub(crate) recorded_ms: i64,
    pub(crate) expires_at: Millis,
}

#[derive(FromRow)]
struct Row {
    id: String,
    name: String,
    received: i64,
    recorded_ms: i64,
    expires_at: i64,
}

impl Db {
    /// Notes a part of an upload that has no length yet, if the upload is still where the part begins, and reserves its bytes.
    #[tracing::instrument(name = "store.uploads.advance_deferred", skip_all)]
    pub(crate) async fn advance_deferred_upload(
        &self,
        owner: UserId,
        id: UploadId,
        part: &NewPart<'_>,
        quota: Quota,
        expires_at: Millis,
    ) -> Result<Advanced> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            let within = sqlx::query(RESERVE)
                .bind(owner.to_string())
                .bind(part.bytes)
                .bind(0_i64)
                .bind(quota.bytes)
                .bind(quota.files)
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if within == 0 {
                return Ok(Advanced::QuotaUsedUp);
            }
            let advanced = sqlx::query(ADVANCE)
                .bind(id.to_string())
                .bind(owner.to_string())
                .bind(part.starts_at)
                .bind(part.bytes)
                .bind(expires_at.get())
                .bind(PARTS_AT_MOST)
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if advanced == 0 {
                return Ok(Advanced::Elsewhere);
            }
            sqlx::query(INSERT_PART)
                .bind(id.to_string())
                .bind(part.starts_at)
                .bind(part.bytes)
                .bind(part.object)
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
        });
        Ok(Advanced::Done)
    }

    /// Says how long an upload will be of which `received` bytes came, and reserves what is missing.
    #[tracing::instrument(name = "store.uploads.define", skip_all)]
    pub(crate) async fn define_upload(
        &self,
        owner: UserId,
        id: UploadId,
        (received, length): (i64, i64),
        quota: Quota,
    ) -> Result<Advanced> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            let within = sqlx::query(RESERVE)
                .bind(owner.to_string())
                .bind(length - received)
                .bind(0_i64)
                .bind(quota.bytes)
                .bind(quota.files)
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if within == 0 {
                return Ok(Advanced::QuotaUsedUp);
            }
            let defined = sqlx::query(DEFINE)
                .bind(id.to_string())
                .bind(owner.to_string())
                .bind(received)
                .bind(length)
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if defined == 0 {
                return Ok(Advanced::Elsewhere);
            }
            transaction.commit().await?;
        });
        Ok(Advanced::Done)
    }

    /// Notes how much was recorded of what comes; less than was noted before changes nothing.
    #[tracing::instrument(name = "store.uploads.recorded", skip_all)]
    pub(crate) async fn note_recorded(
        &self,
        owner: UserId,
        id: UploadId,
        recorded_ms: i64,
    ) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(RECORDED)
            .bind(id.to_string())
            .bind(owner.to_string())
            .bind(recorded_ms)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// The owner's recordings of which something came and that are no files, the newest first.
    #[tracing::instrument(name = "store.uploads.unfinished", skip_all)]
    pub(crate) async fn unfinished_recordings(
        &self,
        owner: UserId,
        now: Millis,
    ) -> Result<Vec<Unfinished>> {
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(UNFINISHED)
            .bind(owner.to_string())
            .bind(now.get())
            .bind(SHOWN)
            .fetch_all(pool)
            .await?);
        let read = |row: Row| {
            Ok(Unfinished {
                id: rows::id("uploads", "id", &row.id)?,
                name: row.name,
                received: row.received,
                recorded_ms: row.recorded_ms,
                expires_at: Millis::new(row.expires_at),
            })
        };
        found.into_iter().map(read).collect()
    }
}
