//! A task whose id nobody has: the process that handed it in died before it heard the answer. The upstream lists the account's tasks
//! of the last day; one of this model, from that time, that belongs to nobody else, is it.

use std::{collections::HashSet, time::Duration};

use bailian::task::TaskFilter;
use jiff::{Timestamp, tz::TimeZone};
use model::Millis;
use serde::{Deserialize, de::IgnoredAny};

use super::Pause;
use crate::{
    gateway::{Gateway, ObjectKind},
    store::{Db, Job},
};

/// Clocks differ by so much at most.
const SKEW_MS: i64 = 60_000;
/// So long a task may be missing in the list though it was begun.
const LIST_DELAY_MS: i64 = 10_000;
/// Tasks that are looked through.
const PAGE: u32 = 100;

/// What is known of a task that was handed in.
#[derive(Debug)]
pub(crate) enum Lost {
    /// This is it.
    Found(String),
    /// There is none.
    NeverBegun,
    /// It can't be told from others, or can't be found by its nature.
    Unknown,
}

/// What the steps of all jobs that carry a task have in common.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Handed {
    asked_at: Option<Millis>,
    task: Option<String>,
    results: Option<IgnoredAny>,
}

/// Looks for the task that a job handed in at that time.
pub(crate) async fn lost_task(
    gateway: &Gateway,
    db: &Db,
    job: &Job,
    model: &str,
    (asked_at, now): (Millis, Millis),
) -> Result<Lost, Pause> {
    let filter = TaskFilter {
        start_time: moment(asked_at.plus(-SKEW_MS)),
        end_time: moment(now.plus(SKEW_MS)),
        model_name: Some(model.to_owned()),
        page_size: Some(PAGE),
        ..TaskFilter::default()
    };
    let page = match gateway.client().list_tasks(filter).await {
        Ok(page) => page,
        Err(error) => {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "tasks could not be listed, trying again"
            );
            return Err(Pause::Later(Duration::from_secs(5)));
        }
    };
    let ids: Vec<String> = page.data.into_iter().map(|task| task.task_id).collect();
    let kind = ObjectKind::Task.as_str();
    let mut taken: HashSet<String> = db.known_upstream_objects(kind, &ids).await?;
    // Other jobs whose tasks are not yet written down, or which look for theirs as well.
    let steps = db.running_steps(model).await?;
    let steps: Vec<Handed> = steps
        .iter()
        .map(|step| serde_json::from_str(step).unwrap_or_default())
        .collect();
    taken.extend(steps.iter().filter_map(|step| step.task.clone()));
    let looking = steps
        .iter()
        .filter(|step| step.asked_at.is_some() && step.task.is_none() && step.results.is_none());
    let looking = looking.count();
    let mut free = ids.into_iter().filter(|id| !taken.contains(id));
    Ok(match (free.next(), free.next(), looking) {
        (Some(id), None, 0 | 1) => {
            tracing::info!(job.id = %job.id, bailian.task.id = id, "found a task that was lost");
            Lost::Found(id)
        }
        (None, ..) if now.since(asked_at) < LIST_DELAY_MS => {
            return Err(Pause::Later(Duration::from_secs(5)));
        }
        (None, ..) => Lost::NeverBegun,
        _ => Lost::Unknown,
    })
}

/// As the list takes it: `YYYYMMDDhhmmss` in Beijing.
fn moment(at: Millis) -> Option<String> {
    let at = Timestamp::from_millisecond(at.get()).ok()?;
    let beijing = TimeZone::fixed(jiff::tz::offset(8)).to_datetime(at);
    Some(beijing.strftime("%Y%m%d%H%M%S").to_string())
}
