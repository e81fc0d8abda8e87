//! Sessions as rows of the database.

use model::{Millis, SessionId, UserId};
use sqlx::types::Json;

use super::{Data, Found, Lifetime, Moment, OpenSession, open_session, session_of, user_of};
use crate::store::{Db, Result, on_pool};

const CREATE: &str = "INSERT INTO sessions \
     (id_hash, user_id, session_id, data, created_at, seen_at, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $5, $6)";
const SAVE: &str =
    "UPDATE sessions SET user_id = $2, session_id = $3, data = $4 WHERE id_hash = $1";
const RENAME: &str = "UPDATE sessions SET id_hash = $2 WHERE id_hash = $1";
const RENEW: &str = "UPDATE sessions SET id_hash = $2, data = $3 WHERE id_hash = $1";
const LOAD: &str = "SELECT data, seen_at, expires_at FROM sessions \
     WHERE id_hash = $1 AND expires_at > $2 AND seen_at > $3";
const TOUCH: &str = "UPDATE sessions SET seen_at = $2 WHERE id_hash = $1 AND seen_at < $2";
const DELETE: &str = "DELETE FROM sessions WHERE id_hash = $1";
const OF_USER: &str = "SELECT data, created_at, seen_at FROM sessions \
     WHERE user_id = $1 AND expires_at > $2 AND seen_at > $3";
const IS_OPEN: &str = "SELECT COUNT(*) FROM sessions \
     WHERE user_id = $1 AND session_id = $2 AND expires_at > $3 AND seen_at > $4";
const END: &str = "DELETE FROM sessions WHERE user_id = $1 AND session_id = $2";
const END_ALL: &str = "DELETE FROM sessions \
     WHERE user_id = $1 AND (session_id IS NULL OR session_id <> $2)";
const KEEP_NEWEST: &str = "DELETE FROM sessions WHERE user_id = $1 AND id_hash NOT IN ( \
       SELECT id_hash FROM sessions WHERE user_id = $1 ORDER BY created_at DESC, session_id DESC LIMIT $2)";
const PURGE: &str = "DELETE FROM sessions WHERE expires_at <= $1 OR seen_at <= $2";

/// The sessions in the database.
#[derive(Clone)]
pub(super) struct SessionRows {
    db: Db,
    life: Lifetime,
}

impl SessionRows {
    pub(super) const fn new(db: Db, life: Lifetime) -> Self {
        Self { db, life }
    }

    pub(super) async fn insert(&self, key: &str, data: &Data, now: Millis) -> Result<()> {
        on_pool!(self.db.writer(), |pool| sqlx::query(CREATE)
            .bind(key)
            .bind(user_of(data))
            .bind(session_of(data))
            .bind(Json(data))
            .bind(now.get())
            .bind(now.plus(self.life.absolute_ms).get())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    pub(super) async fn update(&self, key: &str, data: &Data) -> Result<()> {
        on_pool!(self.db.writer(), |pool| sqlx::query(SAVE)
            .bind(key)
            .bind(user_of(data))
            .bind(session_of(data))
            .bind(Json(data))
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    pub(super) async fn rename(&self, from: &str, to: &str) -> Result<bool> {
        let rows = on_pool!(self.db.writer(), |pool| sqlx::query(RENAME)
            .bind(from)
            .bind(to)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(rows > 0)
    }

    pub(super) async fn renew(&self, from: &str, to: &str, data: &Data) -> Result<()> {
        on_pool!(self.db.writer(), |pool| sqlx::query(RENEW)
            .bind(from)
            .bind(to)
            .bind(Json(data))
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    pub(super) async fn find(&self, key: &str, moment: Moment) -> Result<Option<Found>> {
        let row: Option<(Json<Data>, i64, i64)> =
            on_pool!(self.db.reader(), |pool| sqlx::query_as(LOAD)
                .bind(key)
                .bind(moment.now.get())
                .bind(moment.idle_since.get())
                .fetch_optional(pool)
                .await?);
        Ok(row.map(|(Json(data), seen_at, expires_at)| Found {
            data,
            seen_at: Millis::new(seen_at),
            expires_at: Millis::new(expires_at),
        }))
    }

    pub(super) async fn touch(&self, key: &str, now: Millis) -> Result<()> {
        on_pool!(self.db.writer(), |pool| sqlx::query(TOUCH)
            .bind(key)
            .bind(now.get())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    pub(super) async fn remove(&self, key: &str) -> Result<()> {
        on_pool!(self.db.writer(), |pool| sqlx::query(DELETE)
            .bind(key)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    pub(super) async fn of(&self, user: UserId, moment: Moment) -> Result<Vec<OpenSession>> {
        let rows: Vec<(Json<Data>, i64, i64)> =
            on_pool!(self.db.reader(), |pool| sqlx::query_as(OF_USER)
                .bind(user.to_string())
                .bind(moment.now.get())
                .bind(moment.idle_since.get())
                .fetch_all(pool)
                .await?);
        let open = rows.into_iter();
        Ok(open
            .filter_map(|(Json(data), created_at, seen_at)| {
                open_session(&data, created_at, seen_at)
            })
            .collect())
    }

    pub(super) async fn is_open(
        &self,
        user: UserId,
        session: SessionId,
        moment: Moment,
    ) -> Result<bool> {
        let open: i64 = on_pool!(self.db.reader(), |pool| sqlx::query_scalar(IS_OPEN)
            .bind(user.to_string())
            .bind(session.to_string())
            .bind(moment.now.get())
            .bind(moment.idle_since.get())
            .fetch_one(pool)
            .await?);
        Ok(open > 0)
    }

    pub(super) async fn end(&self, user: UserId, session: SessionId) -> Result<bool> {
        let rows = on_pool!(self.db.writer(), |pool| sqlx::query(END)
            .bind(user.to_string())
            .bind(session.to_string())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(rows > 0)
    }

    pub(super) async fn end_all(&self, user: UserId, but: Option<SessionId>) -> Result<u64> {
        // No session is called by an empty text.
        let but = but.map(|session| session.to_string()).unwrap_or_default();
        Ok(on_pool!(self.db.writer(), |pool| sqlx::query(END_ALL)
            .bind(user.to_string())
            .bind(but)
            .execute(pool)
            .await?
            .rows_affected()))
    }

    pub(super) async fn keep_newest(&self, user: UserId, limit: u32) -> Result<u64> {
        Ok(on_pool!(self.db.writer(), |pool| sqlx::query(KEEP_NEWEST)
            .bind(user.to_string())
            .bind(i64::from(limit))
            .execute(pool)
            .await?
            .rows_affected()))
    }

    pub(super) async fn purge(&self, moment: Moment) -> Result<u64> {
        Ok(on_pool!(self.db.writer(), |pool| sqlx::query(PURGE)
            .bind(moment.now.get())
            .bind(moment.idle_since.get())
            .execute(pool)
            .await?
            .rows_affected()))
    }
}
