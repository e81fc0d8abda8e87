//! Temporary conversations: rows like those of others while they last, and gone for good after that, past the trash.

use model::{ConversationId, Millis, UserId};

use super::{Db, Result, drafts, left_files, on_pool, rows};

const IS_TEMPORARY: &str =
    "SELECT COUNT(*) FROM conversations WHERE id = $1 AND expires_at IS NOT NULL";

/// The turn of whoever changes it, so that nothing is put beside it while it goes.
const TURN: &str = "
    UPDATE conversations SET leaf_id = leaf_id WHERE id = $1 AND owner_id = $2 AND expires_at IS NOT NULL";

const FORGET: &str =
    "DELETE FROM conversations WHERE id = $1 AND owner_id = $2 AND expires_at IS NOT NULL";

const FORGET_DRAFT: &str = "DELETE FROM drafts WHERE slot = $1 AND user_id = $2";

const EXPIRED: &str = "SELECT id, owner_id FROM conversations WHERE expires_at <= $1 LIMIT $2";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("IS_TEMPORARY", IS_TEMPORARY),
    ("TEMPORARY_TURN", TURN),
    ("FORGET_TEMPORARY", FORGET),
    ("FORGET_TEMPORARY_DRAFT", FORGET_DRAFT),
    ("EXPIRED_TEMPORARY", EXPIRED),
];

impl Db {
    /// Whether the conversation is a temporary one.
    #[tracing::instrument(name = "store.temporary.is", skip_all, fields(conversation.id = %id))]
    pub(crate) async fn is_temporary(&self, id: ConversationId) -> Result<bool> {
        let count: i64 = on_pool!(self.reader(), |pool| sqlx::query_scalar(IS_TEMPORARY)
            .bind(id.to_string())
            .fetch_one(pool)
            .await?);
        Ok(count > 0)
    }

    /// Removes the owner's temporary conversation for good; the files beside it go with the next release. Whether there was one.
    #[tracing::instrument(name = "store.temporary.forget", skip_all, fields(conversation.id = %id))]
    pub(crate) async fn forget_temporary(&self, owner: UserId, id: ConversationId) -> Result<bool> {
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            let found = sqlx::query(TURN)
                .bind(id.to_string())
                .bind(owner.to_string())
                .execute(&mut *tx)
                .await?
                .rows_affected();
            if found == 0 {
                return Ok(false);
            }
            for remember in left_files::OF_TEMPORARY {
                sqlx::query(remember)
                    .bind(id.to_string())
                    .bind(owner.to_string())
                    .execute(&mut *tx)
                    .await?;
            }
            sqlx::query(FORGET)
                .bind(id.to_string())
                .bind(owner.to_string())
                .execute(&mut *tx)
                .await?;
            sqlx::query(FORGET_DRAFT)
                .bind(drafts::slot(Some(id)))
                .bind(owner.to_string())
                .execute(&mut *tx)
                .await?;
            tx.commit().await?;
            Ok(true)
        })
    }

    /// Temporary conversations whose time is over, and whose they are.
    #[tracing::instrument(name = "store.temporary.expired", skip_all)]
    pub(crate) async fn expired_temporary(
        &self,
        now: Millis,
        limit: u32,
    ) -> Result<Vec<(UserId, ConversationId)>> {
        let found: Vec<(String, String)> = on_pool!(self.reader(), |pool| sqlx::query_as(EXPIRED)
            .bind(now.get())
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        let expired = |(id, owner): (String, String)| -> Result<(UserId, ConversationId)> {
            Ok((
                rows::id("conversations", "owner_id", &owner)?,
                rows::id("conversations", "id", &id)?,
            ))
        };
        found.into_iter().map(expired).collect()
    }
}
