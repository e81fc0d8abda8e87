//! What somebody keeps beside their works and transcripts: uploaded files with what has them.

use model::{FileKind, FileView, LibraryFile, LibraryKind, Millis, UserId};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Db, Result, on_pool, rows};

/// What has a file is looked up row by row, by indexes of the file's id: one that has it is enough. (The least would be looked for
/// among all that the owner has.)
macro_rules! page {
    ($condition:literal) => {
        concat!(
            "SELECT f.id, f.name, f.mime, f.bytes, f.width, f.height, f.duration_ms, f.created_at, \
             (SELECT t.id FROM transcripts t WHERE t.file_id = f.id AND t.owner_id = f.owner_id AND t.deleted_at IS NULL LIMIT 1) AS transcript_id, \
             (SELECT m.conversation_id FROM message_attachments a JOIN messages m ON m.id = a.message_id \
              JOIN conversations c ON c.id = m.conversation_id WHERE a.file_id = f.id AND a.owner_id = f.owner_id \
              AND m.deleted_at IS NULL AND c.deleted_at IS NULL LIMIT 1) AS conversation_id \
             FROM files f WHERE f.owner_id = $1 AND f.kind = 'upload' AND f.deleted_at IS NULL AND f.id < $2 AND LOWER(f.name) LIKE $3 ESCAPE '\\'",
            $condition,
            " ORDER BY f.id DESC LIMIT $4"
        )
    };
}

const PAGE: &str = page!("");
const RECORDINGS: &str = page!(
    " AND EXISTS (SELECT 1 FROM transcripts t WHERE t.file_id = f.id AND t.owner_id = f.owner_id AND t.deleted_at IS NULL)"
);
const ATTACHMENTS: &str = page!(
    " AND EXISTS (SELECT 1 FROM message_attachments a WHERE a.file_id = f.id AND a.owner_id = f.owner_id \
     AND a.message_id IS NOT NULL)"
);
const UPLOADS: &str = page!(
    " AND NOT EXISTS (SELECT 1 FROM transcripts t WHERE t.file_id = f.id AND t.owner_id = f.owner_id AND t.deleted_at IS NULL) \
     AND NOT EXISTS (SELECT 1 FROM message_attachments a WHERE a.file_id = f.id AND a.owner_id = f.owner_id \
     AND a.message_id IS NOT NULL)"
);

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("LIBRARY_PAGE", PAGE),
    ("LIBRARY_RECORDINGS", RECORDINGS),
    ("LIBRARY_ATTACHMENTS", ATTACHMENTS),
    ("LIBRARY_UPLOADS", UPLOADS),
];

/// Behind every id.
const NEWEST: &str = "g";

#[derive(FromRow)]
struct Row {
    id: String,
    name: String,
    mime: String,
    bytes: i64,
    width: Option<i64>,
    height: Option<i64>,
    duration_ms: Option<i64>,
    created_at: i64,
    transcript_id: Option<String>,
    conversation_id: Option<String>,
}

impl TryFrom<Row> for LibraryFile {
    type Error = super::Error;

    fn try_from(row: Row) -> Result<Self> {
        let pixels = |side: Option<i64>| side.and_then(|side| u32::try_from(side).ok());
        let (transcript, conversation) = (row.transcript_id, row.conversation_id);
        Ok(Self {
            transcript: transcript
                .map(|id| rows::id("transcripts", "id", &id))
                .transpose()?,
            conversation: conversation
                .map(|id| rows::id("messages", "conversation_id", &id))
                .transpose()?,
            file: FileView {
                id: rows::id("files", "id", &row.id)?,
                kind: FileKind::Upload,
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
    /// The owner's uploads, newest first, those before `before`, with these words in their names: all of them, or those that are
    /// of that kind.
    #[tracing::instrument(name = "store.library.files", skip_all)]
    pub(crate) async fn library_files(
        &self,
        owner: UserId,
        kind: Option<LibraryKind>,
        words: Option<&str>,
        before: Option<Uuid>,
        limit: u32,
    ) -> Result<Vec<LibraryFile>> {
        let text = match kind {
            Some(LibraryKind::Recording) => RECORDINGS,
            Some(LibraryKind::Attachment) => ATTACHMENTS,
            Some(LibraryKind::Upload) => UPLOADS,
            Some(
                LibraryKind::Image
                | LibraryKind::Video
                | LibraryKind::Speech
                | LibraryKind::Transcript,
            )
            | None => PAGE,
        };
        let before = before.map_or_else(|| NEWEST.to_owned(), |id| id.to_string());
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(text)
            .bind(owner.to_string())
            .bind(before)
            .bind(rows::containing(words.unwrap_or_default()))
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        found.into_iter().map(LibraryFile::try_from).collect()
    }
}
