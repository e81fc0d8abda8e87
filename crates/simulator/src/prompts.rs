//! The context cache: beginnings of prompts that were seen, for the implicit cache and for what `cache_control` marks.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// How long a beginning is kept after its last use.
const LIFE: Duration = Duration::from_mins(5);
/// Beyond this the ones that have expired are swept out.
const MANY: usize = 16_384;

/// Beginnings by the digest of their text, their model and their account.
#[derive(Debug, Default)]
pub(crate) struct Prompts(Mutex<HashMap<u64, Instant>>);

impl Prompts {
    /// Whether the beginning is there; its life begins anew if so.
    pub(crate) fn renew(&self, digest: u64) -> bool {
        let now = Instant::now();
        let mut kept = self.kept();
        let found = kept.get_mut(&digest).filter(|until| **until > now);
        found.map(|until| *until = now + LIFE).is_some()
    }

    /// Keeps a beginning.
    pub(crate) fn keep(&self, digest: u64) {
        let now = Instant::now();
        let mut kept = self.kept();
        if kept.len() >= MANY {
            kept.retain(|_, until| *until > now);
        }
        if kept.len() < MANY {
            kept.insert(digest, now + LIFE);
        }
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<u64, Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Prompts;

    #[tokio::test(start_paused = true)]
    async fn a_beginning_lives_five_minutes_from_its_last_use() {
        let prompts = Prompts::default();
        assert!(!prompts.renew(1));
        prompts.keep(1);
        for _ in 0..3 {
            tokio::time::advance(Duration::from_mins(4)).await;
            assert!(prompts.renew(1));
        }
        tokio::time::advance(Duration::from_mins(6)).await;
        assert!(!prompts.renew(1));
    }
}
