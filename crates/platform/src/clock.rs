//! Time and ids are arguments: everything that needs them is given a [`Clock`], so tests can turn it by hand.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use model::Millis;
use uuid::{Builder, ContextV7, Timestamp, Uuid};

/// Tells the time of day.
pub trait Clock: Send + Sync + 'static {
    /// Now, in UTC.
    fn now(&self) -> Millis;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one home of the system's time"
    )]
    fn now(&self) -> Millis {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Millis::new(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// A clock that stands until it is turned.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// A clock that shows `now`.
    pub fn at(now: Millis) -> Self {
        Self(Arc::new(AtomicI64::new(now.get())))
    }

    /// Turns it forward (or, with a negative number, back) by `millis`.
    pub fn advance(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Millis {
        Millis::new(self.0.load(Ordering::SeqCst))
    }
}

/// Makes ids: `UUIDv7`, strictly increasing within the process even when the clock stands or steps back.
#[derive(Clone)]
pub struct Ids {
    clock: Arc<dyn Clock>,
    context: Arc<std::sync::Mutex<ContextV7>>,
}

impl Ids {
    /// Ids that carry `clock`'s time.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            context: Arc::new(std::sync::Mutex::new(ContextV7::new())),
        }
    }

    /// The next id.
    pub fn next(&self) -> Uuid {
        let now = self.clock.now().get().max(0).unsigned_abs();
        let context = self
            .context
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let nanos = u32::try_from(now % 1000).unwrap_or(0) * 1_000_000;
        Uuid::new_v7(Timestamp::from_unix(&*context, now / 1000, nanos))
    }

    /// An id of what happened at another moment, elsewhere. Those of different milliseconds are in the order of time.
    pub fn of_then(moment: Millis) -> Uuid {
        let millis = moment.get().max(0).unsigned_abs();
        Builder::from_unix_timestamp_millis(millis, &rand::random()).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_increase_even_when_the_clock_steps_back() {
        let clock = ManualClock::at(Millis::new(1_790_000_000_000));
        let ids = Ids::new(Arc::new(clock.clone()));
        let first = ids.next();
        let second = ids.next();
        clock.advance(-5_000);
        let third = ids.next();
        assert!(first < second && second < third);
    }

    #[test]
    fn what_happened_elsewhere_stands_where_it_happened() {
        let ids = [5, 6, 1_700_000_000_000].map(|millis| Ids::of_then(Millis::new(millis)));
        assert!(ids.is_sorted() && ids[0] != Ids::of_then(Millis::new(5)));
        let now = Ids::new(Arc::new(ManualClock::at(Millis::new(1_790_000_000_000))));
        assert!(ids[2] < now.next());
    }
}
