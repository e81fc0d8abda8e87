//! Speech over HTTP: synthesis, voices, recognition of files.

mod cosyvoice;
mod customization;
mod filter;
mod qwen;
mod recognition;
mod synthesis;
mod text;
mod transcription;
mod vocabularies;
mod voice;
mod voices;

use axum::{Router, response::Response, routing::post};

use super::{entry::Entry, native::body::wrong_path};
use crate::{Handle, Refusal};

pub(super) use self::{
    filter::Filter,
    text::{characters, sentences, strip_tags},
    vocabularies::hot_words,
    voice::{check_known, check_voice},
};

/// The paths of this area.
pub(super) fn routes() -> Router<Handle> {
    Router::new()
        .route(
            "/api/v1/services/audio/tts/SpeechSynthesizer",
            post(cosyvoice::create),
        )
        .route(
            "/api/v1/services/audio/tts/customization",
            post(customization::voices),
        )
        .route(
            "/api/v1/services/audio/asr/customization",
            post(customization::vocabularies),
        )
        .route(
            "/api/v1/services/audio/asr/transcription",
            post(transcription::submit),
        )
}

/// Models that speak, on the path that all modalities share.
pub(super) async fn speak(entry: Entry, model: &str) -> Result<Response, Refusal> {
    let is_qwen = model.starts_with("qwen-tts") || model.starts_with("qwen3-tts");
    if is_qwen && !model.contains("realtime") {
        qwen::create(entry).await
    } else {
        Err(wrong_path())
    }
}

/// Models that listen, on the path that all modalities share.
pub(super) async fn listen(entry: Entry, model: &str) -> Result<Response, Refusal> {
    let is_whole = model.contains("-asr-flash") && !model.contains("realtime");
    if is_whole && !model.contains("filetrans") {
        recognition::create(entry).await
    } else {
        Err(wrong_path())
    }
}
