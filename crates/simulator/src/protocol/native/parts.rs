//! Messages as this protocol writes them, turned into those of the compatible one, which are read from there on.

use serde_json::{Map, Value, json};

use crate::Refusal;

/// All messages with their parts rewritten.
pub(super) fn messages(given: &Value) -> Result<Value, Refusal> {
    let Some(list) = given.as_array() else {
        return Ok(given.clone());
    };
    list.iter().map(message).collect()
}

fn message(given: &Value) -> Result<Value, Refusal> {
    let mut message = given.clone();
    if let Some(parts) = given.get("content").and_then(Value::as_array) {
        let parts = parts.iter().map(part).collect::<Result<Vec<_>, _>>()?;
        message["content"] = parts.into();
    }
    Ok(message)
}

/// A part's modality is its key; hints and cache marks stand beside it.
fn part(given: &Value) -> Result<Value, Refusal> {
    let none = Map::new();
    let fields = given.as_object().unwrap_or(&none);
    let mut part = match modality(fields) {
        Some(("text", text)) => json!({ "type": "text", "text": text }),
        Some(("image", url)) => json!({ "type": "image_url", "image_url": { "url": url } }),
        Some(("audio", data)) => json!({ "type": "input_audio", "input_audio": { "data": data } }),
        Some(("video", frames @ Value::Array(_))) => json!({ "type": "video", "video": frames }),
        Some((_, url)) => json!({ "type": "video_url", "video_url": { "url": url } }),
        None => {
            return Err(Refusal::invalid_parameter(
                "The item of content should be a message of a certain modal.",
            ));
        }
    };
    let beside = fields
        .iter()
        .filter(|(name, _)| !MODALITIES.contains(&name.as_str()) && *name != "type");
    if let Some(part) = part.as_object_mut() {
        part.extend(beside.map(|(name, value)| (name.clone(), value.clone())));
    }
    Ok(part)
}

const MODALITIES: [&str; 4] = ["text", "image", "audio", "video"];

fn modality(fields: &Map<String, Value>) -> Option<(&'static str, &Value)> {
    MODALITIES
        .iter()
        .find_map(|&name| Some((name, fields.get(name).filter(|value| !value.is_null())?)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::messages;

    #[test]
    fn parts_keep_their_hints() -> Result<(), crate::Refusal> {
        let given = json!([{ "role": "user", "content": [
            { "image": "https://example.com/a.png", "min_pixels": 65536 },
            { "video": ["a", "b"], "fps": 2 },
            { "text": "?", "cache_control": { "type": "ephemeral" } },
        ] }]);
        assert_eq!(
            messages(&given)?.pointer("/0/content"),
            Some(&json!([
                { "type": "image_url", "image_url": { "url": "https://example.com/a.png" }, "min_pixels": 65536 },
                { "type": "video", "video": ["a", "b"], "fps": 2 },
                { "type": "text", "text": "?", "cache_control": { "type": "ephemeral" } },
            ]))
        );
        Ok(())
    }

    #[test]
    fn a_part_has_a_modality() {
        let given = json!([{ "role": "user", "content": [{ "smell": "roses" }] }]);
        assert!(messages(&given).is_err());
    }
}
