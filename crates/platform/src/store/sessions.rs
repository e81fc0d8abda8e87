//! The sessions behind the cookie, in the database or in Redis, with the same promises in both. Unlike the stock
//! stores': the id is kept only as its hash, a logged-out session can't come back, a cookie that was planted is never
//! adopted, a person's sessions can be listed and ended, and both the idle time (counted in requests, not in changes)
//! and the absolute lifetime are checked here.

mod redis;
mod rows;

use std::{collections::HashMap, error::Error as _, fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use model::{Millis, SessionId, UserId};
use serde_json::Value;
use time::OffsetDateTime;
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
    session_store,
};

use self::{redis::RedisSessions, rows::SessionRows};
use super::{Db, Redis, Result};
use crate::{
    Clock,
    identity::{
        ABOUT_KEY, About,
        token::{new_token, sha256_hex},
    },
};

/// Where a session's record holds whose it is.
pub(crate) const USER_KEY: &str = "user";

/// Where a record that is about to get a new id holds under which name the session waits for it.
const RENEWS_KEY: &str = "renews";

/// The last use is written at most this often: a page of many requests is one write.
const TOUCH_EACH_MS: i64 = 60_000;

type Data = HashMap<String, Value>;

/// Where sessions are kept, for tower-sessions' layer. Cheap to clone.
#[derive(Clone)]
pub struct SessionStores {
    kept: Kept,
    db: Db,
    clock: Arc<dyn Clock>,
    life: Lifetime,
}

#[derive(Clone)]
enum Kept {
    Rows(SessionRows),
    Redis(RedisSessions),
}

/// When sessions end by themselves.
#[derive(Clone, Copy)]
struct Lifetime {
    idle_ms: i64,
    absolute_ms: i64,
}

/// A moment, and what still lives in it.
#[derive(Clone, Copy)]
struct Moment {
    now: Millis,
    /// A session that was last used at or before this has ended.
    idle_since: Millis,
}

/// What a session's id leads to.
struct Found {
    data: Data,
    seen_at: Millis,
    expires_at: Millis,
}

/// A session that is open, as its owner's list shows it.
pub(crate) struct OpenSession {
    pub(crate) about: About,
    pub(crate) created_at: Millis,
    pub(crate) seen_at: Millis,
}

impl fmt::Debug for SessionStores {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("SessionStores").finish_non_exhaustive()
    }
}

impl SessionStores {
    /// Sessions that end after `idle` without a request, and `absolute` after they began in any case; in Redis if there
    /// is one, else in the database.
    pub(crate) fn new(
        db: Db,
        redis: Option<Redis>,
        clock: Arc<dyn Clock>,
        idle: Duration,
        absolute: Duration,
    ) -> Self {
        let millis = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        let life = Lifetime {
            idle_ms: millis(idle),
            absolute_ms: millis(absolute),
        };
        let kept = match redis {
            Some(redis) => Kept::Redis(RedisSessions::new(redis, life)),
            None => Kept::Rows(SessionRows::new(db.clone(), life)),
        };
        Self {
            kept,
            db,
            clock,
            life,
        }
    }

    /// The person's open sessions, the last used first.
    #[tracing::instrument(name = "store.sessions.of", skip_all)]
    pub(crate) async fn of(&self, user: UserId) -> Result<Vec<OpenSession>> {
        let mut open = match &self.kept {
            Kept::Rows(rows) => rows.of(user, self.moment()).await?,
            Kept::Redis(redis) => redis.of(user, self.moment()).await?,
        };
        open.sort_by_key(|session| std::cmp::Reverse((session.seen_at, session.about.id)));
        Ok(open)
    }

    /// Whether that session of the person is open.
    #[tracing::instrument(name = "store.sessions.is_open", skip_all)]
    pub(crate) async fn is_open(&self, user: UserId, session: SessionId) -> Result<bool> {
        match &self.kept {
            Kept::Rows(rows) => rows.is_open(user, session, self.moment()).await,
            Kept::Redis(redis) => redis.is_open(user, session, self.moment()).await,
        }
    }

    /// Ends that session of the person. Whether there was one.
    #[tracing::instrument(name = "store.sessions.end", skip_all)]
    pub(crate) async fn end(&self, user: UserId, session: SessionId) -> Result<bool> {
        match &self.kept {
            Kept::Rows(rows) => rows.end(user, session).await,
            Kept::Redis(redis) => redis.end(user, session).await,
        }
    }

    /// Ends the person's sessions, all or all but one; returns how many there were.
    #[tracing::instrument(name = "store.sessions.end_all", skip_all)]
    pub(crate) async fn end_all(&self, user: UserId, but: Option<SessionId>) -> Result<u64> {
        match &self.kept {
            Kept::Rows(rows) => rows.end_all(user, but).await,
            Kept::Redis(redis) => redis.end_all(user, but).await,
        }
    }

    /// Ends the person's oldest sessions until `limit` are left; returns how many ended.
    #[tracing::instrument(name = "store.sessions.keep_newest", skip_all)]
    pub(crate) async fn keep_newest(&self, user: UserId, limit: u32) -> Result<u64> {
        match &self.kept {
            Kept::Rows(rows) => rows.keep_newest(user, limit).await,
            Kept::Redis(redis) => redis.keep_newest(user, limit).await,
        }
    }

    /// Deletes the sessions that have ended; returns how many there were. Redis does it by itself.
    #[tracing::instrument(name = "store.sessions.purge", skip_all)]
    pub(crate) async fn purge(&self) -> Result<u64> {
        match &self.kept {
            Kept::Rows(rows) => rows.purge(self.moment()).await,
            Kept::Redis(_) => Ok(0),
        }
    }

    /// Takes the session's id away: it waits under the returned name, which no cookie leads to, for the new id that the
    /// next `create` of a record [marked](mark_renewed) with it gives it. Meanwhile it can be listed and ended like any
    /// other, so that a session that is ended now does not come back under a new id. `None` when it has ended.
    #[tracing::instrument(name = "store.sessions.set_aside", skip_all)]
    pub(crate) async fn set_aside(&self, id: &Id) -> Result<Option<String>> {
        use secrecy::ExposeSecret as _;
        let name = sha256_hex(new_token().expose_secret().as_bytes());
        let found = match &self.kept {
            Kept::Rows(rows) => rows.rename(&key(id), &name).await?,
            Kept::Redis(redis) => redis.rename(&key(id), &name).await?,
        };
        Ok(found.then_some(name))
    }

    /// The connection to Redis.
    #[cfg(test)]
    pub(crate) fn redis(&self) -> Option<&Redis> {
        match &self.kept {
            Kept::Rows(_) => None,
            Kept::Redis(redis) => Some(redis.connection()),
        }
    }

    async fn insert(&self, record: &mut Record) -> Result<()> {
        let renews = record.data.remove(RENEWS_KEY);
        let key = key(&record.id);
        let now = self.clock.now();
        match (renews.as_ref().and_then(Value::as_str), &self.kept) {
            (None, Kept::Rows(rows)) => rows.insert(&key, &record.data, now).await,
            (None, Kept::Redis(redis)) => redis.insert(&key, &record.data, now).await,
            (Some(name), Kept::Rows(rows)) => rows.renew(name, &key, &record.data).await,
            (Some(name), Kept::Redis(redis)) => redis.renew(name, &key, &record.data).await,
        }?;
        self.remember_seen(&record.data, now).await
    }

    async fn update(&self, record: &Record) -> Result<()> {
        let key = key(&record.id);
        match &self.kept {
            Kept::Rows(rows) => rows.update(&key, &record.data).await,
            Kept::Redis(redis) => redis.update(&key, &record.data).await,
        }
    }

    async fn find(&self, id: &Id) -> Result<Option<Found>> {
        let key = key(id);
        let moment = self.moment();
        let found = match &self.kept {
            Kept::Rows(rows) => rows.find(&key, moment).await?,
            Kept::Redis(redis) => redis.find(&key, moment).await?,
        };
        let Some(found) = found else {
            return Ok(None);
        };
        let due = TOUCH_EACH_MS.min(self.life.idle_ms / 4);
        if moment.now.since(found.seen_at) >= due {
            match &self.kept {
                Kept::Rows(rows) => rows.touch(&key, moment.now).await?,
                Kept::Redis(redis) => redis.touch(&key, found.expires_at, moment.now).await?,
            }
            self.remember_seen(&found.data, moment.now).await?;
        }
        Ok(Some(found))
    }

    /// Whose session it is was here now.
    async fn remember_seen(&self, data: &Data, now: Millis) -> Result<()> {
        match user_of(data).and_then(|user| user.parse().ok()) {
            Some(user) => self.db.user_seen(user, now).await,
            None => Ok(()),
        }
    }

    async fn remove(&self, id: &Id) -> Result<()> {
        match &self.kept {
            Kept::Rows(rows) => rows.remove(&key(id)).await,
            Kept::Redis(redis) => redis.remove(&key(id)).await,
        }
    }

    fn moment(&self) -> Moment {
        let now = self.clock.now();
        Moment {
            now,
            idle_since: now.plus(self.life.idle_ms.saturating_neg()),
        }
    }
}

/// What a record must hold whose session waits under that name: key and value.
pub(crate) const fn mark_renewed(name: String) -> (&'static str, String) {
    (RENEWS_KEY, name)
}

#[async_trait]
impl SessionStore for SessionStores {
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
        Ok(found.map(|found| Record {
            id: *id,
            data: found.data,
            expiry_date: OffsetDateTime::from_unix_timestamp(found.expires_at.get() / 1000)
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

fn session_of(data: &Data) -> Option<&str> {
    data.get(ABOUT_KEY)?.get("id")?.as_str()
}

fn open_session(data: &Data, created_at: i64, seen_at: i64) -> Option<OpenSession> {
    let about = data.get(ABOUT_KEY)?.clone();
    Some(OpenSession {
        about: serde_json::from_value(about).ok()?,
        created_at: Millis::new(created_at),
        seen_at: Millis::new(seen_at),
    })
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
