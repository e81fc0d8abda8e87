//! Asynchronous tasks: what every submission shares, and `/api/v1/tasks`.

mod list;

use axum::{
    Router,
    extract::Path,
    response::Response,
    routing::{get, post},
};
use serde_json::json;

use super::{entry::Entry, reply};
use crate::{
    Handle, Refusal,
    tasks::{TaskOrder, TaskOutcome},
};

/// The paths of this area.
pub(super) fn routes() -> Router<Handle> {
    Router::new()
        .route("/api/v1/tasks", get(list::list))
        .route("/api/v1/tasks/", get(list::list))
        .route("/api/v1/tasks/{id}", get(query).post(query))
        .route("/api/v1/tasks/{id}/cancel", post(cancel))
}

/// Takes an order and answers with the task. `work` makes its outcome, on a thread where it may take its time.
pub(crate) fn submit(
    entry: &Entry,
    order: TaskOrder,
    work: impl FnOnce() -> TaskOutcome + Send + 'static,
) -> Response {
    let task = entry
        .handle
        .tasks()
        .submit(&entry.handle, entry.pass, order, work);
    entry.claim(&task.id);
    let output = json!({ "task_status": "PENDING", "task_id": task.id });
    reply::json(200, &json!({ "output": output, "request_id": entry.id.0 }))
}

/// Refuses a request without `X-DashScope-Async: enable`, for services that give tasks only.
pub(crate) fn must_be_asynchronous(entry: &Entry) -> Result<(), Refusal> {
    if entry.asks_for_task() {
        return Ok(());
    }
    let message = "current user api does not support synchronous calls.";
    Err(Refusal::new(403, "AccessDenied", message))
}

/// Refuses a request with `X-DashScope-Async: enable`, for services that give no tasks.
pub(crate) fn must_be_synchronous(entry: &Entry) -> Result<(), Refusal> {
    if !entry.asks_for_task() {
        return Ok(());
    }
    let message = "current user api does not support asynchronous calls.";
    Err(Refusal::new(403, "AccessDenied", message))
}

/// A task that is not known is not an error.
async fn query(Path(id): Path<String>, entry: Entry) -> Response {
    let mut answer = json!({ "request_id": entry.id.0 });
    let task = entry.handle.tasks().get(&id).await;
    match task.filter(|_| entry.sees(&id)) {
        Some(task) => {
            let (output, usage) = task.view();
            answer["output"] = output;
            if let Some(usage) = usage {
                answer["usage"] = usage;
            }
        }
        None => answer["output"] = json!({ "task_id": id, "task_status": "UNKNOWN" }),
    }
    reply::json(200, &answer)
}

async fn cancel(Path(id): Path<String>, entry: Entry) -> Result<Response, Refusal> {
    if entry.sees(&id) && entry.handle.tasks().cancel(&id) {
        return Ok(reply::json(200, &json!({ "request_id": entry.id.0 })));
    }
    let message = "Failed to cancel the task, please confirm if the task is in PENDING status.";
    Err(Refusal::new(400, "UnsupportedOperation", message))
}
