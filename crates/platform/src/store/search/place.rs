//! Where a message stands on the branch that is shown.

use model::{ConversationId, MessageId, UserId};

use crate::store::{Db, Result, on_pool, rows};

/// How far a message is from the end of the branch that is shown, and one a little below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PlaceOnBranch {
    /// Its place from the end, which is 1.
    pub(crate) from_end: i64,
    /// The message so many below it, or the end.
    pub(crate) below: MessageId,
}

/// Walks up from the end until the message is met.
const PLACE: &str = "
    WITH RECURSIVE branch (id, parent_id, depth) AS (
        SELECT m.id, m.parent_id, 1
        FROM conversations c JOIN messages m ON m.id = c.leaf_id
        WHERE c.id = $2 AND c.owner_id = $1 AND c.deleted_at IS NULL
        UNION ALL
        SELECT p.id, p.parent_id, b.depth + 1
        FROM branch b JOIN messages p ON p.id = b.parent_id
        WHERE b.id <> $3
    ),
    met (depth) AS (SELECT depth FROM branch WHERE id = $3)
    SELECT CAST((SELECT depth FROM met) AS BIGINT), branch.id FROM branch
    WHERE branch.depth = (SELECT CASE WHEN depth > $4 THEN depth - $4 ELSE 1 END FROM met)";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[("PLACE", PLACE)];

impl Db {
    /// Where the message is on the branch that the owner's conversation shows, with the one `later` messages below it; `None` when it
    /// is on another branch, or not there.
    #[tracing::instrument(name = "store.search.place", skip_all, fields(conversation.id = %conversation))]
    pub(crate) async fn place_on_branch(
        &self,
        owner: UserId,
        conversation: ConversationId,
        message: MessageId,
        later: u32,
    ) -> Result<Option<PlaceOnBranch>> {
        let row: Option<(i64, String)> = on_pool!(self.reader(), |pool| {
            sqlx::query_as(PLACE)
                .bind(owner.to_string())
                .bind(conversation.to_string())
                .bind(message.to_string())
                .bind(i64::from(later))
                .fetch_optional(pool)
                .await?
        });
        row.map(|(from_end, below)| {
            Ok(PlaceOnBranch {
                from_end,
                below: rows::id("messages", "id", &below)?,
            })
        })
        .transpose()
    }
}
