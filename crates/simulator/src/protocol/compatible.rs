//! OpenAI's protocol, `/compatible-mode/v1` and `/compatible-api/v1`.

use axum::{
    Router,
    routing::{get, post},
};

use super::{chat, models};
use crate::Handle;

/// The paths of this area.
pub(super) fn routes() -> Router<Handle> {
    let compatible = Router::new()
        .route("/chat/completions", post(chat::create))
        .route("/models", get(models::list))
        .route("/models/{*id}", get(models::show));
    Router::new().nest("/compatible-mode/v1", compatible)
}
