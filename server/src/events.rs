//! `/events/conversations/{id}`: what happens in a conversation, as server-sent events.

mod jobs;

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::{Extension, Path, Query, State},
    response::{
        IntoResponse, Response, Sse,
        sse::{Event as SseEvent, KeepAlive},
    },
};
use futures_util::{Stream, StreamExt, stream};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header::RETRY_AFTER};
use model::{ConversationId, MessageId};
use platform::{
    Error, Services, Visitor,
    generation::{Event, MOST_PLACES},
    identity::{LineKind, OpenLine},
};
use serde::Deserialize;
use tower_sessions::Session;

use crate::health::Readiness;
pub(crate) use jobs::jobs;

/// A silent stream says so this often, which keeps proxies from closing it.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// A page that lost its stream comes back after so long.
const COME_BACK: Duration = Duration::from_secs(1);

/// What a page says it has seen.
#[derive(Deserialize)]
pub(crate) struct Seen {
    /// `{message}.{seq}` of each answer, with commas between them; `Last-Event-ID` wins over it.
    after: Option<String>,
}

/// Watches one of the caller's conversations.
pub(crate) async fn conversation(
    State((services, readiness)): State<(Services, Readiness)>,
    Path(id): Path<String>,
    Query(seen): Query<Seen>,
    headers: HeaderMap,
    session: Session,
    Extension(visitor): Extension<Visitor>,
) -> Response {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let after = last.or(seen.after.as_deref()).map(parse_places);
    let after = after.unwrap_or_default();
    match watch(&services, &session, &visitor, &id, after).await {
        Ok(events) => respond(events.map(sent), &readiness),
        Err(error) => refuse(&error),
    }
}

async fn watch(
    services: &Services,
    session: &Session,
    visitor: &Visitor,
    id: &str,
    after: Vec<(MessageId, u64)>,
) -> Result<impl Stream<Item = Event> + Send + use<>, Error> {
    let caller = services.identity.caller(session, visitor).await?;
    // Before the look at what is watched: nobody gets in while their session ends.
    let ended = services.identity.until_ended(&caller);
    let line = services.identity.open_line(&caller, LineKind::Events)?;
    let id: ConversationId = id.parse()?;
    let events = services.generations.watch(&caller, id, after).await?;
    Ok(counted(events.take_until(Box::pin(ended)), line))
}

/// The same events; the line that they go on counts until they are dropped.
fn counted<S: Stream + Send + 'static>(
    events: S,
    line: OpenLine,
) -> impl Stream<Item = S::Item> + Send + use<S> {
    events.map(move |event| {
        let _open = &line;
        event
    })
}

fn sent(event: Event) -> SseEvent {
    let sent = SseEvent::default().data(&*event.data);
    match event.id {
        Some(id) => sent.id(id),
        None => sent,
    }
}

/// Sends events until the page or the server leaves.
fn respond(
    events: impl Stream<Item = SseEvent> + Send + 'static,
    readiness: &Readiness,
) -> Response {
    let hello = stream::once(async { SseEvent::default().retry(COME_BACK).comment("") });
    let events = hello
        .chain(events)
        .take_until(readiness.streams_end().cancelled_owned());
    let sse =
        Sse::new(events.map(Ok::<_, Infallible>)).keep_alive(KeepAlive::new().interval(HEARTBEAT));
    // nginx would collect the events otherwise.
    (
        [(
            HeaderName::from_static("x-accel-buffering"),
            HeaderValue::from_static("no"),
        )],
        sse,
    )
        .into_response()
}

/// What a route that is no page answers when it is refused.
pub(crate) fn refuse(error: &Error) -> Response {
    let code = error.code();
    let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if status.is_server_error() {
        tracing::error!(error = error as &dyn std::error::Error, "a request failed");
    }
    let mut response = (status, code.as_str()).into_response();
    if let Some(seconds) = error.retry_after_s() {
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// What can't be read is left out: that answer is then loaded anew.
fn parse_places(places: &str) -> Vec<(MessageId, u64)> {
    let places = places.split(',').take(MOST_PLACES);
    places.filter_map(parse_place).collect()
}

fn parse_place(place: &str) -> Option<(MessageId, u64)> {
    let (message, seq) = place.split_once('.')?;
    Some((message.parse().ok()?, seq.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_as_far_as_they_can_be() {
        let [one, two] = [1, 2].map(|id| MessageId::from_uuid(uuid::Uuid::from_u128(id)));
        assert_eq!(parse_places(&format!("{one}.7")), [(one, 7)]);
        let several = format!("{one}.7,nothing,{two}.x,,{two}.0");
        assert_eq!(parse_places(&several), [(one, 7), (two, 0)]);
        assert!(parse_places("").is_empty());
        let many = vec![format!("{one}.7"); 100].join(",");
        assert_eq!(parse_places(&many).len(), MOST_PLACES);
    }
}
