//! Anthropic's Messages, `/apps/anthropic/v1`.

mod answer;
mod request;

use axum::{Router, response::Response, routing::post};
use serde_json::json;

use super::{
    chat::{self, request::Ask},
    dialect::Dialect,
    entry::Entry,
    reply,
};
use crate::{Handle, Refusal, state::Billed};

/// The paths of this area.
pub(super) fn routes() -> Router<Handle> {
    Router::new()
        .route("/apps/anthropic/v1/messages", post(create))
        .route(
            "/apps/anthropic/v1/messages/count_tokens",
            post(count_tokens),
        )
}

/// `POST /apps/anthropic/v1/messages`.
async fn create(entry: Entry) -> Result<Response, Refusal> {
    let asked = entry.json()?;
    if !asked
        .get("max_tokens")
        .is_some_and(serde_json::Value::is_u64)
    {
        return Err(Refusal::invalid_parameter("max_tokens: Field required"));
    }
    let mut ask = Ask::parse(&request::translated(&asked)?, entry.handle.models())?;
    chat::attend(&mut ask, &entry).await?;
    let (answers, pace) = chat::think(&ask, &entry).await;
    if let Some(response) = chat::instead(&answers, ask.stream, Dialect::Anthropic, &entry.id) {
        return Ok(response);
    }
    let usage = chat::steps::usage(&ask, &answers);
    entry.bill(Billed {
        model: ask.model_id.clone(),
        input_tokens: usage.prompt_tokens.into(),
        output_tokens: usage.completion_tokens.into(),
        cached_tokens: usage.cached_tokens.into(),
        ..Billed::default()
    });
    let answer = answer::Answering {
        id: format!("msg_{}", entry.id.0),
        model: &ask.model_id,
        answers: &answers,
        usage,
        pace: &pace,
    };
    Ok(if ask.stream {
        chat::play(chat::EVENT_STREAM, answer.into_stream(), entry)
    } else {
        let steps = answer.into_whole().into_iter();
        chat::play("application/json", Box::new(steps), entry)
    })
}

/// `POST /apps/anthropic/v1/messages/count_tokens`.
async fn count_tokens(entry: Entry) -> Result<Response, Refusal> {
    let ask = Ask::parse(
        &request::translated(&*entry.json()?)?,
        entry.handle.models(),
    )?;
    Ok(reply::json(
        200,
        &json!({ "input_tokens": ask.prompt_tokens }),
    ))
}
