//! How the simulator behaves from now on.

use axum::{extract::State, response::Response};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;

use super::{Misunderstood, done};
use crate::{FaultPlan, Handle, Latency, Limits, Profile, ResponseTime};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    latency: Option<String>,
    speed: Option<u32>,
    task_time: Option<String>,
    /// Latency and speed by a name.
    profile: Option<String>,
    limits: Option<String>,
    /// In place of all faults by share that there were.
    faults: Option<Vec<String>>,
}

/// The present options, except for the keys.
pub(super) async fn show(State(handle): State<Handle>) -> Response {
    let options = handle.options();
    done(&json!({
        "seed": options.seed,
        "latency": options.latency.to_string(),
        "speed": options.speed,
        "task_time": options.task_time.to_string(),
        "limits": options.limits.to_string(),
        "faults": options.faults.len(),
    }))
}

/// Changes some of them, all or none.
pub(super) async fn change(
    State(handle): State<Handle>,
    body: Bytes,
) -> Result<Response, Misunderstood> {
    let wanted: Wanted = serde_json::from_slice(&body)?;
    let profile = wanted.profile.map(|text| text.parse::<Profile>());
    let latency = wanted.latency.map(|text| text.parse::<ResponseTime>());
    let task_time = wanted.task_time.map(|text| text.parse::<Latency>());
    let limits = wanted.limits.map(|text| text.parse::<Limits>());
    let faults = wanted.faults.map(|texts| {
        let plans = texts.iter().map(|text| text.parse::<FaultPlan>());
        plans.collect::<Result<Vec<_>, _>>()
    });
    let (profile, latency, task_time) = (
        profile.transpose()?,
        latency.transpose()?,
        task_time.transpose()?,
    );
    let (limits, faults) = (limits.transpose()?, faults.transpose()?);
    handle.change_options(|options| {
        if let Some(profile) = profile {
            options.latency = profile.latency;
            options.speed = profile.speed;
        }
        options.latency = latency.unwrap_or(options.latency);
        options.speed = wanted.speed.unwrap_or(options.speed);
        options.task_time = task_time.unwrap_or(options.task_time);
        options.limits = limits.unwrap_or(options.limits);
        if let Some(faults) = faults {
            options.faults = faults;
        }
    });
    Ok(show(State(handle)).await)
}
