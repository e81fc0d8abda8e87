//! `/conversations`: turns that the account keeps together.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, Query},
    response::Response,
    routing::{get, post},
};
use serde_json::{Value, json};

use super::{Paging, items, kept::Conversation};
use crate::{
    Handle, Refusal,
    protocol::{entry::Entry, reply},
    state::unix_seconds,
};

/// Most items of one call.
const MOST_ITEMS: usize = 20;

pub(super) fn routes() -> Router<Handle> {
    Router::new()
        .route("/conversations", post(create))
        .route("/conversations/{id}", get(show).post(update).delete(delete))
        .route("/conversations/{id}/items", get(list_items).post(add_items))
        .route(
            "/conversations/{id}/items/{item}",
            get(show_item).delete(delete_item),
        )
}

async fn create(entry: Entry) -> Result<Response, Refusal> {
    let asked = if entry.body.is_empty() {
        Arc::new(json!({}))
    } else {
        entry.json()?
    };
    let items = match asked.get("items") {
        None | Some(Value::Null) => Vec::new(),
        Some(_) => given_items(&asked, &entry)?,
    };
    let id = format!("conv_{}", entry.dice().and("conversation").hex(32));
    let shown = json!({
        "id": id, "object": "conversation", "created_at": unix_seconds() * 1_000, "metadata": metadata(&asked)?,
    });
    let conversation = Conversation {
        shown: shown.clone(),
        items,
    };
    entry
        .handle
        .responses()
        .begin_conversation(id.clone(), conversation);
    entry.claim(&id);
    Ok(reply::json(200, &shown))
}

async fn show(Path(id): Path<String>, entry: Entry) -> Result<Response, Refusal> {
    own(&entry, &id)?;
    let found = entry.handle.responses().conversation(&id);
    let found = found.ok_or_else(|| not_found(&id))?;
    Ok(reply::json(200, &found.shown))
}

async fn update(Path(id): Path<String>, entry: Entry) -> Result<Response, Refusal> {
    own(&entry, &id)?;
    let metadata = metadata(&*entry.json()?)?;
    let shown = entry
        .handle
        .responses()
        .change_conversation(&id, |conversation| {
            conversation.shown["metadata"] = metadata;
            conversation.shown.clone()
        });
    Ok(reply::json(200, &shown.ok_or_else(|| not_found(&id))?))
}

async fn delete(Path(id): Path<String>, entry: Entry) -> Result<Response, Refusal> {
    own(&entry, &id)?;
    if !entry.handle.responses().delete_conversation(&id) {
        return Err(not_found(&id));
    }
    let gone = json!({ "deleted": true, "id": id, "object": "conversation.deleted" });
    Ok(reply::json(200, &gone))
}

async fn add_items(Path(id): Path<String>, entry: Entry) -> Result<Response, Refusal> {
    own(&entry, &id)?;
    let items = given_items(&*entry.json()?, &entry)?;
    let added = items.clone();
    entry
        .handle
        .responses()
        .change_conversation(&id, |conversation| conversation.items.extend(items))
        .ok_or_else(|| not_found(&id))?;
    let page = items::Page::of(&added, None, MOST_ITEMS, true);
    Ok(reply::json(200, &page.list()))
}

async fn list_items(
    Path(id): Path<String>,
    Query(paging): Query<Paging>,
    entry: Entry,
) -> Result<Response, Refusal> {
    own(&entry, &id)?;
    let found = entry.handle.responses().conversation(&id);
    let found = found.ok_or_else(|| not_found(&id))?;
    let mut list = paging.page(&found.items)?.list();
    list["object"] = "list".into();
    Ok(reply::json(200, &list))
}

async fn show_item(
    Path((id, item)): Path<(String, String)>,
    entry: Entry,
) -> Result<Response, Refusal> {
    own(&entry, &id)?;
    let found = entry.handle.responses().conversation(&id);
    let found = found.ok_or_else(|| not_found(&id))?;
    let found = found.items.iter().find(|known| known["id"] == item);
    Ok(reply::json(200, found.ok_or_else(|| no_item(&item))?))
}

async fn delete_item(
    Path((id, item)): Path<(String, String)>,
    entry: Entry,
) -> Result<Response, Refusal> {
    own(&entry, &id)?;
    let removed = entry
        .handle
        .responses()
        .change_conversation(&id, |conversation| {
            let before = conversation.items.len();
            conversation.items.retain(|known| known["id"] != item);
            conversation.items.len() < before
        });
    match removed {
        None => Err(not_found(&id)),
        Some(false) => Err(no_item(&item)),
        Some(true) => Ok(reply::json(
            200,
            &json!({ "deleted": true, "id": item, "object": "conversation.item.deleted" }),
        )),
    }
}

/// Refuses another account's conversation as if there were none.
fn own(entry: &Entry, id: &str) -> Result<(), Refusal> {
    entry.sees(id).then_some(()).ok_or_else(|| not_found(id))
}

fn given_items(asked: &Value, entry: &Entry) -> Result<Vec<Value>, Refusal> {
    let given = asked.get("items").and_then(Value::as_array);
    let given = given.filter(|items| (1..=MOST_ITEMS).contains(&items.len()));
    let given = given.ok_or_else(|| {
        Refusal::invalid_parameter(format!("items: must hold 1 to {MOST_ITEMS} items"))
    })?;
    let mut dice = entry.dice().and("items");
    given
        .iter()
        .map(|item| {
            let item = items::numbered(item, &mut dice)?;
            if item["type"] == "message" {
                Ok(item)
            } else {
                Err(Refusal::invalid_parameter(
                    "items: only items of type message are supported",
                ))
            }
        })
        .collect()
}

/// At most 16 pairs, keys of up to 64 and values of up to 512 characters.
fn metadata(asked: &Value) -> Result<Value, Refusal> {
    let Some(Value::Object(pairs)) = asked.get("metadata") else {
        return Ok(json!({}));
    };
    let fits = |(key, value): (&String, &Value)| {
        let value = value.as_str();
        key.chars().count() <= 64 && value.is_some_and(|value| value.chars().count() <= 512)
    };
    if pairs.len() > 16 || !pairs.iter().all(fits) {
        return Err(Refusal::invalid_parameter(
            "metadata: at most 16 pairs, keys up to 64 and values up to 512 characters",
        ));
    }
    Ok(pairs.clone().into())
}

pub(super) fn not_found(id: &str) -> Refusal {
    let message = format!("Conversation with id '{id}' not found.");
    Refusal::new(400, "InvalidParameter", message)
}

fn no_item(id: &str) -> Refusal {
    Refusal::new(
        400,
        "InvalidParameter",
        format!("Item with id '{id}' not found."),
    )
}
