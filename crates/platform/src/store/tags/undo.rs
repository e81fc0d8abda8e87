//! Deleting a word, and bringing it back on all that had it.

use model::{Millis, Tag, TagId, UserId};

use super::{COUNT, NAMED};
use crate::store::{
    Db, Result,
    bounded::{TURN, beyond},
    on_pool, rows,
};

/// What has it keeps it unseen.
const DELETE: &str =
    "UPDATE tags SET deleted_at = $3 WHERE id = $1 AND owner_id = $2 AND deleted_at IS NULL";

const DELETED: &str =
    "SELECT name_key FROM tags WHERE id = $1 AND owner_id = $2 AND deleted_at IS NOT NULL";

const RESTORE: &str =
    "UPDATE tags SET deleted_at = NULL WHERE id = $1 AND owner_id = $2 AND deleted_at IS NOT NULL";

/// The same word may have been put to conversations anew meanwhile: then both are one.
const MERGE: &str = "
    INSERT INTO conversation_tags (conversation_id, tag_id)
    SELECT p.conversation_id, $2 FROM conversation_tags p WHERE p.tag_id = $1
    ON CONFLICT (conversation_id, tag_id) DO NOTHING";

const FORGET: &str = "DELETE FROM tags WHERE id = $1 AND owner_id = $2";

/// What got others in its place does without.
const PARE: &str = "
    DELETE FROM conversation_tags
    WHERE tag_id = $1 AND (
        SELECT COUNT(*) FROM conversation_tags p JOIN tags t ON t.id = p.tag_id
        WHERE p.conversation_id = conversation_tags.conversation_id AND t.deleted_at IS NULL) > $2";

const BEYOND: &str = beyond!("tags");

const PURGE: &str = "DELETE FROM tags WHERE deleted_at < $1";

/// For the proof that each uses an index.
#[cfg(test)]
pub(in crate::store) const QUERIES: &[(&str, &str)] = &[
    ("TAGS_DELETE", DELETE),
    ("TAGS_DELETED", DELETED),
    ("TAGS_RESTORE", RESTORE),
    ("TAGS_MERGE", MERGE),
    ("TAGS_FORGET", FORGET),
    ("TAGS_PARE", PARE),
    ("TAGS_BEYOND", BEYOND),
    ("TAGS_PURGE", PURGE),
];

/// What became of bringing one back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RestoredTag {
    /// It is there as this one: itself, or the one that has the word meanwhile.
    As(TagId),
    /// The owner has as many tags as they may.
    TooMany,
}

impl Db {
    /// Takes one off all conversations; it can be brought back for a while, unless as many as the owner may have are deleted after it. Whether
    /// it was there and the owner's.
    #[tracing::instrument(name = "store.tags.delete", skip_all)]
    pub(crate) async fn delete_tag(&self, owner: UserId, id: TagId, now: Millis) -> Result<bool> {
        self.delete_bounded((DELETE, BEYOND), owner, id, now, i64::from(Tag::MOST))
            .await
    }

    /// Brings one back on all that had it and has room for it; `None` when none of the owner's was deleted by that id.
    #[tracing::instrument(name = "store.tags.restore", skip_all)]
    pub(crate) async fn restore_tag(
        &self,
        owner: UserId,
        id: TagId,
    ) -> Result<Option<RestoredTag>> {
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            sqlx::query(TURN)
                .bind(owner.to_string())
                .execute(&mut *tx)
                .await?;
            let key: Option<String> = sqlx::query_scalar(DELETED)
                .bind(id.to_string())
                .bind(owner.to_string())
                .fetch_optional(&mut *tx)
                .await?;
            let Some(key) = key else {
                return Ok(None);
            };
            let again: Option<String> = sqlx::query_scalar(NAMED)
                .bind(owner.to_string())
                .bind(key)
                .fetch_optional(&mut *tx)
                .await?;
            let stands = if let Some(again) = again {
                sqlx::query(MERGE)
                    .bind(id.to_string())
                    .bind(&again)
                    .execute(&mut *tx)
                    .await?;
                sqlx::query(FORGET)
                    .bind(id.to_string())
                    .bind(owner.to_string())
                    .execute(&mut *tx)
                    .await?;
                again
            } else {
                let count: i64 = sqlx::query_scalar(COUNT)
                    .bind(owner.to_string())
                    .fetch_one(&mut *tx)
                    .await?;
                if count >= i64::from(Tag::MOST) {
                    return Ok(Some(RestoredTag::TooMany));
                }
                sqlx::query(RESTORE)
                    .bind(id.to_string())
                    .bind(owner.to_string())
                    .execute(&mut *tx)
                    .await?;
                id.to_string()
            };
            sqlx::query(PARE)
                .bind(&stands)
                .bind(i64::from(Tag::MOST_EACH))
                .execute(&mut *tx)
                .await?;
            tx.commit().await?;
            Ok(Some(RestoredTag::As(rows::id("tags", "id", &stands)?)))
        })
    }

    /// Removes for good what was deleted before `before`. How many.
    #[tracing::instrument(name = "store.tags.purge", skip_all)]
    pub(crate) async fn purge_tags(&self, before: Millis) -> Result<u64> {
        self.removed_before(PURGE, before).await
    }
}
