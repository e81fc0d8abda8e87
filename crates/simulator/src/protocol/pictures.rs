//! Pictures, as tasks and at once.

mod answer;
mod interleaved;
mod message;
pub(crate) mod parameters;
mod retouch;
pub(crate) mod studio;
mod synthesis;
mod trade;
mod trouble;

use axum::{Router, routing::post};

use crate::Handle;

pub(crate) use self::{answer::written_out, message::create as message, trouble::Trouble};

/// The paths of this area.
pub(super) fn routes() -> Router<Handle> {
    Router::new()
        .route(
            "/api/v1/services/aigc/text2image/image-synthesis",
            post(synthesis::text),
        )
        .route(
            "/api/v1/services/aigc/image2image/image-synthesis",
            post(synthesis::image),
        )
        .route(
            "/api/v1/services/aigc/image-generation/generation",
            post(message::submit),
        )
        .route(
            "/api/v1/services/aigc/background-generation/generation",
            post(trade::background),
        )
        .route(
            "/api/v1/services/aigc/background-generation/generation/",
            post(trade::background),
        )
}
