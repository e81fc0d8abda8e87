//! Which tools people have on.

use model::{ConversationId, Millis, ToolName, UserId};
use sqlx::types::Json;

use super::{Db, Result, on_pool};

/// Nothing where the owner has no such conversation.
const READ: &str = "
    SELECT t.tools FROM conversations c LEFT JOIN conversation_tools t ON t.conversation_id = c.id
    WHERE c.id = $1 AND c.owner_id = $2 AND c.deleted_at IS NULL";

const READ_DEFAULT: &str = "SELECT tools FROM default_tools WHERE user_id = $1";

const WRITE: &str = "
    INSERT INTO conversation_tools (conversation_id, tools)
    SELECT c.id, $3 FROM conversations c WHERE c.id = $1 AND c.owner_id = $2 AND c.deleted_at IS NULL
    ON CONFLICT (conversation_id) DO UPDATE SET tools = excluded.tools";

const WRITE_DEFAULT: &str = "
    INSERT INTO default_tools (user_id, tools, updated_at) VALUES ($1, $2, $3)
    ON CONFLICT (user_id) DO UPDATE SET tools = excluded.tools, updated_at = excluded.updated_at";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("TOOLS_READ", READ),
    ("TOOLS_READ_DEFAULT", READ_DEFAULT),
    ("TOOLS_WRITE", WRITE),
    ("TOOLS_WRITE_DEFAULT", WRITE_DEFAULT),
];

/// What is chosen for a conversation; nothing where its owner never chose.
pub(crate) struct Chosen(pub(crate) Option<Vec<ToolName>>);

impl Db {
    /// What is chosen for the owner's conversation. `None` when they have no such conversation.
    #[tracing::instrument(name = "store.tools.read", skip_all)]
    pub(crate) async fn conversation_tools(
        &self,
        owner: UserId,
        conversation: ConversationId,
    ) -> Result<Option<Chosen>> {
        let row: Option<(Option<Json<Vec<ToolName>>>,)> =
            on_pool!(self.reader(), |pool| sqlx::query_as(READ)
                .bind(conversation.to_string())
                .bind(owner.to_string())
                .fetch_optional(pool)
                .await?);
        Ok(row.map(|(tools,)| Chosen(tools.map(|Json(tools)| tools))))
    }

    /// What holds where nothing was chosen.
    #[tracing::instrument(name = "store.tools.read_default", skip_all)]
    pub(crate) async fn default_tools(&self, user: UserId) -> Result<Vec<ToolName>> {
        let tools: Option<Json<Vec<ToolName>>> =
            on_pool!(self.reader(), |pool| sqlx::query_scalar(READ_DEFAULT)
                .bind(user.to_string())
                .fetch_optional(pool)
                .await?);
        Ok(tools.map(|Json(tools)| tools).unwrap_or_default())
    }

    /// Chooses for a conversation. Whether the owner has it.
    #[tracing::instrument(name = "store.tools.write", skip_all)]
    pub(crate) async fn set_conversation_tools(
        &self,
        owner: UserId,
        conversation: ConversationId,
        tools: &[ToolName],
    ) -> Result<bool> {
        let rows = on_pool!(self.writer(), |pool| sqlx::query(WRITE)
            .bind(conversation.to_string())
            .bind(owner.to_string())
            .bind(Json(tools))
            .execute(pool)
            .await?
            .rows_affected());
        Ok(rows == 1)
    }

    /// Chooses for conversations without a choice of their own.
    #[tracing::instrument(name = "store.tools.write_default", skip_all)]
    pub(crate) async fn set_default_tools(
        &self,
        user: UserId,
        tools: &[ToolName],
        now: Millis,
    ) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(WRITE_DEFAULT)
            .bind(user.to_string())
            .bind(Json(tools))
            .bind(now.get())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }
}
