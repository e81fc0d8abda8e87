//! Files as rows, and how much each person keeps. What changes somebody's files takes its turn at their row of `storage`, so the
//! sums are exact and whether anything still refers to a content is decided without races.

mod keep;

use model::{FileFilter, FileId, FileKind, FileName, FileView, Millis, UserId};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Blob, Db, Result, on_pool, rows};

pub(super) use keep::{ACCOUNT, RESERVE, TAKE_BACK};
pub(crate) use keep::{Keep, Kept, Quota};

macro_rules! file {
    ($rest:literal) => {
        concat!(
            "SELECT f.id, f.blob_id, f.kind, f.name, f.mime, f.bytes, f.width, f.height, f.duration_ms, f.created_at, \
             b.sha256 FROM files f JOIN blobs b ON b.id = f.blob_id \
             WHERE f.owner_id = $1 AND f.deleted_at IS NULL AND ",
            $rest
        )
    };
}

const ONE: &str = file!("f.id = $2");
/// `$2` is behind all ids for the first page; what is not filtered by is empty.
const LIST: &str = file!(
    "f.id < $2 AND ($3 = '' OR f.kind = $3) AND ($4 = '' OR f.mime LIKE $4 || '/%') ORDER BY f.id DESC LIMIT $5"
);
const RENAME: &str =
    "UPDATE files SET name = $3 WHERE owner_id = $1 AND id = $2 AND deleted_at IS NULL";
const USED: &str = "SELECT bytes, files FROM storage WHERE owner_id = $1";
const DELETE: &str = "DELETE FROM files WHERE owner_id = $1 AND id = $2 AND deleted_at IS NULL RETURNING blob_id, bytes";
/// Also one that could be brought back.
const DELETE_ANY: &str =
    "DELETE FROM files WHERE owner_id = $1 AND id = $2 RETURNING blob_id, bytes";
/// An upload that no message, sent or not, transcript, work or job has.
const DELETE_UNUSED: &str = concat!(
    "DELETE FROM files WHERE owner_id = $1 AND id = $2 AND kind = 'upload' AND deleted_at IS NULL AND NOT ",
    handed_in!("$1", "$2"),
    " AND NOT ",
    written_down!("$1", "$2"),
    " AND NOT ",
    in_hand!("$1", "$2"),
    " AND NOT EXISTS (SELECT 1 FROM works w WHERE w.file_id = $2 AND w.owner_id = $1) RETURNING blob_id, bytes"
);
pub(super) const DOOM_FREE: &str = "UPDATE blobs SET state = 'doomed', changed_at = $2 WHERE id = $1 AND state = 'kept' \
     AND NOT EXISTS (SELECT 1 FROM files f WHERE f.blob_id = blobs.id)";

/// Takes the owner's turn in a transaction: first the turn, then the look at what has a file or a content.
macro_rules! take_turn {
    ($transaction:expr, $owner:expr) => {
        sqlx::query($crate::store::files::TAKE_BACK)
            .bind($owner.to_string())
            .bind(0_i64)
            .bind(0_i64)
            .execute(&mut *$transaction)
            .await?
    };
}
pub(super) use take_turn;

/// Deletes a file by that text, in a transaction that has the turn: its bytes, and its content if nothing refers to that any more. The sums
/// are the caller's.
macro_rules! delete_file {
    ($transaction:expr, $delete:expr, $owner:expr, $id:expr, $now:expr) => {{
        let gone: Option<(String, i64)> = sqlx::query_as($delete)
            .bind($owner.to_string())
            .bind($crate::store::vectors::text(&$id))
            .fetch_optional(&mut *$transaction)
            .await?;
        match gone {
            None => None,
            Some((blob, bytes)) => {
                let doomed = sqlx::query($crate::store::files::DOOM_FREE)
                    .bind(&blob)
                    .bind($now.get())
                    .execute(&mut *$transaction)
                    .await?
                    .rows_affected();
                let id = $crate::store::rows::id("files", "blob_id", &blob)?;
                let owner = $owner;
                let free = (doomed == 1).then_some($crate::store::Blob { owner, id });
                Some((bytes, free))
            }
        }
    }};
}
pub(super) use delete_file;

/// Behind every id.
const NEWEST: &str = "g";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("FILES_ONE", ONE),
    ("FILES_LIST", LIST),
    ("FILES_RENAME", RENAME),
    ("FILES_USED", USED),
    ("FILES_DELETE", DELETE),
    ("FILES_DELETE_ANY", DELETE_ANY),
    ("FILES_DELETE_UNUSED", DELETE_UNUSED),
    ("FILES_DOOM_FREE", DOOM_FREE),
    ("FILES_SAME", keep::SAME),
];

/// A file and where its content is.
#[derive(Clone, Debug)]
pub(crate) struct KeptFile {
    pub(crate) view: FileView,
    pub(crate) blob: Uuid,
    /// Of the content, in hex.
    pub(crate) sha256: String,
}

#[derive(FromRow)]
struct Row {
    id: String,
    blob_id: String,
    kind: String,
    name: String,
    mime: String,
    bytes: i64,
    width: Option<i64>,
    height: Option<i64>,
    duration_ms: Option<i64>,
    created_at: i64,
    sha256: String,
}

impl TryFrom<Row> for KeptFile {
    type Error = super::Error;

    fn try_from(row: Row) -> Result<Self> {
        let kind = FileKind::from_name(&row.kind);
        let pixels = |side: Option<i64>| side.and_then(|side| u32::try_from(side).ok());
        Ok(Self {
            blob: rows::id("files", "blob_id", &row.blob_id)?,
            sha256: row.sha256,
            view: FileView {
                id: rows::id("files", "id", &row.id)?,
                kind: kind.ok_or_else(|| rows::corrupt("files", "kind", &row.id))?,
                name: row.name,
                mime: row.mime,
                bytes: row.bytes,
                width: pixels(row.width),
                height: pixels(row.height),
                duration_ms: row.duration_ms,
                created_at: Millis::new(row.created_at),
            },
        })
    }
}

impl Db {
    /// One of the owner's files.
    #[tracing::instrument(name = "store.files.one", skip_all)]
    pub(crate) async fn file(&self, owner: UserId, id: FileId) -> Result<Option<KeptFile>> {
        let row: Option<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(ONE)
            .bind(owner.to_string())
            .bind(id.to_string())
            .fetch_optional(pool)
            .await?);
        row.map(KeptFile::try_from).transpose()
    }

    /// A page of the owner's files, the newest first.
    #[tracing::instrument(name = "store.files.list", skip_all)]
    pub(crate) async fn files(
        &self,
        owner: UserId,
        after: Option<FileId>,
        filter: FileFilter,
        limit: u32,
    ) -> Result<Vec<FileView>> {
        let after = after.map_or_else(|| NEWEST.to_owned(), |id| id.to_string());
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(LIST)
            .bind(owner.to_string())
            .bind(after)
            .bind(filter.kind.map_or("", FileKind::as_str))
            .bind(filter.medium.map_or("", model::Medium::as_str))
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        found
            .into_iter()
            .map(|row| Ok(KeptFile::try_from(row)?.view))
            .collect()
    }

    /// Calls one of the owner's files something else. Whether there is one.
    #[tracing::instrument(name = "store.files.rename", skip_all)]
    pub(crate) async fn rename_file(
        &self,
        owner: UserId,
        id: FileId,
        name: &FileName,
    ) -> Result<bool> {
        let renamed = on_pool!(self.writer(), |pool| sqlx::query(RENAME)
            .bind(owner.to_string())
            .bind(id.to_string())
            .bind(name.as_str())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(renamed == 1)
    }

    /// Bytes and files of the owner.
    #[tracing::instrument(name = "store.files.used", skip_all)]
    pub(crate) async fn storage_used(&self, owner: UserId) -> Result<(i64, i64)> {
        let used: Option<(i64, i64)> = on_pool!(self.reader(), |pool| sqlx::query_as(USED)
            .bind(owner.to_string())
            .fetch_optional(pool)
            .await?);
        Ok(used.unwrap_or_default())
    }

    /// Deletes those of the files that are the owner's. How many, and the contents that nothing refers to any more.
    #[tracing::instrument(name = "store.files.delete", skip_all)]
    pub(crate) async fn delete_files(
        &self,
        owner: UserId,
        ids: &[FileId],
        now: Millis,
    ) -> Result<(u64, Vec<Blob>)> {
        self.delete_files_by(DELETE, owner, ids, now).await
    }

    /// The same, also of those that could be brought back.
    #[tracing::instrument(name = "store.files.delete_any", skip_all)]
    pub(crate) async fn delete_any_files(
        &self,
        owner: UserId,
        ids: &[FileId],
        now: Millis,
    ) -> Result<(u64, Vec<Blob>)> {
        self.delete_files_by(DELETE_ANY, owner, ids, now).await
    }

    /// Deletes an upload of the owner's that nothing has. How many, and the contents that nothing refers to any more.
    #[tracing::instrument(name = "store.files.delete_unused", skip_all)]
    pub(crate) async fn delete_unused_upload(
        &self,
        owner: UserId,
        id: FileId,
        now: Millis,
    ) -> Result<(u64, Vec<Blob>)> {
        self.delete_files_by(DELETE_UNUSED, owner, &[id], now).await
    }

    /// Deletes those of the files that the statement does. How many, and the contents that nothing refers to any more.
    pub(super) async fn delete_files_by(
        &self,
        delete: &'static str,
        owner: UserId,
        ids: &[FileId],
        now: Millis,
    ) -> Result<(u64, Vec<Blob>)> {
        let (mut deleted, mut bytes, mut free) = (0, 0, Vec::new());
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            take_turn!(transaction, owner);
            for id in ids {
                let Some((size, content)) = delete_file!(transaction, delete, owner, id, now)
                else {
                    continue;
                };
                deleted += 1;
                bytes += size;
                free.extend(content);
            }
            sqlx::query(TAKE_BACK)
                .bind(owner.to_string())
                .bind(bytes)
                .bind(i64::try_from(deleted).unwrap_or(i64::MAX))
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
        });
        Ok((deleted, free))
    }
}
