//! Clearing away what nobody refers to.
//!
//! Why this can't meet a put: a content's name is generated for it and never used again. Deleting a content means that its row
//! becomes *doomed*, in the transaction that took the last reference away, and a doomed row is never kept again: whoever stores
//! the same bytes at that moment either found the row still kept, in which case the reference was counted first and the row is not
//! doomed (both take their turn at the owner's row of `storage`), or writes a content of another name. So objects may go at once,
//! and no time has to pass. A row outlives its objects by an hour, in which they are removed once more: for a thumbnail that was
//! being made.

use uuid::Uuid;

use super::{Files, FilesError};

/// What has been written for longer is not being written: its process is gone.
const WRITING_MS: i64 = 24 * 60 * 60 * 1000;

/// A doomed row is remembered for so long.
const REMEMBERED_MS: i64 = 60 * 60 * 1000;

/// Rows that are looked at at once.
const BATCH: u32 = 200;

impl Files {
    /// Ends uploads that nobody went on with, and removes the objects of contents that no file is of: deleted ones that could
    /// not be removed then, those of deleted accounts, and what processes that died were writing. How many contents.
    #[tracing::instrument(name = "files.purge", skip_all)]
    pub async fn purge(&self) -> Result<u64, FilesError> {
        let inner = &self.0;
        let now = inner.clock.now();
        loop {
            let expired = inner.db.expired_uploads(now, BATCH).await?;
            if expired.is_empty() {
                break;
            }
            for upload in expired {
                let id = model::UploadId::from_uuid(upload.id);
                inner.db.end_upload(upload.owner, id, now).await?;
            }
        }
        let since = now.plus(-WRITING_MS);
        inner.db.doom_stale_blobs(since, now).await?;
        let (mut after, mut removed) = (Uuid::nil(), 0);
        loop {
            let doomed = inner.db.doomed_blobs(after, BATCH).await?;
            let Some(last) = doomed.last() else {
                return Ok(removed);
            };
            after = last.id;
            for blob in doomed {
                // One that can't be removed now must not keep the others.
                if let Err(error) = inner.place.remove(blob).await {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        blob.id = %blob.id,
                        "removing a content failed"
                    );
                    continue;
                }
                removed += 1;
                let since = now.plus(-REMEMBERED_MS);
                inner.db.forget_blob(blob.id, since).await?;
            }
        }
    }
}
