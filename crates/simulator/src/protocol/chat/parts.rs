//! Content in parts: text, cache marks, and what is to be looked at or listened to.

use serde_json::Value;

use crate::{
    Refusal,
    compose::Role,
    models::{Ability, Model},
};

/// The frames that a video may be given as.
const FRAMES: std::ops::RangeInclusive<usize> = 4..=512;

/// A part other than text.
#[derive(Clone, Debug)]
pub(crate) struct Exhibit {
    pub(crate) kind: Modality,
    /// One, but for the frames of a video.
    pub(crate) urls: Vec<String>,
    pub(crate) min_pixels: Option<u64>,
    pub(crate) max_pixels: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Modality {
    Picture,
    Frames,
    Film,
    Sound,
}

/// Where a part of the prompt ends, and whether what leads up to it is to be kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    /// The place of its message.
    pub(crate) message: usize,
    /// Bytes of the message's text until there.
    pub(crate) end: usize,
    pub(crate) is_marked: bool,
}

/// What the parts of one message are.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub(super) text: String,
    pub(super) exhibits: Vec<Exhibit>,
    /// The end of every part's text, and whether it is marked.
    pub(super) ends: Vec<(usize, bool)>,
}

/// Reads an array of parts. Text-only models take them only where a cache mark needs them.
pub(super) fn read(parts: &[Value], role: Role, model: &Model) -> Result<Content, Refusal> {
    let is_text = |part: &Value| kind(part) == Some("text");
    let is_marked = |part: &Value| {
        part.get("cache_control")
            .is_some_and(|mark| !mark.is_null())
    };
    let may_be_parts = model.accepts.has(Ability::Parts)
        || (parts.iter().all(is_text) && (role == Role::System || parts.iter().any(is_marked)));
    if !may_be_parts {
        return Err(Refusal::inference_parameter(
            "input content must be a string.",
        ));
    }
    let mut content = Content::default();
    for part in parts {
        match kind(part) {
            Some("text") => {
                let text = part.get("text").and_then(Value::as_str);
                content.text.push_str(text.unwrap_or_default());
            }
            Some("input_audio") if !model.accepts.has(Ability::Hears) => {
                return Err(unexpected());
            }
            Some(kind) => content.exhibits.push(exhibit(kind, part)?),
            None => return Err(unexpected()),
        }
        content.ends.push((content.text.len(), is_marked(part)));
    }
    Ok(content)
}

fn kind(part: &Value) -> Option<&str> {
    part.get("type").and_then(Value::as_str)
}

fn exhibit(kind: &str, part: &Value) -> Result<Exhibit, Refusal> {
    let text = |path: &str| {
        let url = part.pointer(path).and_then(Value::as_str);
        vec![url.unwrap_or_default().to_owned()]
    };
    let (kind, urls) = match kind {
        "image_url" => (Modality::Picture, text("/image_url/url")),
        "video_url" => (Modality::Film, text("/video_url/url")),
        "input_audio" => (Modality::Sound, text("/input_audio/data")),
        "video" => {
            let frames = part.get("video").and_then(Value::as_array);
            let urls = frames.into_iter().flatten().filter_map(Value::as_str);
            (Modality::Frames, urls.map(str::to_owned).collect())
        }
        _ => return Err(unexpected()),
    };
    if kind == Modality::Frames && !FRAMES.contains(&urls.len()) {
        return Err(Refusal::invalid_parameter(
            "The video modality input does not meet the requirements because: the range of sequence images shoule be (4, 512).",
        ));
    }
    let fps = part.get("fps").filter(|fps| !fps.is_null());
    if fps.is_some_and(|fps| !fps.as_f64().is_some_and(|fps| (0.1..=10.0).contains(&fps))) {
        return Err(Refusal::invalid_parameter(
            "The type or value of fps is out of definition.",
        ));
    }
    let pixels = |name: &str| part.get(name).and_then(Value::as_u64);
    Ok(Exhibit {
        kind,
        urls,
        min_pixels: pixels("min_pixels"),
        max_pixels: pixels("max_pixels"),
    })
}

fn unexpected() -> Refusal {
    Refusal::inference_parameter(
        "The provided messages input is invalid. The error info is [Unexpected item type in content.]",
    )
}
