//! Answers that may be given again, in Redis for all processes together. Redis throws out what has ended by itself; beside
//! that there is a list of all, those that end first in front, and how many bytes they are. What would be too much makes
//! room at the front of it: sessions live in the same Redis, which refuses to forget anything of its own accord.

use std::time::Duration;

use bytes::Bytes;

use super::{Redis, Result};

/// `KEYS`: answer, list, sum; `ARGV`: prefix of answers, name, value, ms to live, bytes of all at most, ms of the longest.
const KEEP: &str = r"
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local name, size, life, most = ARGV[2], #ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
if size > most then return 0 end
local sum = tonumber(redis.call('GET', KEYS[3]) or '0')
local function drop(member)
  redis.call('ZREM', KEYS[2], member)
  sum = sum - tonumber(string.match(member, '%d+$'))
end
for _, member in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, 1000)) do drop(member) end
local before = name .. ':' .. redis.call('STRLEN', KEYS[1])
if redis.call('ZSCORE', KEYS[2], before) then drop(before) end
while sum + size > most do
  local first = redis.call('ZRANGE', KEYS[2], 0, 0)[1]
  if not first then
    sum = 0
    break
  end
  redis.call('DEL', ARGV[1] .. string.match(first, '^[^:]+'))
  drop(first)
end
redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
if redis.call('ZADD', KEYS[2], now + life, name .. ':' .. size) == 1 then sum = sum + size end
redis.call('PEXPIRE', KEYS[2], ARGV[6])
redis.call('SET', KEYS[3], sum, 'PX', ARGV[6])
return 1";

/// `KEYS`: answer.
const FIND: &str = "return redis.call('GET', KEYS[1])";

const ANSWER: &str = "answer";

/// The list outlives every answer in it: they live a day at most.
const LIST_LIVES: Duration = Duration::from_hours(25);

impl Redis {
    /// Keeps an answer under that name, which has no colon in it, for so long; of all answers so many bytes at most.
    pub(crate) async fn keep_answer(
        &self,
        name: &str,
        value: Bytes,
        life: Duration,
        most: u64,
    ) -> Result<()> {
        let keys = vec![
            self.key(ANSWER, name),
            self.key("answers", "list"),
            self.key("answers", "bytes"),
        ];
        let values = vec![
            Bytes::from(self.key(ANSWER, "")),
            Bytes::from(name.to_owned()),
            value,
            Bytes::from(life.as_millis().max(1).to_string()),
            Bytes::from(most.to_string()),
            Bytes::from(LIST_LIVES.as_millis().to_string()),
        ];
        self.run_with_bytes::<i64>(KEEP, keys, values).await?;
        Ok(())
    }

    /// The answer of that name.
    pub(crate) async fn kept_answer(&self, name: &str) -> Result<Option<Bytes>> {
        let keys = vec![self.key(ANSWER, name)];
        self.run(FIND, keys, Vec::new()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::redis;

    const MINUTE: Duration = Duration::from_mins(1);

    #[tokio::test]
    async fn an_answer_is_kept_for_its_time_and_no_key_for_ever() {
        let Some(redis) = redis().await else { return };
        assert_eq!(redis.kept_answer("a").await.unwrap(), None);
        let value = Bytes::from_static(&[0, 159, 146, 150, b'\r', b'\n']);
        let kept = redis.keep_answer("a", value.clone(), MINUTE, 1_000);
        kept.await.unwrap();
        assert_eq!(redis.kept_answer("a").await.unwrap(), Some(value));
        let lives = redis.lives_ms().await.unwrap();
        assert_eq!(lives.len(), 3);
        assert!(lives.iter().all(|ms| *ms > 0), "{lives:?}");
        assert!(lives.iter().any(|ms| *ms <= 60_000), "{lives:?}");
    }

    /// What ends first makes room; what is replaced, or has ended, counts no more.
    #[tokio::test]
    async fn answers_are_no_more_bytes_than_they_may() {
        let Some(redis) = redis().await else { return };
        let keep = async |name: &str, bytes: usize, life: Duration| {
            let value = Bytes::from(vec![7; bytes]);
            redis.keep_answer(name, value, life, 250).await.unwrap();
        };
        let are_there = async |names: &[&str]| {
            let mut there = Vec::new();
            for name in names {
                there.push(redis.kept_answer(name).await.unwrap().is_some());
            }
            there
        };
        keep("gone", 200, Duration::from_millis(1)).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        keep("first", 100, MINUTE).await;
        keep("last", 100, 3 * MINUTE).await;
        keep("last", 120, 3 * MINUTE).await;
        let all = ["gone", "first", "last", "second", "large"];
        assert_eq!(are_there(&all[..]).await, [false, true, true, false, false]);
        keep("second", 100, 2 * MINUTE).await;
        assert_eq!(are_there(&all[..]).await, [false, false, true, true, false]);
        keep("large", 251, MINUTE).await;
        assert_eq!(are_there(&all[..]).await, [false, false, true, true, false]);
        keep("large", 250, MINUTE).await;
        assert_eq!(
            are_there(&all[..]).await,
            [false, false, false, false, true]
        );
    }
}
