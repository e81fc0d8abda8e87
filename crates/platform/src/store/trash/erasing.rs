//! Removing for good what was deleted: at its owner's word, or after a while.

use model::{FileId, Millis, TranscriptId, UserId, WorkId};

use crate::store::{
    Blob, Db, Expired, Result, expiry,
    files::{TAKE_BACK, delete_file, take_turn},
    on_pool,
};

/// A file of a work that was handed over is not its any more.
const FILE_OF_WORK: &str = "SELECT w.file_id FROM works w JOIN files f ON f.id = w.file_id \
     WHERE w.owner_id = $1 AND w.id = $2 AND w.deleted_at IS NOT NULL AND f.kind = 'work' AND f.deleted_at IS NOT NULL";
/// Only one that went with it, and that nothing else which can be brought back has.
const RECORDING: &str = "SELECT t.file_id FROM transcripts t JOIN files f ON f.id = t.file_id \
     WHERE t.owner_id = $1 AND t.id = $2 AND t.deleted_at IS NOT NULL AND f.kind = 'upload' AND f.deleted_at = t.deleted_at \
     AND NOT EXISTS (SELECT 1 FROM transcripts o WHERE o.file_id = f.id AND o.owner_id = $1 AND o.id <> t.id) \
     AND NOT EXISTS (SELECT 1 FROM works w WHERE w.file_id = f.id AND w.owner_id = $1)";
const FILE: &str = "DELETE FROM files WHERE owner_id = $1 AND id = $2 AND deleted_at IS NOT NULL RETURNING blob_id, bytes";
const UPLOAD: &str = "DELETE FROM files WHERE owner_id = $1 AND id = $2 AND kind = 'upload' AND deleted_at IS NOT NULL \
     RETURNING blob_id, bytes";
const WORK: &str = "DELETE FROM works WHERE owner_id = $1 AND id = $2 AND deleted_at IS NOT NULL";
const TRANSCRIPT: &str =
    "DELETE FROM transcripts WHERE owner_id = $1 AND id = $2 AND deleted_at IS NOT NULL";

const OLD_FILES: &str = "SELECT id AS file_id, owner_id, created_at, id AS place \
     FROM files WHERE deleted_at < $1 ORDER BY deleted_at LIMIT $2";
const OLD_WORKS: &str = "DELETE FROM works WHERE deleted_at < $1";
const OLD_TRANSCRIPTS: &str = "DELETE FROM transcripts WHERE deleted_at < $1";
const OLD_MAKINGS: &str = "DELETE FROM jobs WHERE deleted_at < $1";

/// For the proof that each uses an index.
#[cfg(test)]
pub(in crate::store) const QUERIES: &[(&str, &str)] = &[
    ("TRASH_FILE_OF_WORK", FILE_OF_WORK),
    ("TRASH_RECORDING", RECORDING),
    ("TRASH_ERASE_FILE", FILE),
    ("TRASH_ERASE_UPLOAD", UPLOAD),
    ("TRASH_ERASE_WORK", WORK),
    ("TRASH_ERASE_TRANSCRIPT", TRANSCRIPT),
    ("TRASH_OLD_FILES", OLD_FILES),
    ("TRASH_OLD_WORKS", OLD_WORKS),
    ("TRASH_OLD_TRANSCRIPTS", OLD_TRANSCRIPTS),
    ("TRASH_OLD_MAKINGS", OLD_MAKINGS),
];

/// How many are gone, and the contents that nothing refers to any more.
type Erased = (u64, Vec<Blob>);

impl Db {
    /// Removes a deleted work of the owner's for good, with its file.
    #[tracing::instrument(name = "store.trash.erase_work", skip_all)]
    pub(crate) async fn erase_work(
        &self,
        owner: UserId,
        id: WorkId,
        now: Millis,
    ) -> Result<Erased> {
        self.erase_with_file((FILE_OF_WORK, WORK), owner, &id.to_string(), now)
            .await
    }

    /// Removes a deleted transcript of the owner's for good, with the recording that went with it.
    #[tracing::instrument(name = "store.trash.erase_transcript", skip_all)]
    pub(crate) async fn erase_transcript(
        &self,
        owner: UserId,
        id: TranscriptId,
        now: Millis,
    ) -> Result<Erased> {
        self.erase_with_file((RECORDING, TRANSCRIPT), owner, &id.to_string(), now)
            .await
    }

    /// Removes a deleted upload of the owner's for good.
    #[tracing::instrument(name = "store.trash.erase_upload", skip_all)]
    pub(crate) async fn erase_upload(
        &self,
        owner: UserId,
        id: FileId,
        now: Millis,
    ) -> Result<Erased> {
        self.delete_files_by(UPLOAD, owner, &[id], now).await
    }

    /// What one text finds the file of, and the other removes: both at once, or nothing. Who takes the file up for something else takes their
    /// turn too, and so comes before the look at what has it, or finds it gone.
    async fn erase_with_file(
        &self,
        (file_of, erase): (&'static str, &'static str),
        owner: UserId,
        id: &str,
        now: Millis,
    ) -> Result<Erased> {
        let (mut gone, mut free) = (0_u64, Vec::new());
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            take_turn!(transaction, owner);
            let file: Option<String> = sqlx::query_scalar(file_of)
                .bind(owner.to_string())
                .bind(id)
                .fetch_optional(&mut *transaction)
                .await?;
            if let Some(file) = file
                && let Some((bytes, content)) = delete_file!(transaction, FILE, owner, file, now)
            {
                gone = 1;
                free.extend(content);
                sqlx::query(TAKE_BACK)
                    .bind(owner.to_string())
                    .bind(bytes)
                    .bind(1_i64)
                    .execute(&mut *transaction)
                    .await?;
            }
            let erased = sqlx::query(erase)
                .bind(owner.to_string())
                .bind(id)
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            // A work goes with its file.
            gone = gone.max(erased);
            transaction.commit().await?;
        });
        Ok((gone, free))
    }

    /// Files that were deleted before that, whoever's they are.
    #[tracing::instrument(name = "store.trash.old_files", skip_all)]
    pub(crate) async fn files_deleted_before(
        &self,
        before: Millis,
        limit: u32,
    ) -> Result<Vec<Expired>> {
        let found: Vec<expiry::Row> = on_pool!(self.reader(), |pool| sqlx::query_as(OLD_FILES)
            .bind(before.get())
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        found.into_iter().map(Expired::try_from).collect()
    }

    /// Removes a deleted file for good, with the work that it is of.
    #[tracing::instrument(name = "store.trash.erase_file", skip_all)]
    pub(crate) async fn erase_file(
        &self,
        owner: UserId,
        id: FileId,
        now: Millis,
    ) -> Result<Erased> {
        self.delete_files_by(FILE, owner, &[id], now).await
    }

    /// Removes for good what was deleted before that and has no file of its own any more. How many.
    #[tracing::instrument(name = "store.trash.purge", skip_all)]
    pub(crate) async fn purge_trash(&self, before: Millis) -> Result<u64> {
        let mut purged = 0;
        for text in [OLD_WORKS, OLD_TRANSCRIPTS, OLD_MAKINGS] {
            purged += self.removed_before(text, before).await?;
        }
        Ok(purged)
    }
}
