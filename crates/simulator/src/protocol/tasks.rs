//! Asynchronous tasks: what every submission shares, and `/api/v1/tasks`.

use axum::Router;

use crate::Handle;

/// The paths of this area.
pub(super) fn routes() -> Router<Handle> {
    Router::new()
}
