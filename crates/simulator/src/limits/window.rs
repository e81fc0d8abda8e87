//! Counting in periods.

use std::time::Duration;

use tokio::time::Instant;

/// What was used in the present period. A period begins with the first use after the last one has ended.
#[derive(Debug, Default)]
pub(super) struct Window {
    since: Option<Instant>,
    used: u64,
}

impl Window {
    /// Counts one more unless the limit is reached.
    pub(super) fn admits(&mut self, limit: u64, period: Duration, now: Instant) -> bool {
        let admits = self.used(period, now) < limit;
        if admits {
            self.add(1, period, now);
        }
        admits
    }

    pub(super) fn add(&mut self, count: u64, period: Duration, now: Instant) {
        self.used(period, now);
        self.since.get_or_insert(now);
        self.used = self.used.saturating_add(count);
    }

    pub(super) fn used(&mut self, period: Duration, now: Instant) -> u64 {
        if self.since.is_some_and(|since| now - since >= period) {
            *self = Self::default();
        }
        self.used
    }
}

const SECOND: Duration = Duration::from_secs(1);
/// The part of the limit that may come at once, without anything before.
const AT_ONCE: u64 = 10;

/// A guard against growth. The service doesn't publish its own, which moves with its load; here a second may bring a
/// tenth of the limit, and otherwise twice what the second before has brought.
#[derive(Debug, Default)]
pub(super) struct Growth {
    since: Option<Instant>,
    before: u64,
    used: u64,
}

impl Growth {
    /// How long a request must wait; zero when it needn't.
    pub(super) fn wait(&mut self, limit: u64, period: Duration, now: Instant) -> Duration {
        let Some(since) = self.since else {
            return Duration::ZERO;
        };
        let age = now - since;
        if age >= SECOND {
            let is_next = age < SECOND * 2;
            self.before = if is_next { self.used } else { 0 };
            self.used = 0;
            self.since = Some(now);
            return Duration::ZERO;
        }
        let a_second = limit / period.as_secs().max(1);
        let allowed = (a_second / AT_ONCE).max(self.before * 2).max(AT_ONCE);
        if self.used < allowed {
            Duration::ZERO
        } else {
            SECOND.saturating_sub(age)
        }
    }

    pub(super) fn count(&mut self, now: Instant) {
        self.since.get_or_insert(now);
        self.used += 1;
    }
}
