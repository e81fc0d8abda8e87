//! `POST /api/v1/services/audio/tts/SpeechSynthesizer`: `CosyVoice` and Qwen-Audio-TTS over HTTP.

use axum::response::Response;
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use super::{
    characters, check_voice, sentences, strip_tags,
    synthesis::{self, Published, manner, number, text},
};
use crate::{
    Refusal,
    models::Kind,
    protocol::{entry::Entry, native::body, tasks},
    sound::{self, Encoder, Format},
    state::Billed,
};

const RATES: [u64; 6] = [8_000, 16_000, 22_050, 24_000, 44_100, 48_000];
const LONGEST: u64 = 20_000;

/// Speaks a text.
pub(super) async fn create(entry: Entry) -> Result<Response, Refusal> {
    let given = entry.json()?;
    tasks::must_be_synchronous(&entry)?;
    let read = body::Body::read(&given, entry.handle.models(), |model| {
        model.kind == Kind::Speech
            && (model.id.starts_with("cosyvoice-") || model.id.starts_with("qwen-audio-"))
    })?;
    let input = &given["input"];
    let text = text(input)?;
    let plain = if input["enable_ssml"].as_bool() == Some(true) {
        strip_tags(text)
    } else if text.trim_start().starts_with("<speak") {
        let message = "SSML text is not supported at the moment!";
        return Err(Refusal::invalid_parameter(message));
    } else {
        text.to_owned()
    };
    let count = characters(&plain);
    if count > LONGEST {
        let message = "Text request limit violated, too many characters.";
        return Err(Refusal::invalid_parameter(message));
    }
    let voice = input["voice"].as_str().unwrap_or_default();
    check_voice(&entry, read.model_id, voice)?;
    let name = input["format"].as_str().unwrap_or("mp3");
    let format = Format::named(name)
        .ok_or_else(|| Refusal::invalid_parameter(format!("Unsupported audio format: {name}")))?;
    let rate = input["sample_rate"].as_u64().unwrap_or(22_050);
    let rate_hz = u32::try_from(rate)
        .ok()
        .filter(|_| RATES.contains(&rate))
        .map(|rate| format.rate(rate))
        .ok_or_else(|| Refusal::invalid_parameter(format!("Unsupported sample rate: {rate}")))?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 6 and 510"
    )]
    let kilobits = number(input, "bit_rate", 32.0, 6.0, 510.0)? as u32;
    let said = sound::utter(&plain, voice, rate_hz, manner(input)?);
    let published = Published::new(&entry, &said, format, kilobits);
    entry.bill(Billed {
        model: read.model_id.to_owned(),
        characters: count,
        ..Billed::default()
    });
    let usage = json!({ "characters": count });
    if !entry.asks_for_events() {
        let output = json!({ "finish_reason": "stop", "audio": published.whole() });
        return Ok(synthesis::whole(&entry, output, &usage).await);
    }

    let mut events = Vec::new();
    let mut encoder = Encoder::new(format, rate_hz, kilobits);
    let (mut parts, rest) = sentences(&plain);
    parts.extend(Some(rest).filter(|rest| !rest.trim().is_empty()));
    let mut spoken = 0;
    for (index, part) in parts.iter().enumerate() {
        let event = |kind: &str, data: &str, text: Option<&str>, spoken: Option<u64>| {
            let mut output = json!({
                "finish_reason": "null",
                "type": kind,
                "sentence": { "index": index, "words": [] },
                "audio": published.piece(data),
            });
            if let Some(text) = text {
                output["original_text"] = text.into();
            }
            let usage = spoken.map(|count| json!({ "characters": count }));
            json!({ "output": output, "usage": usage, "request_id": entry.id.0 })
        };
        let said = sound::utter(part, voice, rate_hz, manner(input)?);
        if let Some(encoder) = &mut encoder {
            encoder.says(entry.handle.spoken(), &said);
        }
        events.push(event("sentence-begin", "", Some(part), None));
        for chunk in said.samples.chunks(rate_hz as usize / 4) {
            let bytes = encoder.as_mut().map(|encoder| encoder.encode(chunk));
            if let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty()) {
                let data = BASE64_STANDARD.encode(bytes);
                events.push(event("sentence-synthesis", &data, None, None));
            }
        }
        let encoder = encoder.take_if(|_| index + 1 == parts.len());
        let rest = encoder.map(|encoder| encoder.finish(entry.handle.spoken()));
        if let Some(bytes) = rest.filter(|bytes| !bytes.is_empty()) {
            let data = BASE64_STANDARD.encode(bytes);
            events.push(event("sentence-synthesis", &data, None, None));
        }
        spoken += characters(part);
        events.push(event("sentence-end", "", Some(part), Some(spoken)));
    }
    events.push(last(&published, &usage, &entry));
    Ok(synthesis::events(entry, events).await)
}

fn last(published: &Published, usage: &Value, entry: &Entry) -> Value {
    json!({
        "output": { "finish_reason": "stop", "audio": published.whole() },
        "usage": usage,
        "request_id": entry.id.0,
    })
}
