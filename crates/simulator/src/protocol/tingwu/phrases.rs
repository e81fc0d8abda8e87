//! Lists of words that meetings may expect.

use axum::{extract::Path, response::Response};
use serde_json::{Value, json};

use super::{done, invalid, signed::Caller};
use crate::{Refusal, meeting::Phrases};

/// `CreateTranscriptionPhrases`.
pub(super) async fn create(caller: Caller) -> Result<Response, Refusal> {
    let entry = caller.entry("CreateTranscriptionPhrases")?;
    let phrases = read(&*entry.json()?)?;
    let id = entry.dice().and("phrases").hex(32);
    entry.handle.meetings().put_phrases(id.clone(), phrases);
    Ok(done(
        &caller,
        &json!({ "PhraseId": id, "Status": "SUCCEEDED" }),
    ))
}

/// `ListTranscriptionPhrases`.
pub(super) async fn list(caller: Caller) -> Result<Response, Refusal> {
    let entry = caller.entry("ListTranscriptionPhrases")?;
    let lists = entry.handle.meetings().phrases();
    let lists: Vec<Value> = lists
        .iter()
        .map(|(id, list)| json!({ "PhraseId": id, "Name": list.name, "Description": list.description }))
        .collect();
    Ok(done(&caller, &json!({ "Phrases": lists })))
}

/// `GetTranscriptionPhrases`.
pub(super) async fn show(Path(id): Path<String>, caller: Caller) -> Result<Response, Refusal> {
    let entry = caller.entry("GetTranscriptionPhrases")?;
    let lists = entry.handle.meetings().phrases();
    let (_, list) = lists
        .iter()
        .find(|(known, _)| *known == id)
        .ok_or_else(|| invalid("PhraseId"))?;
    let shown = json!({
        "PhraseId": id, "Name": list.name, "Description": list.description, "WordWeights": list.word_weights,
    });
    Ok(done(
        &caller,
        &json!({ "PhraseId": id, "Phrases": [shown] }),
    ))
}

/// `UpdateTranscriptionPhrases`.
pub(super) async fn update(Path(id): Path<String>, caller: Caller) -> Result<Response, Refusal> {
    let entry = caller.entry("UpdateTranscriptionPhrases")?;
    let meetings = entry.handle.meetings();
    if !meetings.phrases().iter().any(|(known, _)| *known == id) {
        return Err(invalid("PhraseId"));
    }
    meetings.put_phrases(id.clone(), read(&*entry.json()?)?);
    Ok(done(
        &caller,
        &json!({ "PhraseId": id, "Status": "SUCCEEDED" }),
    ))
}

/// `DeleteTranscriptionPhrases`.
pub(super) async fn delete(Path(id): Path<String>, caller: Caller) -> Result<Response, Refusal> {
    let entry = caller.entry("DeleteTranscriptionPhrases")?;
    if !entry.handle.meetings().remove_phrases(&id) {
        return Err(invalid("PhraseId"));
    }
    Ok(done(
        &caller,
        &json!({ "PhraseId": id, "Status": "SUCCEEDED" }),
    ))
}

fn read(body: &Value) -> Result<Phrases, Refusal> {
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let phrases = Phrases {
        name: text("Name"),
        description: text("Description"),
        word_weights: text("WordWeights"),
    };
    if phrases.name.is_empty() {
        return Err(invalid("Name"));
    }
    let weights = serde_json::from_str::<Value>(&phrases.word_weights).ok();
    if !weights.is_some_and(|weights| weights.is_object()) {
        return Err(invalid("WordWeights"));
    }
    Ok(phrases)
}
