//! What was deleted from a library and can be brought back for a while: works, transcripts, uploads, and what was asked for. Open to
//! nobody until then; its files are counted as long as they are kept.
//!
//! A file that nothing else has is hidden with its thing. One that something else has stays there; a work's is an upload from then on,
//! and the work's again when that is brought back. All that changes somebody's files takes its turn at their row of `storage`.

pub(super) mod erasing;
pub(super) mod listing;

use model::{FileId, JobId, Millis, TranscriptId, UserId, WorkId};

use super::{Db, Result, files::take_turn, on_pool, rows, vectors::mark_due};

/// Whether the owner `$1` has the file in something that was not deleted.
macro_rules! used {
    ($file:literal) => {
        concat!(
            "(",
            handed_in!("$1", $file),
            " OR ",
            still_written_down!("$1", $file),
            " OR ",
            in_hand!("$1", $file),
            ")"
        )
    };
}

const HAND_OVER: &str = concat!(
    "UPDATE files SET kind = 'upload' WHERE owner_id = $1 AND deleted_at IS NULL \
     AND id = (SELECT w.file_id FROM works w WHERE w.owner_id = $1 AND w.id = $2 AND w.deleted_at IS NULL) AND ",
    used!("files.id")
);
/// What was handed over is none.
const HIDE_FILE_OF_WORK: &str = "UPDATE files SET deleted_at = $3 WHERE owner_id = $1 AND kind = 'work' AND deleted_at IS NULL \
     AND id = (SELECT w.file_id FROM works w WHERE w.owner_id = $1 AND w.id = $2 AND w.deleted_at IS NULL)";
const HIDE_WORK: &str =
    "UPDATE works SET deleted_at = $3 WHERE owner_id = $1 AND id = $2 AND deleted_at IS NULL";
/// An upload that nothing has.
const HIDE_FREE: &str = concat!(
    "UPDATE files SET deleted_at = $3 WHERE owner_id = $1 AND id = $2 AND kind = 'upload' AND deleted_at IS NULL AND NOT ",
    used!("$2")
);
/// As long as no other job works on it than the one that was stopped.
const HIDE_TRANSCRIPT: &str = "UPDATE transcripts SET deleted_at = $3 \
     WHERE owner_id = $1 AND id = $2 AND COALESCE(job_id, '') = $4 AND deleted_at IS NULL";
/// What is done for a transcript goes with that.
const HIDE_MAKING: &str = "UPDATE jobs SET deleted_at = $3 \
     WHERE owner_id = $1 AND id = $2 AND kind <> 'transcript' AND deleted_at IS NULL AND ended_at IS NOT NULL";
const WORKS_OF_MAKING: &str =
    "SELECT id FROM works WHERE owner_id = $1 AND job_id = $2 AND deleted_at IS NULL";

const RESTORE_FILE_OF_WORK: &str = "UPDATE files SET deleted_at = NULL, kind = 'work' WHERE owner_id = $1 \
     AND id = (SELECT w.file_id FROM works w WHERE w.owner_id = $1 AND w.id = $2 AND w.deleted_at IS NOT NULL)";
const RESTORE_WORK: &str =
    "UPDATE works SET deleted_at = NULL WHERE owner_id = $1 AND id = $2 AND deleted_at IS NOT NULL";
/// It may have been hidden later, by itself or with a work.
const RESTORE_RECORDING: &str = "UPDATE files SET deleted_at = NULL, kind = 'upload' WHERE owner_id = $1 AND deleted_at IS NOT NULL \
     AND id = (SELECT t.file_id FROM transcripts t WHERE t.owner_id = $1 AND t.id = $2 AND t.deleted_at IS NOT NULL)";
const RESTORE_TRANSCRIPT: &str = "UPDATE transcripts SET deleted_at = NULL WHERE owner_id = $1 AND id = $2 AND deleted_at IS NOT NULL";
const RESTORE_UPLOAD: &str = "UPDATE files SET deleted_at = NULL \
     WHERE owner_id = $1 AND id = $2 AND kind = 'upload' AND deleted_at IS NOT NULL";
/// A change of its own, so that whoever watches sees it again.
const RESTORE_MAKINGS: &str = "UPDATE jobs SET deleted_at = NULL, updated_at = CASE WHEN $3 > updated_at THEN $3 ELSE updated_at + 1 END \
     WHERE owner_id = $1 AND deleted_at = $2";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("TRASH_HAND_OVER", HAND_OVER),
    ("TRASH_HIDE_FILE_OF_WORK", HIDE_FILE_OF_WORK),
    ("TRASH_HIDE_WORK", HIDE_WORK),
    ("TRASH_HIDE_FREE", HIDE_FREE),
    ("TRASH_HIDE_TRANSCRIPT", HIDE_TRANSCRIPT),
    ("TRASH_HIDE_MAKING", HIDE_MAKING),
    ("TRASH_WORKS_OF_MAKING", WORKS_OF_MAKING),
    ("TRASH_RESTORE_FILE_OF_WORK", RESTORE_FILE_OF_WORK),
    ("TRASH_RESTORE_WORK", RESTORE_WORK),
    ("TRASH_RESTORE_RECORDING", RESTORE_RECORDING),
    ("TRASH_RESTORE_TRANSCRIPT", RESTORE_TRANSCRIPT),
    ("TRASH_RESTORE_UPLOAD", RESTORE_UPLOAD),
    ("TRASH_RESTORE_MAKINGS", RESTORE_MAKINGS),
];

/// Runs a text about one thing of the owner's in a transaction. How many rows.
macro_rules! change {
    ($transaction:expr, $text:expr, $owner:expr, $id:expr $(, $at:expr)?) => {
        sqlx::query($text)
            .bind($owner.to_string())
            .bind($id.to_string())
            $(.bind($at.get()))?
            .execute(&mut *$transaction)
            .await?
            .rows_affected()
    };
}

/// Hides one of the owner's works with its file, in a transaction that has the turn. How many there were.
macro_rules! hide_work {
    ($transaction:expr, $owner:expr, $work:expr, $at:expr) => {{
        change!($transaction, HAND_OVER, $owner, $work);
        change!($transaction, HIDE_FILE_OF_WORK, $owner, $work, $at);
        change!($transaction, HIDE_WORK, $owner, $work, $at)
    }};
}

impl Db {
    /// Deletes works of the owner's, which can be brought back for a while. How many there were.
    #[tracing::instrument(name = "store.trash.hide_works", skip_all)]
    pub(crate) async fn hide_works(
        &self,
        owner: UserId,
        works: &[WorkId],
        at: Millis,
    ) -> Result<u64> {
        let mut hidden = 0;
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            take_turn!(transaction, owner);
            for work in works {
                hidden += hide_work!(transaction, owner, work, at);
            }
            transaction.commit().await?;
        });
        Ok(hidden)
    }

    /// Deletes those uploads of the owner's that nothing has; they can be brought back for a while. How many.
    #[tracing::instrument(name = "store.trash.hide_uploads", skip_all)]
    pub(crate) async fn hide_free_uploads(
        &self,
        owner: UserId,
        files: &[FileId],
        at: Millis,
    ) -> Result<u64> {
        let mut hidden = 0;
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            take_turn!(transaction, owner);
            for file in files {
                hidden += change!(transaction, HIDE_FREE, owner, file, at);
            }
            transaction.commit().await?;
        });
        Ok(hidden)
    }

    /// Deletes a transcript of the owner's, and its recording where that is named and nothing else has it; both can be brought back for
    /// a while. Whether there was one on which no other job works than `stopped`.
    #[tracing::instrument(name = "store.trash.hide_transcript", skip_all)]
    pub(crate) async fn hide_transcript(
        &self,
        owner: UserId,
        (id, stopped): (TranscriptId, Option<JobId>),
        recording: Option<FileId>,
        at: Millis,
    ) -> Result<bool> {
        let hidden = on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            take_turn!(transaction, owner);
            let hidden = sqlx::query(HIDE_TRANSCRIPT)
                .bind(owner.to_string())
                .bind(id.to_string())
                .bind(at.get())
                .bind(stopped.map(|job| job.to_string()).unwrap_or_default())
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if let Some(recording) = recording
                && hidden > 0
            {
                change!(transaction, HIDE_FREE, owner, recording, at);
            }
            transaction.commit().await?;
            hidden
        });
        Ok(hidden > 0)
    }

    /// Takes a job of the owner's that has ended off their pages; it can be brought back for a while. Whether there was one.
    #[tracing::instrument(name = "store.trash.hide_making", skip_all)]
    pub(crate) async fn hide_making(&self, owner: UserId, id: JobId, at: Millis) -> Result<bool> {
        let hidden = on_pool!(self.writer(), |pool| sqlx::query(HIDE_MAKING)
            .bind(owner.to_string())
            .bind(id.to_string())
            .bind(at.get())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(hidden > 0)
    }

    /// The same, and deletes what it made: all of it at once, or nothing.
    #[tracing::instrument(name = "store.trash.hide_making_with_works", skip_all)]
    pub(crate) async fn hide_making_with_works(
        &self,
        owner: UserId,
        id: JobId,
        at: Millis,
    ) -> Result<bool> {
        let hidden = on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            take_turn!(transaction, owner);
            let hidden = change!(transaction, HIDE_MAKING, owner, id, at);
            if hidden > 0 {
                let works: Vec<String> = sqlx::query_scalar(WORKS_OF_MAKING)
                    .bind(owner.to_string())
                    .bind(id.to_string())
                    .fetch_all(&mut *transaction)
                    .await?;
                for work in &works {
                    let work: WorkId = rows::id("works", "id", work)?;
                    hide_work!(transaction, owner, work, at);
                }
            }
            transaction.commit().await?;
            hidden
        });
        Ok(hidden > 0)
    }

    /// Brings a work of the owner's back with its file. Whether it was deleted.
    #[tracing::instrument(name = "store.trash.restore_work", skip_all)]
    pub(crate) async fn restore_work(&self, owner: UserId, id: WorkId) -> Result<bool> {
        let restored = on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            take_turn!(transaction, owner);
            change!(transaction, RESTORE_FILE_OF_WORK, owner, id);
            let restored = change!(transaction, RESTORE_WORK, owner, id);
            if restored > 0 {
                // Whoever was to read it meanwhile found nothing.
                mark_due!(transaction, Works, id, owner);
            }
            transaction.commit().await?;
            restored
        });
        Ok(restored > 0)
    }

    /// Brings a transcript of the owner's back with its recording. Whether it was deleted.
    #[tracing::instrument(name = "store.trash.restore_transcript", skip_all)]
    pub(crate) async fn restore_transcript(&self, owner: UserId, id: TranscriptId) -> Result<bool> {
        let restored = on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            take_turn!(transaction, owner);
            change!(transaction, RESTORE_RECORDING, owner, id);
            let restored = change!(transaction, RESTORE_TRANSCRIPT, owner, id);
            if restored > 0 {
                mark_due!(transaction, Transcripts, id, owner);
            }
            transaction.commit().await?;
            restored
        });
        Ok(restored > 0)
    }

    /// Brings an upload of the owner's back. Whether it was deleted.
    #[tracing::instrument(name = "store.trash.restore_upload", skip_all)]
    pub(crate) async fn restore_upload(&self, owner: UserId, id: FileId) -> Result<bool> {
        let restored = on_pool!(self.writer(), |pool| sqlx::query(RESTORE_UPLOAD)
            .bind(owner.to_string())
            .bind(id.to_string())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(restored > 0)
    }

    /// Puts the owner's jobs back that were taken off their pages at that moment. How many.
    #[tracing::instrument(name = "store.trash.restore_makings", skip_all)]
    pub(crate) async fn restore_makings(
        &self,
        owner: UserId,
        deleted_at: Millis,
        now: Millis,
    ) -> Result<u64> {
        Ok(on_pool!(self.writer(), |pool| sqlx::query(RESTORE_MAKINGS)
            .bind(owner.to_string())
            .bind(deleted_at.get())
            .bind(now.get())
            .execute(pool)
            .await?
            .rows_affected()))
    }
}
