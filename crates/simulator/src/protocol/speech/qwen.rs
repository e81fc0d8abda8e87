//! Qwen-TTS: a text at 24 kHz, as a file or as samples while they are made.

use axum::response::Response;
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use super::{
    characters, check_known,
    synthesis::{self, Published, text},
};
use crate::{
    Refusal,
    protocol::{entry::Entry, native::body, tasks},
    sound::{self, Format, Manner},
    state::Billed,
    tokens,
};

const RATE: u32 = 24_000;
/// Characters that the newer models take, and tokens that the older ones do.
const LONGEST: usize = 600;
const MOST_TOKENS: u32 = 512;
/// Tokens of one second of sound.
const TOKENS_A_SECOND: u64 = 50;

/// Speaks a text.
pub(super) async fn create(entry: Entry) -> Result<Response, Refusal> {
    let given = entry.json()?;
    tasks::must_be_synchronous(&entry)?;
    let read = body::Body::read(&given, entry.handle.models(), |_| true)?;
    let input = &given["input"];
    let text = text(input)?;
    let is_counted_in_tokens = read.model_id.starts_with("qwen-tts");
    if is_counted_in_tokens && tokens::count(text) > MOST_TOKENS {
        let message = format!("Range of input length should be [1, {MOST_TOKENS}]");
        return Err(Refusal::invalid_parameter(message));
    }
    if !is_counted_in_tokens && text.chars().count() > LONGEST {
        let message = format!("Range of input length should be [1, {LONGEST}]");
        return Err(Refusal::invalid_parameter(message));
    }
    let voice = input["voice"].as_str().unwrap_or_default();
    check_known(&entry, read.model_id, voice)?;
    let said = sound::utter(text, voice, RATE, Manner::default());
    let published = Published::new(&entry, &said, Format::Wav, 0);
    let (usage, billed) = if is_counted_in_tokens {
        let heard = said.milliseconds().div_ceil(1000) * TOKENS_A_SECOND;
        by_tokens(text, heard)
    } else {
        let count = characters(text);
        let billed = Billed {
            characters: count,
            ..Billed::default()
        };
        (json!({ "characters": count }), billed)
    };
    entry.bill(Billed {
        model: read.model_id.to_owned(),
        ..billed
    });
    if !entry.asks_for_events() {
        let output = json!({ "finish_reason": "stop", "audio": published.whole() });
        return Ok(synthesis::whole(&entry, output, &usage).await);
    }
    let event = |reason: &str, audio: Value, usage: Option<&Value>| {
        json!({
            "output": { "finish_reason": reason, "audio": audio },
            "usage": usage,
            "request_id": entry.id.0,
        })
    };
    let chunks = said.samples.chunks(RATE as usize / 4);
    let mut events: Vec<Value> = chunks
        .map(|chunk| {
            let data = BASE64_STANDARD.encode(sound::pcm(chunk));
            event("null", published.piece(&data), None)
        })
        .collect();
    events.push(event("stop", published.whole(), Some(&usage)));
    Ok(synthesis::events(entry, events).await)
}

fn by_tokens(text: &str, audio: u64) -> (Value, Billed) {
    let input = u64::from(tokens::count(text));
    let usage = json!({
        "input_tokens": input,
        "output_tokens": audio,
        "total_tokens": input + audio,
        "input_tokens_details": { "text_tokens": input },
        "output_tokens_details": { "audio_tokens": audio, "text_tokens": 0 },
    });
    let billed = Billed {
        input_tokens: input,
        output_tokens: audio,
        ..Billed::default()
    };
    (usage, billed)
}
