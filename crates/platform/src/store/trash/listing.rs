//! What of a library was deleted and can be brought back, as its owner sees it.

use model::{
    FileId, LibraryDiscarded, LibraryId, LibraryKind, Millis, TranscriptId, UserId, WorkId,
};
use sqlx::FromRow;
use uuid::Uuid;

use crate::store::{Db, Result, on_pool, rows};

const WORKS: &str = "SELECT w.id, w.kind, SUBSTR(w.prompt, 1, 200) AS name, \
       CASE WHEN f.kind = 'work' THEN f.bytes ELSE 0 END AS bytes, w.deleted_at \
     FROM works w LEFT JOIN files f ON f.id = w.file_id \
     WHERE w.owner_id = $1 AND w.deleted_at IS NOT NULL AND (w.deleted_at, w.id) < ($2, $3) \
     ORDER BY w.deleted_at DESC, w.id DESC LIMIT $4";
/// With the recording that went with it; one of several that went together stands with the first that is shown.
const TRANSCRIPTS: &str = "SELECT t.id, 'transcript' AS kind, t.title AS name, COALESCE(f.bytes, 0) AS bytes, t.deleted_at \
     FROM transcripts t LEFT JOIN files f ON f.id = t.file_id AND f.kind = 'upload' AND f.deleted_at = t.deleted_at \
       AND NOT EXISTS (SELECT 1 FROM transcripts o WHERE o.file_id = t.file_id AND o.owner_id = t.owner_id \
         AND o.deleted_at = t.deleted_at AND o.id > t.id) \
     WHERE t.owner_id = $1 AND t.deleted_at IS NOT NULL AND (t.deleted_at, t.id) < ($2, $3) \
     ORDER BY t.deleted_at DESC, t.id DESC LIMIT $4";
/// Without what went with its transcript.
const UPLOADS: &str = "SELECT f.id, 'upload' AS kind, f.name, f.bytes, f.deleted_at FROM files f \
     WHERE f.owner_id = $1 AND f.kind = 'upload' AND f.deleted_at IS NOT NULL AND (f.deleted_at, f.id) < ($2, $3) \
       AND NOT EXISTS (SELECT 1 FROM transcripts t WHERE t.file_id = f.id AND t.owner_id = f.owner_id AND t.deleted_at = f.deleted_at) \
     ORDER BY f.deleted_at DESC, f.id DESC LIMIT $4";

const WORKS_AT: &str = "SELECT id FROM works WHERE owner_id = $1 AND deleted_at = $2";
const TRANSCRIPTS_AT: &str = "SELECT id FROM transcripts WHERE owner_id = $1 AND deleted_at = $2";
const UPLOADS_AT: &str =
    "SELECT id FROM files WHERE owner_id = $1 AND deleted_at = $2 AND kind = 'upload'";

const BYTES: &str = "SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM files WHERE owner_id = $1 AND deleted_at IS NOT NULL";

/// For the proof that each uses an index.
#[cfg(test)]
pub(in crate::store) const QUERIES: &[(&str, &str)] = &[
    ("TRASH_WORKS", WORKS),
    ("TRASH_TRANSCRIPTS", TRANSCRIPTS),
    ("TRASH_UPLOADS", UPLOADS),
    ("TRASH_WORKS_AT", WORKS_AT),
    ("TRASH_TRANSCRIPTS_AT", TRANSCRIPTS_AT),
    ("TRASH_UPLOADS_AT", UPLOADS_AT),
    ("TRASH_BYTES", BYTES),
];

/// Which of the three tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Discarded {
    /// Works.
    Works,
    /// Transcripts.
    Transcripts,
    /// Uploads.
    Uploads,
}

impl Discarded {
    const fn page(self) -> &'static str {
        match self {
            Self::Works => WORKS,
            Self::Transcripts => TRANSCRIPTS,
            Self::Uploads => UPLOADS,
        }
    }

    const fn at(self) -> &'static str {
        match self {
            Self::Works => WORKS_AT,
            Self::Transcripts => TRANSCRIPTS_AT,
            Self::Uploads => UPLOADS_AT,
        }
    }

    fn id(self, text: &str) -> Result<LibraryId> {
        Ok(match self {
            Self::Works => LibraryId::Work(rows::id::<WorkId>("works", "id", text)?),
            Self::Transcripts => {
                LibraryId::Transcript(rows::id::<TranscriptId>("transcripts", "id", text)?)
            }
            Self::Uploads => LibraryId::File(rows::id::<FileId>("files", "id", text)?),
        })
    }
}

#[derive(FromRow)]
struct Row {
    id: String,
    kind: String,
    name: String,
    bytes: i64,
    deleted_at: i64,
}

impl Db {
    /// What of the owner's was deleted in one table, the last first, what stands behind that place.
    #[tracing::instrument(name = "store.trash.page", skip_all)]
    pub(crate) async fn discarded(
        &self,
        table: Discarded,
        owner: UserId,
        (at, id): (Millis, Uuid),
        limit: u32,
    ) -> Result<Vec<LibraryDiscarded>> {
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(table.page())
            .bind(owner.to_string())
            .bind(at.get())
            .bind(id.to_string())
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        let read = |row: Row| -> Result<LibraryDiscarded> {
            Ok(LibraryDiscarded {
                id: table.id(&row.id)?,
                kind: LibraryKind::from_name(&row.kind)
                    .ok_or_else(|| rows::corrupt("works", "kind", &row.id))?,
                name: row.name,
                bytes: row.bytes,
                deleted_at: Millis::new(row.deleted_at),
            })
        };
        found.into_iter().map(read).collect()
    }

    /// What of the owner's was deleted at that moment, in one table.
    #[tracing::instrument(name = "store.trash.at", skip_all)]
    pub(crate) async fn discarded_at(
        &self,
        table: Discarded,
        owner: UserId,
        at: Millis,
    ) -> Result<Vec<LibraryId>> {
        let found: Vec<String> = on_pool!(self.reader(), |pool| sqlx::query_scalar(table.at())
            .bind(owner.to_string())
            .bind(at.get())
            .fetch_all(pool)
            .await?);
        found.iter().map(|id| table.id(id)).collect()
    }

    /// Bytes of the owner's files that were deleted and are kept as yet.
    #[tracing::instrument(name = "store.trash.bytes", skip_all)]
    pub(crate) async fn discarded_bytes(&self, owner: UserId) -> Result<i64> {
        Ok(on_pool!(self.reader(), |pool| sqlx::query_scalar(BYTES)
            .bind(owner.to_string())
            .fetch_one(pool)
            .await?))
    }
}
