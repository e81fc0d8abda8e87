//! Sessions in Redis: a hash a session under the hash of its id, and a set a person of their sessions' keys. Each act is
//! a script, so one step: a change never makes a key that was deleted. The stock Redis store keeps ids in clear and has
//! no index by person, so that "end all of somebody's" could not be done.
//!
//! Redis throws out what has ended by its own clock; what counts is ours, as with the rows.

use std::collections::HashMap;

use model::{Millis, SessionId, UserId};

use super::{Data, Found, Lifetime, Moment, OpenSession, open_session, session_of, user_of};
use crate::store::{Error, Redis, Result};

/// `KEYS`: session; `ARGV`: key's name, prefix of people, data, user, session, now, expires, ms to live, ms of the longest.
const INSERT: &str = "
redis.call('HSET', KEYS[1], 'data', ARGV[3], 'user', ARGV[4], 'session', ARGV[5],
           'created', ARGV[6], 'seen', ARGV[6], 'expires', ARGV[7])
redis.call('PEXPIRE', KEYS[1], ARGV[8])
if ARGV[4] ~= '' then
  redis.call('SADD', ARGV[2] .. ARGV[4], ARGV[1])
  redis.call('PEXPIRE', ARGV[2] .. ARGV[4], ARGV[9])
end
return 1";

/// `KEYS`: session; `ARGV`: key's name, prefix of people, data, user, session, ms of the longest.
const UPDATE: &str = "
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local before = redis.call('HGET', KEYS[1], 'user')
redis.call('HSET', KEYS[1], 'data', ARGV[3], 'user', ARGV[4], 'session', ARGV[5])
if before ~= ARGV[4] then
  if before ~= '' then redis.call('SREM', ARGV[2] .. before, ARGV[1]) end
  if ARGV[4] ~= '' then
    redis.call('SADD', ARGV[2] .. ARGV[4], ARGV[1])
    redis.call('PEXPIRE', ARGV[2] .. ARGV[4], ARGV[6])
  end
end
return 1";

/// `KEYS`: from, to; `ARGV`: their names, prefix of people, data or nothing.
const RENAME: &str = "
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('RENAME', KEYS[1], KEYS[2])
if ARGV[4] ~= '' then redis.call('HSET', KEYS[2], 'data', ARGV[4]) end
local user = redis.call('HGET', KEYS[2], 'user')
if user ~= '' then
  redis.call('SREM', ARGV[3] .. user, ARGV[1])
  redis.call('SADD', ARGV[3] .. user, ARGV[2])
end
return 1";

/// `KEYS`: session.
const FIND: &str = "
if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
return redis.call('HMGET', KEYS[1], 'data', 'seen', 'expires')";

/// `KEYS`: session; `ARGV`: now, ms to live.
const TOUCH: &str = "
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if tonumber(redis.call('HGET', KEYS[1], 'seen')) < tonumber(ARGV[1]) then
  redis.call('HSET', KEYS[1], 'seen', ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 1";

/// `KEYS`: session; `ARGV`: key's name, prefix of people.
const REMOVE: &str = "
local user = redis.call('HGET', KEYS[1], 'user')
if user and user ~= '' then redis.call('SREM', ARGV[2] .. user, ARGV[1]) end
return redis.call('DEL', KEYS[1])";

/// `KEYS`: person; `ARGV`: prefix of sessions. Forgets those that are gone.
const OF_USER: &str = "
local all = {}
for _, name in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local found = redis.call('HMGET', ARGV[1] .. name, 'data', 'session', 'created', 'seen', 'expires')
  if found[1] then
    all[#all + 1] = name
    for field = 1, 5 do all[#all + 1] = found[field] end
  else
    redis.call('SREM', KEYS[1], name)
  end
end
return all";

/// `KEYS`: person; `ARGV`: prefix of sessions, names of keys.
const REMOVE_ALL: &str = "
local ended = 0
for index = 2, #ARGV do
  redis.call('SREM', KEYS[1], ARGV[index])
  ended = ended + redis.call('DEL', ARGV[1] .. ARGV[index])
end
return ended";

/// `KEYS`: person; `ARGV`: prefix of sessions, `but` or `only`, a session.
const END: &str = "
local ended = 0
for _, name in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local session = redis.call('HGET', ARGV[1] .. name, 'session')
  local same = session == ARGV[3]
  if not session then
    redis.call('SREM', KEYS[1], name)
  elseif same == (ARGV[2] == 'only') then
    redis.call('SREM', KEYS[1], name)
    ended = ended + redis.call('DEL', ARGV[1] .. name)
  end
end
return ended";

const SESSION: &str = "session";
const PERSON: &str = "person";

/// The sessions in Redis.
#[derive(Clone)]
pub(super) struct RedisSessions {
    redis: Redis,
    life: Lifetime,
}

/// A person's session under its key's name.
struct Member {
    name: String,
    session: String,
    data: Data,
    created_at: i64,
    seen_at: i64,
    expires_at: i64,
}

impl RedisSessions {
    pub(super) const fn new(redis: Redis, life: Lifetime) -> Self {
        Self { redis, life }
    }

    #[cfg(test)]
    pub(super) const fn connection(&self) -> &Redis {
        &self.redis
    }

    pub(super) async fn insert(&self, key: &str, data: &Data, now: Millis) -> Result<()> {
        let expires_at = now.plus(self.life.absolute_ms);
        let values = vec![
            key.to_owned(),
            self.people(),
            json(data)?,
            text(user_of(data)),
            text(session_of(data)),
            now.get().to_string(),
            expires_at.get().to_string(),
            self.left(expires_at, now),
            self.life.absolute_ms.to_string(),
        ];
        self.redis.run::<i64>(INSERT, self.at(key), values).await?;
        Ok(())
    }

    pub(super) async fn update(&self, key: &str, data: &Data) -> Result<()> {
        let values = vec![
            key.to_owned(),
            self.people(),
            json(data)?,
            text(user_of(data)),
            text(session_of(data)),
            self.life.absolute_ms.to_string(),
        ];
        self.redis.run::<i64>(UPDATE, self.at(key), values).await?;
        Ok(())
    }

    pub(super) async fn rename(&self, from: &str, to: &str) -> Result<bool> {
        self.moved(from, to, String::new()).await
    }

    pub(super) async fn renew(&self, from: &str, to: &str, data: &Data) -> Result<()> {
        self.moved(from, to, json(data)?).await?;
        Ok(())
    }

    pub(super) async fn find(&self, key: &str, moment: Moment) -> Result<Option<Found>> {
        let fields: Vec<String> = self.redis.run(FIND, self.at(key), Vec::new()).await?;
        let [data, seen_at, expires_at] = &*fields else {
            return Ok(None);
        };
        let found = Found {
            data: parsed(key, data)?,
            seen_at: Millis::new(number(key, seen_at)?),
            expires_at: Millis::new(number(key, expires_at)?),
        };
        let lives = found.expires_at > moment.now && found.seen_at > moment.idle_since;
        Ok(lives.then_some(found))
    }

    pub(super) async fn touch(&self, key: &str, expires_at: Millis, now: Millis) -> Result<()> {
        let values = vec![now.get().to_string(), self.left(expires_at, now)];
        self.redis.run::<i64>(TOUCH, self.at(key), values).await?;
        Ok(())
    }

    pub(super) async fn remove(&self, key: &str) -> Result<()> {
        let values = vec![key.to_owned(), self.people()];
        self.redis.run::<i64>(REMOVE, self.at(key), values).await?;
        Ok(())
    }

    pub(super) async fn of(&self, user: UserId, moment: Moment) -> Result<Vec<OpenSession>> {
        let members = self.members(user).await?.into_iter();
        Ok(members
            .filter(|member| member.lives(moment))
            .filter_map(|member| open_session(&member.data, member.created_at, member.seen_at))
            .collect())
    }

    pub(super) async fn is_open(
        &self,
        user: UserId,
        session: SessionId,
        moment: Moment,
    ) -> Result<bool> {
        let session = session.to_string();
        let members = self.members(user).await?;
        Ok(members
            .iter()
            .any(|member| member.session == session && member.lives(moment)))
    }

    pub(super) async fn end(&self, user: UserId, session: SessionId) -> Result<bool> {
        let values = vec![self.sessions(), "only".to_owned(), session.to_string()];
        Ok(self
            .redis
            .run::<u64>(END, self.of_person(user), values)
            .await?
            > 0)
    }

    pub(super) async fn end_all(&self, user: UserId, but: Option<SessionId>) -> Result<u64> {
        // No session is called so.
        let but = but.map_or_else(|| "-".to_owned(), |session| session.to_string());
        let values = vec![self.sessions(), "but".to_owned(), but];
        self.redis.run(END, self.of_person(user), values).await
    }

    pub(super) async fn keep_newest(&self, user: UserId, limit: u32) -> Result<u64> {
        let mut members = self.members(user).await?;
        members.sort_by(|a, b| (b.created_at, &b.session).cmp(&(a.created_at, &a.session)));
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let old = members.into_iter().skip(limit).map(|member| member.name);
        let values: Vec<String> = std::iter::once(self.sessions()).chain(old).collect();
        if values.len() == 1 {
            return Ok(0);
        }
        self.redis
            .run(REMOVE_ALL, self.of_person(user), values)
            .await
    }

    async fn moved(&self, from: &str, to: &str, data: String) -> Result<bool> {
        let keys = [from, to]
            .map(|name| self.redis.key(SESSION, name))
            .to_vec();
        let values = vec![from.to_owned(), to.to_owned(), self.people(), data];
        Ok(self.redis.run::<i64>(RENAME, keys, values).await? == 1)
    }

    async fn members(&self, user: UserId) -> Result<Vec<Member>> {
        let values = vec![self.sessions()];
        let fields: Vec<String> = self
            .redis
            .run(OF_USER, self.of_person(user), values)
            .await?;
        let mut members = Vec::new();
        for member in fields.chunks_exact(6) {
            let [name, data, session, created_at, seen_at, expires_at] = member else {
                continue;
            };
            members.push(Member {
                data: parsed(name, data)?,
                created_at: number(name, created_at)?,
                seen_at: number(name, seen_at)?,
                expires_at: number(name, expires_at)?,
                session: session.clone(),
                name: name.clone(),
            });
        }
        Ok(members)
    }

    /// How long Redis is to keep a session that is used now.
    fn left(&self, expires_at: Millis, now: Millis) -> String {
        let left = expires_at.since(now).min(self.life.idle_ms);
        left.max(1).to_string()
    }

    fn at(&self, key: &str) -> Vec<String> {
        vec![self.redis.key(SESSION, key)]
    }

    fn of_person(&self, user: UserId) -> Vec<String> {
        vec![self.redis.key(PERSON, &user.to_string())]
    }

    fn sessions(&self) -> String {
        self.redis.key(SESSION, "")
    }

    fn people(&self) -> String {
        self.redis.key(PERSON, "")
    }
}

impl Member {
    const fn lives(&self, moment: Moment) -> bool {
        self.expires_at > moment.now.get() && self.seen_at > moment.idle_since.get()
    }
}

fn text(value: Option<&str>) -> String {
    value.unwrap_or_default().to_owned()
}

fn json(data: &Data) -> Result<String> {
    serde_json::to_string(data).map_err(|_| corrupt("data", ""))
}

fn parsed(key: &str, data: &str) -> Result<Data> {
    serde_json::from_str::<HashMap<_, _>>(data).map_err(|_| corrupt("data", key))
}

fn number(key: &str, text: &str) -> Result<i64> {
    text.parse().map_err(|_| corrupt("time", key))
}

fn corrupt(column: &'static str, row: &str) -> Error {
    Error::Corrupt {
        table: "sessions in Redis",
        column,
        row: row.to_owned(),
    }
}
