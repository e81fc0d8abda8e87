//! Answers that their caller wants again for a while: the same bytes of a request by the same key get the same bytes of an
//! answer, and nothing is asked or paid. Only where the request says so; in the memory of this process.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use moka::{Expiry, future::Cache};
use sha2::{Digest, Sha256};

use super::{Gateway, Given, Principal};

/// Bytes of answers that are kept in all.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Which answer: of whom, by which key, where, to what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CacheId([u8; 32]);

/// An answer and how long it is given.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    given: Arc<Given>,
    life: Duration,
}

pub(super) type Answers = Cache<CacheId, Kept>;

struct Life;

impl Expiry<CacheId, Kept> for Life {
    fn expire_after_create(&self, _: &CacheId, kept: &Kept, _: Instant) -> Option<Duration> {
        Some(kept.life)
    }

    fn expire_after_update(
        &self,
        _: &CacheId,
        kept: &Kept,
        _: Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        Some(kept.life)
    }
}

pub(super) fn answers() -> Answers {
    let weight =
        |_: &CacheId, kept: &Kept| u32::try_from(kept.given.body.len()).unwrap_or(u32::MAX);
    Cache::builder()
        .max_capacity(LARGEST)
        .weigher(weight)
        .expire_after(Life)
        .build()
}

impl Gateway {
    /// The answer that was kept for the caller's request, and its name.
    pub async fn cached(
        &self,
        principal: &Principal,
        route: &str,
        body: &[u8],
    ) -> (CacheId, Option<Arc<Given>>) {
        let mut hash = Sha256::new();
        let key = principal.key.map(|key| key.to_string()).unwrap_or_default();
        for part in [&*principal.user().to_string(), &key, route] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        hash.update(body);
        let id = CacheId(hash.finalize().into());
        let kept = self.0.answers.get(&id).await;
        (id, kept.map(|kept| kept.given))
    }

    /// Keeps an answer for so long, unless memory is short.
    pub async fn cache(&self, id: CacheId, given: Given, life: Duration) {
        if self.0.memory.is_short() {
            return;
        }
        let given = Arc::new(given);
        self.0.answers.insert(id, Kept { given, life }).await;
    }
}
