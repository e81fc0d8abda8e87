//! What refills evenly, and can be in debt: what an answer costs in tokens is known only at its end.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::Allowed;

#[derive(Debug)]
pub(super) struct Bucket {
    per_minute: i64,
    /// How much there is, and when that was.
    level: Mutex<(f64, Instant)>,
}

impl Bucket {
    pub(super) fn new(per_minute: i64) -> Self {
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
    pub(super) fn take(&self, amount: i64) -> Result<(), Duration> {
        let mut level = self.now();
        let needed = as_float(amount.min(self.per_minute));
        if level.0 >= needed {
            level.0 -= as_float(amount);
            return Ok(());
        }
        Err(self.refill_time(needed - level.0))
    }

    pub(super) fn give_back(&self, amount: i64) {
        let mut level = self.now();
        level.0 = (level.0 + as_float(amount)).min(as_float(self.per_minute));
    }

    pub(super) fn allowed(&self) -> Allowed {
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
