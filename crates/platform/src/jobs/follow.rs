//! Asking for a task at the upstream until it has ended.

use std::time::Duration;

use bailian::{
    Client, Error,
    task::{Finished, Task, TaskStatus},
};
use serde_json::Value;

use super::{Desk, Pause};

/// The first pause between two questions about a task.
const FIRST: Duration = Duration::from_secs(1);

/// What an answer about a task says.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "it is taken apart where it is made"
)]
pub(crate) enum Seen {
    /// It goes on.
    Goes {
        /// It waits for its turn.
        pending: bool,
        /// How many of its parts are done, of how many.
        done: Option<(u32, u32)>,
    },
    /// It has ended.
    Ended(Result<Finished<Value>, Error>),
    /// Nothing: the upstream could not be asked.
    Nothing,
}

/// A task that is asked for again and again.
pub(crate) struct Following<'a> {
    client: Client,
    desk: &'a Desk,
    task: Task<Value>,
    pause: Duration,
    longest: Duration,
    called_off: bool,
}

impl<'a> Following<'a> {
    /// With pauses that grow up to `longest`.
    pub(crate) fn new(client: &Client, desk: &'a Desk, id: &str, longest: Duration) -> Self {
        Self {
            client: client.clone(),
            desk,
            task: Task::resume(id),
            pause: FIRST,
            longest,
            called_off: false,
        }
    }

    /// Asks for it; one that is not wanted any more is called off before.
    pub(crate) async fn look(&mut self) -> Result<Seen, Pause> {
        if self.desk.cancelled().is_cancelled() && !self.called_off {
            self.called_off = true;
            // One that has begun can't be cancelled, and is there when it ends.
            if let Err(error) = self.client.cancel_task(&self.task.id).await {
                tracing::debug!(
                    error = &error as &dyn std::error::Error,
                    "a task goes on though nobody wants it"
                );
            }
        }
        let asked = self.client.query_task(&self.task);
        Ok(match self.desk.unless_gone(asked).await? {
            Ok(now) if now.status.is_final() => Seen::Ended(now.into_result()),
            Ok(now) => {
                let count = |number: Option<u64>| u32::try_from(number?).ok();
                Seen::Goes {
                    pending: now.status == TaskStatus::Pending,
                    done: now.metrics.and_then(|metrics| {
                        Some((count(metrics.succeeded)?, count(metrics.total)?))
                    }),
                }
            }
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "a task could not be asked for, trying again"
                );
                Seen::Nothing
            }
        })
    }

    /// Waits until it is time to ask again.
    pub(crate) async fn rest(&mut self) -> Result<(), Pause> {
        self.desk.wait(self.pause, !self.called_off).await?;
        self.pause = (self.pause * 3 / 2).min(self.longest);
        Ok(())
    }
}
