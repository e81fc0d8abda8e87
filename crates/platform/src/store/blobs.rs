//! Contents of files: which objects of the file store are whose, and which of them nothing refers to any more.

use model::{Millis, UserId};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Db, Result, on_pool, rows};

const BEGIN: &str = "INSERT INTO blobs (id, owner_id, state, sha256, bytes, changed_at) \
     SELECT $1, id, 'writing', '', 0, $3 FROM users WHERE id = $2";
const ABANDON: &str =
    "UPDATE blobs SET state = 'doomed', changed_at = $2 WHERE id = $1 AND state = 'writing'";
/// `state <> 'kept'` is what makes SQLite take the index of those that are not.
const DOOM_STALE: &str = "UPDATE blobs SET state = 'doomed', changed_at = $2 WHERE state = 'writing' AND state <> 'kept' AND changed_at < $1";
const DOOMED: &str = "SELECT id, owner_id FROM blobs WHERE state = 'doomed' AND state <> 'kept' AND id > $1 ORDER BY id LIMIT $2";
const FORGET: &str = "DELETE FROM blobs WHERE id = $1 AND state = 'doomed' AND changed_at < $2";
const IS_KEPT: &str = "SELECT COUNT(*) FROM blobs WHERE id = $1 AND state = 'kept'";

/// All of somebody's contents are to go: what is kept, what is being written, and parts of uploads.
pub(super) const DOOM_ALL: &str =
    "UPDATE blobs SET state = 'doomed', changed_at = $2 WHERE owner_id = $1 AND state <> 'doomed'";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("BLOBS_DOOM_STALE", DOOM_STALE),
    ("BLOBS_DOOMED", DOOMED),
    ("BLOBS_DOOM_ALL", DOOM_ALL),
    ("BLOBS_IS_KEPT", IS_KEPT),
];

/// A content, by whose it is and the name that its objects begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Blob {
    pub(crate) owner: UserId,
    pub(crate) id: Uuid,
}

#[derive(FromRow)]
struct Row {
    id: String,
    owner_id: String,
}

impl Db {
    /// Notes that objects of that content are about to be written. Whether its owner is there.
    #[tracing::instrument(name = "store.blobs.begin", skip_all)]
    pub(crate) async fn begin_blob(&self, blob: Blob, now: Millis) -> Result<bool> {
        let begun = on_pool!(self.writer(), |pool| sqlx::query(BEGIN)
            .bind(blob.id.to_string())
            .bind(blob.owner.to_string())
            .bind(now.get())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(begun == 1)
    }

    /// Notes that what was being written will not be kept. Whether it was still being written.
    #[tracing::instrument(name = "store.blobs.abandon", skip_all)]
    pub(crate) async fn abandon_blob(&self, blob: Blob, now: Millis) -> Result<bool> {
        let abandoned = on_pool!(self.writer(), |pool| sqlx::query(ABANDON)
            .bind(blob.id.to_string())
            .bind(now.get())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(abandoned == 1)
    }

    /// Gives up what began to be written before `since` and never ended: its process is gone. How many.
    #[tracing::instrument(name = "store.blobs.doom_stale", skip_all)]
    pub(crate) async fn doom_stale_blobs(&self, since: Millis, now: Millis) -> Result<u64> {
        Ok(on_pool!(self.writer(), |pool| sqlx::query(DOOM_STALE)
            .bind(since.get())
            .bind(now.get())
            .execute(pool)
            .await?
            .rows_affected()))
    }

    /// Contents whose objects are to go, by id.
    #[tracing::instrument(name = "store.blobs.doomed", skip_all)]
    pub(crate) async fn doomed_blobs(&self, after: Uuid, limit: u32) -> Result<Vec<Blob>> {
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(DOOMED)
            .bind(after.to_string())
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        found
            .into_iter()
            .map(|row| {
                Ok(Blob {
                    owner: rows::id("blobs", "owner_id", &row.owner_id)?,
                    id: rows::id("blobs", "id", &row.id)?,
                })
            })
            .collect()
    }

    /// Forgets a content whose objects are gone, if it was given up before `since`.
    #[tracing::instrument(name = "store.blobs.forget", skip_all)]
    pub(crate) async fn forget_blob(&self, id: Uuid, since: Millis) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(FORGET)
            .bind(id.to_string())
            .bind(since.get())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Whether the content is still one that files are of.
    #[tracing::instrument(name = "store.blobs.is_kept", skip_all)]
    pub(crate) async fn is_blob_kept(&self, id: Uuid) -> Result<bool> {
        let kept: i64 = on_pool!(self.reader(), |pool| sqlx::query_scalar(IS_KEPT)
            .bind(id.to_string())
            .fetch_one(pool)
            .await?);
        Ok(kept > 0)
    }
}
