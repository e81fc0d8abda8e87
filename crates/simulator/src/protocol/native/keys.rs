//! `POST /api/v1/tokens`: a key for clients that can't be trusted with the account's own.

use std::time::Duration;

use axum::{extract::Query, response::Response};
use serde::Deserialize;
use serde_json::json;

use crate::{
    Refusal,
    protocol::{entry::Entry, reply},
    state::unix_seconds,
};

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    expire_in_seconds: Option<String>,
}

/// Gives a key out.
pub(super) async fn create(
    Query(wanted): Query<Wanted>,
    entry: Entry,
) -> Result<Response, Refusal> {
    let seconds = wanted.expire_in_seconds.as_deref().unwrap_or("60");
    let seconds: u64 = seconds
        .parse()
        .ok()
        .filter(|seconds| (1..=1800).contains(seconds))
        .ok_or_else(|| {
            // The range is documented, its wording is not.
            Refusal::invalid_parameter("Range of expire_in_seconds should be [1, 1800]")
        })?;
    let key = format!("st-{}", entry.dice().and("temporary key").hex(32));
    entry
        .handle
        .temporary_keys()
        .give(key.clone(), entry.account(), Duration::from_secs(seconds));
    let answer = json!({ "token": key, "expires_at": unix_seconds() + seconds });
    Ok(reply::json(200, &answer))
}
