//! `POST /api/v1/services/aigc/multimodal-generation/generation`: one path for models that see, paint, speak and listen.

use axum::{Router, response::Response, routing::post};

use super::{entry::Entry, native, pictures};
use crate::{Handle, Refusal, models::Kind};

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
    let (_, model) = native::body::model(&body, entry.handle.models())?;
    match model.kind {
        Kind::Chat => native::generation::multimodal(entry).await,
        Kind::Image => pictures::message(entry).await,
        Kind::Speech
        | Kind::Recognition
        | Kind::Realtime
        | Kind::Video
        | Kind::Embedding
        | Kind::Rerank
        | Kind::Decision
        | Kind::Meeting => Err(native::body::wrong_path()),
    }
}
