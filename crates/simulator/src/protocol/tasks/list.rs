//! `GET /api/v1/tasks`: the tasks of the last day, filtered and in pages.

use axum::{extract::Query, response::Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::{entry::Entry, reply};
use crate::{Refusal, calendar::Stamp, dice::Dice, tasks::Task};

/// The pretended account's numbers.
const ACCOUNT: &str = "1000000000000001";
const KEY: &str = "10001";
const REGION: &str = "cn-beijing";
/// The longest window of time that may be asked for.
const DAY: u64 = 24 * 3600 * 1000;

/// What is asked for; everything is optional.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    task_id: Option<String>,
    start_time: Option<String>,
    end_time: Option<String>,
    model_name: Option<String>,
    api_key_id: Option<String>,
    region: Option<String>,
    status: Option<String>,
    page_no: Option<usize>,
    page_size: Option<usize>,
}

pub(super) async fn list(
    wanted: Result<Query<Wanted>, axum::extract::rejection::QueryRejection>,
    entry: Entry,
) -> Result<Response, Refusal> {
    let Query(wanted) = wanted.map_err(|_| {
        Refusal::invalid_parameter(
            "The request parameter is invalid, please check the request parameter.",
        )
    })?;
    let (from, to) = wanted.window()?;
    let page_no = wanted.page_no.unwrap_or(1).max(1);
    let page_size = wanted.page_size.unwrap_or(10).clamp(1, 100);
    let mut tasks = entry.handle.tasks().all().await;
    tasks.retain(|task| entry.sees(&task.id));
    tasks.retain(|task| (from..=to).contains(&task.created()) && wanted.names(task));
    let seed = entry.handle.options().seed;
    let page = tasks.iter().skip((page_no - 1) * page_size).take(page_size);
    let data: Vec<Value> = page.map(|task| row(task, seed)).collect();
    let answer = json!({
        "total": tasks.len(),
        "total_page": tasks.len().div_ceil(page_size),
        "page_no": page_no,
        "page_size": page_size,
        "request_id": entry.id.0,
        "data": data,
    });
    Ok(reply::json(200, &answer))
}

impl Wanted {
    /// The last day, unless a window of at most one is asked for.
    fn window(&self) -> Result<(Stamp, Stamp), Refusal> {
        let read = |name: &str, text: &Option<String>| {
            let Some(text) = text.as_deref().filter(|text| !text.is_empty()) else {
                return Ok(None);
            };
            let wrong = || {
                Refusal::invalid_parameter(format!(
                    "The type or value of {name} is out of definition."
                ))
            };
            Stamp::from_beijing_digits(text).map(Some).ok_or_else(wrong)
        };
        let start = read("start_time", &self.start_time)?;
        // The last second counts whole.
        let end = read("end_time", &self.end_time)?.map(|end| Stamp(end.0 + 999));
        let end = end.unwrap_or_else(|| start.map_or(Stamp::now(), |start| Stamp(start.0 + DAY)));
        let start = start.unwrap_or(Stamp(end.0.saturating_sub(DAY)));
        if end < start || end.0 - start.0 > DAY + 999 {
            let message = "The type or value of start_time is out of definition.";
            return Err(Refusal::invalid_parameter(message));
        }
        Ok((start, end))
    }

    fn names(&self, task: &Task) -> bool {
        let is = |wanted: &Option<String>, value: &str| {
            let wanted = wanted.as_deref().filter(|wanted| !wanted.is_empty());
            wanted.is_none_or(|wanted| wanted == value)
        };
        is(&self.task_id, &task.id)
            && is(&self.model_name, &task.order.model)
            && is(&self.api_key_id, KEY)
            && is(&self.region, REGION)
            && is(
                &self.status,
                task.status().map_or("RUNNING", |status| status.name()),
            )
    }
}

/// Times are in milliseconds here, unlike everywhere else.
fn row(task: &Task, seed: u64) -> Value {
    let mut row = json!({
        "api_key_id": KEY,
        "caller_parent_id": ACCOUNT,
        "caller_uid": ACCOUNT,
        "gmt_create": task.created().0,
        "model_name": task.order.model,
        "region": REGION,
        "request_id": Dice::new(seed).and("submitted").and(&task.id).uuid(),
        "status": task.status().map_or("RUNNING", |status| status.name()),
        "task_id": task.id,
        "user_api_unique_key": format!("apikey:v1:{}:{}", task.order.service, task.order.model),
    });
    if let Some(started) = task.started() {
        row["start_time"] = started.0.into();
    }
    if let Some(ended) = task.ended() {
        row["end_time"] = ended.0.into();
    }
    row
}
