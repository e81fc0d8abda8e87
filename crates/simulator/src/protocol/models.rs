//! `GET /compatible-mode/v1/models`: what the account may use.

use axum::{
    extract::{Path, State},
    response::Response,
};
use serde_json::{Value, json};

use super::reply;
use crate::{
    Handle, Refusal,
    models::{self, Kind, Model},
};

/// All models that chat in this protocol.
pub(crate) async fn list(State(handle): State<Handle>) -> Response {
    let data: Vec<Value> = handle
        .models()
        .iter()
        .filter(|model| model.kind == Kind::Chat && !model.native_only)
        .map(item)
        .collect();
    reply::json(200, &json!({ "object": "list", "data": data }))
}

/// One model, or 404.
pub(crate) async fn show(
    State(handle): State<Handle>,
    Path(model): Path<String>,
) -> Result<Response, Refusal> {
    match models::find(handle.models(), &model) {
        Some(found) if found.kind == Kind::Chat && !found.native_only => {
            Ok(reply::json(200, &item(found)))
        }
        Some(_) | None => Err(Refusal::model_not_found(&model)),
    }
}

/// The service's own dates aren't published; clients need nothing but the id.
fn item(model: &Model) -> Value {
    json!({ "id": model.id, "object": "model", "created": 1_735_689_600, "owned_by": model.provider })
}
