//! The native protocol's text half: generation, embeddings, rerank, applications, tokens, models, files.

pub(crate) mod body;
mod frames;
pub(crate) mod generation;
mod output;
mod parts;
mod request;
mod stream;

use axum::{Router, routing::post};

use crate::Handle;

/// The paths of this area.
pub(super) fn routes() -> Router<Handle> {
    let services = Router::new().route("/aigc/text-generation/generation", post(generation::text));
    Router::new().nest("/api/v1/services", services)
}
