//! What is kept for a short time only: secrets in mails, ceremonies that were begun, tokens of devices.

use model::Millis;

use super::{Db, Result, on_pool};

const PURGE: [&str; 6] = [
    "DELETE FROM one_time_tokens WHERE expires_at <= $1",
    "DELETE FROM invitations WHERE used_at IS NULL AND expires_at <= $1",
    "DELETE FROM ceremonies WHERE expires_at <= $1",
    "DELETE FROM totp_enrolments WHERE expires_at <= $1",
    "DELETE FROM token_families WHERE expires_at <= $1",
    "DELETE FROM signing_keys WHERE expires_at <= $1",
];

impl Db {
    /// Deletes what has ended; returns how many rows.
    #[tracing::instrument(name = "store.proofs.purge", skip_all)]
    pub(crate) async fn purge_proofs(&self, now: Millis) -> Result<u64> {
        let mut rows = 0;
        for statement in PURGE {
            rows += on_pool!(self.writer(), |pool| sqlx::query(statement)
                .bind(now.get())
                .execute(pool)
                .await?
                .rows_affected());
        }
        Ok(rows)
    }
}
