//! Speech over WebSocket, `/api-ws/v1`.

use axum::Router;

use crate::Handle;

/// The paths of this area.
pub(super) fn routes() -> Router<Handle> {
    Router::new()
}
