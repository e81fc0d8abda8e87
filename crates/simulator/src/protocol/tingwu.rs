//! Tingwu: its own `OpenAPI` of 2023-09-30, and through the native protocol.

mod native;
mod order;
mod phrases;
mod results;
mod signed;
mod work;

use axum::{
    Router,
    extract::{Path, Query},
    response::Response,
    routing::{get, put},
};
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) use self::native::ask;
use self::{order::Order, signed::Caller, work::Work};
use super::reply;
use crate::{Handle, Refusal, meeting::Meeting};

/// The paths of this area.
pub(super) fn routes() -> Router<Handle> {
    // Whole paths, because a nested router hides the part that is signed.
    Router::new()
        .route("/openapi/tingwu/v2/tasks", put(create))
        .route("/openapi/tingwu/v2/tasks/{id}", get(show))
        .route(
            "/openapi/tingwu/v2/resources/phrases",
            get(phrases::list).post(phrases::create),
        )
        .route(
            "/openapi/tingwu/v2/resources/phrases/{id}",
            get(phrases::show)
                .put(phrases::update)
                .delete(phrases::delete),
        )
}

#[derive(Debug, Default, Deserialize)]
struct Kind {
    #[serde(default)]
    r#type: String,
    #[serde(default)]
    operation: String,
}

/// `CreateTask`: begins to listen, or ends a meeting in realtime.
async fn create(Query(kind): Query<Kind>, caller: Caller) -> Result<Response, Refusal> {
    let entry = caller.entry("CreateTask")?;
    let body = entry.json()?;
    let key = &body["Input"]["TaskKey"];
    let data = match (kind.r#type.as_str(), kind.operation.as_str()) {
        ("offline", _) => {
            let meeting = begin(entry, &body).await?;
            json!({ "TaskId": meeting.id, "TaskKey": key, "TaskStatus": "ONGOING" })
        }
        ("realtime", "stop") => {
            let id = body["Input"]["TaskId"].as_str().unwrap_or_default();
            if !entry
                .handle
                .meetings()
                .stop(id, entry.handle.options().task_time.0)
            {
                return Err(unknown_task());
            }
            json!({ "TaskId": id, "TaskStatus": "ONGOING" })
        }
        ("realtime", "start" | "") => {
            let order = Order::read(&body)?;
            let meeting = Work::silent(entry, &order, &body);
            let id = meeting.id.clone();
            entry.handle.meetings().put(meeting);
            let host = entry.handle.origin().replace("http://", "ws://");
            let secret = entry.dice().and("meeting").hex(32);
            json!({ "TaskId": id, "TaskKey": key, "TaskStatus": "NEW", "MeetingJoinUrl": format!("{host}/api/ws/v1?mc={secret}") })
        }
        _ => return Err(invalid("type")),
    };
    Ok(done(&caller, &data))
}

/// Begins to listen to a recording, or tells other things of one that was heard already.
async fn begin(entry: &super::entry::Entry, body: &Value) -> Result<Meeting, Refusal> {
    let meetings = entry.handle.meetings();
    let meeting = match body["Input"]["TaskId"].as_str().filter(|id| !id.is_empty()) {
        Some(id) => {
            let known = meetings.get(id).ok_or_else(unknown_task)?;
            if known.outcome().await.is_none_or(|outcome| outcome.is_err()) {
                return Err(unknown_task());
            }
            Order::read_again(body)?;
            Work::again(entry, known, body)
        }
        None => Work::begin(entry, &Order::read(body)?, body)?,
    };
    meetings.put(meeting.clone());
    Ok(meeting)
}

/// `GetTaskInfo`.
async fn show(Path(id): Path<String>, caller: Caller) -> Result<Response, Refusal> {
    let entry = caller.entry("GetTaskInfo")?;
    let Some(meeting) = entry.handle.meetings().get(&id) else {
        return Ok(done(
            &caller,
            &json!({ "TaskId": id, "TaskStatus": "INVALID" }),
        ));
    };
    let mut data = json!({ "TaskId": id });
    if let Some(key) = &meeting.key {
        data["TaskKey"] = key.as_str().into();
    }
    match meeting.outcome().await {
        None => data["TaskStatus"] = "ONGOING".into(),
        Some(Err((code, message))) => {
            data["TaskStatus"] = "FAILED".into();
            data["ErrorCode"] = code.into();
            data["ErrorMessage"] = message.into();
        }
        Some(Ok(record)) => {
            data["TaskStatus"] = "COMPLETED".into();
            results::publish(&entry.handle, &meeting, &record, &mut data);
        }
    }
    Ok(done(&caller, &data))
}

fn done(caller: &Caller, data: &Value) -> Response {
    let answer = json!({ "Code": "0", "Message": "success", "RequestId": caller.request_id(), "Data": data });
    reply::json(200, &answer)
}

fn unknown_task() -> Refusal {
    Refusal::new(
        400,
        "InvalidParameter.TaskId",
        "The specified TaskId is invalid.",
    )
}

/// A field that is missing or not allowed.
fn invalid(name: &str) -> Refusal {
    let message = format!("The specified parameter {name} is not valid.");
    Refusal::new(400, format!("InvalidParameter.{name}"), message)
}
