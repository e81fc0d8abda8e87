//! The seeds of six-digit codes, sealed, and the newest time step of each that was used up.

use model::{Millis, UserId};

use super::{Db, Result, audit::append_audit, on_pool, recovery_codes::replace_recovery_codes};
use crate::audit::Record;

const ENROL: &str = "INSERT INTO totp_enrolments (user_id, secret, expires_at) VALUES ($1, $2, $3) \
     ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, expires_at = excluded.expires_at";
const ENROLLED: &str = "SELECT secret FROM totp_enrolments WHERE user_id = $1 AND expires_at > $2";
/// Of parallel confirmations of one seed one finds it.
const CONFIRM: &str = "DELETE FROM totp_enrolments WHERE user_id = $1 AND secret = $2";
const ADD: &str = "INSERT INTO totp_factors (user_id, secret, last_step, created_at, confirmed_at) \
     VALUES ($1, $2, $3, $4, $4) \
     ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, last_step = excluded.last_step, \
     created_at = excluded.created_at, confirmed_at = excluded.confirmed_at";
const SECRET: &str = "SELECT secret FROM totp_factors WHERE user_id = $1";
/// Of parallel uses of one step, or of a later and an earlier one, the row lets the newer through and once.
const USE_UP: &str = "UPDATE totp_factors SET last_step = $3 \
     WHERE user_id = $1 AND secret = $2 AND last_step < $3";

/// A seed that was confirmed.
pub(crate) struct NewTotp<'a> {
    pub(crate) user: UserId,
    /// As it was sealed when it was shown.
    pub(crate) enrolled: &'a [u8],
    /// Sealed for its place.
    pub(crate) secret: &'a [u8],
    /// The time step of the code that confirmed it, which is used up by that.
    pub(crate) step: i64,
    pub(crate) now: Millis,
    /// Hashes of recovery codes to put in the place of those that there are.
    pub(crate) codes: Option<&'a [String]>,
}

impl Db {
    /// Remembers a seed that is shown; an earlier one that was not confirmed is forgotten.
    #[tracing::instrument(name = "store.totp.enrol", skip_all)]
    pub(crate) async fn enrol_totp(
        &self,
        user: UserId,
        secret: &[u8],
        expires_at: Millis,
    ) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(ENROL)
            .bind(user.to_string())
            .bind(secret)
            .bind(expires_at.get())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// The seed that was shown and waits for its first code.
    #[tracing::instrument(name = "store.totp.enrolled", skip_all)]
    pub(crate) async fn enrolled_totp(&self, user: UserId, now: Millis) -> Result<Option<Vec<u8>>> {
        Ok(on_pool!(self.reader(), |pool| sqlx::query_scalar(ENROLLED)
            .bind(user.to_string())
            .bind(now.get())
            .fetch_optional(pool)
            .await?))
    }

    /// Makes the seed the person's factor, in the place of an earlier one. Whether it still waited.
    #[tracing::instrument(name = "store.totp.confirm", skip_all)]
    pub(crate) async fn confirm_totp(&self, new: &NewTotp<'_>, record: &Record) -> Result<bool> {
        let user = new.user.to_string();
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            let waited = sqlx::query(CONFIRM)
                .bind(&user)
                .bind(new.enrolled)
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if waited == 0 {
                return Ok(false);
            }
            sqlx::query(ADD)
                .bind(&user)
                .bind(new.secret)
                .bind(new.step)
                .bind(new.now.get())
                .execute(&mut *transaction)
                .await?;
            if let Some(codes) = new.codes {
                replace_recovery_codes!(transaction, new.user, codes);
            }
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(true)
    }

    /// The person's seed.
    #[tracing::instrument(name = "store.totp.secret", skip_all)]
    pub(crate) async fn totp_secret(&self, user: UserId) -> Result<Option<Vec<u8>>> {
        Ok(on_pool!(self.reader(), |pool| sqlx::query_scalar(SECRET)
            .bind(user.to_string())
            .fetch_optional(pool)
            .await?))
    }

    /// Uses a time step of that seed up. Whether neither it nor a later one was.
    #[tracing::instrument(name = "store.totp.use_up", skip_all)]
    pub(crate) async fn use_totp_step(
        &self,
        user: UserId,
        secret: &[u8],
        step: i64,
    ) -> Result<bool> {
        let rows = on_pool!(self.writer(), |pool| sqlx::query(USE_UP)
            .bind(user.to_string())
            .bind(secret)
            .bind(step)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(rows == 1)
    }
}
