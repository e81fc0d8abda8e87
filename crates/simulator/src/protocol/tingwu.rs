//! Tingwu: its own OpenAPI, and through the native protocol.

use axum::Router;

use crate::Handle;

/// The paths of this area.
pub(super) fn routes() -> Router<Handle> {
    Router::new()
}
