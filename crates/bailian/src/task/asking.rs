//! Asking again and again, with growing waits, until a limit.

use tokio::time::{Instant, sleep_until, timeout_at};

use super::Patience;
use crate::{Error, Phase};

/// Questions in a row that may fail before the wait ends; each was already tried again by itself.
const FAILURES: u32 = 5;

/// One who asks for how something stands.
pub(crate) struct Asking {
    patience: Patience,
    until: Instant,
    asked: u32,
    failed: u32,
}

impl Asking {
    pub(crate) fn new(patience: Patience) -> Self {
        let until = Instant::now() + patience.total;
        Self {
            patience,
            until,
            asked: 0,
            failed: 0,
        }
    }

    /// The next answer, after the wait that is due.
    pub(crate) async fn next<T, F>(&mut self, ask: impl Fn() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        loop {
            if self.asked > 0 {
                let next = Instant::now() + self.patience.wait(self.asked);
                if next >= self.until {
                    sleep_until(self.until).await;
                    return Err(Error::timeout(Phase::Total));
                }
                sleep_until(next).await;
            }
            self.asked = self.asked.saturating_add(1);
            match timeout_at(self.until, ask()).await {
                Err(_) => return Err(Error::timeout(Phase::Total)),
                Ok(Ok(answer)) => {
                    self.failed = 0;
                    return Ok(answer);
                }
                // The work goes on, whatever happened to the question.
                Ok(Err(error)) if error.is_retryable() && self.failed < FAILURES => {
                    self.failed += 1;
                }
                Ok(Err(error)) => return Err(error),
            }
        }
    }
}
