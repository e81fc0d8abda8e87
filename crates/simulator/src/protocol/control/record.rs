//! What was received, and what it came to.

use axum::{
    extract::{Query, State},
    response::Response,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::done;
use crate::{Billed, Handle, Outcome, Received, Total};

/// Requests on a page, unless it is asked for otherwise.
const PAGE: usize = 100;

#[derive(Debug, Deserialize)]
pub(super) struct Paging {
    /// The ordinal that comes before the first one wanted.
    after: Option<u64>,
    limit: Option<usize>,
}

/// A page of requests in the order of arrival.
pub(super) async fn list(State(handle): State<Handle>, Query(paging): Query<Paging>) -> Response {
    let limit = paging.limit.unwrap_or(PAGE).max(1);
    let received = handle.received();
    let mut wanted = received
        .iter()
        .filter(|request| paging.after.is_none_or(|after| request.ordinal > after));
    let page: Vec<&Received> = wanted.by_ref().take(limit).collect();
    let more = wanted.next().is_some();
    let next = page.last().filter(|_| more).map(|request| request.ordinal);
    let data: Vec<Value> = page.into_iter().map(shown).collect();
    done(&json!({ "data": data, "next_after": next }))
}

/// Forgets the requests.
pub(super) async fn forget(State(handle): State<Handle>) -> Response {
    handle.change(crate::Account::forget);
    done(&json!({}))
}

/// The sums of everything since the start.
pub(super) async fn totals(State(handle): State<Handle>) -> Response {
    let totals = handle.totals();
    let data: Vec<Value> = totals.iter().map(sum).collect();
    done(&json!({ "data": data, "open_streams": handle.open_streams() }))
}

/// A request without its headers and its body, which may hold what nobody else should see.
fn shown(request: &Received) -> Value {
    let outcome = match request.outcome {
        Outcome::Open => "open",
        Outcome::Answered => "answered",
        Outcome::Broken => "broken",
        Outcome::ClientLeft { .. } => "client_left",
    };
    json!({
        "ordinal": request.ordinal,
        "method": request.method,
        "path": request.path,
        "key": request.key,
        "model": request.model,
        "status": request.status,
        "outcome": outcome,
        "arrived_ms": milliseconds(request.at),
        "ended_ms": request.ended.map(milliseconds),
        "pieces": request.sent,
        "billed": request.billed.as_ref().map(bill),
    })
}

fn sum(total: &Total) -> Value {
    json!({
        "key": total.key,
        "model": total.model,
        "requests": total.requests,
        "answered": total.answered,
        "refused": total.refused,
        "broken": total.broken,
        "client_left": total.left,
        "billed": bill(&total.billed),
    })
}

fn bill(billed: &Billed) -> Value {
    json!({
        "model": billed.model,
        "input_tokens": billed.input_tokens,
        "output_tokens": billed.output_tokens,
        "cached_tokens": billed.cached_tokens,
        "images": billed.images,
        "seconds": billed.seconds,
        "characters": billed.characters,
    })
}

fn milliseconds(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
