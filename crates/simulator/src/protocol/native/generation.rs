//! `POST /api/v1/services/aigc/text-generation/generation`, and the chat half of the multimodal path.

use axum::response::Response;

use super::{
    output,
    request::{self, Path},
    stream::Streaming,
};
use crate::{
    Refusal,
    protocol::{
        chat::{self, steps, transmit},
        dialect::Dialect,
        entry::Entry,
        tasks,
    },
    state::Billed,
};

/// Text models.
pub(super) async fn text(entry: Entry) -> Result<Response, Refusal> {
    create(entry, Path::Text).await
}

/// Models that see and hear.
pub(crate) async fn multimodal(entry: Entry) -> Result<Response, Refusal> {
    create(entry, Path::Multimodal).await
}

async fn create(entry: Entry, path: Path) -> Result<Response, Refusal> {
    let body = entry.json()?;
    tasks::must_be_synchronous(&entry)?;
    let (ask, form) = request::read(&body, entry.handle.models(), path, entry.asks_for_events())?;
    let (answers, pace) = chat::think(&ask, &entry).await;
    if let Some(response) = chat::instead(&answers, ask.stream, Dialect::Native, &entry.id) {
        return Ok(response);
    }
    let usage = steps::usage(&ask, &answers);
    entry.bill(Billed {
        model: ask.model_id.clone(),
        input_tokens: usage.prompt_tokens.into(),
        output_tokens: usage.completion_tokens.into(),
        cached_tokens: usage.cached_tokens.into(),
        ..Billed::default()
    });
    if !ask.stream {
        let body = output::whole(&ask, form, &entry.id, &answers);
        let time = answers
            .iter()
            .map(|answer| {
                pace.time_for(&answer.reasoning.concat()) + pace.time_for(&answer.words.concat())
            })
            .sum();
        let steps = transmit::whole(body.to_string(), time, &answers);
        return Ok(chat::play(
            "application/json",
            Box::new(steps.into_iter()),
            entry,
        ));
    }
    let streaming = Streaming {
        ask: &ask,
        answers: &answers,
        pace: &pace,
        id: &entry.id,
        put: &|event| output::event(&ask, form, &entry.id, event),
    };
    let steps = streaming.into_steps();
    Ok(chat::play(chat::EVENT_STREAM, steps, entry))
}
