//! Contents of files: which objects of the file store are whose, and which of them nothing refers to any more.

use model::{Millis, UserId};
use sqlx::FromRow;
use uuid::Uuid;

use super::{
    Db, Quota, Result,
    files::{ACCOUNT, RESERVE, TAKE_BACK, take_turn},
    on_pool, rows,
};

/// Contents that nobody writes any more, of which one statement tells.
const AT_ONCE: i64 = 200;

const BEGIN: &str = "INSERT INTO blobs (id, owner_id, state, sha256, bytes, changed_at) \
     SELECT $1, id, 'writing', '', 0, $3 FROM users WHERE id = $2";
/// As long as a content is being written, its bytes are those that are reserved for it.
const HOLD: &str = "UPDATE blobs SET bytes = bytes + $2 WHERE id = $1 AND state = 'writing'";
const ABANDON: &str = "UPDATE blobs SET state = 'doomed', changed_at = $2 WHERE id = $1 AND state = 'writing' RETURNING bytes";
/// `state <> 'kept'` is what makes SQLite take the index of those that are not.
const STALE: &str = "SELECT id, owner_id FROM blobs WHERE state = 'writing' AND state <> 'kept' AND changed_at < $1 LIMIT $2";
const DOOMED: &str = "SELECT id, owner_id FROM blobs WHERE state = 'doomed' AND state <> 'kept' AND id > $1 ORDER BY id LIMIT $2";
const FORGET: &str = "DELETE FROM blobs WHERE id = $1 AND state = 'doomed' AND changed_at < $2";
const IS_KEPT: &str = "SELECT COUNT(*) FROM blobs WHERE id = $1 AND state = 'kept'";

/// All of somebody's contents are to go: what is kept, what is being written, and parts of uploads.
pub(super) const DOOM_ALL: &str =
    "UPDATE blobs SET state = 'doomed', changed_at = $2 WHERE owner_id = $1 AND state <> 'doomed'";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("BLOBS_HOLD", HOLD),
    ("BLOBS_ABANDON", ABANDON),
    ("BLOBS_STALE", STALE),
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

/// What became of reserving room for a content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    Done,
    /// The owner keeps as much as they may.
    QuotaUsedUp,
    /// It was given up meanwhile.
    Gone,
}

#[derive(FromRow)]
struct Row {
    id: String,
    owner_id: String,
}

impl Row {
    fn blob(self) -> Result<Blob> {
        Ok(Blob {
            owner: rows::id("blobs", "owner_id", &self.owner_id)?,
            id: rows::id("blobs", "id", &self.id)?,
        })
    }
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

    /// Reserves more bytes for a content that is being written, if the owner may keep so many.
    #[tracing::instrument(name = "store.blobs.hold", skip_all)]
    pub(crate) async fn hold_for_blob(&self, blob: Blob, more: i64, quota: Quota) -> Result<Held> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            sqlx::query(ACCOUNT)
                .bind(blob.owner.to_string())
                .execute(&mut *transaction)
                .await?;
            let within = sqlx::query(RESERVE)
                .bind(blob.owner.to_string())
                .bind(more)
                .bind(0_i64)
                .bind(quota.bytes)
                .bind(quota.files)
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if within == 0 {
                return Ok(Held::QuotaUsedUp);
            }
            let held = sqlx::query(HOLD)
                .bind(blob.id.to_string())
                .bind(more)
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if held == 0 {
                return Ok(Held::Gone);
            }
            transaction.commit().await?;
        });
        Ok(Held::Done)
    }

    /// Has what is reserved for a content be for another one of the same owner's. Whether both are still being written.
    #[tracing::instrument(name = "store.blobs.move_hold", skip_all)]
    pub(crate) async fn move_hold(&self, from: Blob, to: Blob, bytes: i64) -> Result<bool> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            take_turn!(transaction, from.owner);
            for (blob, more) in [(from, -bytes), (to, bytes)] {
                let moved = sqlx::query(HOLD)
                    .bind(blob.id.to_string())
                    .bind(more)
                    .execute(&mut *transaction)
                    .await?
                    .rows_affected();
                if moved == 0 {
                    return Ok(false);
                }
            }
            transaction.commit().await?;
        });
        Ok(true)
    }

    /// Notes that what was being written will not be kept, and gives back what was reserved for it. Whether it was still being written.
    #[tracing::instrument(name = "store.blobs.abandon", skip_all)]
    pub(crate) async fn abandon_blob(&self, blob: Blob, now: Millis) -> Result<bool> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            take_turn!(transaction, blob.owner);
            let held: Option<i64> = sqlx::query_scalar(ABANDON)
                .bind(blob.id.to_string())
                .bind(now.get())
                .fetch_optional(&mut *transaction)
                .await?;
            let Some(held) = held else {
                return Ok(false);
            };
            sqlx::query(TAKE_BACK)
                .bind(blob.owner.to_string())
                .bind(held)
                .bind(0_i64)
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
        });
        Ok(true)
    }

    /// Gives up what began to be written before `since` and never ended: its process is gone. How many.
    #[tracing::instrument(name = "store.blobs.doom_stale", skip_all)]
    pub(crate) async fn doom_stale_blobs(&self, since: Millis, now: Millis) -> Result<u64> {
        let mut doomed = 0;
        loop {
            let stale: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(STALE)
                .bind(since.get())
                .bind(AT_ONCE)
                .fetch_all(pool)
                .await?);
            if stale.is_empty() {
                return Ok(doomed);
            }
            for stale in stale {
                doomed += u64::from(self.abandon_blob(stale.blob()?, now).await?);
            }
        }
    }

    /// Contents whose objects are to go, by id.
    #[tracing::instrument(name = "store.blobs.doomed", skip_all)]
    pub(crate) async fn doomed_blobs(&self, after: Uuid, limit: u32) -> Result<Vec<Blob>> {
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(DOOMED)
            .bind(after.to_string())
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        found.into_iter().map(Row::blob).collect()
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
