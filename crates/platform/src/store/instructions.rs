//! What a person tells every model.

use model::{Instructions, Millis, UserId};
use sqlx::FromRow;

use super::{Db, Result, on_pool};

const READ: &str = "SELECT about, answers, enabled FROM instructions WHERE user_id = $1";

const WRITE: &str = "
    INSERT INTO instructions (user_id, about, answers, enabled, updated_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (user_id) DO UPDATE SET about = excluded.about, answers = excluded.answers, enabled = excluded.enabled,
        updated_at = excluded.updated_at";

/// For the proof that each uses an index.
#[cfg(test)]
pub(super) const QUERIES: &[(&str, &str)] = &[("READ", READ), ("WRITE", WRITE)];

#[derive(FromRow)]
struct Row {
    about: String,
    answers: String,
    enabled: bool,
}

impl Db {
    /// The person's instructions, if they ever wrote any.
    #[tracing::instrument(name = "store.instructions.read", skip_all)]
    pub async fn instructions(&self, user: UserId) -> Result<Option<Instructions>> {
        let row: Option<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(READ)
            .bind(user.to_string())
            .fetch_optional(pool)
            .await?);
        Ok(row.map(|row| Instructions {
            about: row.about,
            answers: row.answers,
            enabled: row.enabled,
        }))
    }

    /// Keeps them.
    #[tracing::instrument(name = "store.instructions.write", skip_all)]
    pub async fn save_instructions(
        &self,
        user: UserId,
        instructions: &Instructions,
        now: Millis,
    ) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(WRITE)
            .bind(user.to_string())
            .bind(&instructions.about)
            .bind(&instructions.answers)
            .bind(instructions.enabled)
            .bind(now.get())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }
}
