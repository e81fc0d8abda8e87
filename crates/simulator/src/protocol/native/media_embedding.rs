//! `POST /api/v1/services/embeddings/multimodal-embedding/multimodal-embedding`: vectors of texts, pictures and films
//! in one space.

use axum::response::Response;
use serde_json::{Map, Value, json};

use super::{
    body::Body,
    embeddings::{is_for_media, out_of_definition},
};
use crate::{
    Refusal, compose,
    protocol::{compatible::embeddings, entry::Entry, medium, reply, tasks},
    state::Billed,
    tokens, vectors,
};

/// What one picture counts.
const IMAGE_TOKENS: u32 = 896;
/// How much of a film is looked at.
const FILM_TOKENS: u32 = 4 * IMAGE_TOKENS;

/// One vector for every item, or one for all of them.
pub(super) async fn create(entry: Entry) -> Result<Response, Refusal> {
    let json = entry.json()?;
    let handle = entry.handle.clone();
    let body = Body::read(&json, handle.models(), is_for_media)?;
    tasks::must_be_synchronous(&entry)?;
    let contents = body
        .input("contents")
        .and_then(Value::as_array)
        .filter(|list| !list.is_empty())
        .ok_or_else(|| {
            Refusal::inference_parameter(
                "Value error, contents is neither str nor list of str.: input.contents",
            )
        })?;
    if contents.len() > body.model.max_texts {
        let most = body.model.max_texts;
        return Err(Refusal::inference_parameter(&format!(
            "Value error, batch size is invalid, it should not be larger than {most}.: input.contents"
        )));
    }
    let dimensions = embeddings::dimensions(body.parameter("dimension"), body.model)?;
    if let Some(kind) = body.parameter("output_type")
        && kind != "dense"
    {
        return Err(out_of_definition("output_type"));
    }
    let mut items = Vec::new();
    for content in contents {
        items.push(read(&entry, &body, content).await?);
    }
    let fuses = body.parameter("enable_fusion").and_then(Value::as_bool) == Some(true);
    if fuses {
        items = vec![fused(&items)];
    }
    let data: Vec<Value> = items
        .iter()
        .enumerate()
        .map(|(index, item)| {
            let vector = item.vector(dimensions);
            json!({ "index": index, "embedding": vector, "type": item.kind })
        })
        .collect();
    let sum = |count: fn(&Item) -> u32| items.iter().map(count).sum::<u32>();
    let (text, image) = (sum(|item| item.text_tokens), sum(|item| item.image_tokens));
    entry.first_byte().await;
    entry.bill(Billed {
        model: body.model_id.to_owned(),
        input_tokens: (text + image).into(),
        ..Billed::default()
    });
    let usage = json!({
        "input_tokens": text,
        "image_tokens": image,
        "input_tokens_details": { "text_tokens": text, "image_tokens": image },
        "image_count": sum(|item| item.images),
        "total_tokens": text + image,
    });
    let answer =
        json!({ "output": { "embeddings": data }, "usage": usage, "request_id": entry.id.0 });
    Ok(reply::json(200, &answer))
}

/// What a vector is made of.
#[derive(Clone, Debug, Default)]
struct Item {
    kind: &'static str,
    features: Vec<String>,
    text_tokens: u32,
    image_tokens: u32,
    images: u32,
}

impl Item {
    fn vector(&self, dimensions: usize) -> Vec<f32> {
        let mut sum = vec![0.0; dimensions];
        for feature in &self.features {
            let vector = vectors::text(feature, dimensions);
            sum.iter_mut().zip(vector).for_each(|(sum, n)| *sum += n);
        }
        vectors::to_unit_length(&mut sum);
        sum
    }
}

/// An object with several keys makes one vector of all of them.
async fn read(entry: &Entry, body: &Body<'_>, content: &Value) -> Result<Item, Refusal> {
    let none = Map::new();
    let mut parts = Vec::new();
    for (name, value) in content.as_object().unwrap_or(&none) {
        let part = match (name.as_str(), value) {
            ("text", Value::String(text)) => Item {
                kind: "text",
                text_tokens: tokens::count(text),
                features: vec![text.clone()],
                ..Item::default()
            },
            ("image", Value::String(url)) => Item {
                kind: "image",
                features: seen(entry, body, url).await?,
                image_tokens: IMAGE_TOKENS,
                images: 1,
                ..Item::default()
            },
            ("video", Value::String(url)) => {
                medium::check_address(entry, url)?;
                Item {
                    kind: "video",
                    features: vec![url.clone()],
                    image_tokens: FILM_TOKENS,
                    ..Item::default()
                }
            }
            ("multi_images", Value::Array(urls)) => {
                let mut item = Item {
                    kind: "multi_images",
                    ..Item::default()
                };
                for url in urls.iter().filter_map(Value::as_str) {
                    item.features.extend(seen(entry, body, url).await?);
                    item.image_tokens += IMAGE_TOKENS;
                    item.images += 1;
                }
                item
            }
            _ => continue,
        };
        parts.push(part);
    }
    match parts.len() {
        0 => Err(Refusal::invalid_parameter(
            "The item of content should be a message of a certain modal.",
        )),
        1 => Ok(parts.remove(0)),
        _ => Ok(fused(&parts)),
    }
}

/// One item with everything of all of them.
fn fused(items: &[Item]) -> Item {
    let mut all = Item {
        kind: "vl",
        ..Item::default()
    };
    for item in items {
        all.features.extend(item.features.iter().cloned());
        all.text_tokens += item.text_tokens;
        all.image_tokens += item.image_tokens;
        all.images += item.images;
    }
    all
}

/// The same picture is the same to the vector wherever it lies, and near to its colours' names; of one that is out of
/// reach the address must do.
async fn seen(entry: &Entry, body: &Body<'_>, url: &str) -> Result<Vec<String>, Refusal> {
    medium::check_address(entry, url)?;
    let is_elsewhere = url.starts_with("https://");
    if is_elsewhere {
        return Ok(vec![url.to_owned()]);
    }
    let picture = medium::fetch(entry, body.model_id, url).await?;
    let (sum, length) = (checksum(&picture.bytes), picture.bytes.len());
    let itself = format!("picture{sum:016x}x{length}");
    let looked = tokio::task::spawn_blocking(move || compose::look(&picture.bytes)).await;
    let sight = looked.ok().flatten().ok_or_else(|| {
        Refusal::invalid_parameter("Failed to decode the image during the data inspection.")
    })?;
    Ok(vec![itself, compose::describe(&[sight], "")])
}

fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
