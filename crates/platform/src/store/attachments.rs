//! Files that were handed in with questions.

use std::collections::HashMap;

use model::{Attachment, ConversationId, FileId, MessageId, UserId};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Db, Result, on_pool, rows};

/// Takes the file as it is now; nothing where the owner has no such file.
pub(super) const ATTACH: &str = "
    INSERT INTO message_attachments (id, owner_id, message_id, position, file_id, name, mime, bytes)
    SELECT $1, f.owner_id, $3, $4, f.id, f.name, f.mime, f.bytes FROM files f WHERE f.id = $5 AND f.owner_id = $2
      AND f.deleted_at IS NULL";

/// Of the messages that [`Db::branch`] gives. `CROSS` keeps SQLite from beginning with the attachments.
const OF_BRANCH: &str = "
    WITH RECURSIVE branch (id, parent_id, depth) AS (
        SELECT m.id, m.parent_id, 1
        FROM messages m JOIN conversations c ON c.id = m.conversation_id
        WHERE m.id = $3 AND c.id = $2 AND c.owner_id = $1 AND c.deleted_at IS NULL AND m.deleted_at IS NULL
        UNION ALL
        SELECT p.id, p.parent_id, b.depth + 1
        FROM branch b JOIN messages p ON p.id = b.parent_id
        WHERE b.depth < $4
    )
    SELECT a.message_id, a.file_id, a.name, a.mime, a.bytes, f.id AS kept, f.width, f.height
    FROM branch b CROSS JOIN message_attachments a LEFT JOIN files f ON f.id = a.file_id AND f.owner_id = a.owner_id AND f.deleted_at IS NULL
    WHERE a.message_id = b.id
    ORDER BY a.message_id, a.position";

const LEFT: &str = "SELECT id, owner_id, file_id FROM message_attachments WHERE message_id IS NULL AND id > $1 ORDER BY id LIMIT $2";

const FORGET: &str = "DELETE FROM message_attachments WHERE id = $1 AND message_id IS NULL";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("ATTACH", ATTACH),
    ("ATTACHMENTS_OF_BRANCH", OF_BRANCH),
    ("ATTACHMENTS_LEFT", LEFT),
    ("ATTACHMENTS_FORGET", FORGET),
];

/// What was handed in with a message that is gone for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LeftAttachment {
    pub(crate) id: Uuid,
    pub(crate) owner: UserId,
    pub(crate) file: FileId,
}

#[derive(FromRow)]
struct Row {
    message_id: String,
    file_id: String,
    name: String,
    mime: String,
    bytes: i64,
    kept: Option<String>,
    width: Option<i64>,
    height: Option<i64>,
}

impl TryFrom<Row> for Attachment {
    type Error = super::Error;

    fn try_from(row: Row) -> Result<Self> {
        let pixels = |side: Option<i64>| side.and_then(|side| u32::try_from(side).ok());
        Ok(Self {
            file: rows::id("message_attachments", "file_id", &row.file_id)?,
            name: row.name,
            mime: row.mime,
            bytes: row.bytes,
            width: pixels(row.width),
            height: pixels(row.height),
            is_gone: row.kept.is_none(),
        })
    }
}

impl Db {
    /// What was handed in with the messages of a branch, by message and in order.
    #[tracing::instrument(name = "store.attachments.of_branch", skip_all, fields(conversation.id = %conversation))]
    pub(super) async fn attachments_of_branch(
        &self,
        owner: UserId,
        conversation: ConversationId,
        end: MessageId,
        limit: u32,
    ) -> Result<HashMap<MessageId, Vec<Attachment>>> {
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(OF_BRANCH)
            .bind(owner.to_string())
            .bind(conversation.to_string())
            .bind(end.to_string())
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        let mut all: HashMap<MessageId, Vec<Attachment>> = HashMap::new();
        for row in found {
            let message = rows::id("message_attachments", "message_id", &row.message_id)?;
            all.entry(message).or_default().push(row.try_into()?);
        }
        Ok(all)
    }

    /// Files that the owner is to hand in, in their order; of one that is gone nothing is known but that.
    #[tracing::instrument(name = "store.attachments.handed", skip_all)]
    pub(crate) async fn handed(&self, owner: UserId, files: &[FileId]) -> Result<Vec<Attachment>> {
        let mut handed = Vec::with_capacity(files.len());
        for &file in files {
            let kept = self.file(owner, file).await?.map(|kept| kept.view);
            handed.push(match kept {
                Some(kept) => Attachment {
                    file,
                    name: kept.name,
                    mime: kept.mime,
                    bytes: kept.bytes,
                    width: kept.width,
                    height: kept.height,
                    is_gone: false,
                },
                None => Attachment {
                    file,
                    name: String::new(),
                    mime: String::new(),
                    bytes: 0,
                    width: None,
                    height: None,
                    is_gone: true,
                },
            });
        }
        Ok(handed)
    }

    /// What was handed in with messages that are gone for good, behind that one.
    #[tracing::instrument(name = "store.attachments.left", skip_all)]
    pub(crate) async fn left_attachments(
        &self,
        after: Uuid,
        limit: u32,
    ) -> Result<Vec<LeftAttachment>> {
        let found: Vec<(String, String, String)> =
            on_pool!(self.reader(), |pool| sqlx::query_as(LEFT)
                .bind(after.to_string())
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?);
        let read = |(id, owner, file): (String, String, String)| -> Result<LeftAttachment> {
            Ok(LeftAttachment {
                id: rows::id("message_attachments", "id", &id)?,
                owner: rows::id("message_attachments", "owner_id", &owner)?,
                file: rows::id("message_attachments", "file_id", &file)?,
            })
        };
        found.into_iter().map(read).collect()
    }

    /// Forgets what was handed in with a message that is gone for good.
    #[tracing::instrument(name = "store.attachments.forget", skip_all)]
    pub(crate) async fn forget_attachment(&self, id: Uuid) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(FORGET)
            .bind(id.to_string())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }
}
