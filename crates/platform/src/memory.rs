//! How much of the memory that this process may have is in use, so that it can refuse before it is killed.
//!
//! The limits are those of its control groups (version 2) and its own limit of address space, whichever is nearer. Where
//! there are none, or the system does not tell, nothing is ever short.

mod limits;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use tokio_util::sync::CancellationToken;

use limits::Limits;
pub(crate) use limits::soft_limit;

/// How often it is looked at: the bodies that fast clients send between two looks must fit into what is left.
const EVERY: Duration = Duration::from_millis(25);

/// What can be done without is not begun from so many per cent on.
const SHORT: u32 = 92;

/// Nothing large is begun from so many per cent on.
const EXHAUSTED: u32 = 95;

/// The process's memory. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Memory(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    limits: Limits,
    /// What is in use, in per cent of the nearest limit.
    used: AtomicU32,
}

impl Memory {
    /// That of this process, under the limits that hold now.
    pub fn of_this_process() -> Self {
        Self(Arc::new(Inner {
            limits: Limits::of_this_process(),
            used: AtomicU32::new(0),
        }))
    }

    /// Whether what can be done without should not be begun: from 92 % on.
    pub fn is_short(&self) -> bool {
        self.used() >= SHORT
    }

    /// Whether nothing large should be begun: from 95 % on.
    pub fn is_exhausted(&self) -> bool {
        self.used() >= EXHAUSTED
    }

    /// Looks again and again, until `closing`. Returns at once where nothing is limited.
    pub async fn watch(&self, closing: CancellationToken) {
        if self.0.limits.is_empty() {
            return;
        }
        let mut ticks = tokio::time::interval(EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while closing.run_until_cancelled(ticks.tick()).await.is_some() {
            let before = self.is_exhausted();
            self.0.used.store(self.0.limits.used(), Ordering::Relaxed);
            match (before, self.is_exhausted()) {
                (false, true) => tracing::warn!("memory is used up: new calls are refused"),
                (true, false) => tracing::info!("there is memory again"),
                _ => {}
            }
        }
    }

    fn used(&self) -> u32 {
        self.0.used.load(Ordering::Relaxed)
    }

    /// As if so many per cent were in use.
    #[cfg(test)]
    pub(crate) fn with_used(percent: u32) -> Self {
        let memory = Self::default();
        memory.0.used.store(percent, Ordering::Relaxed);
        memory
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_done_without_ends_before_the_rest() {
        let at = |percent| {
            let memory = Memory::with_used(percent);
            (memory.is_short(), memory.is_exhausted())
        };
        assert_eq!(
            [91, 92, 94, 95].map(at),
            [(false, false), (true, false), (true, false), (true, true)]
        );
    }

    #[tokio::test]
    async fn without_a_limit_nothing_is_watched_or_short() {
        let memory = Memory::default();
        memory.watch(CancellationToken::new()).await;
        assert!(!memory.is_short() && !memory.is_exhausted());
    }
}
