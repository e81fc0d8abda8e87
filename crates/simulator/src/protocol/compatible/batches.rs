//! `/compatible-mode/v1/batches`: many requests in one file.

mod line;
mod run;

use std::{collections::BTreeMap, time::Duration};

use axum::{
    extract::{Path, Query},
    response::Response,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::files;
use crate::{
    Refusal,
    batches::{Batch, Status},
    protocol::{entry::Entry, reply},
    state::unix_seconds,
};

/// What lines may ask for.
const ENDPOINTS: [&str; 3] = ["/v1/chat/completions", "/v1/embeddings", "/v1/chat/ds-test"];
/// The statuses on the way to an answer, each of which takes the time of a task.
const STAGES: u32 = 3;

/// Takes a file of requests.
pub(super) async fn create(entry: Entry) -> Result<Response, Refusal> {
    let body = entry.json()?;
    let text = |name: &str| {
        body.get(name)
            .and_then(Value::as_str)
            .ok_or_else(|| Refusal::invalid_parameter(format!("Field required: {name}")))
    };
    let input = text("input_file_id")?;
    let endpoint = text("endpoint")?;
    if !ENDPOINTS.contains(&endpoint) {
        return Err(out_of_definition("endpoint"));
    }
    let window = text("completion_window")?;
    let life = life(window).ok_or_else(|| out_of_definition("completion_window"))?;
    let metadata = metadata(body.get("metadata"))?;
    let file = files::find(&entry, input)?;
    if file.purpose != "batch" {
        return Err(out_of_definition("input_file_id"));
    }
    let now = unix_seconds();
    let batch = entry.handle.batches().add(Batch {
        id: format!("batch_{}", entry.dice().and("batch").uuid()),
        endpoint: endpoint.to_owned(),
        input_file_id: input.to_owned(),
        completion_window: window.to_owned(),
        metadata,
        status: Status::Validating,
        errors: Vec::new(),
        output_file_id: None,
        error_file_id: None,
        created: now,
        expires: now + life.as_secs(),
        since: BTreeMap::new(),
        total: 0,
        completed: 0,
        failed: 0,
        due: Instant::now() + entry.handle.options().task_time.0 * STAGES,
        order: 0,
        calling_off: CancellationToken::new(),
    });
    entry.claim(&batch.id);
    let shown = batch.shown();
    tokio::spawn(run::run(
        entry.handle.clone(),
        entry.pass,
        batch,
        file,
        life,
    ));
    Ok(reply::json(200, &shown))
}

/// One batch.
pub(super) async fn show(Path(id): Path<String>, entry: Entry) -> Result<Response, Refusal> {
    let batch = entry.handle.batches().get(&id).await;
    let batch = batch.filter(|_| entry.sees(&id));
    let batch = batch.ok_or_else(|| unknown(&id))?;
    Ok(reply::json(200, &batch.shown()))
}

/// Calls a batch off; what is answered already stays.
pub(super) async fn cancel(Path(id): Path<String>, entry: Entry) -> Result<Response, Refusal> {
    if !entry.sees(&id) {
        return Err(unknown(&id));
    }
    let mut called_off = None;
    entry.handle.batches().change(&id, |batch| {
        batch.enter(Status::Cancelling);
        batch.due = Instant::now();
        called_off = Some(batch.clone());
    });
    if let Some(batch) = called_off {
        let shown = batch.shown();
        batch.calling_off.cancel();
        return Ok(reply::json(200, &shown));
    }
    entry
        .handle
        .batches()
        .get(&id)
        .await
        .ok_or_else(|| unknown(&id))?;
    Err(Refusal::new(
        400,
        "UnsupportedOperation",
        "The operation is unsupported on the referee object.",
    ))
}

/// What a list of batches is restricted to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    after: Option<String>,
    limit: Option<String>,
    ds_name: Option<String>,
    input_file_ids: Option<String>,
    status: Option<String>,
    create_after: Option<String>,
    create_before: Option<String>,
}

/// The batches, newest first, a page at a time.
pub(super) async fn list(Query(wanted): Query<Wanted>, entry: Entry) -> Result<Response, Refusal> {
    let limit = files::page_length(wanted.limit.as_deref(), 20, 100)?;
    let before = files::moment(wanted.create_before.as_deref(), "create_before")?;
    let after = files::moment(wanted.create_after.as_deref(), "create_after")?;
    let created = after.unwrap_or(0)..=before.unwrap_or(u64::MAX);
    let among = |list: &Option<String>, value: &str| {
        let listed = list
            .as_ref()
            .map(|list| list.split(',').any(|one| one.trim() == value));
        listed.unwrap_or(true)
    };
    let mut batches = entry.handle.batches().all();
    batches.retain(|batch| entry.sees(&batch.id));
    if let Some(last) = &wanted.after {
        let place = batches.iter().position(|batch| batch.id == *last);
        batches.drain(..=place.ok_or_else(|| unknown(last))?);
    }
    batches.retain(|batch| {
        let name = batch.metadata.get("ds_name").and_then(Value::as_str);
        let is_named = wanted
            .ds_name
            .as_ref()
            .is_none_or(|part| name.is_some_and(|name| name.contains(part.as_str())));
        is_named
            && among(&wanted.input_file_ids, &batch.input_file_id)
            && among(&wanted.status, batch.status.name())
            && created.contains(&batch.created)
    });
    let has_more = batches.len() > limit;
    batches.truncate(limit);
    let data: Vec<Value> = batches.iter().map(Batch::shown).collect();
    Ok(reply::json(
        200,
        &json!({
            "object": "list",
            "data": data,
            "first_id": batches.first().map(|batch| &batch.id),
            "last_id": batches.last().map(|batch| &batch.id),
            "has_more": has_more,
        }),
    ))
}

/// `24h` to `336h`, in whole hours or days.
fn life(window: &str) -> Option<Duration> {
    let (number, hours) = match window.strip_suffix('h') {
        Some(number) => (number, 1),
        None => (window.strip_suffix('d')?, 24),
    };
    let hours = number.parse::<u64>().ok()?.checked_mul(hours)?;
    (24..=336)
        .contains(&hours)
        .then(|| Duration::from_hours(hours))
}

/// What is said about the batch, without what only the service needs.
fn metadata(told: Option<&Value>) -> Result<Value, Refusal> {
    let told = match told {
        None | Some(Value::Null) => return Ok(Value::Null),
        Some(told) => told
            .as_object()
            .ok_or_else(|| out_of_definition("metadata"))?,
    };
    let is_short = |name: &str, most: usize| {
        let text = told.get(name).and_then(Value::as_str).unwrap_or_default();
        text.chars().count() <= most
    };
    for (name, most) in [("ds_name", 100), ("ds_description", 200)] {
        if !is_short(name, most) {
            return Err(out_of_definition(&format!("metadata.{name}")));
        }
    }
    let shown = told
        .iter()
        .filter(|(name, _)| *name != "ds_batch_finish_callback");
    Ok(shown
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect::<Map<_, _>>()
        .into())
}

fn out_of_definition(name: &str) -> Refusal {
    Refusal::invalid_parameter(format!("The type or value of {name} is out of definition."))
}

/// The status is OpenAI's; the documents don't print the answer of this path.
fn unknown(id: &str) -> Refusal {
    Refusal::new(404, "NotFound", format!("Batch [id:{id}] cannot be found."))
        .of_type("invalid_request_error")
}
