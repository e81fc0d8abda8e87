//! The native protocol's text half: generation, embeddings, rerank, applications, tokens, models, files.

mod batch_embedding;
pub(crate) mod body;
mod catalogue;
mod embeddings;
mod files;
pub(crate) mod frames;
pub(crate) mod generation;
mod keys;
mod media_embedding;
mod output;
mod parts;
mod request;
mod rerank;
mod search;
pub(crate) mod stream;
mod tokenizer;
mod usage;

use axum::{
    Router,
    routing::{get, post},
};

use crate::Handle;

/// The paths of this area.
pub(super) fn routes() -> Router<Handle> {
    let services = Router::new()
        .route("/aigc/text-generation/generation", post(generation::text))
        .route(
            "/embeddings/text-embedding/text-embedding",
            post(embeddings::create),
        )
        .route(
            "/embeddings/multimodal-embedding/multimodal-embedding",
            post(media_embedding::create),
        )
        .route("/rerank/text-rerank/text-rerank", post(rerank::create));
    let resources = Router::new()
        .route("/tokenizer", post(tokenizer::create))
        .route("/tokens", post(keys::create))
        .route("/files", get(files::list).post(files::upload))
        .route("/files/{id}", get(files::show).delete(files::delete))
        .route("/models", get(catalogue::list))
        .route("/models/limits", get(catalogue::limits));
    Router::new()
        .nest("/api/v1/services", services)
        .nest("/api/v1", resources)
}
