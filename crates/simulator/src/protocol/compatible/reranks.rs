//! `POST /compatible-api/v1/reranks`: documents in the order in which they answer a query.

use axum::response::Response;
use serde_json::{Value, json};

use super::asked_model;
use crate::{
    Refusal,
    models::{Kind, Model},
    protocol::{entry::Entry, reply},
    relevance,
    state::Billed,
    tokens,
};

/// Documents of one request.
const MOST_DOCUMENTS: usize = 500;
/// Of a document; what is longer is cut.
const LONGEST_DOCUMENT: u32 = 4_000;

/// Scores the documents, best first.
pub(super) async fn create(entry: Entry) -> Result<Response, Refusal> {
    let body = entry.json()?;
    let (name, model) = asked_model(&entry.handle, &body)?;
    if model.kind != Kind::Rerank || model.native_only {
        return Err(Refusal::invalid_parameter("url error, please check url！"));
    }
    let query = body
        .get("query")
        .and_then(Value::as_str)
        .filter(|query| !query.is_empty())
        .ok_or_else(|| Refusal::invalid_parameter("Field required: query"))?;
    let documents = documents(&body)?;
    let limit = limit(body.get("top_n"), documents.len())?;
    let (ranks, total) = rank(query, &documents, model)?;
    let results: Vec<Value> = ranks
        .iter()
        .take(limit)
        .map(|(index, score)| json!({ "index": index, "relevance_score": score }))
        .collect();
    entry.first_byte().await;
    entry.bill(Billed {
        model: name.to_owned(),
        input_tokens: total.into(),
        ..Billed::default()
    });
    Ok(reply::json(
        200,
        &json!({
            "object": "list",
            "model": name,
            "id": entry.id.0,
            "results": results,
            "usage": { "total_tokens": total },
        }),
    ))
}

/// `top_n`: how many documents are given back, all of them unless it says less.
pub(in crate::protocol) fn limit(
    asked: Option<&Value>,
    documents: usize,
) -> Result<usize, Refusal> {
    match asked {
        None | Some(Value::Null) => Ok(documents),
        Some(limit) => limit
            .as_u64()
            .and_then(|limit| usize::try_from(limit).ok())
            .filter(|&limit| limit > 0)
            .ok_or_else(|| {
                Refusal::invalid_parameter("The type or value of top_n is out of definition.")
            }),
    }
}

/// Places and scores of the documents, best first, and the tokens that are counted for it.
pub(in crate::protocol) fn rank(
    query: &str,
    documents: &[&str],
    model: &Model,
) -> Result<(Vec<(usize, f64)>, u32), Refusal> {
    let asked = tokens::count(query);
    let total = documents
        .iter()
        .map(|document| {
            tokens::count(document)
                .min(LONGEST_DOCUMENT)
                .saturating_add(asked)
        })
        .fold(0, u32::saturating_add);
    if total > model.max_input_tokens {
        let longest = model.max_input_tokens;
        return Err(Refusal::inference_parameter(&format!(
            "Range of input length should be [1, {longest}]"
        )));
    }
    let mut scored: Vec<(usize, f64)> = documents
        .iter()
        .map(|document| relevance::score(query, document))
        .enumerate()
        .collect();
    scored.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    Ok((scored, total))
}

fn documents(body: &Value) -> Result<Vec<&str>, Refusal> {
    let wrong =
        || Refusal::invalid_parameter("The type or value of documents is out of definition.");
    let documents: Vec<&str> = body
        .get("documents")
        .and_then(Value::as_array)
        .filter(|list| !list.is_empty() && list.len() <= MOST_DOCUMENTS)
        .ok_or_else(wrong)?
        .iter()
        .map(|document| document.as_str().ok_or_else(wrong))
        .collect::<Result<_, _>>()?;
    Ok(documents)
}
