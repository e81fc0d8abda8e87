//! Devices that signed in over REST, and the refresh tokens that follow each other on them. A token is kept as its hash
//! and used once; what was used is remembered, so that whoever uses it again gives the theft away.

use model::{FamilyId, Millis, UserId};
use sqlx::FromRow;

use super::{
    Db, Result,
    audit::{append_audit, audited},
    on_pool, rows,
};
use crate::audit::Record;

const INSERT_FAMILY: &str = "INSERT INTO token_families \
     (id, user_id, device, address, authenticated_at, created_at, used_at, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $5, $5, $6)";
/// The devices beyond so many, those that were used least lately.
const DROP_OLDEST: &str = "DELETE FROM token_families WHERE user_id = $1 AND id NOT IN ( \
     SELECT id FROM token_families WHERE user_id = $1 ORDER BY used_at DESC, id DESC LIMIT $2)";
const INSERT_TOKEN: &str =
    "INSERT INTO refresh_tokens (token_hash, family_id, created_at) VALUES ($1, $2, $3)";
const BY_TOKEN: &str = "SELECT f.id, f.user_id, f.authenticated_at, f.created_at, f.used_at, f.expires_at \
     FROM refresh_tokens t JOIN token_families f ON f.id = t.family_id WHERE t.token_hash = $1";
const BY_ID: &str = "SELECT id, user_id, authenticated_at, created_at, used_at, expires_at \
     FROM token_families WHERE id = $1 AND expires_at > $2";
/// Of parallel uses one finds it unused; the others wait for its row and then find it used.
const USE_UP: &str =
    "UPDATE refresh_tokens SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL";
const PROLONG: &str =
    "UPDATE token_families SET used_at = $2, expires_at = $3, address = $4 WHERE id = $1";
const TOUCH: &str = "UPDATE token_families SET used_at = $2 WHERE id = $1 AND used_at < $2";
const END: &str = "DELETE FROM token_families WHERE id = $1";
const PURGE: &str = "DELETE FROM refresh_tokens WHERE used_at <= $1";

/// A device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Family {
    pub(crate) id: FamilyId,
    pub(crate) user: UserId,
    /// When its owner last proved who they are.
    pub(crate) authenticated_at: Millis,
    pub(crate) created_at: Millis,
    pub(crate) used_at: Millis,
    pub(crate) expires_at: Millis,
}

/// A device that is about to be remembered, with its first refresh token.
pub(crate) struct NewFamily<'a> {
    pub(crate) id: FamilyId,
    pub(crate) user: UserId,
    pub(crate) device: &'a str,
    pub(crate) address: &'a str,
    pub(crate) token_hash: &'a str,
    pub(crate) now: Millis,
    pub(crate) expires_at: Millis,
    /// Devices that the person may have, with this one.
    pub(crate) at_most: u32,
}

/// What becomes of a device at a refresh.
pub(crate) struct Refresh<'a> {
    pub(crate) family: FamilyId,
    pub(crate) old_hash: &'a str,
    pub(crate) new_hash: &'a str,
    pub(crate) address: &'a str,
    pub(crate) now: Millis,
    pub(crate) expires_at: Millis,
}

/// What a refresh came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refreshed {
    /// The new token has taken the old one's place.
    Done,
    /// The old token had been used before: the device has ended.
    Reused,
    /// The device ended meanwhile.
    Gone,
}

#[derive(FromRow)]
struct Row {
    id: String,
    user_id: String,
    authenticated_at: i64,
    created_at: i64,
    used_at: i64,
    expires_at: i64,
}

impl TryFrom<Row> for Family {
    type Error = super::Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: rows::id("token_families", "id", &row.id)?,
            user: rows::id("token_families", "user_id", &row.user_id)?,
            authenticated_at: Millis::new(row.authenticated_at),
            created_at: Millis::new(row.created_at),
            used_at: Millis::new(row.used_at),
            expires_at: Millis::new(row.expires_at),
        })
    }
}

impl Db {
    /// Remembers a device; of too many, those end that were used least lately.
    #[tracing::instrument(name = "store.tokens.begin_family", skip_all)]
    pub(crate) async fn begin_family(&self, new: &NewFamily<'_>, record: &Record) -> Result<()> {
        let (id, user) = (new.id.to_string(), new.user.to_string());
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            sqlx::query(INSERT_FAMILY)
                .bind(&id)
                .bind(&user)
                .bind(new.device)
                .bind(new.address)
                .bind(new.now.get())
                .bind(new.expires_at.get())
                .execute(&mut *transaction)
                .await?;
            sqlx::query(INSERT_TOKEN)
                .bind(new.token_hash)
                .bind(&id)
                .bind(new.now.get())
                .execute(&mut *transaction)
                .await?;
            sqlx::query(DROP_OLDEST)
                .bind(&user)
                .bind(i64::from(new.at_most.max(1)))
                .execute(&mut *transaction)
                .await?;
            append_audit!(transaction, record);
            transaction.commit().await?;
        });
        Ok(())
    }

    /// The device that this refresh token, used or not, belongs to.
    #[tracing::instrument(name = "store.tokens.family_of_token", skip_all)]
    pub(crate) async fn family_of_token(&self, token_hash: &str) -> Result<Option<Family>> {
        let row: Option<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(BY_TOKEN)
            .bind(token_hash)
            .fetch_optional(pool)
            .await?);
        row.map(Family::try_from).transpose()
    }

    /// The device, if it has not ended.
    #[tracing::instrument(name = "store.tokens.family", skip_all)]
    pub(crate) async fn family(&self, id: FamilyId, now: Millis) -> Result<Option<Family>> {
        let row: Option<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(BY_ID)
            .bind(id.to_string())
            .bind(now.get())
            .fetch_optional(pool)
            .await?);
        row.map(Family::try_from).transpose()
    }

    /// Uses the old token up for the new one. A token that was used before ends the device and leaves `reuse` in the log.
    #[tracing::instrument(name = "store.tokens.refresh", skip_all)]
    pub(crate) async fn refresh_family(
        &self,
        refresh: &Refresh<'_>,
        reuse: &Record,
    ) -> Result<Refreshed> {
        let family = refresh.family.to_string();
        on_pool!(self.writer(), |pool| {
            let mut transaction = pool.begin_with(self.begin()).await?;
            let used = sqlx::query(USE_UP)
                .bind(refresh.old_hash)
                .bind(refresh.now.get())
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if used == 0 {
                let ended = sqlx::query(END)
                    .bind(&family)
                    .execute(&mut *transaction)
                    .await?
                    .rows_affected();
                if ended == 0 {
                    return Ok(Refreshed::Gone);
                }
                append_audit!(transaction, reuse);
                transaction.commit().await?;
                return Ok(Refreshed::Reused);
            }
            sqlx::query(INSERT_TOKEN)
                .bind(refresh.new_hash)
                .bind(&family)
                .bind(refresh.now.get())
                .execute(&mut *transaction)
                .await?;
            sqlx::query(PROLONG)
                .bind(&family)
                .bind(refresh.now.get())
                .bind(refresh.expires_at.get())
                .bind(refresh.address)
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
        });
        Ok(Refreshed::Done)
    }

    /// Remembers that the device was here.
    #[tracing::instrument(name = "store.tokens.touch_family", skip_all)]
    pub(crate) async fn touch_family(&self, id: FamilyId, now: Millis) -> Result<()> {
        on_pool!(self.writer(), |pool| sqlx::query(TOUCH)
            .bind(id.to_string())
            .bind(now.get())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Ends the device; returns whether it was there.
    #[tracing::instrument(name = "store.tokens.end_family", skip_all)]
    pub(crate) async fn end_family(&self, id: FamilyId, record: &Record) -> Result<bool> {
        Ok(audited!(
            self,
            record,
            sqlx::query(END).bind(id.to_string())
        ))
    }

    /// Forgets refresh tokens that were used by `before`; returns how many.
    #[tracing::instrument(name = "store.tokens.purge", skip_all)]
    pub(crate) async fn purge_refresh_tokens(&self, before: Millis) -> Result<u64> {
        Ok(on_pool!(self.writer(), |pool| sqlx::query(PURGE)
            .bind(before.get())
            .execute(pool)
            .await?
            .rows_affected()))
    }
}
