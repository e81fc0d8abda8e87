//! Conversations: the sidebar's lines and what a conversation is besides its messages.

use model::{ConversationId, MessageId, Millis, ModelName, Title, UserId};
use sqlx::FromRow;

use super::{Db, Error, Result, left_files, on_pool, rows, search::SearchIndex as _};

/// A line of the sidebar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: ConversationId,
    /// Its title.
    pub title: Title,
    /// When something last happened in it.
    pub updated_at: Millis,
    /// An answer is being written.
    pub generating: bool,
}

/// A conversation without its messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// Its title.
    pub title: Title,
    /// The model that answers next.
    pub model: ModelName,
    /// The end of the branch that is shown.
    pub leaf: Option<MessageId>,
    /// It stays at the top of the list.
    pub pinned: bool,
    /// It is in the archive.
    pub archived: bool,
    /// It goes for good when it is left.
    pub temporary: bool,
}

#[derive(FromRow)]
pub(super) struct ListedRow {
    id: String,
    title: String,
    updated_at: i64,
    generating: bool,
}

impl TryFrom<ListedRow> for Listed {
    type Error = Error;

    fn try_from(row: ListedRow) -> Result<Self> {
        Ok(Self {
            id: rows::id("conversations", "id", &row.id)?,
            title: Title::parse(&row.title)
                .map_err(|_| rows::corrupt("conversations", "title", &row.id))?,
            updated_at: Millis::new(row.updated_at),
            generating: row.generating,
        })
    }
}

#[derive(FromRow)]
struct ConversationRow {
    title: String,
    model: String,
    leaf_id: Option<String>,
    pinned_at: Option<i64>,
    archived_at: Option<i64>,
    expires_at: Option<i64>,
}

const LIST: &str = "
    SELECT c.id, c.title, c.updated_at,
           EXISTS (SELECT 1 FROM generations g WHERE g.conversation_id = c.id AND g.status = 'running') AS generating
    FROM conversations c
    WHERE c.owner_id = $1 AND c.deleted_at IS NULL AND c.archived_at IS NULL AND c.pinned_at IS NULL AND c.folder_id IS NULL
      AND c.expires_at IS NULL AND (c.updated_at, c.id) < ($2, $3)
    ORDER BY c.updated_at DESC, c.id DESC
    LIMIT $4";

/// The same with those in folders.
const KEPT: &str = "
    SELECT c.id, c.title, c.updated_at,
           EXISTS (SELECT 1 FROM generations g WHERE g.conversation_id = c.id AND g.status = 'running') AS generating
    FROM conversations c
    WHERE c.owner_id = $1 AND c.deleted_at IS NULL AND c.archived_at IS NULL AND c.pinned_at IS NULL
      AND c.expires_at IS NULL AND (c.updated_at, c.id) < ($2, $3)
    ORDER BY c.updated_at DESC, c.id DESC
    LIMIT $4";

const FIND: &str = "
    SELECT title, model, leaf_id, pinned_at, archived_at, expires_at FROM conversations
    WHERE id = $1 AND owner_id = $2 AND deleted_at IS NULL";

const RENAME: &str = "
    UPDATE conversations SET title = $3, title_source = 'person'
    WHERE id = $1 AND owner_id = $2 AND deleted_at IS NULL";

/// A title that a person chose is never overwritten.
const TITLE_BY_MODEL: &str = "
    UPDATE conversations SET title = $2, title_source = 'model' WHERE id = $1 AND title_source = 'question'";

pub(super) const DELETE: &str = "
    UPDATE conversations SET deleted_at = $3
    WHERE id = $1 AND owner_id = $2 AND deleted_at IS NULL AND expires_at IS NULL";

pub(super) const RESTORE: &str = "
    UPDATE conversations SET deleted_at = NULL WHERE id = $1 AND owner_id = $2 AND deleted_at IS NOT NULL";

const PURGE: &str = "DELETE FROM conversations WHERE deleted_at < $1";

const PURGE_DRAFTS: &str = "
    DELETE FROM drafts WHERE (user_id, slot) IN (SELECT owner_id, id FROM conversations WHERE deleted_at < $1)";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("LIST", LIST),
    ("KEPT", KEPT),
    ("FIND", FIND),
    ("RENAME", RENAME),
    ("TITLE_BY_MODEL", TITLE_BY_MODEL),
    ("DELETE", DELETE),
    ("RESTORE", RESTORE),
    ("PURGE", PURGE),
    ("PURGE_DRAFTS", PURGE_DRAFTS),
];

impl Db {
    /// The owner's conversations after `after` in the sidebar's order, newest first; those in folders are listed there.
    #[tracing::instrument(name = "store.conversations.list", skip_all)]
    pub async fn list_conversations(
        &self,
        owner: UserId,
        after: Option<(Millis, ConversationId)>,
        limit: u32,
    ) -> Result<Vec<Listed>> {
        self.listed(LIST, owner, after, limit).await
    }

    /// The same with those in folders.
    #[tracing::instrument(name = "store.conversations.kept", skip_all)]
    pub async fn kept_in_list(
        &self,
        owner: UserId,
        after: Option<(Millis, ConversationId)>,
        limit: u32,
    ) -> Result<Vec<Listed>> {
        self.listed(KEPT, owner, after, limit).await
    }

    async fn listed(
        &self,
        query: &'static str,
        owner: UserId,
        after: Option<(Millis, ConversationId)>,
        limit: u32,
    ) -> Result<Vec<Listed>> {
        let (updated_at, id) = after.map_or((i64::MAX, String::new()), |(at, id)| {
            (at.get(), id.to_string())
        });
        let rows: Vec<ListedRow> = on_pool!(self.reader(), |pool| {
            sqlx::query_as(query)
                .bind(owner.to_string())
                .bind(updated_at)
                .bind(id)
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?
        });
        rows.into_iter().map(Listed::try_from).collect()
    }

    /// The owner's conversation of that id.
    #[tracing::instrument(name = "store.conversations.find", skip_all, fields(conversation.id = %id))]
    pub async fn conversation(
        &self,
        owner: UserId,
        id: ConversationId,
    ) -> Result<Option<Conversation>> {
        let row: Option<ConversationRow> = on_pool!(self.reader(), |pool| {
            sqlx::query_as(FIND)
                .bind(id.to_string())
                .bind(owner.to_string())
                .fetch_optional(pool)
                .await?
        });
        let Some(row) = row else { return Ok(None) };
        let key = id.to_string();
        Ok(Some(Conversation {
            title: Title::parse(&row.title)
                .map_err(|_| rows::corrupt("conversations", "title", &key))?,
            model: ModelName::parse(&row.model)
                .map_err(|_| rows::corrupt("conversations", "model", &key))?,
            leaf: row
                .leaf_id
                .map(|leaf| rows::id("conversations", "leaf_id", &leaf))
                .transpose()?,
            pinned: row.pinned_at.is_some(),
            archived: row.archived_at.is_some(),
            temporary: row.expires_at.is_some(),
        }))
    }

    /// Gives it the title that a person chose. Whether the owner has such a conversation.
    #[tracing::instrument(name = "store.conversations.rename", skip_all, fields(conversation.id = %id))]
    pub async fn rename_conversation(
        &self,
        owner: UserId,
        id: ConversationId,
        title: &Title,
    ) -> Result<bool> {
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            let query = sqlx::query(RENAME)
                .bind(id.to_string())
                .bind(owner.to_string())
                .bind(title.as_str());
            let changed = query.execute(&mut *tx).await?.rows_affected();
            if changed == 1 {
                tx.index_title(id, title.as_str()).await?;
            }
            tx.commit().await?;
            Ok(changed == 1)
        })
    }

    /// Gives it the title that the model wrote, unless it has a better one. Whether it took it.
    #[tracing::instrument(name = "store.conversations.title", skip_all, fields(conversation.id = %id))]
    pub async fn title_conversation(&self, id: ConversationId, title: &Title) -> Result<bool> {
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            let query = sqlx::query(TITLE_BY_MODEL)
                .bind(id.to_string())
                .bind(title.as_str());
            let changed = query.execute(&mut *tx).await?.rows_affected();
            if changed == 1 {
                tx.index_title(id, title.as_str()).await?;
            }
            tx.commit().await?;
            Ok(changed == 1)
        })
    }

    /// Puts it in the trash. Whether it was there and the owner's.
    #[tracing::instrument(name = "store.conversations.delete", skip_all, fields(conversation.id = %id))]
    pub async fn delete_conversation(
        &self,
        owner: UserId,
        id: ConversationId,
        now: Millis,
    ) -> Result<bool> {
        let changed = on_pool!(self.writer(), |pool| {
            let query = sqlx::query(DELETE)
                .bind(id.to_string())
                .bind(owner.to_string())
                .bind(now.get());
            query.execute(pool).await?.rows_affected()
        });
        Ok(changed == 1)
    }

    /// Takes it out of the trash. Whether it was in there and the owner's.
    #[tracing::instrument(name = "store.conversations.restore", skip_all, fields(conversation.id = %id))]
    pub async fn restore_conversation(&self, owner: UserId, id: ConversationId) -> Result<bool> {
        let changed = on_pool!(self.writer(), |pool| {
            sqlx::query(RESTORE)
                .bind(id.to_string())
                .bind(owner.to_string())
                .execute(pool)
                .await?
                .rows_affected()
        });
        Ok(changed == 1)
    }

    /// Removes for good what was put in the trash before `before`; the files beside drafts and waiting messages go with the next
    /// release. How many.
    #[tracing::instrument(name = "store.conversations.purge", skip_all)]
    pub async fn purge_conversations(&self, before: Millis) -> Result<u64> {
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            for remember in left_files::OF_TRASH {
                sqlx::query(remember)
                    .bind(before.get())
                    .execute(&mut *tx)
                    .await?;
            }
            sqlx::query(PURGE_DRAFTS)
                .bind(before.get())
                .execute(&mut *tx)
                .await?;
            let purged = sqlx::query(PURGE)
                .bind(before.get())
                .execute(&mut *tx)
                .await?
                .rows_affected();
            tx.commit().await?;
            Ok(purged)
        })
    }
}
