//! Hot words: lists of what is likely to be said.

use serde_json::{Value, json};

use super::customization::{Request, second};
use crate::{
    Refusal, calendar::Stamp, dice::Dice, enrolled::Vocabulary, models, protocol::entry::Entry,
};

const MOST_LISTS: usize = 10;
const MOST_WORDS: usize = 500;

/// The words of a list that a request names.
pub(crate) fn hot_words(entry: &Entry, id: Option<&str>) -> Result<Vec<String>, Refusal> {
    let Some(id) = id.filter(|id| !id.is_empty()) else {
        return Ok(Vec::new());
    };
    let lists = entry.handle.enrolled().lists();
    let mut own = lists
        .vocabularies
        .iter()
        .filter(|list| entry.sees(&list.id));
    let list = own.find(|list| list.id == id);
    let list = list.ok_or_else(not_found)?;
    let words = list.words.as_array().into_iter().flatten();
    let texts = words.filter_map(|word| word["text"].as_str().map(str::to_owned));
    Ok(texts.collect())
}

/// Does what is asked with the account's lists.
pub(super) fn act(entry: &Entry, request: &Request) -> Result<(Value, Value), Refusal> {
    let mut lists = entry.handle.enrolled().lists();
    let output = match request.action.as_str() {
        "create_vocabulary" => {
            let target_model = request.text("target_model")?;
            if models::find(entry.handle.models(), target_model).is_none() {
                return Err(Refusal::new(
                    404,
                    "ModelNotFound",
                    "Model can not be found.",
                ));
            }
            let prefix = request.prefix(9)?.to_owned();
            let words = words(&request.input)?;
            if lists.vocabularies.len() >= MOST_LISTS {
                let message =
                    "Maximum vocabulary limit exceeded, please delete existing vocabularies.";
                return Err(Refusal::new(400, "Throttling.AllocationQuota", message));
            }
            lists.count += 1;
            let hex = Dice::new(entry.handle.options().seed)
                .and("vocabulary")
                .and(&lists.count.to_string())
                .hex(32);
            let id = format!("vocab-{prefix}-{hex}");
            let now = Stamp::now();
            lists.vocabularies.push(Vocabulary {
                id: id.clone(),
                target_model: target_model.to_owned(),
                prefix,
                words,
                created: now,
                modified: now,
            });
            entry.claim(&id);
            json!({ "vocabulary_id": id })
        }
        "list_vocabulary" => {
            let mut own = lists.vocabularies.clone();
            own.retain(|list| entry.sees(&list.id));
            let page = request.page(&own, |list| &list.prefix);
            let rows = page.iter().map(|list| {
                json!({
                    "vocabulary_id": list.id,
                    "gmt_create": second(list.created),
                    "gmt_modified": second(list.modified),
                    "status": "OK",
                })
            });
            json!({ "vocabulary_list": rows.collect::<Vec<Value>>() })
        }
        "query_vocabulary" => {
            let list = find(
                entry,
                &mut lists.vocabularies,
                request.text("vocabulary_id")?,
            )?;
            json!({
                "vocabulary": list.words,
                "gmt_create": second(list.created),
                "gmt_modified": second(list.modified),
                "status": "OK",
                "target_model": list.target_model,
            })
        }
        "update_vocabulary" => {
            let words = words(&request.input)?;
            let list = find(
                entry,
                &mut lists.vocabularies,
                request.text("vocabulary_id")?,
            )?;
            list.words = words;
            list.modified = Stamp::now();
            json!({})
        }
        "delete_vocabulary" => {
            let id = find(
                entry,
                &mut lists.vocabularies,
                request.text("vocabulary_id")?,
            )?
            .id
            .clone();
            lists.vocabularies.retain(|list| list.id != id);
            json!({})
        }
        _ => return Err(request.unknown()),
    };
    Ok((output, json!({ "count": 1 })))
}

fn find<'a>(
    entry: &Entry,
    lists: &'a mut [Vocabulary],
    id: &str,
) -> Result<&'a mut Vocabulary, Refusal> {
    lists
        .iter_mut()
        .find(|list| list.id == id && entry.sees(id))
        .ok_or_else(not_found)
}

fn not_found() -> Refusal {
    Refusal::invalid_parameter("Resource not exist: vocabulary_id")
}

fn words(input: &Value) -> Result<Value, Refusal> {
    let list = input["vocabulary"]
        .as_array()
        .filter(|list| !list.is_empty());
    let list = list.ok_or_else(|| Refusal::invalid_parameter("vocabulary is required"))?;
    let is_good = |word: &Value| {
        word["text"].as_str().is_some_and(|text| !text.is_empty())
            && (word["weight"].is_null()
                || word["weight"]
                    .as_i64()
                    .is_some_and(|weight| (1..=5).contains(&weight)))
    };
    if list.len() > MOST_WORDS || !list.iter().all(is_good) {
        return Err(Refusal::invalid_parameter("vocabulary is invalid"));
    }
    Ok(list.clone().into())
}
