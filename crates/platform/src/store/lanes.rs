//! How much is left of what may be asked in a minute and at once, where several processes share it: in Redis, one step for
//! a call with all of its limits.
//!
//! A limit is a hash. `r` and `t` are what is left of requests and tokens, `rt` and `tt` when that was; the buckets refill
//! evenly and can be in debt. `n:<process>` is how many calls of a process run, `a:<process>` when it last said so: who has
//! been silent for half a minute is dead, and its calls count no more.

use super::{Redis, Result};

/// One limit, and how much of it there is; nothing is limited by `None`.
#[derive(Clone, Debug)]
pub(crate) struct SharedLimit {
    pub(crate) name: String,
    pub(crate) requests: Option<i64>,
    pub(crate) tokens: Option<i64>,
    pub(crate) at_once: Option<i64>,
}

/// What became of a call that wants to pass several limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// It passed all of them; what is left of requests and of tokens for each, -1 where nothing is limited.
    Passed(Vec<(i64, i64)>),
    /// One of them refuses it; nothing was taken of the others.
    Refused {
        /// Which.
        place: usize,
        /// 0 at once, 1 requests, 2 tokens.
        kind: i64,
        /// When to come again.
        wait_ms: i64,
    },
}

/// KEYS: the limits. ARGV: the process, the tokens, and for each limit requests, tokens and calls at once, -1 for none.
const ENTER: &str = r"
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local node, tokens = ARGV[1], tonumber(ARGV[2])
local function level(key, field, limit)
  local kept = redis.call('HMGET', key, field, field .. 't')
  if not kept[1] then return limit end
  return math.min(limit, tonumber(kept[1]) + (now - tonumber(kept[2])) * limit / 60000)
end
local levels = {}
for i, key in ipairs(KEYS) do
  local rpm, tpm, most = tonumber(ARGV[3 * i]), tonumber(ARGV[3 * i + 1]), tonumber(ARGV[3 * i + 2])
  if most >= 0 then
    local running, all = 0, redis.call('HGETALL', key)
    local counts, seen = {}, {}
    for at = 1, #all, 2 do
      local kind, name = string.sub(all[at], 1, 2), string.sub(all[at], 3)
      if kind == 'n:' then counts[name] = tonumber(all[at + 1]) end
      if kind == 'a:' then seen[name] = tonumber(all[at + 1]) end
    end
    for name, count in pairs(counts) do
      if (seen[name] or 0) < now - 30000 then
        redis.call('HDEL', key, 'n:' .. name, 'a:' .. name)
      elseif count > 0 then
        running = running + count
      end
    end
    if running >= most then return {i, 0, 1000} end
  end
  local requests, words = -1, -1
  if rpm >= 0 then
    requests = level(key, 'r', rpm)
    if requests < 1 then return {i, 1, math.ceil((1 - requests) * 60000 / rpm)} end
  end
  if tpm >= 0 then
    words = level(key, 't', tpm)
    local needed = math.min(tokens, tpm)
    if words < needed then return {i, 2, math.ceil((needed - words) * 60000 / tpm)} end
  end
  levels[i] = {requests, words, rpm, tpm, most}
end
local left = {0}
for i, key in ipairs(KEYS) do
  local requests, words, rpm, tpm, most = unpack(levels[i])
  local life = 120000
  if rpm >= 0 then
    requests = requests - 1
    redis.call('HSET', key, 'r', tostring(requests), 'rt', now)
  end
  if tpm >= 0 then
    words = words - tokens
    redis.call('HSET', key, 't', tostring(words), 'tt', now)
    life = life + math.ceil((tpm - words) * 60000 / tpm)
  end
  if most >= 0 then
    redis.call('HINCRBY', key, 'n:' .. node, 1)
    redis.call('HSET', key, 'a:' .. node, now)
  end
  redis.call('PEXPIRE', key, life)
  left[#left + 1] = math.floor(math.max(requests, -1))
  left[#left + 1] = math.floor(math.max(words, -1))
end
return left
";

/// KEYS: the limits. ARGV: the process, tokens to give back (negative for more), whether a call ends, and for each limit
/// its tokens and calls at once, -1 for none.
const LEAVE: &str = r"
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local node, tokens, ends = ARGV[1], tonumber(ARGV[2]), ARGV[3] == '1'
for i, key in ipairs(KEYS) do
  local tpm, most = tonumber(ARGV[2 + 2 * i]), tonumber(ARGV[3 + 2 * i])
  local kept = redis.call('HMGET', key, 't', 'tt')
  if tpm >= 0 and tokens ~= 0 and kept[1] then
    local level = math.min(tpm, tonumber(kept[1]) + (now - tonumber(kept[2])) * tpm / 60000)
    level = math.min(tpm, level + tokens)
    redis.call('HSET', key, 't', tostring(level), 'tt', now)
    redis.call('PEXPIRE', key, 120000 + math.ceil((tpm - level) * 60000 / tpm))
  end
  if most >= 0 and ends and redis.call('HEXISTS', key, 'n:' .. node) == 1 then
    redis.call('HINCRBY', key, 'n:' .. node, -1)
  end
end
return 0
";

/// KEYS: the limits. ARGV: the process, and for each limit how many of its calls run.
const ALIVE: &str = r"
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for i, key in ipairs(KEYS) do
  redis.call('HSET', key, 'a:' .. ARGV[1], now, 'n:' .. ARGV[1], ARGV[i + 1])
  if redis.call('PTTL', key) < 120000 then redis.call('PEXPIRE', key, 120000) end
end
return 0
";

impl Redis {
    /// Passes all of the limits, or none.
    pub(crate) async fn enter_lanes(
        &self,
        node: &str,
        limits: &[SharedLimit],
        tokens: i64,
    ) -> Result<Entry> {
        let none = |limit: Option<i64>| limit.unwrap_or(-1).to_string();
        let mut values = vec![node.to_owned(), tokens.to_string()];
        for limit in limits {
            values.extend([
                none(limit.requests),
                none(limit.tokens),
                none(limit.at_once),
            ]);
        }
        let said: Vec<i64> = self.run(ENTER, self.lanes(limits), values).await?;
        Ok(match said.as_slice() {
            [0, left @ ..] => Entry::Passed(
                left.chunks_exact(2)
                    .map(|pair| (pair[0], pair[1]))
                    .collect(),
            ),
            [place, kind, wait_ms] => Entry::Refused {
                place: usize::try_from(place - 1).unwrap_or(0),
                kind: *kind,
                wait_ms: *wait_ms,
            },
            _ => Entry::Passed(Vec::new()),
        })
    }

    /// Gives tokens back, or takes more; `ends` when the call is over.
    pub(crate) async fn leave_lanes(
        &self,
        node: &str,
        limits: &[SharedLimit],
        tokens: i64,
        ends: bool,
    ) -> Result<()> {
        let none = |limit: Option<i64>| limit.unwrap_or(-1).to_string();
        let ends = i64::from(ends).to_string();
        let mut values = vec![node.to_owned(), tokens.to_string(), ends];
        for limit in limits {
            values.extend([none(limit.tokens), none(limit.at_once)]);
        }
        self.run::<i64>(LEAVE, self.lanes(limits), values).await?;
        Ok(())
    }

    /// Says that the process lives, and how many of its calls run.
    pub(crate) async fn lanes_alive(
        &self,
        node: &str,
        running: &[(SharedLimit, i64)],
    ) -> Result<()> {
        let keys = running
            .iter()
            .map(|(limit, _)| self.key("lane", &limit.name));
        let counts = running.iter().map(|(_, count)| count.to_string());
        let values = std::iter::once(node.to_owned()).chain(counts).collect();
        self.run::<i64>(ALIVE, keys.collect(), values).await?;
        Ok(())
    }

    fn lanes(&self, limits: &[SharedLimit]) -> Vec<String> {
        let keys = limits.iter().map(|limit| self.key("lane", &limit.name));
        keys.collect()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;

    use super::*;
    use crate::store::testing::redis;

    fn limit(requests: Option<i64>, tokens: Option<i64>, at_once: Option<i64>) -> SharedLimit {
        SharedLimit {
            name: "key:k".to_owned(),
            requests,
            tokens,
            at_once,
        }
    }

    fn passed(entries: &[Entry]) -> usize {
        let passed = |entry: &&Entry| matches!(entry, Entry::Passed(_));
        entries.iter().filter(passed).count()
    }

    /// Two processes together pass as much as one.
    #[tokio::test]
    async fn processes_share_what_may_be_asked() {
        let Some(redis) = redis().await else { return };
        let limits = [limit(Some(10), Some(1_000), None)];
        let calls = (0..30).map(|n| {
            let (redis, limits) = (redis.clone(), limits.clone());
            async move {
                redis
                    .enter_lanes(["a", "b"][n % 2], &limits, 10)
                    .await
                    .unwrap()
            }
        });
        let entries = join_all(calls).await;
        assert_eq!(passed(&entries), 10);
        let refused = entries
            .iter()
            .find(|entry| matches!(entry, Entry::Refused { .. }));
        assert!(
            matches!(refused, Some(Entry::Refused { place: 0, kind: 1, wait_ms }) if *wait_ms <= 6_000),
            "{refused:?}"
        );
    }

    #[tokio::test]
    async fn tokens_are_given_back_and_owed() {
        let Some(redis) = redis().await else { return };
        let limits = [limit(None, Some(100), None)];
        let enter = async |tokens| redis.enter_lanes("a", &limits, tokens).await.unwrap();
        assert_eq!(enter(90).await, Entry::Passed(vec![(-1, 10)]));
        assert!(matches!(enter(50).await, Entry::Refused { kind: 2, .. }));
        redis.leave_lanes("a", &limits, 60, false).await.unwrap();
        assert!(matches!(enter(50).await, Entry::Passed(_)));
        redis
            .leave_lanes("a", &limits, -1_000, false)
            .await
            .unwrap();
        assert!(
            matches!(enter(1).await, Entry::Refused { kind: 2, wait_ms, .. } if wait_ms > 500_000)
        );
    }

    /// Who is refused by one has taken nothing of the others; and the place of a call is free when it ends.
    #[tokio::test]
    async fn calls_at_once_are_counted_over_all_processes() {
        let Some(redis) = redis().await else { return };
        let site = SharedLimit {
            name: "site:".to_owned(),
            ..limit(None, None, Some(2))
        };
        let limits = [limit(Some(100), None, None), site.clone()];
        let enter = async |node| redis.enter_lanes(node, &limits, 1).await.unwrap();
        assert_eq!(enter("a").await, Entry::Passed(vec![(99, -1), (-1, -1)]));
        assert!(matches!(enter("b").await, Entry::Passed(_)));
        for _ in 0..5 {
            assert!(matches!(
                enter("b").await,
                Entry::Refused {
                    place: 1,
                    kind: 0,
                    ..
                }
            ));
        }
        redis.leave_lanes("a", &limits, 0, true).await.unwrap();
        assert_eq!(enter("b").await, Entry::Passed(vec![(97, -1), (-1, -1)]));
        redis.lanes_alive("b", &[(site, 1)]).await.unwrap();
        assert!(matches!(enter("a").await, Entry::Passed(_)));
    }
}
