//! Things at the upstream that an answer tells of.

use std::{cmp::Ordering, time::Duration};

use bailian::relay::refusal_in;
use bytes::Bytes;
use platform::gateway::{GatewayError, ObjectKind};
use serde_json::{Map, Value};

use super::{batch_file::Reading, relay::Context};

/// So long a list of batches waits until those that ended are booked.
const LIST_PATIENCE: Duration = Duration::from_secs(10);

/// Remembers whose the thing is that was just made.
pub(super) async fn keep(
    context: &Context,
    kind: ObjectKind,
    places: &[&str],
    json: &[u8],
) -> Result<(), GatewayError> {
    let answer: Value = serde_json::from_slice(json).unwrap_or_default();
    for id in places.iter().flat_map(|place| ids_at(&answer, place)) {
        context.keep_object(kind, id).await?;
    }
    Ok(())
}

/// The ids at a place, in which a star stands for everything in a list.
fn ids_at<'a>(answer: &'a Value, place: &str) -> Vec<&'a str> {
    match place.split_once("/*") {
        None => {
            let id = answer.pointer(place).and_then(Value::as_str);
            id.into_iter().collect()
        }
        Some((list, rest)) => {
            let items = answer.pointer(list).and_then(Value::as_array);
            let items = items.into_iter().flatten();
            items
                .filter_map(|item| item.pointer(rest)?.as_str())
                .collect()
        }
    }
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

/// Batches that ended have results also where their caller reads of them in a list. Those that nobody was told of are booked like for whoever
/// asks for one batch; what is not booked in time is told, and is its caller's when they ask for the batch.
async fn keep_results_in(context: &Context, batches: &[Value]) -> Result<(), GatewayError> {
    fn results_of(batch: &Value) -> impl Iterator<Item = &str> {
        let names = ["output_file_id", "error_file_id"];
        names
            .into_iter()
            .filter_map(move |name| batch.get(name)?.as_str())
    }
    let Context {
        gateway, principal, ..
    } = context;
    let ids: Vec<String> = batches
        .iter()
        .flat_map(results_of)
        .map(str::to_owned)
        .collect();
    let known = gateway
        .own_objects(principal, ObjectKind::File, &ids)
        .await?;
    let keeping = async {
        for batch in batches {
            if results_of(batch).any(|id| !known.contains(id)) {
                let json = batch.to_string();
                keep_results(context, ObjectKind::Batch, json.as_bytes()).await?;
            }
        }
        Ok::<_, GatewayError>(())
    };
    let kept = tokio::time::timeout(LIST_PATIENCE, keeping).await;
    kept.unwrap_or(Ok(()))
}

/// A list of which only the caller's own remain. How many there are of everybody's is nobody's business either.
pub(super) async fn only_own(
    context: &Context,
    kind: ObjectKind,
    (list, name): (&str, &str),
    json: Bytes,
) -> Result<Bytes, GatewayError> {
    let mut answer = serde_json::from_slice::<Value>(&json).unwrap_or_default();
    let Some(Value::Array(items)) = answer.pointer_mut(list) else {
        return Ok(without_a_list(json));
    };
    let id_of = |item: &Value| item.get(name).and_then(Value::as_str).map(str::to_owned);
    let ids: Vec<String> = items.iter().filter_map(id_of).collect();
    let Context {
        gateway, principal, ..
    } = context;
    let own = gateway.own_objects(principal, kind, &ids).await?;
    items.retain(|item| id_of(item).is_some_and(|id| own.contains(&id)));
    if kind == ObjectKind::Batch {
        keep_results_in(context, items).await?;
    }
    let left = items.len();
    let ends = [
        ("first_id", items.first().and_then(id_of)),
        ("last_id", items.last().and_then(id_of)),
    ];
    for place in ["", "/data"] {
        if let Some(Value::Object(object)) = answer.pointer_mut(place) {
            tell_only_own(object, left, &ends);
        }
    }
    Ok(Bytes::from(answer.to_string()))
}

/// What came instead of a list: a refusal passes as it is. Of anything else nobody knows whose things it tells of.
fn without_a_list(json: Bytes) -> Bytes {
    if refusal_in(&json).is_some() {
        return json;
    }
    tracing::error!("a list is not where it was, and is handed on to nobody");
    Bytes::from_static(b"{}")
}

/// Of the rest of a list only remains whether another page follows: whoever turns pages until the last comes to it.
fn tell_only_own(object: &mut Map<String, Value>, left: usize, ends: &[(&str, Option<String>)]) {
    for total in ["total", "total_count"] {
        if let Some(count) = object.get_mut(total) {
            *count = left.into();
        }
    }
    let page_no = object.get("page_no").and_then(Value::as_u64).unwrap_or(1);
    if let Some(pages) = object.get_mut("total_page") {
        *pages = match pages.as_u64().unwrap_or(0).cmp(&page_no) {
            Ordering::Greater => page_no.saturating_add(1),
            Ordering::Equal => page_no,
            Ordering::Less => page_no.saturating_sub(1),
        }
        .into();
    }
    for (name, id) in ends {
        if let Some(field) = object.get_mut(*name) {
            *field = id.clone().map_or(Value::Null, Value::String);
        }
    }
    if left == 0
        && let Some(has_more) = object.get_mut("has_more")
    {
        // There is nothing to go on behind.
        *has_more = false.into();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_file_of_an_upload_is_found() {
        let answer = json!({
            "id": "x",
            "data": { "uploaded_files": [{ "file_id": "a" }, { "name": "?" }, { "file_id": "b" }] },
        });
        assert_eq!(
            ids_at(&answer, "/data/uploaded_files/*/file_id"),
            ["a", "b"]
        );
        assert_eq!(ids_at(&answer, "/id"), ["x"]);
        assert!(ids_at(&answer, "/none/*/id").is_empty() && ids_at(&answer, "/none").is_empty());
    }

    #[test]
    fn a_list_tells_of_others_only_whether_it_goes_on() {
        let told = |page_no: u64, pages: u64, left: usize| {
            let page = json!({
                "total": 70, "total_page": pages, "page_no": page_no, "has_more": true,
                "first_id": "theirs", "last_id": "theirs",
            });
            let Value::Object(mut page) = page else {
                panic!("an object")
            };
            let own = (left > 0).then(|| "mine".to_owned());
            tell_only_own(
                &mut page,
                left,
                &[("first_id", own.clone()), ("last_id", own)],
            );
            Value::Object(page)
        };
        assert_eq!(
            told(2, 7, 3),
            json!({
                "total": 3, "total_page": 3, "page_no": 2, "has_more": true,
                "first_id": "mine", "last_id": "mine",
            })
        );
        assert_eq!(told(7, 7, 1)["total_page"], 7);
        // One that is behind the last does not say where that is.
        assert_eq!(told(50, 7, 0)["total_page"], 49);
        let nothing = told(1, 0, 0);
        assert_eq!(
            (&nothing["total_page"], &nothing["has_more"]),
            (&json!(0), &json!(false))
        );
        assert_eq!(
            (&nothing["first_id"], &nothing["last_id"]),
            (&Value::Null, &Value::Null)
        );
    }

    #[test]
    fn what_is_no_list_is_handed_on_if_it_refuses() {
        let refusal = r#"{"code":"Throttling.RateQuota","message":"m","request_id":"r"}"#;
        assert_eq!(
            without_a_list(Bytes::from_static(refusal.as_bytes())),
            refusal
        );
        for elsewhere in [r#"{"items":[{"id":"theirs"}]}"#, r#"{"data":[{"id":"the"#] {
            let told = without_a_list(Bytes::from_static(elsewhere.as_bytes()));
            assert_eq!(told, "{}", "{elsewhere}");
        }
    }

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
