//! Things at the upstream that an answer tells of.

use bytes::Bytes;
use platform::gateway::{GatewayError, ObjectKind};
use serde_json::Value;

use super::{batch_file::Reading, relay::Context};

/// Remembers whose the thing is that was just made.
pub(super) async fn keep(
    context: &Context,
    kind: ObjectKind,
    places: &[&str],
    json: &[u8],
) -> Result<(), GatewayError> {
    let answer: Value = serde_json::from_slice(json).unwrap_or_default();
    let ids = places
        .iter()
        .filter_map(|place| answer.pointer(place)?.as_str());
    for id in ids {
        context.keep_object(kind, id).await?;
    }
    Ok(())
}

/// The id of what was made, as one of the first events of a stream names it.
pub(super) fn id_in_event(event: &[u8], places: &[&str]) -> Option<String> {
    let text = std::str::from_utf8(event).ok()?;
    let data = text.lines().find_map(|line| line.strip_prefix("data:"))?;
    let event: Value = serde_json::from_str(data.trim()).ok()?;
    // In events of the Responses protocol the response is one level down.
    let bodies = [event.get("response"), Some(&event)];
    let mut ids = bodies
        .into_iter()
        .flatten()
        .flat_map(|body| places.iter().map(move |place| body.pointer(place)));
    ids.find_map(|id| id?.as_str().map(str::to_owned))
}

/// Remembers what the file asks that was just uploaded, if a batch can be made of it or somebody might think so.
pub(super) async fn keep_read(
    context: &Context,
    reading: Reading,
    json: &[u8],
) -> Result<(), GatewayError> {
    let Some(read) = reading.end().await else {
        return Ok(());
    };
    let answer: Value = serde_json::from_slice(json).unwrap_or_default();
    let Some(id) = answer.get("id").and_then(Value::as_str) else {
        return Ok(());
    };
    let Context {
        gateway, principal, ..
    } = context;
    gateway.keep_batch_file(principal, id, &read).await
}

/// A batch that ended has files with its results, which belong to whoever made it. It is booked before anybody is told of them.
pub(super) async fn keep_results(
    context: &Context,
    kind: ObjectKind,
    json: &[u8],
) -> Result<(), GatewayError> {
    if kind == ObjectKind::Batch {
        let answer: Value = serde_json::from_slice(json).unwrap_or_default();
        let text = |name: &str| answer.get(name).and_then(Value::as_str);
        let has_ended = text("status").is_some_and(|status| {
            matches!(status, "completed" | "failed" | "expired" | "cancelled")
        });
        if let Some(id) = text("id").filter(|_| has_ended) {
            context.gateway.settle_batch_told(id).await?;
        }
        let places = ["/output_file_id", "/error_file_id"];
        keep(context, ObjectKind::File, &places, json).await?;
    }
    Ok(())
}

/// A list of which only the caller's own remain. How many there are of everybody's is nobody's business either.
pub(super) async fn only_own(
    context: &Context,
    kind: ObjectKind,
    (list, name): (&str, &str),
    json: Bytes,
) -> Result<Bytes, GatewayError> {
    let Ok(mut answer) = serde_json::from_slice::<Value>(&json) else {
        return Ok(json);
    };
    let Some(Value::Array(items)) = answer.pointer_mut(list) else {
        return Ok(json);
    };
    let id_of = |item: &Value| item.get(name).and_then(Value::as_str).map(str::to_owned);
    let ids: Vec<String> = items.iter().filter_map(id_of).collect();
    let Context {
        gateway, principal, ..
    } = context;
    let own = gateway.own_objects(principal, kind, &ids).await?;
    items.retain(|item| id_of(item).is_some_and(|id| own.contains(&id)));
    let left = items.len();
    for total in ["total", "total_count", "total_page"] {
        for place in ["", "/data"] {
            if let Some(Value::Object(object)) = answer.pointer_mut(place)
                && let Some(count) = object.get_mut(total)
            {
                *count = left.into();
            }
        }
    }
    Ok(Bytes::from(answer.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_is_named_in_an_event() {
        let response = b"event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"id\":\"resp_1\"}}\n\n";
        assert_eq!(id_in_event(response, &["/id"]).as_deref(), Some("resp_1"));
        let answer = b"id:1\nevent:result\n:HTTP_STATUS/200\ndata:{\"output\":{\"session_id\":\"s-1\",\"text\":\"a\"}}\n\n";
        assert_eq!(
            id_in_event(answer, &["/output/session_id"]).as_deref(),
            Some("s-1")
        );
        assert_eq!(id_in_event(b": keep-alive\n\n", &["/id"]), None);
    }
}
