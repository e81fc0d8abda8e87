//! Following a task to its end.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;
use futures_util::stream;
use serde::de::DeserializeOwned;

use super::asking::Asking;
use super::{Patience, Task, TaskSnapshot};
use crate::{Client, Error};

/// One who asks until the task is at its end.
pub(super) struct Watch<O> {
    client: Client,
    task: Task<O>,
    asking: Asking,
}

impl<O: DeserializeOwned> Watch<O> {
    pub(super) fn new(client: Client, task: Task<O>, patience: Patience) -> Self {
        Self {
            client,
            task,
            asking: Asking::new(patience),
        }
    }

    /// The next answer, after the wait that is due.
    pub(super) async fn next(&mut self) -> Result<TaskSnapshot<O>, Error> {
        let (client, task) = (&self.client, &self.task);
        self.asking.next(|| client.query_task(task)).await
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
