//! `POST /api/v1/services/rerank/text-rerank/text-rerank`: documents in the order in which they answer a query.

use axum::response::Response;
use serde_json::{Value, json};

use super::body::Body;
use crate::{
    Refusal,
    models::Kind,
    protocol::{compatible::reranks, entry::Entry, reply, tasks},
    state::Billed,
};

/// Documents of one request.
const MOST_DOCUMENTS: usize = 500;
/// The same for the model that looks at pictures and films.
const MOST_OF_A_KIND: [(&str, usize); 3] = [("text", 100), ("image", 40), ("video", 4)];

/// Scores the documents, best first.
pub(super) async fn create(entry: Entry) -> Result<Response, Refusal> {
    let json = entry.json()?;
    let handle = entry.handle.clone();
    let body = Body::read(&json, handle.models(), |model| model.kind == Kind::Rerank)?;
    tasks::must_be_synchronous(&entry)?;
    let sees = body.model.id.contains("-vl-");
    let query = body
        .input("query")
        .and_then(|query| content(query, sees))
        .map(|(_, query)| query)
        .filter(|query| !query.is_empty())
        .ok_or_else(|| Refusal::invalid_parameter("Field required: input.query"))?;
    let given = body
        .input("documents")
        .and_then(Value::as_array)
        .filter(|list| !list.is_empty() && list.len() <= MOST_DOCUMENTS)
        .ok_or_else(wrong_documents)?;
    let documents = given
        .iter()
        .map(|document| content(document, sees).ok_or_else(wrong_documents))
        .collect::<Result<Vec<_>, _>>()?;
    let count = |kind: &str| documents.iter().filter(|(of, _)| *of == kind).count();
    if sees
        && MOST_OF_A_KIND
            .iter()
            .any(|(kind, most)| count(kind) > *most)
    {
        return Err(wrong_documents());
    }
    let texts: Vec<&str> = documents.iter().map(|(_, text)| *text).collect();
    let limit = reranks::limit(body.parameter("top_n"), texts.len())?;
    let (ranks, total) = reranks::rank(query, &texts, body.model)?;
    let shows = body.parameter("return_documents").and_then(Value::as_bool) == Some(true);
    let results: Vec<Value> = ranks
        .iter()
        .take(limit)
        .map(|&(index, score)| {
            let mut result = json!({ "index": index, "relevance_score": score });
            if let Some(&(kind, text)) = documents.get(index).filter(|_| shows) {
                result["document"] = json!({ kind: text });
            }
            result
        })
        .collect();
    entry.first_byte().await;
    entry.bill(Billed {
        model: body.model_id.to_owned(),
        input_tokens: total.into(),
        ..Billed::default()
    });
    let answer = json!({
        "output": { "results": results },
        "usage": { "total_tokens": total },
        "request_id": entry.id.0,
    });
    Ok(reply::json(200, &answer))
}

/// A text, or what an object with one key holds; pictures and films are compared by their addresses.
fn content(value: &Value, sees: bool) -> Option<(&'static str, &str)> {
    if let Some(text) = value.as_str() {
        return Some(("text", text));
    }
    let kinds = MOST_OF_A_KIND
        .iter()
        .filter(|(kind, _)| sees || *kind == "text");
    let mut found = kinds.filter_map(|(kind, _)| Some((*kind, value.get(kind)?.as_str()?)));
    found.next()
}

fn wrong_documents() -> Refusal {
    Refusal::invalid_parameter("The type or value of documents is out of definition.")
}
