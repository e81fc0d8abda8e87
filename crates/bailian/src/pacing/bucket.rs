//! A token bucket that can be in debt.

use std::time::Duration;

use tokio::time::Instant;

/// Seconds in which a limit per minute is spread.
const MINUTE: f64 = 60.0;
/// The share of a minute's amount that may be used at once: the provider counts in windows of some seconds.
const AT_ONCE: f64 = 1.0 / 60.0;

/// Seconds that are as good as for ever, and still can be added to a time.
const LONGEST: f64 = 1e9;

/// Holds what may be used now and fills up steadily.
#[derive(Debug)]
pub(super) struct Bucket {
    level: f64,
    capacity: f64,
    /// A second.
    rate: f64,
    since: Instant,
}

impl Bucket {
    /// Never more than `limit` in any minute, as long as single amounts are within what may be used at once.
    pub(super) fn per_minute(limit: u32, now: Instant) -> Self {
        let limit = f64::from(limit.max(1));
        let capacity = (limit * AT_ONCE).floor().max(1.0);
        Self {
            level: capacity,
            capacity,
            // What is used at once at the beginning of a minute must not come on top.
            rate: (limit - capacity + 1.0) / MINUTE,
            since: now,
        }
    }

    /// Takes an amount and says how long to wait before using it. Who comes later waits longer.
    pub(super) fn reserve(&mut self, amount: u32, now: Instant) -> Duration {
        let (wait, _) = self.outlook(amount, now);
        self.level -= f64::from(amount);
        wait
    }

    /// How long to wait for an amount, and the share of what may be used at once that is there. Takes nothing.
    pub(super) fn outlook(&mut self, amount: u32, now: Instant) -> (Duration, f64) {
        let passed = now.saturating_duration_since(self.since).as_secs_f64();
        self.level = (self.level + passed * self.rate).min(self.capacity);
        self.since = now;
        // More than fits is let through when the bucket is full, and leaves a debt.
        let missing = f64::from(amount).min(self.capacity) - self.level;
        (self.wait(missing), self.level / self.capacity)
    }

    fn wait(&self, missing: f64) -> Duration {
        if missing <= 0.0 {
            return Duration::ZERO;
        }
        // Rounded up, so that nobody is early.
        Duration::from_secs_f64((missing / self.rate).min(LONGEST)) + Duration::from_nanos(1)
    }

    /// Corrects what was taken: by a negative amount if it was too little.
    #[expect(
        clippy::cast_precision_loss,
        reason = "amounts are far below 2^52, and a wrong token does no harm"
    )]
    pub(super) fn give_back(&mut self, amount: i64) {
        self.level = (self.level + amount as f64).min(self.capacity);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// When each of a row of requests is let through, in nanoseconds.
    fn admissions(limit: u32, gaps_ms: &[u64]) -> Vec<u128> {
        let start = Instant::now();
        let mut bucket = Bucket::per_minute(limit, start);
        let mut now = start;
        let admitted = gaps_ms.iter().map(|gap| {
            now += Duration::from_millis(*gap);
            let at = now + bucket.reserve(1, now);
            (at - start).as_nanos()
        });
        admitted.collect()
    }

    proptest! {
        #[test]
        fn no_minute_ever_sees_more_than_its_limit(
            limit in 1_u32..400,
            gaps_ms in prop::collection::vec(0_u64..1_500, 1..600),
        ) {
            let admitted = admissions(limit, &gaps_ms);
            prop_assert!(admitted.is_sorted());
            for (first, at) in admitted.iter().enumerate() {
                let within = admitted[first..].iter().take_while(|later| **later < at + 60_000_000_000);
                prop_assert!(within.count() <= limit as usize);
            }
        }

        #[test]
        fn a_limit_is_used_up_when_there_is_enough_to_do(limit in 1_u32..400) {
            let admitted = admissions(limit, &vec![0; limit as usize * 2]);
            let minute = admitted.iter().filter(|at| **at < 60_000_000_000).count();
            prop_assert!(minute + 1 >= limit as usize, "{minute} of {limit}");
        }

        #[test]
        fn tokens_stay_within_their_limit_but_for_the_last_request(
            limit in 600_u32..100_000,
            amounts in prop::collection::vec(1_u32..5_000, 1..300),
        ) {
            let start = Instant::now();
            let mut bucket = Bucket::per_minute(limit, start);
            let (mut used, mut largest) = (Vec::new(), 0);
            for amount in amounts {
                used.push(((bucket.reserve(amount, start)).as_nanos(), amount));
                largest = largest.max(amount);
            }
            for (first, (at, _)) in used.iter().enumerate() {
                let within = used[first..].iter().take_while(|(later, _)| *later < at + 60_000_000_000);
                let total: u64 = within.map(|(_, amount)| u64::from(*amount)).sum();
                prop_assert!(total <= u64::from(limit) + u64::from(largest) + 1);
            }
        }
    }
}
