//! `/events/jobs`: what becomes of one's makings and transcripts, each as JSON whenever it changes. Transcripts are events of that
//! name.

use axum::{
    extract::{Extension, Query, State},
    response::Response,
};
use futures_util::{Stream, StreamExt};
use http::HeaderMap;
use model::Millis;
use platform::{Error, Services, Visitor, identity::LineKind, works::Changed};
use serde::Deserialize;
use tower_sessions::Session;

use super::{SseEvent, counted, refuse, respond};
use crate::health::Readiness;

/// What a page says it has seen.
#[derive(Deserialize)]
pub(crate) struct Seen {
    /// Milliseconds since 1970; `Last-Event-ID` wins over it.
    since: Option<i64>,
}

/// Watches the caller's makings and transcripts.
pub(crate) async fn jobs(
    State((services, readiness)): State<(Services, Readiness)>,
    Query(seen): Query<Seen>,
    headers: HeaderMap,
    session: Session,
    Extension(visitor): Extension<Visitor>,
) -> Response {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let since = last.and_then(|id| id.parse().ok()).or(seen.since);
    match watch(&services, &session, &visitor, since.map(Millis::new)).await {
        Ok(makings) => respond(makings, &readiness),
        Err(error) => refuse(&error),
    }
}

async fn watch(
    services: &Services,
    session: &Session,
    visitor: &Visitor,
    since: Option<Millis>,
) -> Result<impl Stream<Item = SseEvent> + Send + use<>, Error> {
    let caller = services.identity.caller(session, visitor).await?;
    // Before the look at what is watched: nobody gets in while their session ends.
    let ended = services.identity.until_ended(&caller);
    let line = services.identity.open_line(&caller, LineKind::Events)?;
    let changes = services.works.watch(&caller, since)?;
    let events = changes.map(|(at, changed)| event(at, &changed));
    Ok(counted(events.take_until(Box::pin(ended)), line))
}

fn event(at: Millis, changed: &Changed) -> SseEvent {
    let event = SseEvent::default().id(at.get().to_string());
    // They are made of texts and numbers, which always can be written.
    match changed {
        Changed::Making(making) => event.data(serde_json::to_string(making).unwrap_or_default()),
        Changed::Transcript(line) => event
            .event("transcript")
            .data(serde_json::to_string(line).unwrap_or_default()),
    }
}
