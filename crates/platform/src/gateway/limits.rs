//! How much may be asked in a minute and at once: by a key, by a person, by everybody. Kept in this process, and where
//! there is Redis, with all other processes together too.
//!
//! Buckets refill evenly. What an answer costs in tokens is known only at its end: it is estimated, taken in advance and
//! corrected, so a bucket can be in debt; then nothing passes until it is paid.

mod bucket;
mod shared;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use model::BudgetScope;

use super::error::{GatewayError, LimitKind};
use crate::store::SharedLimit;

use bucket::Bucket;
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

/// The limits of one key or person, or of the site.
#[derive(Debug)]
pub(super) struct Lane {
    scope: BudgetScope,
    id: String,
    limits: LimitsPerMinute,
    requests: Option<Bucket>,
    tokens: Option<Bucket>,
    running: AtomicI64,
    /// Whether calls entered what is shared since the others were told how many run.
    entered: AtomicBool,
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
            entered: AtomicBool::new(false),
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

    /// Those that limit how many calls run at once, with how many do: where calls run, and where some entered since this
    /// was asked last, so that a place whose giving back was lost is free again.
    fn running(&self) -> Vec<(SharedLimit, i64)> {
        let others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        let lanes = others.values().chain(&self.site);
        lanes
            .filter(|lane| lane.limits.at_once.is_some())
            .filter_map(|lane| {
                let entered = lane.entered.swap(false, Ordering::Relaxed);
                let count = lane.running.load(Ordering::Relaxed);
                (entered || count > 0).then(|| (lane.shared(), count))
            })
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
        let mut allowed = left_in(&self.lanes);
        if let Some(shared) = &self.shared {
            shared.narrow(&mut allowed);
        }
        allowed
    }
}

/// What is left of requests and of tokens in the narrowest of these lanes.
fn left_in(lanes: &[Arc<Lane>]) -> (Option<Allowed>, Option<Allowed>) {
    let narrowest = |of: fn(&Lane) -> Option<&Bucket>| {
        let buckets = lanes.iter().filter_map(|lane| of(lane));
        buckets
            .map(Bucket::allowed)
            .min_by_key(|allowed| allowed.left)
    };
    (
        narrowest(|lane| lane.requests.as_ref()),
        narrowest(|lane| lane.tokens.as_ref()),
    )
}

/// What is left in these lanes for who was refused.
pub(super) fn left_after(
    lanes: &[Arc<Lane>],
    refused: &GatewayError,
) -> (Option<Allowed>, Option<Allowed>) {
    let (mut requests, tokens) = left_in(lanes);
    if let GatewayError::Throttled {
        kind: LimitKind::Requests,
        limit,
        retry_after,
        ..
    } = refused
    {
        // What all processes share may be used up though this one has some left.
        let whole_in = requests.map_or(*retry_after, |left| left.whole_in.max(*retry_after));
        requests = Some(Allowed {
            limit: *limit,
            left: 0,
            whole_in,
        });
    }
    (requests, tokens)
}

impl Drop for Pass {
    fn drop(&mut self) {
        for lane in self.lanes.iter() {
            lane.running.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests;
