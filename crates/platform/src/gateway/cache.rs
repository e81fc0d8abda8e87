//! Answers that their caller wants again for a while: the same request by the same key gets the same bytes of an answer, and
//! nothing is asked or paid. Only where the request says so, or its key.
//!
//! They are kept in the memory of this process or, where there is Redis for them, in Redis for all processes, and never in
//! both: an answer has one life. Only members of a group that says so are given each other's answers.

mod shared;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use hmac::{Hmac, Mac};
use http::HeaderMap;
use model::{CallId, CallOutcome, CallUsage, UsageSource};
use moka::{Expiry, future::Cache};
use sha2::Sha256;

use super::{Ask, Gateway, GatewayError, Given, Principal, limits::Pass, observed};
use crate::{
    ledger::{CallEnd, NewCall},
    store::Redis,
    vault::Vault,
};
use shared::SharedAnswers;

/// Bytes of answers that are kept in all.
const LARGEST: u64 = 64 * 1024 * 1024;
/// Bytes around an answer in memory: its name, its place in the cache, its end.
const AN_ANSWER: usize = 512;
/// Bytes around a header in memory.
const A_HEADER: usize = 64;

/// Which answer: of whom, by which key or in which group, where, to what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CacheId([u8; 32]);

/// All of a request that decides its answer, but who asks. What was asked stands in it: it is not printed.
#[derive(Clone, Copy)]
pub struct Likeness<'a> {
    /// The path.
    pub path: &'a str,
    /// What stands behind it.
    pub query: Option<&'a str>,
    /// What the upstream is told in headers.
    pub headers: &'a HeaderMap,
    /// The models that would be asked, in order: who may not use one is not given its answer by another.
    pub models: &'a [String],
    /// The body, to the byte.
    pub body: &'a [u8],
}

/// An answer and how long it is given.
#[derive(Clone, Debug)]
struct Kept {
    given: Arc<Given>,
    life: Duration,
}

/// Where answers are kept, and the key under which requests are named.
pub(super) struct Answers {
    key: [u8; 32],
    place: Place,
}

enum Place {
    Memory(Cache<CacheId, Kept>),
    Redis(SharedAnswers),
}

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

impl Answers {
    /// In Redis, where there is one for them, and else in memory.
    pub(super) fn new(redis: Option<Redis>, vault: &Vault) -> Self {
        let place = match redis {
            Some(redis) => Place::Redis(SharedAnswers::new(redis, vault.clone())),
            None => Place::Memory(memory()),
        };
        Self {
            key: vault.key_for("kept answers"),
            place,
        }
    }

    /// The name of the answer to that request by them. Keyed: nobody who sees names can find out by them what was asked.
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    fn id(&self, principal: &Principal, like: &Likeness<'_>) -> CacheId {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("any length will do");
        let mut part = |bytes: &[u8]| {
            mac.update(&(bytes.len() as u64).to_be_bytes());
            mac.update(bytes);
        };
        if let Some(group) = principal.shares_in {
            part(b"group");
            part(group.to_string().as_bytes());
        } else {
            part(b"key");
            part(principal.user().to_string().as_bytes());
            let key = principal.key.map(|key| key.to_string());
            part(key.unwrap_or_default().as_bytes());
        }
        part(like.path.as_bytes());
        part(like.query.unwrap_or_default().as_bytes());
        let mut headers: Vec<(&str, &[u8])> = like
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
            .collect();
        headers.sort_unstable();
        part(&(headers.len() as u64).to_be_bytes());
        for (name, value) in headers {
            part(name.as_bytes());
            part(value);
        }
        part(&(like.models.len() as u64).to_be_bytes());
        for model in like.models {
            part(model.as_bytes());
        }
        part(like.body);
        CacheId(mac.finalize().into_bytes().into())
    }
}

/// Bytes that an answer takes, by and large: of a short one most is not its body.
fn weight(_: &CacheId, kept: &Kept) -> u32 {
    let headers = kept.given.headers.iter();
    let headers = headers.map(|(name, value)| name.len() + value.len() + A_HEADER);
    let all = AN_ANSWER + headers.sum::<usize>() + kept.given.body.len();
    u32::try_from(all).unwrap_or(u32::MAX)
}

fn memory() -> Cache<CacheId, Kept> {
    Cache::builder()
        .max_capacity(LARGEST)
        .weigher(weight)
        .expire_after(Life)
        .build()
}

impl Gateway {
    /// The answer that was kept for the caller's request, and its name.
    #[tracing::instrument(name = "gateway.cached", level = "debug", skip_all)]
    pub async fn cached(
        &self,
        principal: &Principal,
        like: &Likeness<'_>,
    ) -> (CacheId, Option<Given>) {
        let answers = &self.0.answers;
        let id = answers.id(principal, like);
        let found = match &answers.place {
            Place::Memory(cache) => {
                let kept = cache.get(&id).await;
                kept.map(|kept| Given::clone(&kept.given))
            }
            Place::Redis(shared) => shared.get(&id).await,
        };
        observed::cache(if found.is_some() { "hit" } else { "miss" });
        (id, found)
    }

    /// Keeps an answer for so long, unless memory is short.
    pub async fn cache(&self, id: CacheId, given: Given, life: Duration) {
        if self.0.memory.is_short() {
            return;
        }
        match &self.0.answers.place {
            Place::Memory(cache) => {
                let given = Arc::new(given);
                cache.insert(id, Kept { given, life }).await;
            }
            Place::Redis(shared) => shared.keep(&id, &given, life).await,
        }
    }

    /// A kept answer is given again: within the quota and the limits of requests, and with a line in the log like every call,
    /// for nothing. `began` is when it was looked for.
    #[tracing::instrument(name = "gateway.give_again", level = "debug", skip_all)]
    pub async fn give_again(
        &self,
        principal: &Principal,
        ask: &Ask,
        began: tokio::time::Instant,
    ) -> Result<(), GatewayError> {
        let inner = &*self.0;
        let now = inner.clock.now();
        principal.within_quota(now)?;
        let pass = Pass::through(&principal.lanes, 0, inner.shared.as_ref()).await?;
        let served = ask.models.first().unwrap_or(&ask.model).clone();
        let call = NewCall {
            id: CallId::from_uuid(inner.ids.next()),
            started_at: now,
            owner: principal.user(),
            key: principal.key,
            groups: principal.groups.clone(),
            protocol: ask.protocol,
            operation: ask.operation,
            model: ask.model.clone(),
            served_model: served.clone(),
            upstream: String::new(),
            streamed: ask.streamed,
            request_id: ask.request_id.clone(),
            at_most: Some(0),
            floor_cost: 0,
            floor_tokens: 0,
            // It costs nothing: no budget is asked, one that is used up neither.
            budgets: Arc::default(),
        };
        let open = inner.ledger.open(call).await?;
        let ms = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
        let end = CallEnd {
            outcome: CallOutcome::Succeeded,
            status: None,
            code: None,
            usage: CallUsage::default(),
            usage_source: UsageSource::Cached,
            cost: 0,
            priced: true,
            first_byte_ms: Some(ms),
            duration_ms: ms,
            upstream_request_id: None,
            served_model: None,
            upstream: None,
        };
        let (protocol, operation) = (ask.protocol.as_str(), ask.operation.as_str());
        self.observe(protocol, operation, &served, &end);
        open.close_behind(end);
        drop(pass);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn answers_weigh_what_they_take_and_not_only_their_bodies() {
        let weighs = |headers: usize, body: &'static [u8]| {
            let header = ("content-type".to_owned(), "application/json".to_owned());
            let given = Given {
                status: 200,
                headers: vec![header; headers],
                body: Bytes::from_static(body),
            };
            let kept = Kept {
                given: Arc::new(given),
                life: Duration::from_secs(1),
            };
            weight(&CacheId([0; 32]), &kept)
        };
        assert!(weighs(0, b"") > 0);
        assert!(weighs(1, b"{}") > weighs(0, b"{}") + 28);
        assert_eq!(weighs(0, b"{}"), weighs(0, b"") + 2);
    }
}
