//! Keys that sign access tokens, shared by all processes. One that is retired is still shown until everything that it
//! signed has ended.

use model::{Millis, SigningKeyId};
use sqlx::FromRow;

use super::{Db, Result, on_pool, rows};

/// The oldest that is still in use: its successor has been shown for a while by the time that it takes over.
const IN_USE: &str = "SELECT id, secret FROM signing_keys \
     WHERE retired_at IS NULL OR retired_at > $1 ORDER BY created_at, id LIMIT 1";
const SHOWN: &str = "SELECT id, public_key FROM signing_keys \
     WHERE expires_at IS NULL OR expires_at > $1 ORDER BY created_at, id";
const PUBLIC: &str =
    "SELECT public_key FROM signing_keys WHERE id = $1 AND (expires_at IS NULL OR expires_at > $2)";
/// Of processes that retire at once, the one that comes second finds nothing to retire.
const RETIRE: &str = "UPDATE signing_keys SET retired_at = $2, expires_at = $3 \
     WHERE retired_at IS NULL AND created_at <= $1";
const HAS_CURRENT: &str = "SELECT COUNT(*) FROM signing_keys WHERE retired_at IS NULL";
const INSERT: &str =
    "INSERT INTO signing_keys (id, secret, public_key, created_at) VALUES ($1, $2, $3, $4)";

/// A key with its sealed private half. Not `Debug`.
pub(crate) struct SigningKeyRow {
    pub(crate) id: SigningKeyId,
    pub(crate) secret: Vec<u8>,
}

/// A key that is about to be kept.
pub(crate) struct NewSigningKey<'a> {
    pub(crate) id: SigningKeyId,
    pub(crate) secret: &'a [u8],
    /// The public half: 32 bytes in Base64 for URLs.
    pub(crate) public_key: &'a str,
    pub(crate) created_at: Millis,
}

/// Which keys make room for a new one, and how long they stay.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retirement {
    /// Those that were made at this time or before.
    pub(crate) made_by: Millis,
    /// They sign until then.
    pub(crate) retired_at: Millis,
    /// They are believed until then.
    pub(crate) expires_at: Millis,
}

#[derive(FromRow)]
struct Row {
    id: String,
    secret: Vec<u8>,
}

impl Db {
    /// The key that signs now.
    #[tracing::instrument(name = "store.signing_keys.in_use", skip_all)]
    pub(crate) async fn signing_key_in_use(&self, now: Millis) -> Result<Option<SigningKeyRow>> {
        let row: Option<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(IN_USE)
            .bind(now.get())
            .fetch_optional(pool)
            .await?);
        row.map(|row| {
            Ok(SigningKeyRow {
                id: rows::id("signing_keys", "id", &row.id)?,
                secret: row.secret,
            })
        })
        .transpose()
    }

    /// The ids and public halves of all keys that are believed, the next one's too.
    #[tracing::instrument(name = "store.signing_keys.shown", skip_all)]
    pub(crate) async fn signing_keys_shown(&self, now: Millis) -> Result<Vec<(String, String)>> {
        Ok(on_pool!(self.reader(), |pool| sqlx::query_as(SHOWN)
            .bind(now.get())
            .fetch_all(pool)
            .await?))
    }

    /// The public half of that key, as long as it is believed.
    #[tracing::instrument(name = "store.signing_keys.public", skip_all)]
    pub(crate) async fn public_signing_key(
        &self,
        id: SigningKeyId,
        now: Millis,
    ) -> Result<Option<String>> {
        Ok(on_pool!(self.reader(), |pool| sqlx::query_scalar(PUBLIC)
            .bind(id.to_string())
            .bind(now.get())
            .fetch_optional(pool)
            .await?))
    }

    /// Retires what is old enough and keeps `new` in its place. Does nothing and returns false while there is a younger
    /// key that is not retired.
    #[tracing::instrument(name = "store.signing_keys.rotate", skip_all)]
    pub(crate) async fn rotate_signing_key(
        &self,
        new: &NewSigningKey<'_>,
        old: Retirement,
    ) -> Result<bool> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            sqlx::query(RETIRE)
                .bind(old.made_by.get())
                .bind(old.retired_at.get())
                .bind(old.expires_at.get())
                .execute(&mut *transaction)
                .await?;
            let current: i64 = sqlx::query_scalar(HAS_CURRENT)
                .fetch_one(&mut *transaction)
                .await?;
            if current > 0 {
                return Ok(false);
            }
            sqlx::query(INSERT)
                .bind(new.id.to_string())
                .bind(new.secret)
                .bind(new.public_key)
                .bind(new.created_at.get())
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
        });
        Ok(true)
    }
}
