//! Conversations that are taken in from elsewhere, each whole or not at all, and what was told of that.

use model::{
    ConversationId, ImportId, ImportReport, MessageId, Millis, ModelName, Speaker, Title, UserId,
};
use sqlx::types::Json;

use super::{Db, Part, Result, on_pool, search::SearchIndex as _, text_of};
use crate::Ids;

/// Reports that are shown of a person.
const SHOWN: u32 = 10;

/// Reports that are kept of a person: as many as there can be in a day, since they tell how much was taken in.
pub(crate) const KEPT_REPORTS: u32 = 100;

const NEW_CONVERSATION: &str = "
    INSERT INTO conversations (id, owner_id, title, title_source, model, leaf_id, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

/// What was taken in before is there unless that was thrown away since. Of two files with the same in them that come at once, one
/// waits here for the other.
const CLAIM: &str = "
    INSERT INTO imported_conversations (owner_id, content_hash, conversation_id) VALUES ($1, $2, $3)
    ON CONFLICT (owner_id, content_hash) DO UPDATE SET conversation_id = excluded.conversation_id
    WHERE EXISTS (SELECT 1 FROM conversations c
                  WHERE c.id = imported_conversations.conversation_id AND c.deleted_at IS NOT NULL)";

const NEW_MESSAGE: &str = "
    INSERT INTO messages (id, conversation_id, parent_id, role, status, parts, model, created_at, updated_at)
    VALUES ($1, $2, $3, $4, 'complete', $5, $6, $7, $7)";

const NEW_REPORT: &str = "INSERT INTO imports (id, owner_id, report) VALUES ($1, $2, $3)";

const FORGET_REPORTS: &str = "
    DELETE FROM imports WHERE owner_id = $1
    AND id < (SELECT id FROM imports WHERE owner_id = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)";

const REPORTED: &str = "SELECT report FROM imports WHERE owner_id = $1 ORDER BY id DESC LIMIT $2";

const SINCE: &str = "
    SELECT COUNT(*), COALESCE(SUM(CASE WHEN CAST(report ->> 'taken' AS BIGINT) > 0 THEN 1 ELSE 0 END), 0)
    FROM imports WHERE owner_id = $1 AND id >= $2";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("NEW_CONVERSATION", NEW_CONVERSATION),
    ("CLAIM", CLAIM),
    ("NEW_MESSAGE", NEW_MESSAGE),
    ("NEW_REPORT", NEW_REPORT),
    ("FORGET_REPORTS", FORGET_REPORTS),
    ("REPORTED", REPORTED),
    ("SINCE", SINCE),
];

/// A conversation that comes from elsewhere.
pub(crate) struct NewImport<'a> {
    pub(crate) owner: UserId,
    pub(crate) id: ConversationId,
    pub(crate) title: &'a Title,
    /// Whether it had that title where it comes from.
    pub(crate) titled: bool,
    /// The model that answers next.
    pub(crate) model: &'a ModelName,
    /// The end of the branch that is shown.
    pub(crate) leaf: MessageId,
    pub(crate) created_at: Millis,
    pub(crate) updated_at: Millis,
    /// Of what is in it.
    pub(crate) content_hash: &'a str,
    /// Each behind what it answers.
    pub(crate) messages: &'a [ImportedMessage],
}

/// A message of it.
pub(crate) struct ImportedMessage {
    pub(crate) id: MessageId,
    pub(crate) parent: Option<MessageId>,
    pub(crate) speaker: Speaker,
    pub(crate) parts: Vec<Part>,
    pub(crate) model: Option<ModelName>,
    pub(crate) at: Millis,
}

impl Db {
    /// Writes the conversation with all its messages, so that the search finds it, unless the owner has taken in the same before
    /// and not thrown it away. Whether it was written.
    #[tracing::instrument(name = "store.imports.conversation", skip_all, fields(conversation.id = %new.id))]
    pub(crate) async fn import_conversation(&self, new: &NewImport<'_>) -> Result<bool> {
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            sqlx::query(NEW_CONVERSATION)
                .bind(new.id.to_string())
                .bind(new.owner.to_string())
                .bind(new.title.as_str())
                .bind(if new.titled { "person" } else { "question" })
                .bind(new.model.as_str())
                .bind(new.leaf.to_string())
                .bind(new.created_at.get())
                .bind(new.updated_at.get())
                .execute(&mut *tx)
                .await?;
            let claimed = sqlx::query(CLAIM)
                .bind(new.owner.to_string())
                .bind(new.content_hash)
                .bind(new.id.to_string())
                .execute(&mut *tx)
                .await?
                .rows_affected();
            if claimed == 0 {
                return Ok(false);
            }
            tx.index_title(new.id, new.title.as_str()).await?;
            for message in new.messages {
                let role = match message.speaker {
                    Speaker::User => "user",
                    Speaker::Assistant => "assistant",
                };
                sqlx::query(NEW_MESSAGE)
                    .bind(message.id.to_string())
                    .bind(new.id.to_string())
                    .bind(message.parent.map(|parent| parent.to_string()))
                    .bind(role)
                    .bind(Json(&message.parts))
                    .bind(message.model.as_ref().map(ModelName::as_str))
                    .bind(message.at.get())
                    .execute(&mut *tx)
                    .await?;
                let text = text_of(&message.parts);
                tx.index_text(message.id, &text).await?;
            }
            tx.commit().await?;
            Ok(true)
        })
    }

    /// Keeps what came of a file, and forgets older reports.
    #[tracing::instrument(name = "store.imports.report", skip_all)]
    pub(crate) async fn insert_import(&self, owner: UserId, report: &ImportReport) -> Result<()> {
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            sqlx::query(NEW_REPORT)
                .bind(report.id.to_string())
                .bind(owner.to_string())
                .bind(Json(report))
                .execute(&mut *tx)
                .await?;
            sqlx::query(FORGET_REPORTS)
                .bind(owner.to_string())
                .bind(i64::from(KEPT_REPORTS) - 1)
                .execute(&mut *tx)
                .await?;
            tx.commit().await?;
        });
        Ok(())
    }

    /// Files of the owner since then, and those of them that something was taken of.
    #[tracing::instrument(name = "store.imports.since", skip_all)]
    pub(crate) async fn imports_since(&self, owner: UserId, since: Millis) -> Result<(i64, i64)> {
        let first = ImportId::from_uuid(Ids::of_then(since));
        let found: (i64, i64) = on_pool!(self.reader(), |pool| {
            sqlx::query_as(SINCE)
                .bind(owner.to_string())
                .bind(first.to_string())
                .fetch_one(pool)
                .await?
        });
        Ok(found)
    }

    /// What came of the owner's files, the newest first.
    #[tracing::instrument(name = "store.imports.list", skip_all)]
    pub(crate) async fn imports(&self, owner: UserId) -> Result<Vec<ImportReport>> {
        let found: Vec<Json<ImportReport>> = on_pool!(self.reader(), |pool| {
            sqlx::query_scalar(REPORTED)
                .bind(owner.to_string())
                .bind(i64::from(SHOWN))
                .fetch_all(pool)
                .await?
        });
        Ok(found.into_iter().map(|Json(report)| report).collect())
    }
}
