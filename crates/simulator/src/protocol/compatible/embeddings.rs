//! `POST /compatible-mode/v1/embeddings`: vectors of texts.

use axum::response::Response;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::asked_model;
use crate::{
    Refusal,
    models::{Kind, Model},
    protocol::{entry::Entry, reply},
    state::{Billed, Handle},
    tokens, vectors,
};

/// Answers a vector for every text.
pub(super) async fn create(entry: Entry) -> Result<Response, Refusal> {
    let body = entry.json()?;
    let (answer, billed) = embed(&entry.handle, &body, &entry.id.0)?;
    entry.first_byte().await;
    entry.bill(billed);
    Ok(reply::json(200, &answer))
}

/// The answer and what it costs; files of requests are answered by the same rules.
pub(super) fn embed(
    handle: &Handle,
    body: &Value,
    request_id: &str,
) -> Result<(Value, Billed), Refusal> {
    let (name, model) = asked_model(handle, body)?;
    if model.kind != Kind::Embedding || model.native_only {
        return Err(Refusal::model_not_supported(name));
    }
    let texts = texts(body.get("input"), model)?;
    let dimensions = dimensions(body.get("dimensions"), model)?;
    let as_base64 = match body.get("encoding_format").and_then(Value::as_str) {
        None | Some("float") => false,
        Some("base64") => true,
        Some(_) => {
            return Err(refused(
                "The type or value of encoding_format is out of definition.",
            ));
        }
    };
    let put = |text: &&str| {
        let vector = vectors::text(text, dimensions);
        if as_base64 {
            let bytes: Vec<u8> = vector.iter().flat_map(|n| n.to_le_bytes()).collect();
            Value::from(STANDARD.encode(bytes))
        } else {
            Value::from(vector)
        }
    };
    let data: Vec<Value> = texts
        .iter()
        .map(put)
        .enumerate()
        .map(
            |(index, vector)| json!({ "embedding": vector, "index": index, "object": "embedding" }),
        )
        .collect();
    let tokens: u32 = texts.iter().map(|text| tokens::count(text).max(1)).sum();
    let answer = json!({
        "data": data,
        "model": name,
        "object": "list",
        "usage": { "prompt_tokens": tokens, "total_tokens": tokens },
        "id": request_id,
    });
    let billed = Billed {
        model: name.to_owned(),
        input_tokens: tokens.into(),
        ..Billed::default()
    };
    Ok((answer, billed))
}

/// One text or a list of them, within the limits of the model.
pub(in crate::protocol) fn texts<'a>(
    input: Option<&'a Value>,
    model: &Model,
) -> Result<Vec<&'a str>, Refusal> {
    let neither =
        || refused("Value error, contents is neither str nor list of str.: input.contents");
    let texts = match input {
        Some(Value::String(text)) => vec![text.as_str()],
        Some(Value::Array(list)) if !list.is_empty() => list
            .iter()
            .map(|text| text.as_str().ok_or_else(neither))
            .collect::<Result<_, _>>()?,
        Some(_) | None => return Err(neither()),
    };
    if texts.len() > model.max_texts {
        let most = model.max_texts;
        return Err(refused(&format!(
            "Value error, batch size is invalid, it should not be larger than {most}.: input.contents"
        )));
    }
    let longest = model.max_input_tokens;
    if texts
        .iter()
        .any(|text| text.is_empty() || tokens::count(text) > longest)
    {
        return Err(refused(&format!(
            "Range of input length should be [1, {longest}]"
        )));
    }
    Ok(texts)
}

/// The length of the vectors, the model's usual one unless another is asked for.
pub(in crate::protocol) fn dimensions(
    asked: Option<&Value>,
    model: &Model,
) -> Result<usize, Refusal> {
    let usual = model.dimensions.first().copied().unwrap_or(1024);
    match asked {
        None | Some(Value::Null) => Ok(usual),
        Some(asked) => asked
            .as_u64()
            .and_then(|asked| usize::try_from(asked).ok())
            .filter(|asked| model.dimensions.contains(asked))
            .ok_or_else(|| refused("The type or value of dimensions is out of definition.")),
    }
}

/// This path has a code and a type of its own for what elsewhere is `invalid_parameter_error`.
fn refused(message: &str) -> Refusal {
    Refusal::new(
        400,
        "InvalidParameter",
        format!("<400> InternalError.Algo.InvalidParameter: {message}"),
    )
}
