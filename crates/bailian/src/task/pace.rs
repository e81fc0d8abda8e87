//! The account's limit on questions about tasks.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// 20 questions a second ("Query"), spread evenly over all waiters of a client.
#[derive(Debug, Default)]
pub(crate) struct Pace(Mutex<Option<Instant>>);

const GAP: Duration = Duration::from_millis(50);

impl Pace {
    /// Returns when the next question may be asked.
    pub(crate) async fn turn(&self) {
        let turn = {
            let mut next = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            let turn = next.map_or(now, |next| next.max(now));
            *next = Some(turn + GAP);
            turn
        };
        sleep_until(turn).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn twenty_questions_take_a_second() {
        let pace = Pace::default();
        let began = Instant::now();
        futures_util::future::join_all((0..41).map(|_| pace.turn())).await;
        assert_eq!(began.elapsed().as_secs(), 2);
        tokio::time::advance(Duration::from_mins(1)).await;
        let later = Instant::now();
        pace.turn().await;
        assert_eq!(later.elapsed(), Duration::ZERO);
    }
}
