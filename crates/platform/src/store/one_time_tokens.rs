//! Secrets that a mail carries, as their hashes: one of a purpose for a person, the newest, used once.

use model::{Email, Millis, UserId};
use sqlx::FromRow;

use super::{Db, Result, audit::append_audit, on_pool, rows};
use crate::audit::Record;

const ISSUE: &str = "INSERT INTO one_time_tokens (token_hash, purpose, user_id, email, created_at, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $6) \
     ON CONFLICT (user_id, purpose) DO UPDATE SET token_hash = excluded.token_hash, email = excluded.email, \
       created_at = excluded.created_at, expires_at = excluded.expires_at";
const FIND: &str = "SELECT user_id, email FROM one_time_tokens \
     WHERE token_hash = $1 AND purpose = $2 AND expires_at > $3";
/// Of parallel takers one gets the row; the others find none.
const TAKE: &str = "DELETE FROM one_time_tokens \
     WHERE token_hash = $1 AND purpose = $2 AND expires_at > $3 RETURNING email";
/// A link in a mail shows as well that the address is theirs. One that went to a former address is good for nothing.
const RESET: &str = "UPDATE users SET password_hash = $3, updated_at = $4, \
       email_verified_at = COALESCE(email_verified_at, $4) \
     WHERE id = $1 AND email_key = $2 AND disabled = FALSE";
const VERIFY: &str = "UPDATE users SET email = $2, email_key = $3, email_verified_at = $4, updated_at = $4 \
     WHERE id = $1 AND disabled = FALSE";
const CHANGE: &str = "UPDATE users SET password_hash = $3, updated_at = $4 \
     WHERE id = $1 AND password_hash = $2 AND disabled = FALSE";
/// With a new password all links end that were asked for before: to yet another one, and to another address.
pub(super) const FORGET: &str = "DELETE FROM one_time_tokens WHERE user_id = $1 AND (purpose = 'reset' \
     OR email <> (SELECT email FROM users WHERE id = $1))";

/// What a secret is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Choosing a new password.
    Reset,
    /// Showing that an address is theirs.
    Verify,
}

/// A secret that is about to be sent.
pub(crate) struct NewOneTimeToken<'a> {
    pub(crate) hash: &'a str,
    pub(crate) purpose: Purpose,
    pub(crate) user: UserId,
    /// Where it is sent.
    pub(crate) email: &'a Email,
    pub(crate) now: Millis,
    pub(crate) expires_at: Millis,
}

/// Whose a secret is, and where it was sent.
pub(crate) struct OneTime {
    pub(crate) user: UserId,
    pub(crate) email: Email,
}

#[derive(FromRow)]
struct Row {
    user_id: String,
    email: String,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::Verify => "verify",
        }
    }
}

impl Db {
    /// Makes this the person's one valid secret of its purpose and writes the log's line.
    #[tracing::instrument(name = "store.one_time_tokens.issue", skip_all)]
    pub(crate) async fn issue_one_time_token(
        &self,
        new: &NewOneTimeToken<'_>,
        record: &Record,
    ) -> Result<()> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            sqlx::query(ISSUE)
                .bind(new.hash)
                .bind(new.purpose.as_str())
                .bind(new.user.to_string())
                .bind(new.email.as_str())
                .bind(new.now.get())
                .bind(new.expires_at.get())
                .execute(&mut *transaction)
                .await?;
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(())
    }

    /// Whose secret it is, if it is valid.
    #[tracing::instrument(name = "store.one_time_tokens.find", skip_all)]
    pub(crate) async fn one_time_token(
        &self,
        hash: &str,
        purpose: Purpose,
        now: Millis,
    ) -> Result<Option<OneTime>> {
        let row: Option<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(FIND)
            .bind(hash)
            .bind(purpose.as_str())
            .bind(now.get())
            .fetch_optional(pool)
            .await?);
        let Some(row) = row else { return Ok(None) };
        let user = rows::id("one_time_tokens", "user_id", &row.user_id)?;
        let email = Email::parse(&row.email)
            .map_err(|_| rows::corrupt("one_time_tokens", "email", &row.user_id))?;
        Ok(Some(OneTime { user, email }))
    }

    /// Uses the secret up for a new password. Of parallel calls one gets true.
    #[tracing::instrument(name = "store.one_time_tokens.reset_password", skip_all)]
    pub(crate) async fn reset_password(
        &self,
        hash: &str,
        user: UserId,
        password_hash: &str,
        now: Millis,
        record: &Record,
    ) -> Result<bool> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            let email: Option<String> = sqlx::query_scalar(TAKE)
                .bind(hash)
                .bind(Purpose::Reset.as_str())
                .bind(now.get())
                .fetch_optional(&mut *transaction)
                .await?;
            let Some(email) = email else { return Ok(false) };
            let changed = sqlx::query(RESET)
                .bind(user.to_string())
                .bind(email.to_lowercase())
                .bind(password_hash)
                .bind(now.get())
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if changed == 0 {
                return Ok(false);
            }
            sqlx::query(FORGET)
                .bind(user.to_string())
                .execute(&mut *transaction)
                .await?;
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(true)
    }

    /// Uses the secret up: the address that it was sent to is the account's from now on, and shown to be theirs. Of
    /// parallel calls one gets true. A conflict when another account has that address by now.
    #[tracing::instrument(name = "store.one_time_tokens.verify_email", skip_all)]
    pub(crate) async fn verify_email(
        &self,
        hash: &str,
        user: UserId,
        email: &Email,
        now: Millis,
        record: &Record,
    ) -> Result<bool> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            let taken = sqlx::query(TAKE)
                .bind(hash)
                .bind(Purpose::Verify.as_str())
                .bind(now.get())
                .fetch_optional(&mut *transaction)
                .await?;
            if taken.is_none() {
                return Ok(false);
            }
            let changed = sqlx::query(VERIFY)
                .bind(user.to_string())
                .bind(email.as_str())
                .bind(email.key())
                .bind(now.get())
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if changed == 0 {
                return Ok(false);
            }
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(true)
    }

    /// Changes the password, unless it was changed meanwhile; whether it was.
    #[tracing::instrument(name = "store.one_time_tokens.change_password", skip_all)]
    pub(crate) async fn change_password(
        &self,
        user: UserId,
        old: &str,
        new: &str,
        now: Millis,
        record: &Record,
    ) -> Result<bool> {
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            let changed = sqlx::query(CHANGE)
                .bind(user.to_string())
                .bind(old)
                .bind(new)
                .bind(now.get())
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if changed == 0 {
                return Ok(false);
            }
            sqlx::query(FORGET)
                .bind(user.to_string())
                .execute(&mut *transaction)
                .await?;
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(true)
    }
}
