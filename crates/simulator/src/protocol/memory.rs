//! `/api/v2/apps/memory`: the library of what is remembered of users.

mod nodes;
mod profiles;

use std::sync::Arc;

use axum::{
    Router,
    extract::Query,
    response::Response,
    routing::{get, patch, post},
};
use serde_json::{Map, Value, json};

use super::{entry::Entry, reply};
use crate::{Handle, Refusal};

/// The paths of this area.
pub(super) fn routes() -> Router<Handle> {
    let memory = Router::new()
        .route("/add", post(nodes::add))
        .route("/memory_nodes", get(nodes::list))
        .route("/memory_nodes/search", post(nodes::search))
        .route(
            "/memory_nodes/{id}",
            patch(nodes::change).delete(nodes::delete),
        )
        .route(
            "/profile_schemas",
            get(profiles::list).post(profiles::create),
        )
        .route(
            "/profile_schemas/{id}",
            get(profiles::show)
                .patch(profiles::change)
                .delete(profiles::delete),
        )
        .route("/profile_schemas/{id}/user_profile", get(profiles::profile));
    Router::new().nest("/api/v2/apps/memory", memory)
}

/// The parameters of an address.
type Wanted = Query<std::collections::HashMap<String, String>>;

/// An answer with its request's id.
fn answer(entry: &Entry, mut fields: Value) -> Response {
    fields["request_id"] = entry.id.0.as_str().into();
    reply::json(200, &fields)
}

/// Nothing but the request's id.
fn done(entry: &Entry) -> Response {
    answer(entry, json!({}))
}

fn object(entry: &Entry) -> Result<Map<String, Value>, Refusal> {
    match Arc::unwrap_or_clone(entry.json()?) {
        Value::Object(fields) => Ok(fields),
        _ => Err(invalid("body")),
    }
}

/// A text of at most `longest` characters that must be there.
fn text(fields: &Map<String, Value>, name: &str, longest: usize) -> Result<String, Refusal> {
    let text = fields.get(name).and_then(Value::as_str);
    text.filter(|text| !text.is_empty() && text.chars().count() <= longest)
        .map(str::to_owned)
        .ok_or_else(|| invalid(name))
}

/// A text that may be there.
fn optional(fields: &Map<String, Value>, name: &str) -> Option<String> {
    Some(fields.get(name)?.as_str()?.to_owned())
}

/// The number of a page and how much is on it, from an address.
fn page(Query(wanted): &Wanted) -> Result<(usize, usize), Refusal> {
    let number = |name: &str, usual: usize| match wanted.get(name) {
        None => Ok(usual),
        Some(told) => told
            .parse()
            .ok()
            .filter(|&number: &usize| number > 0)
            .ok_or_else(|| invalid(name)),
    };
    Ok((number("page_num", 1)?, number("page_size", 10)?))
}

fn invalid(name: &str) -> Refusal {
    Refusal::invalid_parameter(format!(
        "Required parameter({name}) missing or invalid, please check the request parameters."
    ))
}

fn not_found() -> Refusal {
    Refusal::new(404, "NotFound", "Not found!")
}
