//! The routes: the service's wire protocol over the account's state.

mod chat;
mod front;
mod models;
mod reply;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{get, post},
};
use http::{Method, StatusCode};

use crate::{Handle, Refusal};

/// Every path of the service that is served; everything else is 404 with an empty body.
pub(crate) fn router(handle: Handle) -> Router {
    let compatible = Router::new()
        .route("/chat/completions", post(chat::create))
        .route("/models", get(models::list))
        .route("/models/{*id}", get(models::show));
    Router::new()
        .nest("/compatible-mode/v1", compatible)
        .fallback(async || StatusCode::NOT_FOUND)
        .method_not_allowed_fallback(wrong_method)
        // The front limits bodies for all routes alike.
        .layer(DefaultBodyLimit::disable())
        // Outermost, because the service asks for the key before it looks at the path.
        .layer(middleware::from_fn_with_state(handle.clone(), front::enter))
        .with_state(handle)
}

async fn wrong_method(id: reply::RequestId, method: Method) -> axum::response::Response {
    reply::refused(
        &Refusal::invalid_parameter(format!("Request method '{method}' is not supported.")),
        &id,
    )
}
