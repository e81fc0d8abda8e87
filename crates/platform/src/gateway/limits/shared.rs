//! The same limits for several processes together, kept in Redis.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tokio::{
    runtime::Handle,
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

use super::{Allowed, GatewayError, Lane, Lanes, LimitKind};
use crate::store::{Entry, Redis, SharedLimit};

/// How often a process says that it lives; after three times as long its calls count no more.
const ALIVE: Duration = Duration::from_secs(10);

/// Where they are kept, and under which name this process counts.
#[derive(Debug)]
pub(in crate::gateway) struct Shared {
    redis: Redis,
    node: String,
}

/// That a call passed them. Its place is free again when this is dropped.
#[derive(Debug)]
pub(super) struct SharedPass {
    shared: Arc<Shared>,
    limits: Vec<SharedLimit>,
    /// What was left of requests and tokens for each, -1 where nothing is limited.
    left: Vec<(i64, i64)>,
    /// Tokens to give back when the call ends.
    back: i64,
}

impl Shared {
    pub(in crate::gateway) fn new(redis: Redis, node: String) -> Arc<Self> {
        Arc::new(Self { redis, node })
    }

    /// Enters all lanes, or says which one refuses; nothing if Redis does not answer.
    pub(super) async fn enter(
        self: &Arc<Self>,
        lanes: &[Arc<Lane>],
        tokens: i64,
    ) -> Result<Option<SharedPass>, GatewayError> {
        let limits: Vec<_> = lanes.iter().map(|lane| lane.shared()).collect();
        for lane in lanes {
            lane.entered.store(true, Ordering::Relaxed);
        }
        match self.redis.enter_lanes(&self.node, &limits, tokens).await {
            Ok(Entry::Passed(left)) => Ok(Some(SharedPass {
                shared: Arc::clone(self),
                limits,
                left,
                back: 0,
            })),
            Ok(Entry::Refused {
                place,
                kind,
                wait_ms,
            }) => {
                let wait = Duration::from_millis(wait_ms.unsigned_abs());
                let refusal = lanes.get(place).map(|lane| match kind {
                    1 => lane.refusal(LimitKind::Requests, lane.limits.requests, wait),
                    2 => lane.refusal(LimitKind::Tokens, lane.limits.tokens, wait),
                    _ => lane.refusal(LimitKind::AtOnce, lane.limits.at_once, wait),
                });
                refusal.map_or(Ok(None), Err)
            }
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "shared limits can't be reached: this process keeps to them by itself"
                );
                Ok(None)
            }
        }
    }

    /// Says again and again that this process lives and how many of its calls run, until `closing`.
    pub(in crate::gateway) async fn stay_alive(&self, lanes: &Lanes, closing: CancellationToken) {
        let mut ticks = interval(ALIVE);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while closing.run_until_cancelled(ticks.tick()).await.is_some() {
            let running = lanes.running();
            if running.is_empty() {
                continue;
            }
            if let Err(error) = self.redis.lanes_alive(&self.node, &running).await {
                tracing::debug!(
                    error = &error as &dyn std::error::Error,
                    "telling Redis of running calls failed"
                );
            }
        }
    }
}

impl SharedPass {
    /// Corrects the estimate: so many tokens are given back, or taken.
    pub(super) fn used(&mut self, back: i64) {
        self.back = self.back.saturating_add(back);
    }

    /// What is left of the narrowest, if that is less.
    pub(super) fn narrow(&self, allowed: &mut (Option<Allowed>, Option<Allowed>)) {
        let narrow = |allowed: &mut Option<Allowed>, left: fn(&(i64, i64)) -> i64| {
            let least = self.left.iter().map(left).filter(|left| *left >= 0).min();
            if let (Some(allowed), Some(least)) = (allowed, least) {
                allowed.left = allowed.left.min(least);
            }
        };
        narrow(&mut allowed.0, |left| left.0);
        narrow(&mut allowed.1, |left| left.1);
    }
}

impl Drop for SharedPass {
    fn drop(&mut self) {
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        let (shared, limits) = (Arc::clone(&self.shared), std::mem::take(&mut self.limits));
        let back = self.back;
        runtime.spawn(async move {
            let left = shared.redis.leave_lanes(&shared.node, &limits, back, true);
            if let Err(error) = left.await {
                tracing::debug!(
                    error = &error as &dyn std::error::Error,
                    "giving a place back in Redis failed"
                );
            }
        });
    }
}
