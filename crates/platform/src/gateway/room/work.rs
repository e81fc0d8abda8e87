//! How long calls wait for this process's own work: for who is calling, for their reservation, for their booking. What the
//! caller or the model takes is not in it.

use std::{
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
    time::Duration,
};

use tokio::time::Instant;

/// Nothing ended since it was asked.
const NONE: u64 = u64::MAX;

/// What is being worked on.
#[derive(Debug)]
pub(in crate::gateway) struct Work {
    running: AtomicUsize,
    /// The shortest piece of work that ended since it was asked, in microseconds: while even that one is long, there is a
    /// queue that does not go away.
    shortest: AtomicU64,
}

/// A piece of work. Dropped without having ended, as when the caller leaves, it says nothing of how long such work takes.
pub(in crate::gateway) struct Working<'a> {
    work: &'a Work,
    began: Instant,
}

impl Default for Work {
    fn default() -> Self {
        Self {
            running: AtomicUsize::new(0),
            shortest: AtomicU64::new(NONE),
        }
    }
}

impl Work {
    pub(in crate::gateway) fn begin(&self) -> Working<'_> {
        self.running.fetch_add(1, Ordering::Relaxed);
        Working {
            work: self,
            began: Instant::now(),
        }
    }

    /// Whether all that ended since this was asked took longer, or nothing ended although there is something to do.
    pub(super) fn is_slow(&self, at_most: Duration) -> bool {
        let shortest = self.shortest.swap(NONE, Ordering::Relaxed);
        if shortest == NONE {
            return self.running.load(Ordering::Relaxed) > 0;
        }
        Duration::from_micros(shortest) > at_most
    }
}

impl Working<'_> {
    pub(in crate::gateway) fn ended(self) {
        let took = u64::try_from(self.began.elapsed().as_micros()).unwrap_or(NONE - 1);
        self.work.shortest.fetch_min(took, Ordering::Relaxed);
    }
}

impl Drop for Working<'_> {
    fn drop(&mut self) {
        self.work.running.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_is_slow_when_even_the_shortest_is_long_or_nothing_ends() {
        let (work, at_most) = (Work::default(), Duration::from_millis(100));
        assert!(!work.is_slow(at_most));
        let long = work.begin();
        assert!(work.is_slow(at_most));
        tokio::time::advance(Duration::from_millis(150)).await;
        drop(work.begin());
        long.ended();
        assert!(work.is_slow(at_most));
        let long = work.begin();
        tokio::time::advance(Duration::from_millis(150)).await;
        long.ended();
        work.begin().ended();
        assert!(!work.is_slow(at_most));
        assert!(!work.is_slow(at_most));
    }
}
