//! Keeping order: what is pinned, in the archive, in the trash.

use model::{ConversationAct, ConversationId, Millis, UserId};

use super::{
    Db, Listed, Result,
    conversations::{DELETE, ListedRow, RESTORE},
    drafts, on_pool,
};

/// Pinned conversations are listed together, at most so many.
const MOST_PINNED: i64 = 100;

const PIN: &str = "
    UPDATE conversations SET pinned_at = $3, archived_at = NULL
    WHERE id = $1 AND owner_id = $2 AND deleted_at IS NULL AND pinned_at IS NULL AND expires_at IS NULL";

const UNPIN: &str = "
    UPDATE conversations SET pinned_at = NULL
    WHERE id = $1 AND owner_id = $2 AND deleted_at IS NULL AND pinned_at IS NOT NULL";

const ARCHIVE: &str = "
    UPDATE conversations SET archived_at = $3, pinned_at = NULL
    WHERE id = $1 AND owner_id = $2 AND deleted_at IS NULL AND archived_at IS NULL AND expires_at IS NULL";

const UNARCHIVE: &str = "
    UPDATE conversations SET archived_at = NULL
    WHERE id = $1 AND owner_id = $2 AND deleted_at IS NULL AND archived_at IS NOT NULL";

/// Only from the trash: nothing is lost in one step.
const ERASE: &str =
    "DELETE FROM conversations WHERE id = $1 AND owner_id = $2 AND deleted_at IS NOT NULL";

const ERASE_DRAFT: &str = "DELETE FROM drafts WHERE slot = $1 AND user_id = $2";

const PINNED: &str = "
    SELECT c.id, c.title, c.updated_at,
           EXISTS (SELECT 1 FROM generations g WHERE g.conversation_id = c.id AND g.status = 'running') AS generating
    FROM conversations c
    WHERE c.owner_id = $1 AND c.pinned_at IS NOT NULL AND c.archived_at IS NULL AND c.deleted_at IS NULL
    ORDER BY c.pinned_at DESC, c.id DESC
    LIMIT $2";

/// The moment is when it was put there.
const ARCHIVED: &str = "
    SELECT c.id, c.title, c.archived_at AS updated_at,
           EXISTS (SELECT 1 FROM generations g WHERE g.conversation_id = c.id AND g.status = 'running') AS generating
    FROM conversations c
    WHERE c.owner_id = $1 AND c.archived_at IS NOT NULL AND c.deleted_at IS NULL AND (c.archived_at, c.id) < ($2, $3)
    ORDER BY c.archived_at DESC, c.id DESC
    LIMIT $4";

/// The moment is when it was put there. Answers were stopped then.
const DELETED: &str = "
    SELECT c.id, c.title, c.deleted_at AS updated_at, FALSE AS generating
    FROM conversations c
    WHERE c.owner_id = $1 AND c.deleted_at IS NOT NULL AND (c.deleted_at, c.id) < ($2, $3)
    ORDER BY c.deleted_at DESC, c.id DESC
    LIMIT $4";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("PIN", PIN),
    ("UNPIN", UNPIN),
    ("ARCHIVE", ARCHIVE),
    ("UNARCHIVE", UNARCHIVE),
    ("ERASE", ERASE),
    ("ERASE_DRAFT", ERASE_DRAFT),
    ("PINNED", PINNED),
    ("ARCHIVED", ARCHIVED),
    ("DELETED", DELETED),
];

/// The statement of an act, and the moment where it takes one.
const fn statement(act: ConversationAct, now: Millis) -> (&'static str, Option<i64>) {
    match act {
        ConversationAct::Pin => (PIN, Some(now.get())),
        ConversationAct::Unpin => (UNPIN, None),
        ConversationAct::Archive => (ARCHIVE, Some(now.get())),
        ConversationAct::Unarchive => (UNARCHIVE, None),
        ConversationAct::Delete => (DELETE, Some(now.get())),
        ConversationAct::Restore => (RESTORE, None),
        ConversationAct::Erase => (ERASE, None),
    }
}

/// Where a list goes on.
pub(super) type After = Option<(Millis, ConversationId)>;

/// Reads a page of a list that goes back by moment and id.
macro_rules! listed {
    ($db:expr, $query:expr, $owner:expr, $after:expr, $limit:expr) => {{
        let (at, id) = $after.map_or((i64::MAX, String::new()), |(at, id)| {
            (at.get(), id.to_string())
        });
        let rows: Vec<ListedRow> = on_pool!($db.reader(), |pool| {
            sqlx::query_as($query)
                .bind($owner.to_string())
                .bind(at)
                .bind(id)
                .bind(i64::from($limit))
                .fetch_all(pool)
                .await?
        });
        rows.into_iter().map(Listed::try_from).collect()
    }};
}

impl Db {
    /// Does the same with several of the owner's conversations, all or none. Those with which it could be done.
    #[tracing::instrument(name = "store.order.act", skip_all, fields(act = act.as_str(), count = ids.len()))]
    pub async fn order_conversations(
        &self,
        owner: UserId,
        act: ConversationAct,
        ids: &[ConversationId],
        now: Millis,
    ) -> Result<Vec<ConversationId>> {
        let (statement, moment) = statement(act, now);
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            let mut done = Vec::with_capacity(ids.len());
            for &id in ids {
                let mut query = sqlx::query(statement)
                    .bind(id.to_string())
                    .bind(owner.to_string());
                if let Some(moment) = moment {
                    query = query.bind(moment);
                }
                if query.execute(&mut *tx).await?.rows_affected() == 0 {
                    continue;
                }
                if act == ConversationAct::Erase {
                    sqlx::query(ERASE_DRAFT)
                        .bind(drafts::slot(Some(id)))
                        .bind(owner.to_string())
                        .execute(&mut *tx)
                        .await?;
                }
                done.push(id);
            }
            tx.commit().await?;
            Ok(done)
        })
    }

    /// The owner's pinned conversations, the one that was pinned last first.
    #[tracing::instrument(name = "store.order.pinned", skip_all)]
    pub async fn pinned_conversations(&self, owner: UserId) -> Result<Vec<Listed>> {
        let rows: Vec<ListedRow> = on_pool!(self.reader(), |pool| {
            sqlx::query_as(PINNED)
                .bind(owner.to_string())
                .bind(MOST_PINNED)
                .fetch_all(pool)
                .await?
        });
        rows.into_iter().map(Listed::try_from).collect()
    }

    /// The owner's archive after `after`, what was put there last first.
    #[tracing::instrument(name = "store.order.archived", skip_all)]
    pub async fn archived_conversations(
        &self,
        owner: UserId,
        after: After,
        limit: u32,
    ) -> Result<Vec<Listed>> {
        listed!(self, ARCHIVED, owner, after, limit)
    }

    /// The owner's trash after `after`, what was put there last first.
    #[tracing::instrument(name = "store.order.deleted", skip_all)]
    pub async fn deleted_conversations(
        &self,
        owner: UserId,
        after: After,
        limit: u32,
    ) -> Result<Vec<Listed>> {
        listed!(self, DELETED, owner, after, limit)
    }
}
