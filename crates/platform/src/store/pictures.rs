//! People's pictures.

use model::{Millis, UserId};

use super::{Db, Result, audit::append_audit, on_pool};
use crate::audit::Record;

const SET: &str = "INSERT INTO user_pictures (user_id, image, updated_at) VALUES ($1, $2, $3) \
     ON CONFLICT (user_id) DO UPDATE SET image = excluded.image, updated_at = excluded.updated_at";
const REMOVE: &str = "DELETE FROM user_pictures WHERE user_id = $1";
const OF_USER: &str = "SELECT image, updated_at FROM user_pictures WHERE user_id = $1";

impl Db {
    /// Keeps the person's picture and writes the log's line.
    #[tracing::instrument(name = "store.pictures.set", skip_all)]
    pub(crate) async fn set_picture(
        &self,
        user: UserId,
        image: &[u8],
        now: Millis,
        record: &Record,
    ) -> Result<()> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            sqlx::query(SET)
                .bind(user.to_string())
                .bind(image)
                .bind(now.get())
                .execute(&mut *transaction)
                .await?;
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(())
    }

    /// Removes the person's picture and writes the log's line, if there was one.
    #[tracing::instrument(name = "store.pictures.remove", skip_all)]
    pub(crate) async fn remove_picture(&self, user: UserId, record: &Record) -> Result<()> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            let removed = sqlx::query(REMOVE)
                .bind(user.to_string())
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if removed > 0 {
                append_audit!(transaction, record);
                transaction.commit().await?;
            }
        });
        Ok(())
    }

    /// The person's picture and when it was changed last.
    #[tracing::instrument(name = "store.pictures.of", skip_all)]
    pub(crate) async fn picture(&self, user: UserId) -> Result<Option<(Vec<u8>, Millis)>> {
        let row: Option<(Vec<u8>, i64)> = on_pool!(self.reader(), |pool| sqlx::query_as(OF_USER)
            .bind(user.to_string())
            .fetch_optional(pool)
            .await?);
        Ok(row.map(|(image, updated_at)| (image, Millis::new(updated_at))))
    }
}
