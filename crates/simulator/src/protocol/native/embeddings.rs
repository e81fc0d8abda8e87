//! `POST /api/v1/services/embeddings/text-embedding/text-embedding`: vectors of texts, at once or as a task.

use std::collections::BTreeMap;

use axum::response::Response;
use serde_json::{Value, json};

use super::{batch_embedding, body::Body};
use crate::{
    Refusal,
    dice::Dice,
    models::{Kind, Model},
    protocol::{compatible::embeddings, entry::Entry, reply, tasks},
    state::Billed,
    terms, tokens, vectors,
};

/// The size of the vocabulary that sparse vectors count in.
const VOCABULARY: usize = 250_002;

/// A vector, or a sparse one, or both, for every text.
pub(super) async fn create(entry: Entry) -> Result<Response, Refusal> {
    let json = entry.json()?;
    let handle = entry.handle.clone();
    let body = Body::read(&json, handle.models(), is_for_texts)?;
    if body.model.id.starts_with("text-embedding-async") {
        return batch_embedding::submit(&entry, &body).await;
    }
    tasks::must_be_synchronous(&entry)?;
    let texts = embeddings::texts(body.input("texts"), body.model)?;
    let dimensions = embeddings::dimensions(body.parameter("dimension"), body.model)?;
    check_text_type(body.parameter("text_type"))?;
    let (dense, sparse) = output_type(&body)?;
    let data: Vec<Value> = texts
        .iter()
        .enumerate()
        .map(|(index, text)| {
            let mut item = json!({ "text_index": index });
            if dense {
                item["embedding"] = vectors::text(text, dimensions).into();
            }
            if sparse {
                item["sparse_embedding"] = sparse_vector(text);
            }
            item
        })
        .collect();
    let total: u32 = texts.iter().map(|text| tokens::count(text).max(1)).sum();
    entry.first_byte().await;
    entry.bill(Billed {
        model: body.model_id.to_owned(),
        input_tokens: total.into(),
        ..Billed::default()
    });
    let answer = json!({
        "output": { "embeddings": data },
        "usage": { "total_tokens": total },
        "request_id": entry.id.0,
    });
    Ok(reply::json(200, &answer))
}

/// Whether the model makes vectors of texts only.
pub(super) fn is_for_texts(model: &Model) -> bool {
    model.kind == Kind::Embedding && !is_for_media(model)
}

/// Whether the model makes vectors of pictures and films too.
pub(super) fn is_for_media(model: &Model) -> bool {
    let families = ["vl-embedding", "multimodal-embedding", "embedding-vision"];
    model.kind == Kind::Embedding && families.iter().any(|family| model.id.contains(family))
}

/// What a text is for; the simulator's vectors are the same for both.
pub(super) fn check_text_type(told: Option<&Value>) -> Result<(), Refusal> {
    match told.map(Value::as_str) {
        None | Some(Some("document" | "query")) => Ok(()),
        Some(_) => Err(out_of_definition("text_type")),
    }
}

pub(super) fn out_of_definition(name: &str) -> Refusal {
    Refusal::inference_parameter(&format!(
        "The type or value of {name} is out of definition."
    ))
}

/// Whether the vectors are dense, sparse, or both.
fn output_type(body: &Body<'_>) -> Result<(bool, bool), Refusal> {
    let makes_sparse = ["text-embedding-v3", "text-embedding-v4"].contains(&&*body.model.id);
    match body.parameter("output_type").map(Value::as_str) {
        None | Some(Some("dense")) => Ok((true, false)),
        Some(Some("sparse")) if makes_sparse => Ok((false, true)),
        Some(Some("dense&sparse")) if makes_sparse => Ok((true, true)),
        Some(_) => Err(out_of_definition("output_type")),
    }
}

/// The words of a text, with a weight that grows with how often and how long they are.
fn sparse_vector(text: &str) -> Value {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for word in terms::of(text) {
        *counts.entry(word).or_default() += 1;
    }
    let all: u32 = counts.values().sum();
    let items = counts.iter().map(|(word, &count)| {
        let length = u32::try_from(word.chars().count().min(8)).unwrap_or(8);
        let weight = f64::from(count) * f64::from(length) / f64::from(8 * all);
        let index = Dice::new(0).and(word).below(VOCABULARY);
        json!({ "index": index, "value": weight.sqrt(), "token": word })
    });
    items.collect()
}
