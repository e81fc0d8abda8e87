//! Lists of what was enrolled for speech: voices and lists of hot words. A message asks for them rather than an address, their
//! pages are numbered, and an account keeps few: all of each account in which the caller has some is read, and the page that
//! was asked for is cut out of what is theirs. So no page is empty before the last, whoever else's stands in between.

use std::collections::HashSet;

use axum::response::Response;
use bailian::{
    pool::Reach,
    relay::{self, Relay},
};
use bytes::Bytes;
use http::StatusCode;
use platform::gateway::{GatewayError, ObjectKind, Running, scan::ScanError};
use serde_json::{Map, Value};

use super::{Fault, LONG_PAGE, MOST_PAGES, USUAL_PAGE, asked, told};
use crate::gateway::{refusal::Refusal, relay::Context, request::Incoming, whole::ending_of};

/// Another name of a list of voices.
const VOICES: &str = "voices";

/// A list that a message asks for: of what, what it is called, and under which name each has its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::gateway) struct Wanted {
    kind: ObjectKind,
    list: &'static str,
    id: &'static str,
}

/// The list that is asked for, if one is. Whatever the address is: the model tells what is done there.
pub(in crate::gateway) fn wanted(incoming: &Incoming) -> Option<Wanted> {
    let action = incoming.scan.as_ref()?.str_field("input.action").ok()??;
    list_of(incoming.ask.models.first()?, &action)
}

fn list_of(model: &str, action: &str) -> Option<Wanted> {
    // However many ways there are to write it: what is no list in the answer is left as it is.
    if !action.to_ascii_lowercase().contains("list") {
        return None;
    }
    let (kind, list, id) = match model {
        "voice-enrollment" => (ObjectKind::Voice, "voice_list", "voice_id"),
        "qwen-voice-enrollment" => (ObjectKind::QwenVoice, "voice_list", "voice"),
        "qwen-voice-design" => (ObjectKind::DesignedVoice, "voice_list", "voice"),
        "speech-biasing" => (ObjectKind::Vocabulary, "vocabulary_list", "vocabulary_id"),
        _ => return None,
    };
    Some(Wanted { kind, list, id })
}

/// The caller's own, of all accounts.
pub(in crate::gateway) async fn answer(
    mut context: Context,
    wanted: Wanted,
    incoming: Incoming,
    mut running: Running,
) -> Response {
    let accounts = context
        .gateway
        .accounts_with(&context.principal, wanted.kind)
        .await;
    let accounts = match accounts {
        Ok(accounts) => accounts,
        Err(error) => return context.refused(&Refusal::of(&error, context.chinese)),
    };
    context.is_bound = !accounts.is_empty();
    // Who has none hears so from whoever's turn it is, and in the same form.
    let reaches = if accounts.is_empty() {
        vec![Reach::Any]
    } else {
        accounts.into_iter().map(Reach::Only).collect()
    };
    let right_ended = running.right_ended();
    let reading = all(&mut context, wanted, incoming.relay, &reaches);
    let listed = right_ended.run_until_cancelled(reading).await;
    running.answers(None);
    running.answered_by(&context.upstream);
    let with_ending = |list: Value| {
        let (ending, _) = ending_of(&context, StatusCode::OK, list.to_string().as_bytes());
        (list, ending)
    };
    let listed = listed.map(|listed| listed.map(with_ending));
    told(&context, running, listed).await
}

async fn all(
    context: &mut Context,
    wanted: Wanted,
    mut relay: Relay,
    reaches: &[Reach],
) -> Result<Value, Fault> {
    let mut message = message_of(&relay)?;
    // A list comes whole.
    relay.streamed = false;
    relay.headers.remove("x-dashscope-sse");
    let size = number(&message, "page_size").unwrap_or(USUAL_PAGE).max(1);
    let index = number(&message, "page_index").unwrap_or(0);
    let pages = if context.is_bound { MOST_PAGES } else { 1 };
    let mut own = Vec::new();
    let mut list = (Value::Null, wanted.list);
    for reach in reaches {
        let mut seen = HashSet::new();
        let mut longest = 0;
        for page in 0..pages {
            message["input"]["page_index"] = page.into();
            message["input"]["page_size"] = LONG_PAGE.into();
            let mut relay = relay.clone();
            relay.body = relay::Body::Whole(Bytes::from(message.to_string()));
            let mut answer = asked(context, relay, reach.clone()).await?;
            let Some((name, items)) = items_in(&mut answer, wanted) else {
                return no_list(answer);
            };
            let (many, before) = (items.len(), seen.len());
            let ids = items.iter().filter_map(|item| id_of(item, wanted));
            let ids: Vec<String> = ids.map(str::to_owned).collect();
            let theirs = context
                .gateway
                .own_objects(&context.principal, wanted.kind, &ids)
                .await?;
            // One that was enrolled while pages were turned moves another to the next page.
            own.extend(items.into_iter().filter(|item| {
                id_of(item, wanted).is_some_and(|id| theirs.contains(id) && !seen.contains(id))
            }));
            seen.extend(ids);
            list = (answer, name);
            longest = longest.max(many);
            // Pages may be shorter than was asked for, so that one is the last only if those before were longer.
            let usual = usize::try_from(USUAL_PAGE).unwrap_or(usize::MAX);
            if many < longest.max(usual) || seen.len() == before {
                break;
            }
        }
    }
    let (mut answer, name) = list;
    if let Some(Value::Object(output)) = answer.get_mut("output") {
        cut(output, name, own, (index, size));
    }
    Ok(answer)
}

/// What is asked, to be written anew for each page.
fn message_of(relay: &Relay) -> Result<Value, GatewayError> {
    let message = match &relay.body {
        relay::Body::Whole(body) => serde_json::from_slice::<Value>(body).ok(),
        relay::Body::Empty | relay::Body::Stream(_) => None,
    };
    let message = message.filter(|message| message.get("input").is_some_and(Value::is_object));
    message.ok_or_else(|| ScanError::Malformed("it is something else".to_owned()).into())
}

/// A number of the message, also where it is written as a text.
fn number(message: &Value, name: &str) -> Option<u64> {
    let said = message.get("input")?.get(name)?;
    said.as_u64().or_else(|| said.as_str()?.trim().parse().ok())
}

/// Takes out what an answer lists; where nothing is listed there may be no list either.
fn items_in(answer: &mut Value, wanted: Wanted) -> Option<(&'static str, Vec<Value>)> {
    let output = answer.get_mut("output")?.as_object_mut()?;
    for name in [wanted.list, VOICES] {
        if let Some(Value::Array(items)) = output.get_mut(name) {
            return Some((name, std::mem::take(items)));
        }
    }
    let lists_something = output.values().any(Value::is_array);
    (!lists_something).then(|| (wanted.list, Vec::new()))
}

/// Words that refuse pass; what lists something under a name that nobody knows here might be others'.
fn no_list(answer: Value) -> Result<Value, Fault> {
    match answer.get("output") {
        Some(Value::Object(_) | Value::Array(_)) => Err(Fault::NoAnswer(StatusCode::OK)),
        _ => Ok(answer),
    }
}

fn id_of(item: &Value, wanted: Wanted) -> Option<&str> {
    item.get(wanted.id)?.as_str()
}

/// Leaves one page of what is the caller's, and tells of as many as are theirs.
fn cut(output: &mut Map<String, Value>, name: &str, own: Vec<Value>, page: (u64, u64)) {
    let (index, size) = page;
    for (name, number) in [
        ("total_count", own.len() as u64),
        ("total", own.len() as u64),
        ("page_index", index),
        ("page_size", size),
    ] {
        if let Some(told) = output.get_mut(name) {
            *told = number.into();
        }
    }
    let whole = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let own = own.into_iter();
    let own = own.skip(whole(index.saturating_mul(size)));
    output.insert(name.to_owned(), own.take(whole(size)).collect());
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_is_known_by_its_message() {
        for (model, action, wanted) in [
            ("voice-enrollment", "list_voice", Some("voice_id")),
            ("qwen-voice-enrollment", "list", Some("voice")),
            ("qwen-voice-design", "LIST", Some("voice")),
            ("speech-biasing", "list_vocabulary", Some("vocabulary_id")),
            ("speech-biasing", "query_vocabulary", None),
            ("qwen-plus", "list", None),
        ] {
            let found = list_of(model, action).map(|wanted| wanted.id);
            assert_eq!(found, wanted, "{model} {action}");
        }
    }

    #[test]
    fn a_page_is_known_however_its_number_is_written() {
        let message = json!({ "input": { "page_index": "2", "page_size": 5, "prefix": "a" } });
        for (name, expected) in [
            ("page_index", Some(2)),
            ("page_size", Some(5)),
            ("prefix", None),
            ("none", None),
        ] {
            assert_eq!(number(&message, name), expected, "{name}");
        }
    }

    #[test]
    fn a_page_is_cut_out_of_what_is_ones_own() {
        let told = |page: (u64, u64)| {
            let mut output = json!({
                "voice_list": [], "total_count": 70, "page_index": 9, "page_size": 100,
            });
            let own: Vec<Value> = (0..5).map(|number| json!({ "voice": number })).collect();
            cut(output.as_object_mut().unwrap(), "voice_list", own, page);
            output
        };
        let second = told((1, 2));
        assert_eq!(
            second["voice_list"],
            json!([{ "voice": 2 }, { "voice": 3 }])
        );
        assert_eq!(
            (
                &second["total_count"],
                &second["page_index"],
                &second["page_size"]
            ),
            (&json!(5), &json!(1), &json!(2))
        );
        assert_eq!(told((2, 2))["voice_list"], json!([{ "voice": 4 }]));
        for beyond in [(3, 2), (u64::MAX, u64::MAX)] {
            assert_eq!(told(beyond)["voice_list"], json!([]));
        }
    }

    #[test]
    fn what_is_listed_under_another_name_is_not_told() {
        let wanted = list_of("qwen-voice-design", "list").unwrap();
        let mut refusal = json!({ "code": "InvalidParameter", "message": "no" });
        assert_eq!(items_in(&mut refusal, wanted), None);
        assert_eq!(no_list(refusal.clone()).ok(), Some(refusal));
        let mut others = json!({ "output": { "others": [{ "voice": "v" }] } });
        assert_eq!(items_in(&mut others, wanted), None);
        assert!(no_list(others).is_err());
        for nothing in [json!({}), json!({ "voice_list": null, "total_count": 0 })] {
            let mut answer = json!({ "output": nothing });
            let found = items_in(&mut answer, wanted);
            assert_eq!(found, Some(("voice_list", Vec::new())));
        }
    }
}
