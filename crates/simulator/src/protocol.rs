//! The routes: the service's wire protocol over the account's state.

mod anthropic;
mod apps;
mod chat;
mod compatible;
mod control;
mod dialect;
mod entry;
mod films;
mod front;
mod medium;
mod memory;
mod models;
mod multimodal;
mod native;
mod pictures;
mod reply;
mod responses;
mod sockets;
mod speech;
mod storage;
mod tasks;
mod tingwu;

pub(crate) use self::responses::Responses;
use axum::{Router, extract::DefaultBodyLimit, middleware};
use http::{Method, StatusCode};

use crate::{Handle, Refusal};

/// Every path of the service that is served; everything else is 404 with an empty body.
pub(crate) fn router(handle: Handle) -> Router {
    Router::new()
        .merge(compatible::routes())
        .merge(responses::routes())
        .merge(anthropic::routes())
        .merge(native::routes())
        .merge(apps::routes())
        .merge(memory::routes())
        .merge(multimodal::routes())
        .merge(tasks::routes())
        .merge(pictures::routes())
        .merge(films::routes())
        .merge(storage::routes())
        .merge(speech::routes())
        .merge(sockets::routes())
        .merge(tingwu::routes())
        .merge(control::routes())
        .fallback(async || StatusCode::NOT_FOUND)
        .method_not_allowed_fallback(wrong_method)
        // The front limits bodies for all routes alike.
        .layer(DefaultBodyLimit::disable())
        // Outermost, because the service asks for the key before it looks at the path.
        .layer(middleware::from_fn_with_state(handle.clone(), front::enter))
        .with_state(handle)
}

async fn wrong_method(method: Method) -> Refusal {
    Refusal::invalid_parameter(format!("Request method '{method}' is not supported."))
}
