//! Keys that stand in for the account's own for a short time.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// Every key that was given out: until when it is good, and the account's own that it stands in for.
#[derive(Debug, Default)]
pub(crate) struct TemporaryKeys(Mutex<HashMap<String, (Instant, String)>>);

impl TemporaryKeys {
    /// Accepts `key` for this long, in the place of `own`.
    pub(crate) fn give(&self, key: String, own: String, life: Duration) {
        let now = Instant::now();
        let mut keys = self.keys();
        keys.retain(|_, (end, _)| *end > now);
        keys.insert(key, (now + life, own));
    }

    /// Whether the key is still good.
    pub(crate) fn accepts(&self, key: &str) -> bool {
        let keys = self.keys();
        keys.get(key).is_some_and(|(end, _)| *end > Instant::now())
    }

    /// The key that this one stands in for.
    pub(crate) fn own(&self, key: &str) -> Option<String> {
        self.keys().get(key).map(|(_, own)| own.clone())
    }

    fn keys(&self) -> MutexGuard<'_, HashMap<String, (Instant, String)>> {
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
        keys.give("st-1".to_owned(), "sk-1".to_owned(), Duration::from_mins(1));
        assert!(keys.accepts("st-1") && !keys.accepts("st-2"));
        assert_eq!(keys.own("st-1").as_deref(), Some("sk-1"));
        tokio::time::advance(Duration::from_secs(61)).await;
        assert!(!keys.accepts("st-1"));
    }
}
