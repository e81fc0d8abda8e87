//! `POST /api/v1/services/aigc/multimodal-generation/generation`: one path for models that see, paint, speak and listen.

use axum::{Router, response::Response, routing::post};
use serde_json::Value;

use super::entry::Entry;
use crate::{
    Handle, Refusal,
    models::{self, Kind},
};

/// The paths of this area.
pub(super) fn routes() -> Router<Handle> {
    Router::new().route(
        "/api/v1/services/aigc/multimodal-generation/generation",
        post(create),
    )
}

/// Hands the request to what its model does.
async fn create(entry: Entry) -> Result<Response, Refusal> {
    let body = entry.json()?;
    let id = body
        .get("model")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let model = models::find(entry.handle.models(), id)
        .ok_or_else(|| Refusal::new(404, "ModelNotFound", "Model can not be found."))?;
    match model.kind {
        Kind::Chat
        | Kind::Image
        | Kind::Speech
        | Kind::Recognition
        | Kind::Video
        | Kind::Embedding
        | Kind::Rerank
        | Kind::Decision
        | Kind::Meeting => Err(Refusal::new(
            400,
            "InvalidParameter",
            "url error, please check url！",
        )),
    }
}
