//! Qwen-TTS in realtime: text is appended, and answered with sound once it is committed.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use super::session::{Session, kind};
use crate::{
    protocol::{
        sockets::wire::Gone,
        speech::{characters, check_known, sentences},
    },
    sound::{self, Encoder, Format, Manner},
    tokens,
};

const RATES: [u64; 6] = [8_000, 16_000, 22_050, 24_000, 44_100, 48_000];
/// Tokens of one second of sound.
const TOKENS_A_SECOND: u64 = 50;

/// Speaks until the client has finished.
pub(super) async fn serve(session: &mut Session) -> Result<(), Gone> {
    let settings = json!({
        "voice": "Cherry",
        "mode": "server_commit",
        "response_format": "pcm",
        "sample_rate": 24_000,
        "volume": 50,
        "speech_rate": 1.0,
        "pitch_rate": 1.0,
        "language_type": "auto",
    });
    session.open(settings).await?;
    let mut text = String::new();
    let mut has_header = false;
    loop {
        let Some(event) = session.next(None).await? else {
            continue;
        };
        match kind(&event) {
            "session.update" => match problem(session, &event["session"]) {
                Some((message, param)) => {
                    session
                        .refuse("invalid_value", &message, Some(&param))
                        .await?;
                }
                None => session.update(&event["session"]).await?,
            },
            "input_text_buffer.append" => {
                text.push_str(event["text"].as_str().unwrap_or_default());
                if session.settings["mode"] != "commit" {
                    let (whole, rest) = sentences(&text);
                    text = rest;
                    if !whole.is_empty() {
                        speak(session, &whole.concat(), &mut has_header).await?;
                    }
                }
            }
            "input_text_buffer.commit" if text.trim().is_empty() => {
                let message = "Error committing input text buffer: the buffer is empty.";
                session.refuse("invalid_value", message, None).await?;
            }
            "input_text_buffer.commit" => {
                speak(session, &std::mem::take(&mut text), &mut has_header).await?;
            }
            "input_text_buffer.clear" => {
                text.clear();
                session.tell("input_text_buffer.cleared", json!({})).await?;
            }
            // An answer is given at once, so there is nothing left of it.
            "response.cancel" => {}
            "session.finish" => {
                if !text.trim().is_empty() {
                    speak(session, &std::mem::take(&mut text), &mut has_header).await?;
                }
                return session.finish().await;
            }
            _ => session.refuse_event(&event).await?,
        }
    }
}

/// What is wrong with new settings, and which of them.
fn problem(session: &Session, given: &Value) -> Option<(String, String)> {
    let wrong = |name: &str, text: String| Some((text, format!("session.{name}")));
    if let Some(voice) = given["voice"].as_str()
        && let Err(refusal) = check_known(&session.wire.entry, &session.model, voice)
    {
        return wrong("voice", refusal.message);
    }
    if let Some(format) = given["response_format"].as_str()
        && Format::named(format).is_none()
    {
        return wrong("response_format", format!("Unsupported format: {format}"));
    }
    if let Some(rate) = given["sample_rate"].as_u64()
        && !RATES.contains(&rate)
    {
        return wrong("sample_rate", format!("Unsupported sample rate: {rate}"));
    }
    if let Some(mode) = given["mode"].as_str()
        && !["server_commit", "commit"].contains(&mode)
    {
        return wrong("mode", format!("Invalid mode: {mode}"));
    }
    let ranges = [
        ("volume", 0.0, 100.0),
        ("speech_rate", 0.5, 2.0),
        ("pitch_rate", 0.5, 2.0),
        ("bit_rate", 6.0, 510.0),
    ];
    ranges.iter().find_map(|(name, low, high)| {
        let number = given[*name].as_f64()?;
        let text = format!("{name} must be in the range of [{low}, {high}]");
        if (*low..=*high).contains(&number) {
            None
        } else {
            wrong(name, text)
        }
    })
}

/// One answer: everything that is in the buffer.
async fn speak(session: &mut Session, text: &str, has_header: &mut bool) -> Result<(), Gone> {
    let settings = session.settings.clone();
    let voice = settings["voice"].as_str().unwrap_or_default();
    let (item, response) = (session.id("item"), session.id("resp"));
    session
        .tell("input_text_buffer.committed", json!({ "item_id": item }))
        .await?;
    session.is_answering = true;
    let answer = |status: &str, output: Value, usage: Value| {
        json!({ "response": {
            "id": response,
            "object": "realtime.response",
            "status": status,
            "modalities": ["text", "audio"],
            "voice": voice,
            "output": output,
            "usage": usage,
        } })
    };
    let begun = answer("in_progress", json!([]), Value::Null);
    session.tell("response.created", begun).await?;
    let output = |status: &str, content: Value| {
        let item = json!({
            "id": item, "object": "realtime.item", "type": "message",
            "status": status, "role": "assistant", "content": content,
        });
        json!({ "response_id": response, "output_index": 0, "item": item })
    };
    let part = json!({ "type": "audio", "text": "" });
    let place = json!({
        "response_id": response, "item_id": item, "output_index": 0, "content_index": 0,
    });
    let mut whole_part = place.clone();
    whole_part["part"] = part.clone();
    let begun = output("in_progress", json!([]));
    session.tell("response.output_item.added", begun).await?;
    session
        .tell("response.content_part.added", whole_part.clone())
        .await?;
    let milliseconds = play(session, text, has_header, &place).await?;
    session.tell("response.audio.done", place).await?;
    session
        .tell("response.content_part.done", whole_part)
        .await?;
    let done = output("completed", json!([part]));
    session
        .tell("response.output_item.done", done.clone())
        .await?;
    let usage = charge(session, text, milliseconds);
    let done = answer("completed", json!([done["item"]]), usage);
    session.tell("response.done", done).await?;
    session.is_answering = false;
    Ok(())
}

/// Sends the sound of an answer; gives how long it lasts.
async fn play(
    session: &mut Session,
    text: &str,
    has_header: &mut bool,
    place: &Value,
) -> Result<u64, Gone> {
    let settings = session.settings.clone();
    let format = settings["response_format"].as_str().and_then(Format::named);
    let format = match format.unwrap_or(Format::Pcm) {
        // A second header in the middle of a file would be heard.
        Format::Wav if *has_header => Format::Pcm,
        format => format,
    };
    *has_header = true;
    let whole = |name: &str, default: u32| {
        let number = settings[name].as_u64();
        number.map_or(default, |number| u32::try_from(number).unwrap_or(default))
    };
    let number = |name: &str, default: f64| settings[name].as_f64().unwrap_or(default);
    let manner = Manner {
        speed: number("speech_rate", 1.0),
        volume: number("volume", 50.0),
        pitch: number("pitch_rate", 1.0),
    };
    let rate_hz = format.rate(whole("sample_rate", 24_000));
    let voice = settings["voice"].as_str().unwrap_or_default();
    let said = sound::utter(text, voice, rate_hz, manner);
    let memory = session.wire.handle().spoken().clone();
    let Some(mut encoder) = Encoder::new(format, rate_hz, whole("bit_rate", 128)) else {
        return Ok(0);
    };
    encoder.says(&memory, &said);
    let mut pieces: Vec<Vec<u8>> = said
        .samples
        .chunks(rate_hz as usize / 5)
        .map(|chunk| encoder.encode(chunk))
        .collect();
    pieces.push(encoder.finish(&memory));
    for bytes in pieces.iter().filter(|bytes| !bytes.is_empty()) {
        let mut delta = place.clone();
        delta["delta"] = BASE64_STANDARD.encode(bytes).into();
        session.tell("response.audio.delta", delta).await?;
    }
    Ok(said.milliseconds())
}

/// The older models are paid by tokens, the newer ones by characters.
fn charge(session: &mut Session, text: &str, milliseconds: u64) -> Value {
    let model = session.model.clone();
    if model.starts_with("qwen-tts") {
        let input = u64::from(tokens::count(text));
        let output = milliseconds.div_ceil(1000) * TOKENS_A_SECOND;
        session.wire.charge(&model, |billed| {
            billed.input_tokens += input;
            billed.output_tokens += output;
        });
        return json!({
            "input_tokens": input,
            "output_tokens": output,
            "total_tokens": input + output,
            "input_tokens_details": { "text_tokens": input },
            "output_tokens_details": { "audio_tokens": output, "text_tokens": 0 },
        });
    }
    let count = characters(text);
    session
        .wire
        .charge(&model, |billed| billed.characters += count);
    json!({ "characters": count })
}
