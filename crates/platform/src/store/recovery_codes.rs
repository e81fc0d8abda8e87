//! Recovery codes, as keyed hashes: each is deleted by its use.

use model::UserId;

use super::{Db, Result, audit::append_audit, on_pool};
use crate::audit::Record;

pub(super) const CLEAR: &str = "DELETE FROM recovery_codes WHERE user_id = $1";
pub(super) const INSERT: &str = "INSERT INTO recovery_codes (user_id, code_hash) VALUES ($1, $2)";
/// Of parallel uses one deletes the row; the others wait for it and find none.
const USE_UP: &str = "DELETE FROM recovery_codes WHERE user_id = $1 AND code_hash = $2";

/// Puts these codes in the place of all that the person had, within a transaction of either dialect.
macro_rules! replace_recovery_codes {
    ($transaction:expr, $user:expr, $hashes:expr) => {{
        sqlx::query($crate::store::recovery_codes::CLEAR)
            .bind($user.to_string())
            .execute(&mut *$transaction)
            .await?;
        for hash in $hashes {
            sqlx::query($crate::store::recovery_codes::INSERT)
                .bind($user.to_string())
                .bind(hash)
                .execute(&mut *$transaction)
                .await?;
        }
    }};
}
pub(super) use replace_recovery_codes;

impl Db {
    /// Puts these codes in the place of all that the person had.
    #[tracing::instrument(name = "store.recovery_codes.replace", skip_all)]
    pub(crate) async fn replace_recovery_codes(
        &self,
        user: UserId,
        hashes: &[String],
        record: &Record,
    ) -> Result<()> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            replace_recovery_codes!(transaction, user, hashes);
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(())
    }

    /// Uses the code up and writes the log's line. Whether the person had it.
    #[tracing::instrument(name = "store.recovery_codes.use_up", skip_all)]
    pub(crate) async fn use_recovery_code(
        &self,
        user: UserId,
        hash: &str,
        record: &Record,
    ) -> Result<bool> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            let used = sqlx::query(USE_UP)
                .bind(user.to_string())
                .bind(hash)
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if used > 0 {
                append_audit!(transaction, record);
                transaction.commit().await?;
            }
            Ok(used > 0)
        })
    }
}
