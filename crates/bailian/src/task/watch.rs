//! Following a task to its end.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;
use futures_util::stream;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, sleep_until};

use super::{Patience, Task, TaskSnapshot};
use crate::{Client, Error, Phase};

/// Questions in a row that may fail before the wait ends; each was already tried again by itself.
const FAILURES: u32 = 5;

/// One who asks until the task is at its end.
pub(super) struct Watch<O> {
    client: Client,
    task: Task<O>,
    patience: Patience,
    until: Instant,
    asked: u32,
    failed: u32,
}

impl<O: DeserializeOwned> Watch<O> {
    pub(super) fn new(client: Client, task: Task<O>, patience: Patience) -> Self {
        let until = Instant::now() + patience.total;
        Self {
            client,
            task,
            patience,
            until,
            asked: 0,
            failed: 0,
        }
    }

    /// The next answer, after the wait that is due.
    pub(super) async fn next(&mut self) -> Result<TaskSnapshot<O>, Error> {
        loop {
            if self.asked > 0 {
                let next = Instant::now() + self.patience.wait(self.asked);
                if next >= self.until {
                    sleep_until(self.until).await;
                    return Err(Error::timeout(Phase::Total));
                }
                sleep_until(next).await;
            }
            self.asked += 1;
            let answer = tokio::time::timeout_at(self.until, self.client.query_task(&self.task));
            match answer.await {
                Err(_) => return Err(Error::timeout(Phase::Total)),
                Ok(Ok(task)) => {
                    self.failed = 0;
                    return Ok(task);
                }
                // The task goes on, whatever happened to the question.
                Ok(Err(error)) if error.is_retryable() && self.failed < FAILURES => {
                    self.failed += 1;
                }
                Ok(Err(error)) => return Err(error),
            }
        }
    }
}

/// A task's way to its end: each change of its state, its counts or its partial results, the end included.
///
/// Dropping it stops the questions; the task goes on and can be watched again.
pub struct TaskProgress<O> {
    changes: Pin<Box<dyn Stream<Item = Result<TaskSnapshot<O>, Error>> + Send>>,
    id: String,
}

impl<O> TaskProgress<O>
where
    O: DeserializeOwned + Clone + PartialEq + Send + 'static,
{
    pub(super) fn new(watch: Watch<O>) -> Self {
        let id = watch.task.id.clone();
        let changes = stream::try_unfold(Some((watch, None)), |state| async {
            let Some((mut watch, before)) = state else {
                return Ok(None);
            };
            loop {
                let task: TaskSnapshot<O> = watch.next().await?;
                if task.status.is_final() {
                    return Ok(Some((task, None)));
                }
                if before
                    .as_ref()
                    .is_none_or(|before| task.differs_from(before))
                {
                    let after = Some((watch, Some(task.clone())));
                    return Ok(Some((task, after)));
                }
            }
        });
        let changes = Box::pin(changes);
        Self { changes, id }
    }
}

impl<O> Stream for TaskProgress<O> {
    type Item = Result<TaskSnapshot<O>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.changes.as_mut().poll_next(context)
    }
}

impl<O> fmt::Debug for TaskProgress<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskProgress")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
