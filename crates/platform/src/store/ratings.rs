//! What people think of answers.

use model::{
    Comment, ConversationId, MessageId, Millis, ModelName, Rating, RatingLine, RatingSum, UserId,
};
use sqlx::FromRow;

use super::{Db, Result, on_pool, rows};

/// Only an answer of a model in a conversation of the person's own; a comment that is not given stays.
const SET: &str = "
    INSERT INTO ratings (message_id, user_id, id, good, comment, model, updated_at)
    SELECT m.id, c.owner_id, $4, $5, COALESCE($6, ''), m.model, $7
    FROM messages m JOIN conversations c ON c.id = m.conversation_id
    WHERE m.id = $3 AND c.id = $2 AND c.owner_id = $1 AND c.deleted_at IS NULL AND m.deleted_at IS NULL
      AND m.role = 'assistant' AND m.status <> 'generating' AND m.edited = FALSE
    ON CONFLICT (message_id, user_id) DO UPDATE
    SET id = excluded.id, good = excluded.good, comment = COALESCE($6, ratings.comment), updated_at = excluded.updated_at";

const REMOVE: &str = "
    DELETE FROM ratings WHERE message_id = $3 AND user_id = $1 AND EXISTS (
        SELECT 1 FROM messages m JOIN conversations c ON c.id = m.conversation_id
        WHERE m.id = $3 AND c.id = $2 AND c.owner_id = $1 AND c.deleted_at IS NULL)";

/// An answer of the person's own that could have a rating.
const IS_THERE: &str = "
    SELECT COUNT(*) FROM messages m JOIN conversations c ON c.id = m.conversation_id
    WHERE m.id = $3 AND c.id = $2 AND c.owner_id = $1 AND c.deleted_at IS NULL AND m.deleted_at IS NULL
      AND m.role = 'assistant'";

const PAGE: &str = "SELECT id, good, comment, model, updated_at FROM ratings WHERE id < $1 ORDER BY id DESC LIMIT $2";

const SUMS: &str = "
    SELECT model, COUNT(*) AS all_of_them, SUM(CASE WHEN good THEN 1 ELSE 0 END) AS good
    FROM ratings WHERE updated_at >= $1 GROUP BY model ORDER BY all_of_them DESC, model LIMIT $2";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("SET", SET),
    ("REMOVE", REMOVE),
    ("IS_THERE", IS_THERE),
    ("PAGE", PAGE),
    ("SUMS", SUMS),
];

/// The cursor before the newest: ids are hexadecimal, so that none is larger, whatever the order of letters.
const NEWEST: &str = "g";

#[derive(FromRow)]
struct Row {
    id: String,
    good: bool,
    comment: String,
    model: Option<String>,
    updated_at: i64,
}

impl Db {
    /// Keeps what the owner thinks of an answer, in the place of what they thought before. Whether there is such an answer of theirs.
    #[tracing::instrument(name = "store.ratings.set", skip_all, fields(message.id = %message))]
    pub(crate) async fn rate(
        &self,
        owner: UserId,
        (conversation, message): (ConversationId, MessageId),
        id: &str,
        (good, comment): (bool, Option<&Comment>),
        now: Millis,
    ) -> Result<bool> {
        let rows = on_pool!(self.writer(), |pool| sqlx::query(SET)
            .bind(owner.to_string())
            .bind(conversation.to_string())
            .bind(message.to_string())
            .bind(id)
            .bind(good)
            .bind(comment.map(Comment::as_str))
            .bind(now.get())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(rows == 1)
    }

    /// Takes a rating back. Whether there is such an answer of the owner's; it need not have been rated.
    #[tracing::instrument(name = "store.ratings.remove", skip_all, fields(message.id = %message))]
    pub(crate) async fn unrate(
        &self,
        owner: UserId,
        conversation: ConversationId,
        message: MessageId,
    ) -> Result<bool> {
        let there: i64 = on_pool!(self.writer(), |pool| {
            sqlx::query(REMOVE)
                .bind(owner.to_string())
                .bind(conversation.to_string())
                .bind(message.to_string())
                .execute(pool)
                .await?;
            sqlx::query_scalar(IS_THERE)
                .bind(owner.to_string())
                .bind(conversation.to_string())
                .bind(message.to_string())
                .fetch_one(pool)
                .await?
        });
        Ok(there == 1)
    }

    /// Everybody's ratings, newest first, those behind the cursor; each with its own.
    #[tracing::instrument(name = "store.ratings.page", skip_all)]
    pub(crate) async fn ratings(
        &self,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(String, RatingLine)>> {
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(PAGE)
            .bind(after.unwrap_or(NEWEST))
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        let line = |row: Row| -> Result<_> {
            let line = RatingLine {
                model: model_of(row.model, &row.id)?,
                rating: Rating {
                    good: row.good,
                    comment: row.comment,
                },
                at: Millis::new(row.updated_at),
            };
            Ok((row.id, line))
        };
        found.into_iter().map(line).collect()
    }

    /// How answers were rated since then, by model, most rated first.
    #[tracing::instrument(name = "store.ratings.sums", skip_all)]
    pub(crate) async fn rating_sums(&self, since: Millis, limit: u32) -> Result<Vec<RatingSum>> {
        let found: Vec<(Option<String>, i64, i64)> =
            on_pool!(self.reader(), |pool| sqlx::query_as(SUMS)
                .bind(since.get())
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?);
        let sum = |(model, all, good): (Option<String>, i64, i64)| -> Result<_> {
            Ok(RatingSum {
                model: model_of(model, "")?,
                good,
                bad: all - good,
            })
        };
        found.into_iter().map(sum).collect()
    }
}

fn model_of(name: Option<String>, id: &str) -> Result<Option<ModelName>> {
    name.map(ModelName::parse)
        .transpose()
        .map_err(|_| rows::corrupt("ratings", "model", id))
}
