//! Keys that stand in for the account's own for a short time.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// Every key that was given out, until it expires.
#[derive(Debug, Default)]
pub(crate) struct TemporaryKeys(Mutex<HashMap<String, Instant>>);

impl TemporaryKeys {
    /// Accepts `key` for this long.
    pub(crate) fn give(&self, key: String, life: Duration) {
        let now = Instant::now();
        let mut keys = self.keys();
        keys.retain(|_, end| *end > now);
        keys.insert(key, now + life);
    }

    /// Whether the key is still good.
    pub(crate) fn accepts(&self, key: &str) -> bool {
        let end = self.keys().get(key).copied();
        end.is_some_and(|end| end > Instant::now())
    }

    fn keys(&self) -> MutexGuard<'_, HashMap<String, Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::TemporaryKeys;

    #[tokio::test(start_paused = true)]
    async fn a_key_is_good_until_it_expires() {
        let keys = TemporaryKeys::default();
        keys.give("st-1".to_owned(), Duration::from_mins(1));
        assert!(keys.accepts("st-1") && !keys.accepts("st-2"));
        tokio::time::advance(Duration::from_secs(61)).await;
        assert!(!keys.accepts("st-1"));
    }
}
