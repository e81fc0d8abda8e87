//! `POST /api/v1/services/aigc/text-generation/generation`, and the chat half of the multimodal path.

use axum::response::Response;
use serde_json::Value;

use super::{
    output::Output,
    request::{self, Path, Request},
    stream::{Event, Streaming},
};
use crate::{
    Answer, Refusal,
    pace::Pace,
    protocol::{
        chat::{self, request::Ask, spent::Spent, transmit},
        dialect::Dialect,
        entry::Entry,
        tasks,
    },
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
    let Request {
        mut ask,
        form,
        search,
    } = request::read(&body, entry.handle.models(), path, entry.asks_for_events())?;
    chat::attend(&mut ask, &entry).await?;
    let (mut answers, pace) = chat::think(&ask, &entry).await;
    if let Some(response) = chat::instead(&answers, ask.stream, Dialect::Native, &entry.id) {
        return Ok(response);
    }
    if let Some(search) = &search {
        search.cite(&mut answers);
    }
    let spent = Spent::of(&ask, &answers);
    entry.bill(spent.billed(&ask.model_id));
    let output = Output {
        ask: &ask,
        form,
        search: search.as_ref(),
        spent: &spent,
        id: &entry.id,
    };
    let given = Given {
        ask: &ask,
        answers: &answers,
        pace: &pace,
        opens: search.as_ref().is_some_and(|search| search.first),
    };
    let put = |event: &Event<'_>| output.event(event);
    Ok(given.give(entry.clone(), || output.whole(&answers), &put))
}

/// Answers that are ready to be given.
pub(crate) struct Given<'a> {
    pub(crate) ask: &'a Ask,
    pub(crate) answers: &'a [Answer],
    pub(crate) pace: &'a Pace,
    /// An event without words comes first.
    pub(crate) opens: bool,
}

impl Given<'_> {
    /// Gives the answers in one piece, which `whole` makes, or as a stream of what `put` makes.
    pub(crate) fn give(
        &self,
        entry: Entry,
        whole: impl FnOnce() -> Value,
        put: &dyn Fn(&Event<'_>) -> Value,
    ) -> Response {
        let Self {
            ask,
            answers,
            pace,
            opens,
        } = *self;
        if !ask.stream {
            let time = |answer: &Answer| {
                pace.time_for(&answer.reasoning.concat()) + pace.time_for(&answer.words.concat())
            };
            let time = answers.iter().map(time).sum();
            let steps = transmit::whole(whole().to_string(), time, answers);
            return chat::play("application/json", Box::new(steps.into_iter()), entry);
        }
        let streaming = Streaming {
            ask,
            answers,
            pace,
            opens,
            id: &entry.id,
            put,
        };
        chat::play(chat::EVENT_STREAM, streaming.into_steps(), entry)
    }
}
