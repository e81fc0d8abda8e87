//! qwen3-asr-flash and its kin: a short recording at once, as text.

use axum::response::Response;
use serde_json::{Value, json};

use super::synthesis;
use crate::{
    Refusal,
    hearing::{self, Sentence, Tongue},
    protocol::{
        entry::Entry,
        medium::{self, Medium},
        native::body,
        tasks,
    },
    sound::{self, Recording},
    state::Billed,
    tokens,
};

/// Seconds and bytes of one recording.
const LONGEST: u64 = 300;
const LARGEST: usize = 10 << 20;
/// Tokens of one second of sound.
const TOKENS_A_SECOND: u64 = 25;

/// Recognises the recording of the last message.
pub(super) async fn create(entry: Entry) -> Result<Response, Refusal> {
    let given = entry.json()?;
    tasks::must_be_synchronous(&entry)?;
    let read = body::Body::read(&given, entry.handle.models(), |_| true)?;
    let is_of_audio_family = read.model_id.starts_with("qwen-audio-");
    let url = recording(&given["input"]["messages"]).ok_or_else(|| {
        Refusal::invalid_parameter("The audio is empty. Please provide an audio in the message.")
    })?;
    let medium = medium::fetch(&entry, read.model_id, url).await?;
    let heard = decode(&medium)?;
    let seconds = heard.milliseconds().div_ceil(1000);
    if seconds > LONGEST {
        let message = "Audio duration exceeds maximum allowed limit.";
        return Err(Refusal::new(400, "Audio.DurationLimitError", message));
    }
    let options = &given["parameters"]["asr_options"];
    let hint = options["language"].as_str().unwrap_or_default();
    let samples = heard.mixed();
    let tongue = Tongue::of(hint);
    let sentences = hearing::sentences(&entry.handle, &samples, heard.rate_hz, tongue, &[]);
    let text: String = sentences.iter().map(Sentence::text).collect();
    let words = u64::from(tokens::count(&text));
    entry.bill(Billed {
        model: read.model_id.to_owned(),
        seconds: f64::from(u32::try_from(seconds).unwrap_or(u32::MAX)),
        ..Billed::default()
    });
    let usage = if is_of_audio_family {
        let audio = seconds * TOKENS_A_SECOND;
        json!({ "audio_tokens": audio, "input_tokens": audio, "output_tokens": words })
    } else {
        json!({
            "input_tokens_details": { "text_tokens": 0 },
            "output_tokens_details": { "text_tokens": words },
            "seconds": seconds,
        })
    };
    let language = match hint {
        "" => Tongue::written(&text).code(),
        hint => hint,
    };
    let output = |text: &str, reason: &str| {
        if is_of_audio_family {
            return json!({ "text": text });
        }
        json!({ "choices": [{
            "finish_reason": reason,
            "message": {
                "annotations": [{ "language": language, "type": "audio_info", "emotion": "neutral" }],
                "content": if text.is_empty() { json!([]) } else { json!([{ "text": text }]) },
                "role": "assistant",
            },
        }] })
    };
    if !entry.asks_for_events() {
        return Ok(synthesis::whole(&entry, output(&text, "stop"), &usage).await);
    }
    let is_incremental = given["parameters"]["incremental_output"].as_bool() == Some(true);
    let mut events = Vec::new();
    let mut so_far = String::new();
    for word in sentences.iter().flat_map(|sentence| &sentence.words) {
        let piece = format!("{}{}", word.text, word.punctuation);
        so_far.push_str(&piece);
        let shown = if is_incremental { &piece } else { &so_far };
        events.push((output(shown, "null"), usage.clone()));
    }
    let end = if is_incremental { "" } else { text.as_str() };
    events.push((output(end, "stop"), usage));
    let events = events.into_iter().map(
        |(output, usage)| json!({ "output": output, "usage": usage, "request_id": entry.id.0 }),
    );
    let events = events.collect();
    Ok(synthesis::events(entry, events).await)
}

/// The address of the recording in the last message that has one.
fn recording(messages: &Value) -> Option<&str> {
    let parts = messages.as_array()?.iter().rev();
    let mut parts = parts.flat_map(|message| message["content"].as_array().into_iter().flatten());
    parts.find_map(|part| {
        let audio = &part["audio"];
        audio
            .as_str()
            .or_else(|| part["input_audio"]["data"].as_str())
    })
}

fn decode(medium: &Medium) -> Result<Recording, Refusal> {
    if medium.bytes.len() > LARGEST {
        let message = "The audio file is too large, the maximum size is 10MB.";
        return Err(Refusal::invalid_parameter(message));
    }
    sound::read(&medium.bytes)
        .ok_or_else(|| Refusal::new(400, "Audio.DecoderError", "Decoder audio file failed."))
}
