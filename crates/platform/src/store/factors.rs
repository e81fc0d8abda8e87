//! All second factors of a person together: which there are, and taking one away without taking away too much.

use model::{LinkId, LinkedAccount, Millis, PasskeyId, Rank, UserId};
use sqlx::FromRow;

use super::{
    Db, Result,
    audit::append_audit,
    on_pool,
    people::{Touched, below},
    recovery_codes, rows,
};
use crate::audit::Record;

const HELD: &str = "SELECT (SELECT COUNT(*) FROM totp_factors WHERE user_id = $1) AS totp, \
     (SELECT COUNT(*) FROM passkeys WHERE user_id = $1) AS passkeys, \
     (SELECT COUNT(*) FROM recovery_codes WHERE user_id = $1) AS recovery_codes";
/// Changes of one person's factors follow each other: each counts what the one before has left.
pub(super) const TAKE_TURN: &str = "UPDATE users SET updated_at = $2 WHERE id = $1";
const REMOVE_TOTP: &str = "DELETE FROM totp_factors WHERE user_id = $1";
const REMOVE_ENROLMENT: &str = "DELETE FROM totp_enrolments WHERE user_id = $1";
const REMOVE_PASSKEY: &str = "DELETE FROM passkeys WHERE user_id = $1 AND id = $2";
const REMOVE_PASSKEYS: &str = "DELETE FROM passkeys WHERE user_id = $1";
pub(super) const WAYS_IN: &str = "SELECT COUNT(*) FROM users WHERE id = $1 AND (password_hash IS NOT NULL \
     OR EXISTS (SELECT 1 FROM passkeys WHERE user_id = $1) \
     OR EXISTS (SELECT 1 FROM linked_accounts WHERE user_id = $1))";
const LINKED: &str = "SELECT id, provider, email, created_at, used_at FROM linked_accounts \
     WHERE user_id = $1 ORDER BY created_at, id";

/// The second factors that somebody has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Factors {
    pub(crate) totp: bool,
    pub(crate) passkeys: u32,
    pub(crate) recovery_codes: u32,
}

/// What is taken away.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Removal {
    Totp,
    Passkey(PasskeyId),
}

/// What a removal came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Removed {
    Done,
    /// There was no such factor.
    NotFound,
    /// It stays, because a role asks for one or because there is no other way in.
    Needed,
}

#[derive(FromRow)]
struct HeldRow {
    totp: i64,
    passkeys: i64,
    recovery_codes: i64,
}

#[derive(FromRow)]
struct LinkedRow {
    id: String,
    provider: String,
    email: Option<String>,
    created_at: i64,
    used_at: Option<i64>,
}

impl From<HeldRow> for Factors {
    fn from(row: HeldRow) -> Self {
        let count = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
        Self {
            totp: row.totp > 0,
            passkeys: count(row.passkeys),
            recovery_codes: count(row.recovery_codes),
        }
    }
}

impl Db {
    /// Which second factors the person has.
    #[tracing::instrument(name = "store.factors.of", skip_all)]
    pub(crate) async fn factors(&self, user: UserId) -> Result<Factors> {
        let row: HeldRow = on_pool!(self.reader(), |pool| sqlx::query_as(HELD)
            .bind(user.to_string())
            .fetch_one(pool)
            .await?);
        Ok(row.into())
    }

    /// The person's accounts elsewhere, each with its provider's id.
    #[tracing::instrument(name = "store.factors.linked", skip_all)]
    pub(crate) async fn linked_accounts(&self, user: UserId) -> Result<Vec<LinkedAccount>> {
        let found: Vec<LinkedRow> = on_pool!(self.reader(), |pool| sqlx::query_as(LINKED)
            .bind(user.to_string())
            .fetch_all(pool)
            .await?);
        let linked = |row: LinkedRow| {
            Ok(LinkedAccount {
                id: rows::id::<LinkId>("linked_accounts", "id", &row.id)?,
                provider: row.provider,
                email: row.email,
                created_at: Millis::new(row.created_at),
                used_at: row.used_at.map(Millis::new),
            })
        };
        found.into_iter().map(linked).collect()
    }

    /// Takes a factor away, with the recovery codes when it was the last. It stays when the person would be left without
    /// a factor that they `must` have, or without a way in.
    #[tracing::instrument(name = "store.factors.remove", skip_all)]
    pub(crate) async fn remove_factor(
        &self,
        user: UserId,
        removal: Removal,
        must: bool,
        record: &Record,
    ) -> Result<Removed> {
        let user = user.to_string();
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            sqlx::query(TAKE_TURN)
                .bind(&user)
                .bind(record.at.get())
                .execute(&mut *transaction)
                .await?;
            let statement = match removal {
                Removal::Totp => sqlx::query(REMOVE_TOTP).bind(&user),
                Removal::Passkey(id) => {
                    sqlx::query(REMOVE_PASSKEY).bind(&user).bind(id.to_string())
                }
            };
            if statement.execute(&mut *transaction).await?.rows_affected() == 0 {
                return Ok(Removed::NotFound);
            }
            let left: HeldRow = sqlx::query_as(HELD)
                .bind(&user)
                .fetch_one(&mut *transaction)
                .await?;
            let none_left = left.totp + left.passkeys == 0;
            let ways_in: i64 = sqlx::query_scalar(WAYS_IN)
                .bind(&user)
                .fetch_one(&mut *transaction)
                .await?;
            if (must && none_left) || ways_in == 0 {
                return Ok(Removed::Needed);
            }
            if none_left {
                sqlx::query(recovery_codes::CLEAR)
                    .bind(&user)
                    .execute(&mut *transaction)
                    .await?;
            }
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(Removed::Done)
    }

    /// Takes all second factors of a person away, if they stand below `ceiling`.
    #[tracing::instrument(name = "store.factors.clear", skip_all)]
    pub(crate) async fn clear_factors(
        &self,
        user: UserId,
        ceiling: Option<Rank>,
        record: &Record,
    ) -> Result<Touched> {
        let user = user.to_string();
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            below!(transaction, &user, ceiling);
            for statement in [
                REMOVE_TOTP,
                REMOVE_ENROLMENT,
                REMOVE_PASSKEYS,
                recovery_codes::CLEAR,
            ] {
                sqlx::query(statement)
                    .bind(&user)
                    .execute(&mut *transaction)
                    .await?;
            }
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(Touched::Done)
    }
}
