//! The rows behind the session cookie. Unlike the stock SQL stores: the id is stored only as its hash, a
//! logged-out session can't come back, a cookie that was planted is never adopted, and both the idle time
//! (counted in requests, not in changes) and the absolute lifetime are checked here.

use std::{collections::HashMap, error::Error as _, fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use model::{Millis, UserId};
use serde_json::Value;
use sqlx::types::Json;
use time::OffsetDateTime;
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
    session_store,
};

use super::{Db, Result, on_pool};
use crate::{Clock, identity::token::sha256_hex};

/// Where a session's record holds whose it is.
pub(crate) const USER_KEY: &str = "user";

/// `seen_at` is written at most this often: a page of many requests is one write.
const TOUCH_EACH_MS: i64 = 60_000;

const CREATE: &str = "INSERT INTO sessions (id_hash, user_id, data, created_at, seen_at, expires_at) \
     VALUES ($1, $2, $3, $4, $4, $5)";
const SAVE: &str = "UPDATE sessions SET user_id = $2, data = $3 WHERE id_hash = $1";
const LOAD: &str = "SELECT data, seen_at, expires_at FROM sessions \
     WHERE id_hash = $1 AND expires_at > $2 AND seen_at > $3";
const TOUCH: &str = "UPDATE sessions SET seen_at = $2 WHERE id_hash = $1 AND seen_at < $2";
const DELETE: &str = "DELETE FROM sessions WHERE id_hash = $1";
const DELETE_OF_USER: &str = "DELETE FROM sessions WHERE user_id = $1";
const PURGE: &str = "DELETE FROM sessions WHERE expires_at <= $1 OR seen_at <= $2";

type Data = HashMap<String, Value>;

/// The sessions in the database, for tower-sessions' layer. Cheap to clone.
#[derive(Clone)]
pub struct SessionRows {
    db: Db,
    clock: Arc<dyn Clock>,
    idle_ms: i64,
    absolute_ms: i64,
}

impl fmt::Debug for SessionRows {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("SessionRows").finish_non_exhaustive()
    }
}

impl SessionRows {
    /// Sessions that end after `idle` without a request, and `absolute` after they began in any case.
    pub(crate) fn new(db: Db, clock: Arc<dyn Clock>, idle: Duration, absolute: Duration) -> Self {
        let millis = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self {
            db,
            clock,
            idle_ms: millis(idle),
            absolute_ms: millis(absolute),
        }
    }

    /// Ends every session of the person; returns how many there were.
    #[tracing::instrument(name = "store.sessions.end_all", skip_all)]
    pub(crate) async fn end_all(&self, user: UserId) -> Result<u64> {
        Ok(on_pool!(self.db.writer(), |pool| sqlx::query(
            DELETE_OF_USER
        )
        .bind(user.to_string())
        .execute(pool)
        .await?
        .rows_affected()))
    }

    /// Deletes the sessions that have ended; returns how many there were.
    #[tracing::instrument(name = "store.sessions.purge", skip_all)]
    pub(crate) async fn purge(&self) -> Result<u64> {
        let now = self.clock.now();
        Ok(on_pool!(self.db.writer(), |pool| sqlx::query(PURGE)
            .bind(now.get())
            .bind(now.plus(-self.idle_ms).get())
            .execute(pool)
            .await?
            .rows_affected()))
    }

    async fn insert(&self, record: &Record) -> Result<()> {
        let now = self.clock.now();
        on_pool!(self.db.writer(), |pool| sqlx::query(CREATE)
            .bind(key(&record.id))
            .bind(user_of(&record.data))
            .bind(Json(&record.data))
            .bind(now.get())
            .bind(now.plus(self.absolute_ms).get())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    async fn update(&self, record: &Record) -> Result<()> {
        on_pool!(self.db.writer(), |pool| sqlx::query(SAVE)
            .bind(key(&record.id))
            .bind(user_of(&record.data))
            .bind(Json(&record.data))
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    async fn find(&self, id: &Id) -> Result<Option<(Data, Millis)>> {
        let now = self.clock.now();
        let row: Option<(Json<Data>, i64, i64)> =
            on_pool!(self.db.reader(), |pool| sqlx::query_as(LOAD)
                .bind(key(id))
                .bind(now.get())
                .bind(now.plus(-self.idle_ms).get())
                .fetch_optional(pool)
                .await?);
        let Some((Json(data), seen_at, expires_at)) = row else {
            return Ok(None);
        };
        let due = TOUCH_EACH_MS.min(self.idle_ms / 4);
        if now.since(Millis::new(seen_at)) >= due {
            self.touch(id, now).await?;
        }
        Ok(Some((data, Millis::new(expires_at))))
    }

    async fn touch(&self, id: &Id, now: Millis) -> Result<()> {
        on_pool!(self.db.writer(), |pool| sqlx::query(TOUCH)
            .bind(key(id))
            .bind(now.get())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    async fn remove(&self, id: &Id) -> Result<()> {
        on_pool!(self.db.writer(), |pool| sqlx::query(DELETE)
            .bind(key(id))
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }
}

#[async_trait]
impl SessionStore for SessionRows {
    /// Always under a fresh id: after a logout, or with a planted cookie, the record still carries the old one.
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        record.id = Id::default();
        self.insert(record).await.map_err(|error| backend(&error))
    }

    /// Changes a session that exists and does nothing for one that has ended.
    async fn save(&self, record: &Record) -> session_store::Result<()> {
        self.update(record).await.map_err(|error| backend(&error))
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let found = self.find(id).await.map_err(|error| backend(&error))?;
        Ok(found.map(|(data, expires_at)| Record {
            id: *id,
            data,
            expiry_date: OffsetDateTime::from_unix_timestamp(expires_at.get() / 1000)
                .unwrap_or(OffsetDateTime::UNIX_EPOCH),
        }))
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        self.remove(id).await.map_err(|error| backend(&error))
    }
}

fn key(id: &Id) -> String {
    sha256_hex(&id.0.to_le_bytes())
}

fn user_of(data: &Data) -> Option<&str> {
    data.get(USER_KEY).and_then(Value::as_str)
}

/// tower-sessions takes a text only, so the causes go into it.
fn backend(error: &super::Error) -> session_store::Error {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    session_store::Error::Backend(text)
}
