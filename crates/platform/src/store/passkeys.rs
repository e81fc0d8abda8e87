//! Passkeys. What one is made of is JSON here; who checks answers reads it.

use model::{Millis, Passkey, PasskeyId, UserId};
use serde_json::Value;
use sqlx::{FromRow, types::Json};

use super::{
    Db, Result, audit::append_audit, factors, on_pool, recovery_codes::replace_recovery_codes, rows,
};
use crate::audit::Record;

const INSERT: &str = "INSERT INTO passkeys (id, user_id, name, credential_id, credential, created_at) \
     SELECT $1, $2, $3, $4, $5, $6 WHERE (SELECT COUNT(*) FROM passkeys WHERE user_id = $2) < $7";
const OF_USER: &str = "SELECT id, user_id, name, credential, created_at, used_at FROM passkeys \
     WHERE user_id = $1 ORDER BY id";
const BY_CREDENTIAL: &str = "SELECT id, user_id, name, credential, created_at, used_at FROM passkeys \
     WHERE credential_id = $1";
const RENAME: &str = "UPDATE passkeys SET name = $3 WHERE user_id = $1 AND id = $2";
const USED: &str = "UPDATE passkeys SET credential = $2, used_at = $3 WHERE id = $1";

/// A passkey with what answers are checked by.
pub(crate) struct KeptPasskey {
    pub(crate) passkey: Passkey,
    pub(crate) user: UserId,
    pub(crate) credential: Value,
}

/// A passkey that is about to be added.
pub(crate) struct NewPasskey<'a> {
    pub(crate) id: PasskeyId,
    pub(crate) user: UserId,
    pub(crate) name: &'a str,
    pub(crate) credential_id: &'a str,
    pub(crate) credential: &'a Value,
    pub(crate) now: Millis,
    /// Passkeys that one person may have.
    pub(crate) at_most: i64,
    /// Hashes of recovery codes to put in the place of those that there are.
    pub(crate) codes: Option<&'a [String]>,
}

#[derive(FromRow)]
struct Row {
    id: String,
    user_id: String,
    name: String,
    credential: Json<Value>,
    created_at: i64,
    used_at: Option<i64>,
}

impl TryFrom<Row> for KeptPasskey {
    type Error = super::Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            user: rows::id("passkeys", "user_id", &row.user_id)?,
            passkey: Passkey {
                id: rows::id("passkeys", "id", &row.id)?,
                name: row.name,
                created_at: Millis::new(row.created_at),
                used_at: row.used_at.map(Millis::new),
            },
            credential: row.credential.0,
        })
    }
}

impl Db {
    /// Adds a passkey, unless the person has as many as one may have; whether it was added. A conflict when it is known
    /// already, of whomever.
    #[tracing::instrument(name = "store.passkeys.insert", skip_all)]
    pub(crate) async fn insert_passkey(
        &self,
        new: &NewPasskey<'_>,
        record: &Record,
    ) -> Result<bool> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            sqlx::query(factors::TAKE_TURN)
                .bind(new.user.to_string())
                .bind(new.now.get())
                .execute(&mut *transaction)
                .await?;
            let added = sqlx::query(INSERT)
                .bind(new.id.to_string())
                .bind(new.user.to_string())
                .bind(new.name)
                .bind(new.credential_id)
                .bind(Json(new.credential))
                .bind(new.now.get())
                .bind(new.at_most)
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if added == 0 {
                return Ok(false);
            }
            if let Some(codes) = new.codes {
                replace_recovery_codes!(transaction, new.user, codes);
            }
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(true)
    }

    /// The person's passkeys, the oldest first.
    #[tracing::instrument(name = "store.passkeys.of", skip_all)]
    pub(crate) async fn passkeys(&self, user: UserId) -> Result<Vec<KeptPasskey>> {
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(OF_USER)
            .bind(user.to_string())
            .fetch_all(pool)
            .await?);
        found.into_iter().map(KeptPasskey::try_from).collect()
    }

    /// The passkey of that id of the authenticator's, whosever it is.
    #[tracing::instrument(name = "store.passkeys.by_credential", skip_all)]
    pub(crate) async fn passkey_by_credential(
        &self,
        credential_id: &str,
    ) -> Result<Option<KeptPasskey>> {
        let row: Option<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(BY_CREDENTIAL)
            .bind(credential_id)
            .fetch_optional(pool)
            .await?);
        row.map(KeptPasskey::try_from).transpose()
    }

    /// Calls one of the person's passkeys something else. Whether there is such a one.
    #[tracing::instrument(name = "store.passkeys.rename", skip_all)]
    pub(crate) async fn rename_passkey(
        &self,
        user: UserId,
        id: PasskeyId,
        name: &str,
    ) -> Result<bool> {
        let rows = on_pool!(self.writer(), |pool| sqlx::query(RENAME)
            .bind(user.to_string())
            .bind(id.to_string())
            .bind(name)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(rows == 1)
    }

    /// Remembers that the passkey was used, and what changed of it. Whether it is still there.
    #[tracing::instrument(name = "store.passkeys.used", skip_all)]
    pub(crate) async fn passkey_used(
        &self,
        id: PasskeyId,
        credential: &Value,
        now: Millis,
    ) -> Result<bool> {
        let rows = on_pool!(self.writer(), |pool| sqlx::query(USED)
            .bind(id.to_string())
            .bind(Json(credential))
            .bind(now.get())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(rows == 1)
    }
}
