//! Taking in what was written before there was a search, a few rows at a time from the newest on.

use model::{ConversationId, MessageId};
use sqlx::types::Json;

use super::index::{About, SearchIndex as _};
use crate::store::{Db, Part, Result, on_pool, rows, text_of};

/// The row is changed so that of two processes one waits for the other.
const TAKE_TURN: &str = "
    UPDATE search_backfill SET one = one WHERE one = 1 RETURNING titles_before, texts_before";

const TITLES: &str = "SELECT id, title FROM conversations WHERE id < $1 ORDER BY id DESC LIMIT $2";

/// An answer that is being written is taken in when it ends.
const TEXTS: &str = "
    SELECT id, parts FROM messages WHERE id < $1 AND status <> 'generating' ORDER BY id DESC LIMIT $2";

const PUT_DOWN: &str =
    "UPDATE search_backfill SET titles_before = $1, texts_before = $2 WHERE one = 1";

const DONE: &str = "DELETE FROM search_backfill WHERE one = 1";

const IS_LEFT: &str = "SELECT COUNT(*) FROM search_backfill WHERE one = 1";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[
    ("BACKFILL_TAKE_TURN", TAKE_TURN),
    ("BACKFILL_TITLES", TITLES),
    ("BACKFILL_TEXTS", TEXTS),
    ("BACKFILL_PUT_DOWN", PUT_DOWN),
    ("BACKFILL_DONE", DONE),
    ("BACKFILL_IS_LEFT", IS_LEFT),
];

impl Db {
    /// Takes in at most `limit` titles and as many texts. Whether something is left.
    #[tracing::instrument(name = "store.search.backfill", skip_all)]
    pub async fn backfill_search(&self, limit: u32) -> Result<bool> {
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            let turn: Option<(String, String)> =
                sqlx::query_as(TAKE_TURN).fetch_optional(&mut *tx).await?;
            let Some((titles_before, texts_before)) = turn else {
                return Ok(false);
            };
            let titles: Vec<(String, String)> = sqlx::query_as(TITLES)
                .bind(&titles_before)
                .bind(i64::from(limit))
                .fetch_all(&mut *tx)
                .await?;
            for (id, title) in &titles {
                let id: ConversationId = rows::id("conversations", "id", id)?;
                tx.index_if_new(About::Title(id), title).await?;
            }
            let texts: Vec<(String, Json<Vec<Part>>)> = sqlx::query_as(TEXTS)
                .bind(&texts_before)
                .bind(i64::from(limit))
                .fetch_all(&mut *tx)
                .await?;
            for (id, parts) in &texts {
                let id: MessageId = rows::id("messages", "id", id)?;
                tx.index_if_new(About::Text(id), &text_of(&parts.0)).await?;
            }
            let is_left = !titles.is_empty() || !texts.is_empty();
            if is_left {
                sqlx::query(PUT_DOWN)
                    .bind(titles.last().map_or(&titles_before, |(id, _)| id))
                    .bind(texts.last().map_or(&texts_before, |(id, _)| id))
                    .execute(&mut *tx)
                    .await?;
            } else {
                sqlx::query(DONE).execute(&mut *tx).await?;
            }
            tx.commit().await?;
            Ok(is_left)
        })
    }

    /// Whether there is something from before that can't be found yet.
    #[tracing::instrument(name = "store.search.is_left", skip_all)]
    pub(crate) async fn is_search_incomplete(&self) -> Result<bool> {
        let left: i64 = on_pool!(self.reader(), |pool| {
            sqlx::query_scalar(IS_LEFT).fetch_one(pool).await?
        });
        Ok(left > 0)
    }
}
