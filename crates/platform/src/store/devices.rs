//! Devices that signed in over REST, as their owner sees and ends them; and whether what somebody came in by is still
//! good.

use model::{ApiKeyId, FamilyId, Millis, UserId};
use sqlx::FromRow;

use super::{Db, Result, audit::append_audit, on_pool, rows};
use crate::audit::Record;

const OF_USER: &str = "SELECT id, device, address, created_at, used_at FROM token_families \
     WHERE user_id = $1 AND expires_at > $2 ORDER BY used_at DESC, id";
const IS_OPEN: &str =
    "SELECT COUNT(*) FROM token_families WHERE id = $2 AND user_id = $1 AND expires_at > $3";
const END: &str = "DELETE FROM token_families WHERE id = $2 AND user_id = $1";
const END_ALL: &str = "DELETE FROM token_families WHERE user_id = $1 AND id <> $2";
const IS_ENABLED: &str = "SELECT COUNT(*) FROM users WHERE id = $1 AND disabled = FALSE";
const KEY_IS_VALID: &str = "SELECT COUNT(*) FROM api_keys \
     WHERE id = $2 AND user_id = $1 AND (expires_at IS NULL OR expires_at > $3)";

/// A device that is signed in.
pub(crate) struct OpenDevice {
    pub(crate) family: FamilyId,
    pub(crate) device: String,
    pub(crate) address: String,
    pub(crate) created_at: Millis,
    pub(crate) used_at: Millis,
}

#[derive(FromRow)]
struct Row {
    id: String,
    device: String,
    address: String,
    created_at: i64,
    used_at: i64,
}

impl Db {
    /// The person's devices that are signed in, the last used first.
    #[tracing::instrument(name = "store.devices.of", skip_all)]
    pub(crate) async fn devices(&self, user: UserId, now: Millis) -> Result<Vec<OpenDevice>> {
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(OF_USER)
            .bind(user.to_string())
            .bind(now.get())
            .fetch_all(pool)
            .await?);
        let device = |row: Row| {
            Ok(OpenDevice {
                family: rows::id("token_families", "id", &row.id)?,
                device: row.device,
                address: row.address,
                created_at: Millis::new(row.created_at),
                used_at: Millis::new(row.used_at),
            })
        };
        found.into_iter().map(device).collect()
    }

    /// Signs a device of the person out and writes the log's line. Whether there was one.
    #[tracing::instrument(name = "store.devices.end", skip_all)]
    pub(crate) async fn end_device(
        &self,
        user: UserId,
        device: FamilyId,
        record: &Record,
    ) -> Result<bool> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            let ended = sqlx::query(END)
                .bind(user.to_string())
                .bind(device.to_string())
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if ended > 0 {
                append_audit!(transaction, record);
                transaction.commit().await?;
            }
            Ok(ended > 0)
        })
    }

    /// Signs the person's devices out, all or all but one; returns how many there were.
    #[tracing::instrument(name = "store.devices.end_all", skip_all)]
    pub(crate) async fn end_devices(&self, user: UserId, but: Option<FamilyId>) -> Result<u64> {
        // No device is called by an empty text.
        let but = but.map(|device| device.to_string()).unwrap_or_default();
        Ok(on_pool!(self.writer(), |pool| sqlx::query(END_ALL)
            .bind(user.to_string())
            .bind(but)
            .execute(pool)
            .await?
            .rows_affected()))
    }

    /// Whether that device of the person is signed in.
    #[tracing::instrument(name = "store.devices.is_open", skip_all)]
    pub(crate) async fn device_is_open(
        &self,
        user: UserId,
        device: FamilyId,
        now: Millis,
    ) -> Result<bool> {
        self.is_there(IS_OPEN, user, &device.to_string(), now).await
    }

    /// Whether that key of the person is there and not past its end.
    #[tracing::instrument(name = "store.devices.key_is_valid", skip_all)]
    pub(crate) async fn key_is_valid(
        &self,
        user: UserId,
        key: ApiKeyId,
        now: Millis,
    ) -> Result<bool> {
        self.is_there(KEY_IS_VALID, user, &key.to_string(), now)
            .await
    }

    /// Whether there is such a person, and not disabled.
    #[tracing::instrument(name = "store.devices.is_enabled", skip_all)]
    pub(crate) async fn is_enabled(&self, user: UserId) -> Result<bool> {
        let found: i64 = on_pool!(self.reader(), |pool| sqlx::query_scalar(IS_ENABLED)
            .bind(user.to_string())
            .fetch_one(pool)
            .await?);
        Ok(found > 0)
    }

    async fn is_there(
        &self,
        query: &'static str,
        user: UserId,
        id: &str,
        now: Millis,
    ) -> Result<bool> {
        let found: i64 = on_pool!(self.reader(), |pool| sqlx::query_scalar(query)
            .bind(user.to_string())
            .bind(id)
            .bind(now.get())
            .fetch_one(pool)
            .await?);
        Ok(found > 0)
    }
}
