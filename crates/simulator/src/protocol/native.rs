//! The native protocol's text half: generation, embeddings, rerank, applications, tokens, models, files.

use axum::Router;

use crate::Handle;

/// The paths of this area.
pub(super) fn routes() -> Router<Handle> {
    Router::new()
}
