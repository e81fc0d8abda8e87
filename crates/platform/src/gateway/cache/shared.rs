//! Kept answers in Redis, sealed under the master key and bound to their names: whoever reads Redis reads nothing of what was
//! said, and what is moved to another name is opened by nobody. While Redis is away or slow nothing is found and nothing
//! kept, and no call waits for it again and again.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, timeout};

use super::{CacheId, Given, LARGEST, observed};
use crate::{
    identity::token::hex,
    store::{self, Redis},
    vault::{Place, Vault},
};

/// What Redis may take; after that the call goes on without.
const PATIENCE: Duration = Duration::from_millis(200);

/// After a failure nobody asks again for so long.
const PAUSE: Duration = Duration::from_secs(1);

/// The largest answer that is kept there, in bytes: one connection carries sessions and limits too.
const LARGEST_ONE: usize = 1024 * 1024;

/// Answers of all processes.
pub(super) struct SharedAnswers {
    redis: Redis,
    vault: Vault,
    /// Until then nobody asks.
    away_until: Mutex<Option<Instant>>,
}

/// An answer but its body.
#[derive(Serialize, Deserialize)]
struct Head {
    status: u16,
    headers: Vec<(String, String)>,
}

impl SharedAnswers {
    pub(super) fn new(redis: Redis, vault: Vault) -> Self {
        Self {
            redis,
            vault,
            away_until: Mutex::new(None),
        }
    }

    /// The answer of that name, if Redis has it and says so in time.
    pub(super) async fn get(&self, id: &CacheId) -> Option<Given> {
        let name = hex(&id.0);
        let sealed = self.in_time(self.redis.kept_answer(&name)).await??;
        match self.vault.open(place(&name), &sealed) {
            Ok(packed) => unpacked(packed),
            Err(error) => {
                tracing::debug!(
                    error = &error as &dyn std::error::Error,
                    "a kept answer can't be opened"
                );
                None
            }
        }
    }

    /// Keeps an answer for so long, if it is not too large and Redis takes it in time.
    pub(super) async fn keep(&self, id: &CacheId, given: &Given, life: Duration) {
        if given.body.len() > LARGEST_ONE {
            return;
        }
        let name = hex(&id.0);
        let Some(packed) = packed(given) else { return };
        match self.vault.seal(place(&name), &packed) {
            Ok(sealed) => {
                let kept = self.redis.keep_answer(&name, sealed.into(), life, LARGEST);
                self.in_time(kept).await;
            }
            Err(error) => tracing::debug!(
                error = &error as &dyn std::error::Error,
                "an answer can't be sealed"
            ),
        }
    }

    /// What Redis says, unless it was away a moment ago, fails or takes too long.
    async fn in_time<T>(&self, asked: impl Future<Output = store::Result<T>>) -> Option<T> {
        if self.is_away() {
            observed::cache("away");
            return None;
        }
        match timeout(PATIENCE, asked).await {
            Ok(Ok(said)) => return Some(said),
            Ok(Err(error)) => tracing::debug!(
                error = &error as &dyn std::error::Error,
                "kept answers can't be reached: calls are made as if there were none"
            ),
            Err(_) => tracing::debug!(
                "Redis is too slow for kept answers: calls are made as if there were none"
            ),
        }
        observed::cache("away");
        *self.away() = Some(Instant::now() + PAUSE);
        None
    }

    fn is_away(&self) -> bool {
        self.away().is_some_and(|until| Instant::now() < until)
    }

    fn away(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.away_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

const fn place(name: &str) -> Place<'_> {
    Place {
        table: "kept_answers",
        column: "given",
        row: name,
    }
}

/// The head's length, the head, the body.
fn packed(given: &Given) -> Option<Vec<u8>> {
    let head = Head {
        status: given.status,
        headers: given.headers.clone(),
    };
    let head = serde_json::to_vec(&head).ok()?;
    let length = u32::try_from(head.len()).ok()?;
    Some([&length.to_be_bytes()[..], &head[..], &given.body[..]].concat())
}

fn unpacked(packed: Vec<u8>) -> Option<Given> {
    let length = u32::from_be_bytes(*packed.first_chunk::<4>()?);
    let end = usize::try_from(length).ok()?.checked_add(4)?;
    let head: Head = serde_json::from_slice(packed.get(4..end)?).ok()?;
    Some(Given {
        status: head.status,
        headers: head.headers,
        body: Bytes::from(packed).slice(end..),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{identity::testing::vault, store::testing::redis};

    const MINUTE: Duration = Duration::from_mins(1);

    fn given(body: &'static [u8]) -> Given {
        Given {
            status: 200,
            headers: vec![("content-type".to_owned(), "text/event-stream".to_owned())],
            body: Bytes::from_static(body),
        }
    }

    #[test]
    fn an_answer_comes_out_as_it_went_in() {
        for body in [&b""[..], b"data: {\"a\":\"\xe6\x98\xa5\"}\n\n", b"\0\xff"] {
            let given = given(body);
            assert_eq!(unpacked(packed(&given).unwrap()).unwrap(), given);
        }
        for broken in [&b""[..], b"\0\0", b"\0\0\0\x09{}", b"\xff\xff\xff\xff{}"] {
            assert_eq!(unpacked(broken.to_vec()), None, "{broken:?}");
        }
    }

    /// Another process of the same site finds it; nobody else can read it, and under another name it is none.
    #[tokio::test]
    async fn an_answer_is_shared_sealed_and_bound_to_its_name() {
        let Some(redis) = redis().await else { return };
        let own = vault();
        let one = SharedAnswers::new(redis.clone(), own.clone());
        let other = SharedAnswers::new(redis.clone(), own);
        let stranger = SharedAnswers::new(redis.clone(), vault());
        let (id, another) = (CacheId([1; 32]), CacheId([2; 32]));
        let said = given(b"a secret of the loom");
        assert_eq!(one.get(&id).await, None);
        one.keep(&id, &said, MINUTE).await;
        assert_eq!(other.get(&id).await, Some(said));
        assert_eq!(stranger.get(&id).await, None);
        let sealed = redis.kept_answer(&hex(&id.0)).await.unwrap().unwrap();
        assert!(memchr::memmem::find(&sealed, b"secret").is_none());
        assert!(memchr::memmem::find(&sealed, b"event-stream").is_none());
        let name = hex(&another.0);
        let moved = redis.keep_answer(&name, sealed, MINUTE, LARGEST);
        moved.await.unwrap();
        assert_eq!(other.get(&another).await, None);
    }

    #[tokio::test]
    async fn what_is_too_large_is_not_kept() {
        let Some(redis) = redis().await else { return };
        let answers = SharedAnswers::new(redis, vault());
        let large = Given {
            body: vec![b'a'; LARGEST_ONE + 1].into(),
            ..given(b"")
        };
        let id = CacheId([1; 32]);
        answers.keep(&id, &large, MINUTE).await;
        assert_eq!(answers.get(&id).await, None);
    }

    /// A call waits once, and then not again for a while.
    #[tokio::test]
    async fn while_redis_is_away_nothing_is_found_and_nobody_waits_long() {
        let Some(redis) = redis().await else { return };
        let answers = SharedAnswers::new(redis.clone(), vault());
        let id = CacheId([1; 32]);
        answers.keep(&id, &given(b"kept"), MINUTE).await;
        redis.close().await;
        let began = Instant::now();
        for _ in 0..50 {
            assert_eq!(answers.get(&id).await, None);
            answers.keep(&id, &given(b"new"), MINUTE).await;
        }
        assert!(answers.is_away());
        assert!(began.elapsed() < 10 * PATIENCE, "{:?}", began.elapsed());
    }
}
