//! `POST /api/v1/services/aigc/multimodal-generation/generation`: one path for models that see, paint, speak and listen.

use axum::{Router, response::Response, routing::post};

use super::{entry::Entry, native, pictures, speech, tingwu};
use crate::{Handle, Refusal, models::Kind};

/// The paths of this area.
pub(super) fn routes() -> Router<Handle> {
    Router::new()
        .route(
            "/api/v1/services/aigc/multimodal-generation/generation",
            post(create),
        )
        // As a client writes it that is given the whole address.
        .route(
            "/api/v1/services/aigc/multimodal-generation/generation/",
            post(create),
        )
}

/// Hands the request to what its model does.
async fn create(entry: Entry) -> Result<Response, Refusal> {
    let body = entry.json()?;
    let (id, model) = native::body::model(&body, entry.handle.models())?;
    let (id, kind) = (id.to_owned(), model.kind);
    match kind {
        Kind::Speech => speech::speak(entry, &id).await,
        Kind::Recognition => speech::listen(entry, &id).await,
        Kind::Chat => native::generation::multimodal(entry).await,
        Kind::Image => pictures::message(entry).await,
        Kind::Meeting => tingwu::ask(entry, &id).await,
        Kind::Realtime | Kind::Video | Kind::Embedding | Kind::Rerank | Kind::Decision => {
            Err(native::body::wrong_path())
        }
    }
}
