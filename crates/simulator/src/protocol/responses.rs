//! OpenAI's Responses and Conversations.

mod answer;
mod conversations;
mod items;
mod kept;
mod request;

use axum::{
    Router,
    extract::{Path, Query},
    response::Response,
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

pub(crate) use self::kept::Responses;
use self::{answer::Answering, items::Page};
use super::{
    chat::{self, request::Ask},
    dialect::Dialect,
    entry::Entry,
    reply,
};
use crate::{
    Handle, Refusal,
    state::{Billed, unix_seconds},
};

/// The paths of this area, and the older ones that mean the same.
pub(super) fn routes() -> Router<Handle> {
    let routes = Router::new()
        .route("/responses", post(create))
        .route("/responses/{id}", get(show).delete(delete))
        .route("/responses/{id}/input_items", get(input_items))
        .merge(conversations::routes());
    Router::new()
        .nest("/compatible-mode/v1", routes.clone())
        .nest("/api/v2/apps/protocols/compatible-mode/v1", routes)
}

/// How a list is paged.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Paging {
    after: Option<String>,
    limit: Option<usize>,
    order: Option<String>,
}

impl Paging {
    /// The part of `items` (in the order of their making) that is asked for.
    fn page<'a>(&self, items: &'a [Value]) -> Result<Page<'a>, Refusal> {
        let limit = self.limit.unwrap_or(20);
        if !(1..=100).contains(&limit) {
            return Err(Refusal::invalid_parameter(
                "Range of limit should be [1, 100]",
            ));
        }
        let ascending = self.order.as_deref() == Some("asc");
        Ok(Page::of(items, self.after.as_deref(), limit, ascending))
    }
}

/// `POST /responses`.
async fn create(entry: Entry) -> Result<Response, Refusal> {
    let asked = entry.json()?;
    let kept = entry.handle.responses();
    let context = kept.context(&asked, &entry)?;
    let mut input = items::of_input(asked.get("input"), &mut entry.dice().and("input"))?;
    let mut ask = Ask::parse(
        &request::translated(&asked, &context, &input)?,
        entry.handle.models(),
    )?;
    chat::attend(&mut ask, &entry).await?;
    let (answers, pace) = chat::think(&ask, &entry).await;
    if let Some(response) = chat::instead(&answers, ask.stream, Dialect::Compatible, &entry.id) {
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
    let answer = Answering {
        id: format!("resp_{}", entry.id.0),
        created: unix_seconds(),
        asked: &asked,
        answers: &answers,
        usage,
        pace: &pace,
        request_id: &entry.id.0,
    };
    let whole = answer.whole();
    kept.keep(&asked, &context, &mut input, &whole);
    entry.claim(&format!("resp_{}", entry.id.0));
    Ok(if ask.stream {
        chat::play(chat::EVENT_STREAM, answer.into_stream(), entry)
    } else {
        let steps = answer.into_whole().into_iter();
        chat::play("application/json", Box::new(steps), entry)
    })
}

/// `GET /responses/{id}`.
async fn show(Path(id): Path<String>, entry: Entry) -> Result<Response, Refusal> {
    let found = entry.handle.responses().response(&id);
    let found = found.filter(|_| entry.sees(&id));
    let found = found.ok_or_else(|| not_found(&id))?;
    Ok(reply::json(200, &found.shown))
}

/// `DELETE /responses/{id}`.
async fn delete(Path(id): Path<String>, entry: Entry) -> Result<Response, Refusal> {
    if !entry.sees(&id) || !entry.handle.responses().delete_response(&id) {
        return Err(not_found(&id));
    }
    Ok(reply::json(200, &json!({ "deleted": true, "id": id })))
}

/// `GET /responses/{id}/input_items`. Its refusal comes in the native envelope, as documented.
async fn input_items(
    Path(id): Path<String>,
    Query(paging): Query<Paging>,
    entry: Entry,
) -> Result<Response, Refusal> {
    let found = entry.handle.responses().response(&id);
    let Some(found) = found.filter(|_| entry.sees(&id)) else {
        return Ok(Dialect::Native.refuse(&not_found(&id), &entry.id));
    };
    let page = paging.page(&found.input)?;
    let mut list = page.list();
    list["id"] = id.into();
    list["model"] = found.shown["model"].clone();
    list["created_at"] = (found.shown["created_at"].as_u64().unwrap_or_default() * 1_000).into();
    let previous = &found.shown["previous_response_id"];
    if previous.is_string() {
        list["previous_response_id"] = previous.clone();
    }
    Ok(reply::json(200, &list))
}

fn not_found(id: &str) -> Refusal {
    let message = format!("Response with id '{id}' not found.");
    Refusal::new(400, "InvalidParameter", message)
}
