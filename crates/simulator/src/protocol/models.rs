//! `GET /compatible-mode/v1/models`: what the account may use.

use axum::{
    extract::{Path, State},
    response::Response,
};
use serde_json::{Value, json};

use super::reply;
use crate::{
    Handle, Refusal,
    models::{self, Model},
};

/// All models, whatever they do and whichever protocol they speak: the account's list makes no difference.
pub(crate) async fn list(State(handle): State<Handle>) -> Response {
    let data: Vec<Value> = handle.models().iter().map(item).collect();
    reply::json(200, &json!({ "object": "list", "data": data }))
}

/// One model, or 404.
pub(crate) async fn show(
    State(handle): State<Handle>,
    Path(model): Path<String>,
) -> Result<Response, Refusal> {
    models::find(handle.models(), &model)
        .map(|found| reply::json(200, &item(found)))
        .ok_or_else(|| Refusal::model_not_found(&model))
}

/// The service's own dates aren't published; clients need nothing but the id.
fn item(model: &Model) -> Value {
    json!({ "id": model.id, "object": "model", "created": 1_735_689_600, "owned_by": model.provider })
}
