//! What becomes of the answers of a process that died: their leases run out, and another folds them together.

use std::collections::HashSet;

use model::{GenerationId, Millis};
use sqlx::types::Json;

use super::FORGET_CHUNKS;
use crate::store::{
    Db, Result,
    messages::{Part, parts_of, reasoning_of, text_of},
    on_pool, rows,
    search::SearchIndex as _,
    sources::{sources_of, with_sources},
    tool_calls,
};

const RENEW: &str =
    "UPDATE generations SET lease_until = $2 WHERE node = $1 AND status = 'running'";

const WANTED: &str = "
    SELECT g.id FROM generations g JOIN users u ON u.id = g.owner_id
    WHERE g.node = $1 AND g.status = 'running' AND u.disabled = FALSE";

const ABANDONED: &str = "
    SELECT g.id, g.message_id, m.parts FROM generations g JOIN messages m ON m.id = g.message_id
    WHERE g.status = 'running' AND g.lease_until < $1";

const ABANDONED_CHUNKS: &str =
    "SELECT seq, reasoning, text FROM generation_chunks WHERE message_id = $1 ORDER BY seq";

const INTERRUPT_GENERATION: &str = "
    UPDATE generations SET status = 'interrupted', ended_at = $2 WHERE id = $1 AND status = 'running'";

/// The end is an event of its own: a page that has seen everything before it must hear of it.
const INTERRUPT_MESSAGE: &str = "
    UPDATE messages SET status = 'interrupted', parts = $2, last_seq = CASE WHEN $3 > last_seq THEN $3 ELSE last_seq END + 1,
           updated_at = $4
    WHERE id = $1 AND status = 'generating'";

/// For the proof that each uses an index.
#[cfg(test)]
pub(in crate::store) const QUERIES: &[(&str, &str)] = &[
    ("RENEW", RENEW),
    ("WANTED", WANTED),
    ("ABANDONED", ABANDONED),
    ("ABANDONED_CHUNKS", ABANDONED_CHUNKS),
    ("INTERRUPT_GENERATION", INTERRUPT_GENERATION),
    ("INTERRUPT_MESSAGE", INTERRUPT_MESSAGE),
];

impl Db {
    /// This process's running generations that are still wanted: their owner is neither gone nor disabled.
    #[tracing::instrument(name = "store.generations.wanted", skip_all)]
    pub(crate) async fn wanted_generations(&self, node: &str) -> Result<HashSet<GenerationId>> {
        let ids: Vec<String> = on_pool!(self.reader(), |pool| sqlx::query_scalar(WANTED)
            .bind(node)
            .fetch_all(pool)
            .await?);
        ids.iter()
            .map(|id| rows::id("generations", "id", id))
            .collect()
    }

    /// Vouches for this process's running generations until then.
    #[tracing::instrument(name = "store.generations.renew", skip_all)]
    pub async fn renew_leases(&self, node: &str, until: Millis) -> Result<()> {
        on_pool!(self.writer(), |pool| {
            sqlx::query(RENEW)
                .bind(node)
                .bind(until.get())
                .execute(pool)
                .await?
                .rows_affected()
        });
        Ok(())
    }

    /// Folds the answers of dead processes together and marks them interrupted. How many. `now` far in the
    /// future takes every running one: right when this process is the only one.
    #[tracing::instrument(name = "store.generations.recover", skip_all)]
    pub async fn interrupt_abandoned(&self, lease_before: Millis, now: Millis) -> Result<u32> {
        on_pool!(self.writer(), |pool| {
            let mut tx = pool.begin_with(self.begin()).await?;
            let abandoned: Vec<(String, String, Json<Vec<Part>>)> = sqlx::query_as(ABANDONED)
                .bind(lease_before.get())
                .fetch_all(&mut *tx)
                .await?;
            let mut count = 0;
            for (generation, message, Json(parts)) in abandoned {
                let chunks: Vec<(i64, String, String)> = sqlx::query_as(ABANDONED_CHUNKS)
                    .bind(&message)
                    .fetch_all(&mut *tx)
                    .await?;
                let (mut reasoning, mut text) = (reasoning_of(&parts), text_of(&parts));
                let last_seq = chunks.last().map_or(0, |&(seq, ..)| seq);
                for (_, more_reasoning, more_text) in chunks {
                    reasoning.push_str(&more_reasoning);
                    text.push_str(&more_text);
                }
                let taken = sqlx::query(INTERRUPT_GENERATION)
                    .bind(&generation)
                    .bind(now.get())
                    .execute(&mut *tx)
                    .await?;
                if taken.rows_affected() == 0 {
                    continue;
                }
                tx.index_text(rows::id("messages", "id", &message)?, &text)
                    .await?;
                sqlx::query(INTERRUPT_MESSAGE)
                    .bind(&message)
                    .bind(Json(with_sources(
                        parts_of(reasoning, text),
                        sources_of(&parts),
                    )))
                    .bind(last_seq)
                    .bind(now.get())
                    .execute(&mut *tx)
                    .await?;
                sqlx::query(tool_calls::INTERRUPT)
                    .bind(&message)
                    .bind(now.get())
                    .execute(&mut *tx)
                    .await?;
                sqlx::query(FORGET_CHUNKS)
                    .bind(&message)
                    .execute(&mut *tx)
                    .await?;
                count += 1;
            }
            tx.commit().await?;
            Ok(count)
        })
    }
}
