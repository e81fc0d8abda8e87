//! How often a task is asked for, and how long.

use std::time::Duration;

use rand::Rng;

/// How often to ask and how long to wait ("Polling advice"). The first question follows at once; the waits
/// between them grow by half each time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Before the second question. 1 s.
    pub first: Duration,
    /// The longest wait between two questions. 10 s.
    pub cap: Duration,
    /// The whole wait; then it ends in a [`Timeout`](crate::ErrorKind::Timeout), and the task goes on. 1 h.
    pub total: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            cap: Duration::from_secs(10),
            total: Duration::from_hours(1),
        }
    }
}

impl Patience {
    /// As advised for images: at most 10 s between two questions.
    pub fn images() -> Self {
        Self::default()
    }

    /// As advised for video: at most 15 s between two questions.
    pub fn video() -> Self {
        Self {
            cap: Duration::from_secs(15),
            ..Self::default()
        }
    }

    /// As advised for audio: every few seconds, for as long as 12 hours of audio may take.
    pub fn audio() -> Self {
        Self {
            cap: Duration::from_secs(5),
            total: Duration::from_hours(12),
            ..Self::default()
        }
    }

    /// As advised for meetings: at most a minute between two questions, for the three hours that they may
    /// take.
    pub fn meeting() -> Self {
        Self {
            first: Duration::from_secs(5),
            cap: Duration::from_mins(1),
            total: Duration::from_hours(4),
        }
    }

    /// Another whole wait.
    #[must_use]
    pub fn total(mut self, total: Duration) -> Self {
        self.total = total;
        self
    }

    /// The wait after the `asked`-th question, a little random so that many waiters spread out.
    pub(crate) fn wait(&self, asked: u32) -> Duration {
        let growth = 1.5_f64.powi(asked.min(32).saturating_sub(1).cast_signed());
        let wait = Duration::try_from_secs_f64(self.first.as_secs_f64() * growth)
            .unwrap_or(self.cap)
            .min(self.cap);
        wait.mul_f64(rand::rng().random_range(0.8..=1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_the_cap_and_never_beyond() {
        let patience = Patience::images();
        for _ in 0..50 {
            let first = patience.wait(1);
            assert!((0.8..=1.0).contains(&first.as_secs_f64()));
            assert!((1.2..=1.5).contains(&patience.wait(2).as_secs_f64()));
            assert!((8.0..=10.0).contains(&patience.wait(9).as_secs_f64()));
            assert!(patience.wait(u32::MAX) <= patience.cap);
        }
    }
}
