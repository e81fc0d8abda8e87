//! When to send again: the wait, and a budget that keeps retries from becoming the outage.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rand::Rng;
use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};
use tokio::time::Instant;

use crate::error::Retry;
use crate::{Error, ErrorKind, Limit, RetryPolicy};

/// Retries that are always at hand, so that a client with few calls may retry at all; one a second comes back.
const RESERVE: f64 = 10.0;

/// The growth guard only gives way after some seconds ("Error codes", `Throttling.BurstRate`).
const BURST_WAIT: Duration = Duration::from_secs(5);

impl RetryPolicy {
    /// How long to wait before the request goes out again; `None` if it should not. `most` attempts count
    /// instead of the policy's own.
    pub(crate) fn wait(
        &self,
        error: &Error,
        attempts_made: u32,
        most: Option<u32>,
    ) -> Option<Duration> {
        let most = most.unwrap_or(self.attempts);
        let allowed = match error.retry() {
            Retry::Never => false,
            Retry::Once => attempts_made < most.min(2),
            Retry::Yes => attempts_made < most,
        };
        if !allowed {
            return None;
        }
        if let Some(asked) = error.retry_after() {
            // A little later than asked, so that parallel callers do not come back in one wave.
            return (asked <= self.retry_after_cap).then(|| asked + jitter(asked / 4));
        }
        let doubled = self
            .base
            .saturating_mul(2_u32.saturating_pow(attempts_made.saturating_sub(1)));
        let wait = jitter(doubled.min(self.cap));
        Some(match error.kind() {
            ErrorKind::Throttled {
                limit: Limit::Burst,
            } => (BURST_WAIT + wait).min(self.cap.max(BURST_WAIT)),
            _ => wait,
        })
    }
}

fn jitter(most: Duration) -> Duration {
    most.mul_f64(rand::rng().random_range(0.0..=1.0))
}

/// How long the provider asks to wait. None of its documents promises such a header, its own SDK reads these.
/// What cannot be understood or lies in the past counts as absent. A date is compared with the answer's own,
/// so that neither clock matters.
pub(crate) fn asked_wait(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: HeaderName| headers.get(name)?.to_str().ok().map(str::trim);
    if let Some(ms) = text(HeaderName::from_static("retry-after-ms")) {
        return ms.parse().ok().map(Duration::from_millis);
    }
    let value = text(RETRY_AFTER)?;
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let answered = httpdate::parse_http_date(text(DATE)?).ok()?;
    let until = httpdate::parse_http_date(value).ok()?;
    until.duration_since(answered).ok()
}

/// Retries paid for by requests: each request deposits a fraction, each retry takes a whole one.
#[derive(Debug)]
pub(crate) struct Budget {
    per_request: f64,
    state: Mutex<(f64, Instant)>,
}

impl Budget {
    pub(crate) fn new(per_request: f64) -> Self {
        Self {
            per_request,
            state: Mutex::new((RESERVE, Instant::now())),
        }
    }

    pub(crate) fn deposit(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        // Savings of a quiet hour must not pay for a storm.
        state.0 = (state.0 + self.per_request).min(RESERVE * 10.0);
    }

    pub(crate) fn withdraw(&self) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (balance, since) = *state;
        let now = Instant::now();
        let refilled = (balance + (now - since).as_secs_f64())
            .min(RESERVE)
            .max(balance);
        let enough = refilled >= 1.0;
        *state = (if enough { refilled - 1.0 } else { refilled }, now);
        enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

    fn asked(name: &'static str, value: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(DATE, NOW.parse().unwrap());
        headers.insert(name, value.parse().unwrap());
        asked_wait(&headers)
    }

    fn error(kind: ErrorKind) -> Error {
        Error::new(kind, "").with_retry(Retry::Yes)
    }

    #[test]
    fn a_wait_that_cannot_be_understood_counts_as_absent() {
        for (name, value, expected) in [
            ("retry-after", "2", Some(2_000)),
            ("retry-after", " 2 ", Some(2_000)),
            ("retry-after-ms", "150", Some(150)),
            ("retry-after", "-1", None),
            ("retry-after", "banana", None),
            ("retry-after", "1e9", None),
            ("retry-after", "99999999999999999999999", None),
            ("retry-after", "Sun, 06 Nov 1994 08:49:47 GMT", Some(10_000)),
            ("retry-after", "Sun, 06 Nov 1994 08:49:27 GMT", None),
        ] {
            assert_eq!(
                asked(name, value),
                expected.map(Duration::from_millis),
                "{name}: {value}"
            );
        }
    }

    #[test]
    fn waits_stay_within_their_limits() {
        let policy = RetryPolicy::default();
        let down = error(ErrorKind::Unavailable);
        for _ in 0..100 {
            assert!(policy.wait(&down, 1, None).unwrap() <= policy.base);
            assert!(policy.wait(&down, 2, None).unwrap() <= policy.base * 2);
            let burst = error(ErrorKind::Throttled {
                limit: Limit::Burst,
            });
            assert!((BURST_WAIT..=policy.cap).contains(&policy.wait(&burst, 1, None).unwrap()));
            let asked =
                error(ErrorKind::Unavailable).with_retry_after(Some(Duration::from_secs(2)));
            let wait = policy.wait(&asked, 1, None).unwrap();
            assert!((Duration::from_secs(2)..=Duration::from_millis(2_500)).contains(&wait));
        }
        let patient = RetryPolicy {
            attempts: 99,
            ..policy.clone()
        };
        assert!(patient.wait(&down, 98, None).unwrap() <= policy.cap);
    }

    #[test]
    fn what_must_not_be_sent_again_is_not() {
        let policy = RetryPolicy::default();
        let long = error(ErrorKind::Unavailable).with_retry_after(Some(Duration::from_hours(1)));
        let media = Error::new(ErrorKind::Other, "").with_retry(Retry::Once);
        assert_eq!(policy.wait(&long, 1, None), None);
        assert_eq!(policy.wait(&error(ErrorKind::Unavailable), 3, None), None);
        assert_eq!(policy.wait(&Error::malformed(""), 1, None), None);
        assert!(policy.wait(&media, 1, None).is_some());
        assert_eq!(policy.wait(&media, 2, None), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_storm_may_retry_a_fifth_of_its_requests_and_the_reserve() {
        let budget = Budget::new(0.2);
        let retries = (0..100).filter(|_| {
            budget.deposit();
            budget.withdraw() && budget.withdraw()
        });
        assert!(retries.count() <= 30);
        while budget.withdraw() {}
        tokio::time::advance(Duration::from_secs(3)).await;
        assert_eq!((0..10).filter(|_| budget.withdraw()).count(), 3);
    }
}
