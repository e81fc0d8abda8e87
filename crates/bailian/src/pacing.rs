//! Keeping within the account's own limits, so that the provider need not refuse ("Rate limits").
//!
//! Two token buckets, of requests and of tokens, for all calls together or for one model. What an answer costs
//! is known only afterwards: it is estimated, taken in advance and corrected, so a bucket can be in debt.
//! The kept crates for this know neither debts nor giving back.

mod bucket;
mod usage;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::error::Retry;
use crate::{Error, ErrorKind, Limit};

use bucket::Bucket;
pub(crate) use usage::total_tokens;

/// How much may be asked in a minute. Nothing is limited by default.
///
/// The provider enforces its published limits in windows as short as a second, so calls are spread evenly
/// instead of sent at once at the beginning of a minute.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pacing {
    /// Requests, those sent again included. 0 counts as 1.
    pub requests_per_minute: Option<u32>,
    /// Tokens, input and output together. 0 counts as 1.
    pub tokens_per_minute: Option<u32>,
}

/// What a request would find now. It is not promised: nothing is taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Outlook {
    /// How long it would wait.
    pub(crate) wait: Duration,
    /// And for what.
    pub(crate) limit: Limit,
    /// The share that is left of what may be used at once, of the scarcest limit: 1 is all, below 0 is debt.
    pub(crate) left: f64,
}

#[derive(Debug)]
pub(crate) struct Pacer {
    common: Buckets,
    models: BTreeMap<String, Buckets>,
}

#[derive(Debug, Default)]
struct Buckets {
    requests: Option<Shared>,
    tokens: Option<Shared>,
}

type Shared = Arc<Mutex<Bucket>>;

/// What one request took in advance.
#[derive(Debug, Default)]
pub(crate) struct Reservation {
    requests: Vec<Shared>,
    tokens: Vec<Shared>,
    estimate: u32,
    /// Until it is sent, dropping it gives everything back.
    sent: bool,
}

impl Pacer {
    pub(crate) fn new(common: &Pacing, models: &BTreeMap<String, Pacing>) -> Self {
        let models = models.iter();
        Self {
            common: Buckets::new(common),
            models: models
                .map(|(model, pacing)| (model.clone(), Buckets::new(pacing)))
                .collect(),
        }
    }

    /// What a request would find now.
    pub(crate) fn outlook(&self, model: &str, estimate: u32) -> Outlook {
        let mut outlook = Outlook {
            wait: Duration::ZERO,
            limit: Limit::Unspecified,
            left: 1.0,
        };
        let mut look = |bucket: Option<&Shared>, amount: u32, limit: Limit| {
            let Some(bucket) = bucket else { return };
            let mut bucket = bucket.lock().unwrap_or_else(PoisonError::into_inner);
            let (wait, left) = bucket.outlook(amount, Instant::now());
            if wait > outlook.wait {
                (outlook.wait, outlook.limit) = (wait, limit);
            }
            outlook.left = outlook.left.min(left);
        };
        for buckets in [Some(&self.common), self.models.get(model)]
            .into_iter()
            .flatten()
        {
            look(buckets.requests.as_ref(), 1, Limit::Requests);
            look(buckets.tokens.as_ref(), estimate, Limit::Tokens);
        }
        outlook
    }

    /// Waits for a request's turn; an error at once if it would not come before `deadline`.
    pub(crate) async fn turn(
        &self,
        model: Option<&str>,
        estimate: u32,
        deadline: Instant,
    ) -> Result<Reservation, Error> {
        let own = model.and_then(|model| self.models.get(model));
        let mut taken = Reservation::of(estimate);
        let mut longest = (Duration::ZERO, Limit::Unspecified);
        for buckets in [Some(&self.common), own].into_iter().flatten() {
            if let Some(bucket) = &buckets.requests {
                longest = longest.max_by_wait((reserve(bucket, 1), Limit::Requests));
                taken.requests.push(bucket.clone());
            }
            if let Some(bucket) = &buckets.tokens {
                longest = longest.max_by_wait((reserve(bucket, estimate), Limit::Tokens));
                taken.tokens.push(bucket.clone());
            }
        }
        let (wait, limit) = longest;
        // Whose turn it is needs no time, though some may have passed.
        if !wait.is_zero() && Instant::now() + wait > deadline {
            let kind = ErrorKind::Throttled { limit };
            return Err(Error::new(kind, "the client's own limit is reached")
                .with_retry(Retry::Yes)
                .with_retry_after(Some(wait)));
        }
        if !wait.is_zero() {
            sleep(wait).await;
        }
        taken.sent = true;
        Ok(taken)
    }
}

trait Longer {
    fn max_by_wait(self, other: Self) -> Self;
}

impl Longer for (Duration, Limit) {
    fn max_by_wait(self, other: Self) -> Self {
        if other.0 > self.0 { other } else { self }
    }
}

impl Buckets {
    fn new(pacing: &Pacing) -> Self {
        let share = |limit: u32| Arc::new(Mutex::new(Bucket::per_minute(limit, Instant::now())));
        Self {
            requests: pacing.requests_per_minute.map(share),
            tokens: pacing.tokens_per_minute.map(share),
        }
    }
}

fn reserve(bucket: &Shared, amount: u32) -> Duration {
    let mut bucket = bucket.lock().unwrap_or_else(PoisonError::into_inner);
    bucket.reserve(amount, Instant::now())
}

fn give_back(buckets: &[Shared], amount: i64) {
    for bucket in buckets {
        let mut bucket = bucket.lock().unwrap_or_else(PoisonError::into_inner);
        bucket.give_back(amount);
    }
}

impl Reservation {
    fn of(estimate: u32) -> Self {
        Self {
            requests: Vec::new(),
            tokens: Vec::new(),
            estimate,
            sent: false,
        }
    }

    /// Whether anybody wants to know what the answer cost.
    pub(crate) fn counts_tokens(&self) -> bool {
        !self.tokens.is_empty()
    }

    /// Corrects the estimate by what was really used, as often as more becomes known.
    pub(crate) fn used(&mut self, tokens: u32) {
        give_back(&self.tokens, i64::from(self.estimate) - i64::from(tokens));
        self.estimate = tokens;
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if !self.sent {
            give_back(&self.requests, 1);
            give_back(&self.tokens, self.estimate.into());
        }
    }
}

/// A guess at what a request costs: both English and Chinese take about four bytes a token, and most answers
/// are shorter than their question with all that came before.
pub(crate) fn estimate(bytes: usize) -> u32 {
    u32::try_from(bytes / 4).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pacer(requests: Option<u32>, tokens: Option<u32>) -> Pacer {
        let common = Pacing {
            requests_per_minute: requests,
            tokens_per_minute: tokens,
        };
        Pacer::new(&common, &BTreeMap::new())
    }

    fn in_seconds(seconds: u64) -> Instant {
        Instant::now() + Duration::from_secs(seconds)
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_waits_without_limits() {
        let pacer = pacer(None, None);
        for _ in 0..10_000 {
            pacer.turn(None, 1_000_000, in_seconds(0)).await.unwrap();
        }
    }

    #[tokio::test]
    async fn whose_turn_it_is_passes_though_there_is_no_time_to_wait() {
        let pacer = pacer(Some(60), None);
        let passed = Instant::now();
        assert!(pacer.turn(None, 1, passed).await.is_ok());
        assert!(pacer.turn(None, 1, passed).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn requests_come_one_after_another() {
        let pacer = pacer(Some(60), None);
        let began = Instant::now();
        for _ in 0..11 {
            pacer.turn(None, 1, in_seconds(60)).await.unwrap();
        }
        assert_eq!(began.elapsed().as_secs(), 10);
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_that_comes_too_late_is_refused_at_once_and_costs_nothing() {
        let pacer = pacer(Some(6), None);
        drop(pacer.turn(None, 1, in_seconds(0)).await.unwrap());
        let error = pacer.turn(None, 1, in_seconds(9)).await.unwrap_err();
        let limit = Limit::Requests;
        assert_eq!(error.kind(), &ErrorKind::Throttled { limit });
        assert_eq!(error.retry_after().unwrap().as_secs(), 10);
        let began = Instant::now();
        pacer.turn(None, 1, in_seconds(20)).await.unwrap();
        assert_eq!(began.elapsed().as_secs(), 10);
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_waiting_gives_back_the_turn() {
        let pacer = pacer(Some(6), None);
        drop(pacer.turn(None, 1, in_seconds(0)).await.unwrap());
        for _ in 0..5 {
            let waiting = pacer.turn(None, 1, in_seconds(60));
            let waited = tokio::time::timeout(Duration::from_secs(1), waiting).await;
            assert!(waited.is_err());
        }
        let began = Instant::now();
        pacer.turn(None, 1, in_seconds(20)).await.unwrap();
        assert_eq!(began.elapsed().as_secs(), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn an_estimate_is_corrected_by_what_was_used() {
        let pacer = pacer(None, Some(6_000));
        let mut first = pacer.turn(None, 10, in_seconds(0)).await.unwrap();
        first.used(1_090);
        first.used(1_090);
        // 100 at once, about 98 a second: 990 too many, and the next 100.
        let began = Instant::now();
        let mut second = pacer.turn(None, 100, in_seconds(60)).await.unwrap();
        assert_eq!(began.elapsed().as_secs(), 11);
        second.used(0);
        let began = Instant::now();
        pacer.turn(None, 100, in_seconds(60)).await.unwrap();
        assert_eq!(began.elapsed().as_secs(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_model_has_its_own_limit_within_the_common_one() {
        let own = Pacing {
            requests_per_minute: Some(6),
            ..Pacing::default()
        };
        let models = BTreeMap::from([("qwen-max".to_owned(), own)]);
        let pacer = Pacer::new(&Pacing::default(), &models);
        let slow = Some("qwen-max");
        drop(pacer.turn(slow, 1, in_seconds(0)).await.unwrap());
        assert!(pacer.turn(slow, 1, in_seconds(1)).await.is_err());
        assert!(
            pacer
                .turn(Some("qwen-plus"), 1, in_seconds(0))
                .await
                .is_ok()
        );
    }
}
