//! Removing for good what ended long ago.

use model::Millis;

use super::{Db, Result, on_pool};

impl Db {
    /// Deletes by a text whose only parameter is the moment before which it ended. How many rows.
    pub(super) async fn removed_before(&self, text: &'static str, before: Millis) -> Result<u64> {
        Ok(on_pool!(self.writer(), |pool| sqlx::query(text)
            .bind(before.get())
            .execute(pool)
            .await?
            .rows_affected()))
    }
}
