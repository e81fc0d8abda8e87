//! What was typed and not sent, so that it survives a reload and a change of device.

use model::{ConversationId, Millis, UserId};

use super::{Db, Result, on_pool};

const READ: &str = "SELECT text FROM drafts WHERE user_id = $1 AND slot = $2";

/// Only into a conversation of one's own; the new conversation's slot is always there.
const WRITE: &str = "
    INSERT INTO drafts (user_id, slot, text, updated_at)
    SELECT $1, $2, $3, $4
    WHERE $2 = '' OR EXISTS (SELECT 1 FROM conversations WHERE id = $2 AND owner_id = $1 AND deleted_at IS NULL)
    ON CONFLICT (user_id, slot) DO UPDATE SET text = excluded.text, updated_at = excluded.updated_at";

const CLEAR: &str = "DELETE FROM drafts WHERE user_id = $1 AND slot = $2";

/// The key of a conversation's draft, or of the new conversation's.
pub(super) fn slot(conversation: Option<ConversationId>) -> String {
    conversation.map(|id| id.to_string()).unwrap_or_default()
}

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[("READ", READ), ("WRITE", WRITE), ("CLEAR", CLEAR)];

impl Db {
    /// The draft, or nothing.
    #[tracing::instrument(name = "store.drafts.read", skip_all)]
    pub async fn draft(
        &self,
        user: UserId,
        conversation: Option<ConversationId>,
    ) -> Result<String> {
        let text: Option<String> = on_pool!(self.reader(), |pool| {
            let query = sqlx::query_scalar(READ)
                .bind(user.to_string())
                .bind(slot(conversation));
            query.fetch_optional(pool).await?
        });
        Ok(text.unwrap_or_default())
    }

    /// Keeps the draft; an empty one is forgotten. `false` when there is no such conversation of the user's.
    #[tracing::instrument(name = "store.drafts.write", skip_all)]
    pub async fn save_draft(
        &self,
        user: UserId,
        conversation: Option<ConversationId>,
        text: &str,
        now: Millis,
    ) -> Result<bool> {
        if text.is_empty() {
            on_pool!(self.writer(), |pool| {
                sqlx::query(CLEAR)
                    .bind(user.to_string())
                    .bind(slot(conversation))
                    .execute(pool)
                    .await?
                    .rows_affected()
            });
            return Ok(true);
        }
        let written = on_pool!(self.writer(), |pool| {
            let query = sqlx::query(WRITE)
                .bind(user.to_string())
                .bind(slot(conversation))
                .bind(text)
                .bind(now.get());
            query.execute(pool).await?.rows_affected()
        });
        Ok(written == 1)
    }
}
