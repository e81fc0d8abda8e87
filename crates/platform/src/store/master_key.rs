//! The proof of which master key this database was sealed with.

use super::{Db, Result, on_pool};

const KEEP: &str =
    "INSERT INTO master_key_check (one, sealed) VALUES (1, $1) ON CONFLICT (one) DO NOTHING";
const KEPT: &str = "SELECT sealed FROM master_key_check WHERE one = 1";

impl Db {
    /// The proof that is kept; this one, if none was.
    #[tracing::instrument(name = "store.master_key.check", skip_all)]
    pub(crate) async fn master_key_check(&self, proof: &[u8]) -> Result<Vec<u8>> {
        on_pool!(self.writer(), |pool| {
            sqlx::query(KEEP)
                .bind(proof)
                .execute(pool)
                .await?
                .rows_affected();
            Ok(sqlx::query_scalar(KEPT).fetch_one(pool).await?)
        })
    }
}
