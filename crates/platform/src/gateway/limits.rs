//! How much may be asked in a minute and at once: by a key, by a person, by everybody. Kept in this process, and where
//! there is Redis, with all other processes together too.
//!
//! Buckets refill evenly. What an answer costs in tokens is known only at its end: it is estimated, taken in advance and
//! corrected, so a bucket can be in debt; then nothing passes until it is paid.

mod shared;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use model::BudgetScope;
use tokio::time::Instant;

use super::error::{GatewayError, LimitKind};
use crate::store::SharedLimit;

pub(super) use shared::Shared;
use shared::SharedPass;

/// How much may be asked; nothing is limited by `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LimitsPerMinute {
    /// Requests in a minute.
    pub requests: Option<i64>,
    /// Tokens in a minute, input and output together.
    pub tokens: Option<i64>,
    /// Requests that run at once.
    pub at_once: Option<i64>,
}

/// What is left of a limit, for the headers of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// How much a minute.
    pub limit: i64,
    /// How much of it is left now.
    pub left: i64,
    /// When all of it is there again.
    pub whole_in: Duration,
}

#[derive(Debug)]
struct Bucket {
    per_minute: i64,
    /// How much there is, and when that was.
    level: Mutex<(f64, Instant)>,
}

impl Bucket {
    fn new(per_minute: i64) -> Self {
        let per_minute = per_minute.max(1);
        Self {
            per_minute,
            level: Mutex::new((as_float(per_minute), Instant::now())),
        }
    }

    fn now(&self) -> MutexGuard<'_, (f64, Instant)> {
        let mut level = self.level.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let refilled = (now - level.1).as_secs_f64() * as_float(self.per_minute) / 60.0;
        *level = ((level.0 + refilled).min(as_float(self.per_minute)), now);
        level
    }

    /// Takes that much, or says when it will be there. More than the limit is taken when the bucket is full.
    fn take(&self, amount: i64) -> Result<(), Duration> {
        let mut level = self.now();
        let needed = as_float(amount.min(self.per_minute));
        if level.0 >= needed {
            level.0 -= as_float(amount);
            return Ok(());
        }
        Err(self.refill_time(needed - level.0))
    }

    fn give_back(&self, amount: i64) {
        let mut level = self.now();
        level.0 = (level.0 + as_float(amount)).min(as_float(self.per_minute));
    }

    fn allowed(&self) -> Allowed {
        let left = self.now().0;
        Allowed {
            limit: self.per_minute,
            left: whole(left.max(0.0)),
            whole_in: self.refill_time(as_float(self.per_minute) - left),
        }
    }

    fn refill_time(&self, missing: f64) -> Duration {
        Duration::try_from_secs_f64((missing * 60.0 / as_float(self.per_minute)).max(0.0))
            .unwrap_or(Duration::MAX)
    }
}

#[expect(clippy::cast_precision_loss, reason = "limits are far below 2^52")]
const fn as_float(number: i64) -> f64 {
    number as f64
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a level lies within its limit"
)]
const fn whole(level: f64) -> i64 {
    level as i64
}

/// The limits of one key or person, or of the site.
#[derive(Debug)]
pub(super) struct Lane {
    scope: BudgetScope,
    id: String,
    limits: LimitsPerMinute,
    requests: Option<Bucket>,
    tokens: Option<Bucket>,
    running: AtomicI64,
}

impl Lane {
    fn new(scope: BudgetScope, id: String, limits: LimitsPerMinute) -> Self {
        Self {
            scope,
            id,
            limits,
            requests: limits.requests.map(Bucket::new),
            tokens: limits.tokens.map(Bucket::new),
            running: AtomicI64::new(0),
        }
    }

    fn shared(&self) -> SharedLimit {
        SharedLimit {
            name: format!("{}:{}", self.scope.as_str(), self.id),
            requests: self.limits.requests,
            tokens: self.limits.tokens,
            at_once: self.limits.at_once,
        }
    }

    fn refusal(&self, kind: LimitKind, limit: Option<i64>, retry_after: Duration) -> GatewayError {
        GatewayError::Throttled {
            scope: self.scope,
            kind,
            limit: limit.unwrap_or(0),
            retry_after,
        }
    }

    fn enter(&self, tokens: i64) -> Result<(), GatewayError> {
        let running = self.running.fetch_add(1, Ordering::Relaxed);
        let refused = if self.limits.at_once.is_some_and(|most| running >= most) {
            Some(self.refusal(
                LimitKind::AtOnce,
                self.limits.at_once,
                Duration::from_secs(1),
            ))
        } else if let Some(Err(wait)) = self.requests.as_ref().map(|bucket| bucket.take(1)) {
            Some(self.refusal(LimitKind::Requests, self.limits.requests, wait))
        } else if let Some(Err(wait)) = self.tokens.as_ref().map(|bucket| bucket.take(tokens)) {
            if let Some(requests) = &self.requests {
                requests.give_back(1);
            }
            Some(self.refusal(LimitKind::Tokens, self.limits.tokens, wait))
        } else {
            None
        };
        match refused {
            Some(refusal) => {
                self.running.fetch_sub(1, Ordering::Relaxed);
                Err(refusal)
            }
            None => Ok(()),
        }
    }

    /// Undoes `enter`: nothing was asked.
    fn withdraw(&self, tokens: i64) {
        self.running.fetch_sub(1, Ordering::Relaxed);
        if let Some(requests) = &self.requests {
            requests.give_back(1);
        }
        if let Some(bucket) = &self.tokens {
            bucket.give_back(tokens);
        }
    }
}

/// The lanes of everybody who calls.
#[derive(Debug)]
pub(super) struct Lanes {
    site: Option<Arc<Lane>>,
    others: Mutex<HashMap<(BudgetScope, String), Arc<Lane>>>,
}

/// Lanes that nobody drives on are forgotten when there are more than this.
const MANY: usize = 10_000;

impl Lanes {
    pub(super) fn new(site: &LimitsPerMinute) -> Self {
        Self {
            site: lane(BudgetScope::Site, String::new(), *site),
            others: Mutex::default(),
        }
    }

    pub(super) fn site(&self) -> Option<Arc<Lane>> {
        self.site.clone()
    }

    /// The lane of a key or person; the one that is there already unless its limits were changed.
    pub(super) fn of(
        &self,
        scope: BudgetScope,
        id: String,
        limits: LimitsPerMinute,
    ) -> Option<Arc<Lane>> {
        let new = lane(scope, id.clone(), limits)?;
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        if others.len() > MANY {
            others.retain(|_, lane| Arc::strong_count(lane) > 1 || !lane.is_rested());
        }
        let kept = others
            .entry((scope, id))
            .or_insert_with(|| Arc::clone(&new));
        if kept.limits != limits {
            *kept = new;
        }
        Some(Arc::clone(kept))
    }

    /// Those that limit how many calls run at once, with how many do.
    fn running(&self) -> Vec<(SharedLimit, i64)> {
        let others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        let lanes = others.values().chain(&self.site);
        let running = lanes.map(|lane| (lane, lane.running.load(Ordering::Relaxed)));
        running
            .filter(|(lane, count)| lane.limits.at_once.is_some() && *count > 0)
            .map(|(lane, count)| (lane.shared(), count))
            .collect()
    }
}

impl Lane {
    /// Whether a new one would be no different.
    fn is_rested(&self) -> bool {
        let full = |bucket: &Option<Bucket>| {
            bucket
                .as_ref()
                .is_none_or(|bucket| bucket.allowed().whole_in.is_zero())
        };
        full(&self.requests) && full(&self.tokens)
    }
}

fn lane(scope: BudgetScope, id: String, limits: LimitsPerMinute) -> Option<Arc<Lane>> {
    (limits != LimitsPerMinute::default()).then(|| Arc::new(Lane::new(scope, id, limits)))
}

/// That a call may be made. Its place is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Pass {
    lanes: Arc<[Arc<Lane>]>,
    tokens: i64,
    shared: Option<SharedPass>,
}

impl Pass {
    /// Enters all lanes of this process, and those that it shares, or none and says which one refuses. While what is
    /// shared can't be reached, each process keeps to the limits by itself.
    pub(super) async fn through(
        lanes: &Arc<[Arc<Lane>]>,
        tokens: i64,
        shared: Option<&Arc<Shared>>,
    ) -> Result<Self, GatewayError> {
        let mut pass = Self::here(lanes, tokens)?;
        let Some(shared) = shared.filter(|_| !lanes.is_empty()) else {
            return Ok(pass);
        };
        match shared.enter(lanes, tokens).await {
            Ok(entered) => {
                pass.shared = entered;
                Ok(pass)
            }
            Err(refusal) => {
                let entered = std::mem::take(&mut pass.lanes);
                for lane in entered.iter() {
                    lane.withdraw(tokens);
                }
                Err(refusal)
            }
        }
    }

    /// Enters the lanes of this process.
    pub(super) fn here(lanes: &Arc<[Arc<Lane>]>, tokens: i64) -> Result<Self, GatewayError> {
        for (place, lane) in lanes.iter().enumerate() {
            if let Err(refusal) = lane.enter(tokens) {
                for entered in &lanes[..place] {
                    entered.withdraw(tokens);
                }
                return Err(refusal);
            }
        }
        Ok(Self {
            lanes: Arc::clone(lanes),
            tokens,
            shared: None,
        })
    }

    /// Corrects the estimate by what was really used.
    pub(super) fn used(&mut self, tokens: i64) {
        for lane in self.lanes.iter() {
            if let Some(bucket) = &lane.tokens {
                bucket.give_back(self.tokens.saturating_sub(tokens));
            }
        }
        if let Some(shared) = &mut self.shared {
            shared.used(self.tokens.saturating_sub(tokens));
        }
        self.tokens = tokens;
    }

    /// What is left of requests and of tokens in the narrowest lane.
    pub(super) fn allowed(&self) -> (Option<Allowed>, Option<Allowed>) {
        let narrowest = |of: fn(&Lane) -> Option<&Bucket>| {
            let buckets = self.lanes.iter().filter_map(|lane| of(lane));
            buckets
                .map(Bucket::allowed)
                .min_by_key(|allowed| allowed.left)
        };
        let mut allowed = (
            narrowest(|lane| lane.requests.as_ref()),
            narrowest(|lane| lane.tokens.as_ref()),
        );
        if let Some(shared) = &self.shared {
            shared.narrow(&mut allowed);
        }
        allowed
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        for lane in self.lanes.iter() {
            lane.running.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lanes(limits: &[(BudgetScope, LimitsPerMinute)]) -> Arc<[Arc<Lane>]> {
        let lanes = limits
            .iter()
            .filter_map(|(scope, limits)| lane(*scope, String::new(), *limits));
        lanes.collect()
    }

    fn per_minute(requests: Option<i64>, tokens: Option<i64>) -> LimitsPerMinute {
        LimitsPerMinute {
            requests,
            tokens,
            at_once: None,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_minutes_requests_pass_and_more_come_back_evenly() {
        let lanes = lanes(&[(BudgetScope::Key, per_minute(Some(60), None))]);
        let passed = (0..100).filter(|_| Pass::here(&lanes, 0).is_ok()).count();
        assert_eq!(passed, 60);
        let refused = Pass::here(&lanes, 0).unwrap_err();
        assert!(
            matches!(refused, GatewayError::Throttled { kind: LimitKind::Requests, limit: 60, retry_after, .. }
                if retry_after <= Duration::from_secs(1)),
            "{refused:?}"
        );
        tokio::time::advance(Duration::from_secs(5)).await;
        let passed = (0..100).filter(|_| Pass::here(&lanes, 0).is_ok()).count();
        assert_eq!(passed, 5);
    }

    /// The estimate is taken before, so that parallel calls can't pass together.
    #[tokio::test(start_paused = true)]
    async fn tokens_are_taken_in_advance_and_corrected() {
        let lanes = lanes(&[(BudgetScope::Key, per_minute(None, Some(100)))]);
        let mut passes: Vec<_> = (0..10)
            .filter_map(|_| Pass::here(&lanes, 30).ok())
            .collect();
        assert_eq!(passes.len(), 3);
        passes[0].used(10);
        assert!(Pass::here(&lanes, 30).is_ok());
        passes[1].used(200);
        assert!(Pass::here(&lanes, 1).is_err());
        assert_eq!(passes[1].allowed().1.unwrap().left, 0);
        tokio::time::advance(Duration::from_mins(3)).await;
        // One that is larger than the limit passes when nothing else was asked.
        assert!(Pass::here(&lanes, 1_000).is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_refused_by_one_has_taken_nothing_of_the_others() {
        let at_once = LimitsPerMinute {
            at_once: Some(1),
            ..LimitsPerMinute::default()
        };
        let lanes = lanes(&[
            (BudgetScope::Key, per_minute(Some(10), Some(100))),
            (BudgetScope::Site, at_once),
        ]);
        let first = Pass::here(&lanes, 10).unwrap();
        for _ in 0..20 {
            let refused = Pass::here(&lanes, 10).unwrap_err();
            assert!(
                matches!(
                    refused,
                    GatewayError::Throttled {
                        scope: BudgetScope::Site,
                        kind: LimitKind::AtOnce,
                        ..
                    }
                ),
                "{refused:?}"
            );
        }
        let (requests, tokens) = first.allowed();
        assert_eq!((requests.unwrap().left, tokens.unwrap().left), (9, 90));
        drop(first);
        assert!(Pass::here(&lanes, 10).is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_lane_stays_until_its_limits_change() {
        let lanes = Lanes::new(&LimitsPerMinute::default());
        assert!(lanes.site().is_none());
        let of = |requests| lanes.of(BudgetScope::Key, "k".to_owned(), per_minute(requests, None));
        let (first, same, other) = (
            of(Some(1)).unwrap(),
            of(Some(1)).unwrap(),
            of(Some(2)).unwrap(),
        );
        assert!(Arc::ptr_eq(&first, &same) && !Arc::ptr_eq(&first, &other));
        assert!(of(None).is_none());
    }
}
