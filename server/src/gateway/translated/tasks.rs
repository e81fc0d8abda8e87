//! Models that work as tasks: the caller waits here, and is told the end.

use bailian::{
    Client, ErrorKind,
    pool::Turn,
    task::{Finished, Patience, Task, TaskStatus},
};
use platform::gateway::{ObjectKind, Running};
use serde::de::DeserializeOwned;

use super::{Call, Fault};

/// Waits for a task's end and books it. Should nobody wait for it any more, it is cancelled as long as it has not begun, and
/// booked by what became of it.
pub(super) async fn finished<O: DeserializeOwned + Send + Sync>(
    call: &Call,
    there: &Turn,
    running: &mut Running,
    task: Task<O>,
    patience: Patience,
) -> Result<Finished<O>, Fault> {
    let (gateway, client) = (&call.gateway, &there.patient);
    let mut left = Left {
        task: Some((client.clone(), task.id.clone())),
    };
    gateway
        .keep_object(&call.principal, ObjectKind::Task, &task.id, &there.upstream)
        .await?;
    running.wait_for_task(&task.id).await?;
    let waiting = client.wait_for_task(&task, patience);
    let ended = call.unless_stopped(waiting).await?;
    left.task = None;
    let status = match &ended {
        Ok(_) => TaskStatus::Succeeded,
        Err(error) => match error.kind() {
            ErrorKind::TaskFailed { .. } => TaskStatus::Failed,
            ErrorKind::TaskCanceled => TaskStatus::Canceled,
            ErrorKind::TaskUnknown => TaskStatus::Unknown,
            // It goes on, and is booked when it ends.
            _ => TaskStatus::Running,
        },
    };
    let usage = ended.as_ref().ok().map(|finished| &finished.usage);
    let code = ended.as_ref().err().and_then(|error| error.code());
    gateway.settle_ended(&task.id, &status, code, usage).await?;
    ended.map_err(Fault::OfTask)
}

/// Cancels the task that nobody waits for.
struct Left {
    task: Option<(Client, String)>,
}

impl Drop for Left {
    fn drop(&mut self) {
        if let Some((client, id)) = self.task.take() {
            tokio::spawn(async move {
                // One that has begun can't be cancelled; it is booked when it ends.
                if let Err(error) = client.cancel_task(&id).await {
                    tracing::debug!(
                        error = &error as &dyn std::error::Error,
                        "a task goes on without its caller"
                    );
                }
            });
        }
    }
}
