//! Speech over HTTP: synthesis, voices, file transcription.

mod filter;
mod text;
mod voice;

use axum::Router;

use crate::Handle;

pub(super) use self::{
    filter::Filter,
    text::{characters, sentences, strip_tags},
    voice::check_voice,
};

/// The paths of this area.
pub(super) fn routes() -> Router<Handle> {
    Router::new()
}
