//! `POST /api/v1/apps/{id}/completion`: agents and workflows that were put together in the console.

mod knowledge;
mod output;
mod request;
mod workflow;

use axum::{Router, extract::Path, response::Response, routing::post};

use self::request::Call;
use super::{
    chat::{self, spent::Spent},
    dialect::Dialect,
    entry::Entry,
    native::{frames, generation, stream::Event},
    reply, tasks,
};
use crate::{Framing, Handle, Refusal, sessions::Round};

/// The paths of this area.
pub(super) fn routes() -> Router<Handle> {
    Router::new().route("/api/v1/apps/{id}/completion", post(complete))
}

async fn complete(Path(id): Path<String>, entry: Entry) -> Result<Response, Refusal> {
    tasks::must_be_synchronous(&entry)?;
    if !exists(&id) {
        return refuse_unknown(&entry);
    }
    let body = entry.json()?;
    let mut call = Call::read(&entry, &id, &body)?;
    chat::attend(&mut call.ask, &entry).await?;
    let (mut answers, pace) = chat::think(&call.ask, &entry).await;
    if let Some(response) = chat::instead(&answers, call.ask.stream, Dialect::Native, &entry.id) {
        return Ok(response);
    }
    if let Some(answer) = answers.first_mut() {
        answer.words.extend(call.knowledge.citation());
        let question = call.question.clone();
        let round = Round {
            question,
            answer: answer.words.concat(),
        };
        let app = format!("{} {id}", entry.account());
        entry.handle.sessions().add(&app, &call.session, round);
    }
    entry.bill(Spent::of(&call.ask, &answers).billed(&call.ask.model_id));
    let whole = || output::whole(&call, &answers, &entry.id);
    let put = |event: &Event<'_>| output::event(&call, event, &entry.id);
    let given = generation::Given {
        ask: &call.ask,
        answers: &answers,
        pace: &pace,
        opens: false,
    };
    Ok(given.give(entry.clone(), whole, &put))
}

/// The console gives applications ids of 32 hexadecimal digits; the pretended account has one behind each of them.
fn exists(id: &str) -> bool {
    id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// In a stream this comes as an event under 200.
fn refuse_unknown(entry: &Entry) -> Result<Response, Refusal> {
    let message =
        "Required parameter(AppId) missing or invalid, please check the request parameters.";
    let refusal = Refusal::invalid_parameter(message);
    if !entry.asks_for_events() {
        return Err(refusal);
    }
    let frame = frames::error(1, 400, &refusal.native(&entry.id.0), Framing::Usual);
    Ok(reply::body(200, chat::EVENT_STREAM, frame))
}
