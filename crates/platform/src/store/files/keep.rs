//! What was written becomes a file: quota, content and row in one transaction.

use model::{FileView, Millis, UploadId, UserId};
use uuid::Uuid;

use crate::store::{Blob, Db, NewWork, Result, on_pool, rows, works::insert_work};

/// Makes the row where a person's changes take turns, if it is not there yet.
pub(in crate::store) const ACCOUNT: &str = "INSERT INTO storage (owner_id, bytes, files) VALUES ($1, 0, 0) ON CONFLICT (owner_id) DO NOTHING";
/// Adds bytes and files, if the sums stay within their limits then. What makes a sum smaller always may.
pub(in crate::store) const RESERVE: &str = "UPDATE storage SET bytes = bytes + $2, files = files + $3 WHERE owner_id = $1 \
     AND ($2 <= 0 OR bytes + $2 <= $4) AND ($3 <= 0 OR files + $3 <= $5)";
/// Takes bytes and files off.
pub(in crate::store) const TAKE_BACK: &str =
    "UPDATE storage SET bytes = bytes - $2, files = files - $3 WHERE owner_id = $1";
/// What is reserved for a content that is being written.
const HELD: &str = "SELECT bytes FROM blobs WHERE id = $1 AND state = 'writing'";
pub(super) const SAME: &str =
    "SELECT id FROM blobs WHERE owner_id = $1 AND sha256 = $2 AND state = 'kept'";
const KEEP: &str = "UPDATE blobs SET state = 'kept', sha256 = $2, bytes = $3, changed_at = $4 \
     WHERE id = $1 AND state = 'writing'";
const DOOM: &str = "UPDATE blobs SET state = 'doomed', changed_at = $2 WHERE id = $1";
const SPARE: &str =
    "UPDATE blobs SET state = 'doomed', changed_at = $2 WHERE id = $1 AND state = 'writing'";
const INSERT: &str = "INSERT INTO files (id, owner_id, blob_id, kind, name, mime, bytes, width, height, duration_ms, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const END_UPLOAD: &str = "UPDATE uploads SET file_id = $3 WHERE id = $1 AND owner_id = $2 \
     AND file_id IS NULL AND failure IS NULL AND received = length";

/// How much one person may keep.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quota {
    pub(crate) bytes: i64,
    pub(crate) files: i64,
}

/// A content that is written, and the file that it becomes.
pub(crate) struct Keep<'a> {
    pub(crate) owner: UserId,
    pub(crate) blob: Uuid,
    /// Of the content, in hex.
    pub(crate) sha256: &'a str,
    pub(crate) view: &'a FileView,
    /// The upload that ends in it, and the bytes that it had reserved.
    pub(crate) upload: Option<(UploadId, i64)>,
    /// The work that it is of.
    pub(crate) work: Option<&'a NewWork>,
    pub(crate) quota: Quota,
    pub(crate) now: Millis,
}

/// What became of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// There is a file. What was written but is not needed: the content, if the owner has it already, and parts of the upload.
    Done(Vec<Blob>),
    /// The owner keeps as much as they may.
    QuotaUsedUp,
    /// The content was given up meanwhile, or the upload ended otherwise.
    Gone,
    /// Its job has a work at that place already, or had one that was deleted.
    There,
}

/// Makes the file to keep, of a content.
macro_rules! insert_file {
    ($transaction:ident, $keep:ident, $owner:expr, $blob:ident) => {{
        let view = $keep.view;
        sqlx::query(INSERT)
            .bind(view.id.to_string())
            .bind($owner)
            .bind($blob.to_string())
            .bind(view.kind.as_str())
            .bind(&view.name)
            .bind(&view.mime)
            .bind(view.bytes)
            .bind(view.width.map(i64::from))
            .bind(view.height.map(i64::from))
            .bind(view.duration_ms)
            .bind(view.created_at.get())
            .execute(&mut *$transaction)
            .await?;
    }};
}

impl Db {
    /// Makes a file of what was written, and the work that it is of: both, or none. A content that the owner has already is not kept twice.
    #[tracing::instrument(name = "store.files.keep", skip_all)]
    pub(crate) async fn keep_file(&self, keep: &Keep<'_>) -> Result<Kept> {
        let (owner, view, now) = (keep.owner.to_string(), keep.view, keep.now.get());
        let mut spare = Vec::new();
        let spared = |id| Blob {
            owner: keep.owner,
            id,
        };
        let of_upload = keep.upload.map_or((0, 0_i64), |(_, bytes)| (bytes, 1));
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            let held: Option<i64> = sqlx::query_scalar(HELD)
                .bind(keep.blob.to_string())
                .fetch_optional(&mut *transaction)
                .await?;
            let Some(held) = held else {
                return Ok(Kept::Gone);
            };
            sqlx::query(ACCOUNT)
                .bind(&owner)
                .execute(&mut *transaction)
                .await?;
            let within = sqlx::query(RESERVE)
                .bind(&owner)
                .bind(view.bytes - held - of_upload.0)
                .bind(1 - of_upload.1)
                .bind(keep.quota.bytes)
                .bind(keep.quota.files)
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if within == 0 {
                return Ok(Kept::QuotaUsedUp);
            }
            if let Some((upload, _)) = keep.upload {
                let ended = sqlx::query(END_UPLOAD)
                    .bind(upload.to_string())
                    .bind(&owner)
                    .bind(view.id.to_string())
                    .execute(&mut *transaction)
                    .await?
                    .rows_affected();
                if ended == 0 {
                    return Ok(Kept::Gone);
                }
                sqlx::query(DOOM)
                    .bind(upload.to_string())
                    .bind(now)
                    .execute(&mut *transaction)
                    .await?;
                spare.push(spared(upload.as_uuid()));
            }
            let same: Option<String> = sqlx::query_scalar(SAME)
                .bind(&owner)
                .bind(keep.sha256)
                .fetch_optional(&mut *transaction)
                .await?;
            let blob = if let Some(same) = same {
                let written = sqlx::query(SPARE)
                    .bind(keep.blob.to_string())
                    .bind(now)
                    .execute(&mut *transaction)
                    .await?
                    .rows_affected();
                if written == 0 {
                    return Ok(Kept::Gone);
                }
                spare.push(spared(keep.blob));
                rows::id("blobs", "id", &same)?
            } else {
                let kept = sqlx::query(KEEP)
                    .bind(keep.blob.to_string())
                    .bind(keep.sha256)
                    .bind(view.bytes)
                    .bind(now)
                    .execute(&mut *transaction)
                    .await?
                    .rows_affected();
                if kept == 0 {
                    return Ok(Kept::Gone);
                }
                keep.blob
            };
            insert_file!(transaction, keep, &owner, blob);
            if let Some(work) = keep.work
                && !insert_work!(transaction, work, keep.owner, view.id, now)
            {
                return Ok(Kept::There);
            }
            transaction.commit().await?;
        });
        Ok(Kept::Done(spare))
    }
}
