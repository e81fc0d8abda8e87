//! The simulator's own control, `/simulator/`: what tests in other processes can ask and order.

mod orders;
mod record;
mod settings;

use axum::{
    Router,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};

use super::reply;
use crate::{FAULTS, Handle};

/// The paths of this area.
pub(super) fn routes() -> Router<Handle> {
    let control = Router::new()
        .route("/requests", get(record::list).delete(record::forget))
        .route("/totals", get(record::totals))
        .route("/faults", post(orders::faults).delete(orders::call_off))
        .route("/answers", post(orders::answers))
        .route("/release", post(orders::release))
        .route("/tasks/{what}", post(orders::tasks))
        .route("/options", get(settings::show).put(settings::change));
    Router::new()
        .route("/simulator", get(describe))
        .nest("/simulator", control)
}

/// What there is.
async fn describe() -> Response {
    let faults: Vec<Value> = FAULTS
        .iter()
        .map(|(name, meaning)| json!({ "name": name, "meaning": meaning }))
        .collect();
    done(&json!({
        "what": "a stand-in for Alibaba Cloud Model Studio; nothing here is a real model",
        "control": {
            "GET /simulator/requests?after=&limit=": "requests in the order of arrival, without secrets and contents",
            "DELETE /simulator/requests": "forget them; the totals stay",
            "GET /simulator/totals": "sums by key and model over all requests since the start",
            "POST /simulator/faults": { "faults": ["reset:100@3"], "times": 1, "path": "/api/v1", "model": "qwen-plus" },
            "DELETE /simulator/faults": "call off what was ordered",
            "POST /simulator/answers": { "words": ["a", "b"], "reasoning": [], "tool_call": { "name": "f", "arguments": "{}" }, "refusal": "Arrearage", "finish": "stop", "held_after": 1 },
            "POST /simulator/release": "let go what is held",
            "POST /simulator/tasks/hold|run|finish": "keep tasks waiting, take them up, finish them",
            "GET, PUT /simulator/options": { "latency": "p50=300ms,p99=2s", "speed": 80, "task_time": "1s", "profile": "slow", "limits": "published", "faults": ["throttle:0.1"] },
        },
        "fault_header": "x-simulator-fault: name[:detail][@events], several with commas",
        "fault_model": "<model>@fault:name[:detail][@events]",
        "faults": faults,
    }))
}

fn done(value: &Value) -> Response {
    reply::json(200, value)
}

/// An order that can't be understood.
#[derive(Debug)]
struct Misunderstood(String);

impl<E: std::error::Error> From<E> for Misunderstood {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

impl IntoResponse for Misunderstood {
    fn into_response(self) -> Response {
        reply::json(400, &json!({ "error": self.0 }))
    }
}
