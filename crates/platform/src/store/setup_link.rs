//! The one-time link that makes the first owner. Only its hash is kept, and only the newest one's.

use model::Millis;

use super::{
    Db, Result,
    audit::append_audit,
    on_pool,
    users::{NewUser, insert_user},
};
use crate::audit::Record;

/// One row at most, and none once there is an owner.
const ISSUE: &str = "INSERT INTO setup_link (one, token_hash, created_at) \
     SELECT 1, $1, $2 WHERE NOT EXISTS (SELECT 1 FROM user_roles WHERE role_id = '00000000-0000-7000-8000-000000000001') \
     ON CONFLICT (one) DO UPDATE SET token_hash = excluded.token_hash, created_at = excluded.created_at";
const CONSUME: &str = "DELETE FROM setup_link WHERE token_hash = $1 \
     AND NOT EXISTS (SELECT 1 FROM user_roles WHERE role_id = '00000000-0000-7000-8000-000000000001')";
const IS_VALID: &str = "SELECT COUNT(*) FROM setup_link WHERE token_hash = $1 \
     AND NOT EXISTS (SELECT 1 FROM user_roles WHERE role_id = '00000000-0000-7000-8000-000000000001')";

impl Db {
    /// Makes this the one valid link and returns true, or false when there is an owner.
    #[tracing::instrument(name = "store.setup_link.issue", skip_all)]
    pub(crate) async fn issue_setup_link(&self, token_hash: &str, now: Millis) -> Result<bool> {
        let rows = on_pool!(self.writer(), |pool| sqlx::query(ISSUE)
            .bind(token_hash)
            .bind(now.get())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(rows == 1)
    }

    /// Whether the link is the newest, unused, and there is no owner.
    #[tracing::instrument(name = "store.setup_link.is_valid", skip_all)]
    pub(crate) async fn setup_link_is_valid(&self, token_hash: &str) -> Result<bool> {
        let links: i64 = on_pool!(self.reader(), |pool| sqlx::query_scalar(IS_VALID)
            .bind(token_hash)
            .fetch_one(pool)
            .await?);
        Ok(links == 1)
    }

    /// Uses the link up for this owner. Of parallel calls one gets true: the others wait for its row and
    /// find it gone.
    #[tracing::instrument(name = "store.setup_link.consume", skip_all)]
    pub(crate) async fn insert_first_owner(
        &self,
        token_hash: &str,
        owner: &NewUser<'_>,
        now: Millis,
        record: &Record,
    ) -> Result<bool> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            let used = sqlx::query(CONSUME)
                .bind(token_hash)
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if used == 0 {
                return Ok(false);
            }
            insert_user!(transaction, owner, now);
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(true)
    }
}
