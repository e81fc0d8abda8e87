//! OpenAI's protocol, `/compatible-mode/v1` and `/compatible-api/v1`.

mod batches;
mod completions;
mod decisions;
pub(in crate::protocol) mod embeddings;
mod files;
pub(in crate::protocol) mod reranks;
mod stamp;

use axum::{
    Router,
    routing::{get, post},
};

use serde_json::Value;

use super::{chat, models};
use crate::{
    Handle, Refusal,
    models::{self as catalogue, Model},
};

/// The paths of this area.
pub(super) fn routes() -> Router<Handle> {
    let compatible = Router::new()
        .route("/chat/completions", post(chat::create))
        .route("/completions", post(completions::create))
        .route("/embeddings", post(embeddings::create))
        .route("/systemone", post(decisions::create))
        .route("/files", get(files::list).post(files::upload))
        .route("/files/{id}", get(files::show).delete(files::delete))
        .route("/files/{id}/content", get(files::content))
        .route("/batches", get(batches::list).post(batches::create))
        .route("/batches/{id}", get(batches::show))
        .route("/batches/{id}/cancel", post(batches::cancel))
        .route("/models", get(models::list))
        .route("/models/{*id}", get(models::show));
    Router::new()
        .nest("/compatible-mode/v1", compatible)
        .route("/compatible-api/v1/reranks", post(reranks::create))
}

/// The model that a body names, and its name there.
fn asked_model<'a>(handle: &'a Handle, body: &'a Value) -> Result<(&'a str, &'a Model), Refusal> {
    let name = body
        .get("model")
        .and_then(Value::as_str)
        .filter(|name| !name.is_empty())
        .ok_or_else(Refusal::no_model)?;
    let model =
        catalogue::find(handle.models(), name).ok_or_else(|| Refusal::model_not_found(name))?;
    Ok((name, model))
}
