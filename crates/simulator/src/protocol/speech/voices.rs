//! Voices of the account's own: cloned from a recording, or designed by words.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use super::customization::{Request, second};
use crate::{
    Refusal,
    calendar::Stamp,
    dice::Dice,
    enrolled::{Origin, Voice},
    protocol::{entry::Entry, medium},
    sound::{self, Format, Manner, Spans},
};

const MOST: usize = 1000;
/// The rate of previews.
const RATE: u32 = 24_000;

/// Does what is asked with the account's voices.
pub(super) async fn act(entry: &Entry, request: &Request) -> Result<(Value, Value), Refusal> {
    let origin = match request.model.as_str() {
        "voice-enrollment" => Origin::Cloned,
        "qwen-voice-enrollment" => Origin::ClonedForQwen,
        _ => Origin::Designed,
    };
    let made = json!({ "count": 1 });
    match (origin, request.action.as_str()) {
        (Origin::Cloned, "create_voice") => {
            let prefix = request.prefix(10)?.to_owned();
            let url = request.text("url")?;
            check_recording(entry, request, url).await?;
            let voice = enrol(entry, request, origin, &prefix, url)?;
            Ok((json!({ "voice_id": voice.id }), made))
        }
        (Origin::ClonedForQwen, "create") => {
            let url = match &request.input["audio"] {
                Value::String(url) => url.as_str(),
                audio => audio["data"].as_str().unwrap_or_default(),
            };
            check_recording(entry, request, url).await?;
            let name = request.input["preferred_name"].as_str().unwrap_or("voice");
            let voice = enrol(entry, request, origin, name, "")?;
            let output = json!({ "voice": voice.id, "target_model": voice.target_model });
            Ok((output, made))
        }
        (Origin::Designed, "create") => {
            request.text("voice_prompt")?;
            let preview = request.text("preview_text")?;
            let name = request.input["preferred_name"].as_str().unwrap_or("voice");
            let voice = enrol(entry, request, origin, name, "")?;
            let said = sound::utter(preview, &voice.id, RATE, Manner::default());
            let file = sound::file(entry.handle.spoken(), &said, Format::Wav, 0);
            let data = BASE64_STANDARD.encode(file.unwrap_or_default());
            let output = json!({
                "voice": voice.id,
                "target_model": voice.target_model,
                "language": voice.details["language"],
                "preview_audio": { "data": data, "sample_rate": RATE, "response_format": "wav" },
            });
            Ok((output, made))
        }
        (Origin::Cloned, "update_voice") => {
            let url = request.text("url")?;
            check_recording(entry, request, url).await?;
            change(entry, origin, request.text("voice_id")?, |voice| {
                url.clone_into(&mut voice.link);
                voice.modified = Stamp::now();
            })?;
            Ok((json!({}), json!({})))
        }
        (_, action) => Ok((look(entry, request, origin, action)?, json!({}))),
    }
}

/// What needs no recording: listing, showing, deleting.
fn look(entry: &Entry, request: &Request, origin: Origin, action: &str) -> Result<Value, Refusal> {
    let id = if origin == Origin::Cloned {
        "voice_id"
    } else {
        "voice"
    };
    match action.trim_end_matches("_voice") {
        "list" => {
            let lists = entry.handle.enrolled().lists();
            let own: Vec<Voice> = lists
                .voices
                .iter()
                .filter(|voice| voice.origin == origin && entry.sees(&voice.id))
                .cloned()
                .collect();
            let page = request.page(&own, |voice| &voice.prefix);
            let rows: Vec<Value> = page.iter().map(|voice| row(entry, voice)).collect();
            Ok(json!({ "voice_list": rows, "total_count": own.len() }))
        }
        "query" => {
            let mut found = None;
            change(entry, origin, request.text(id)?, |voice| {
                found = Some(voice.clone());
            })?;
            let voice = found.ok_or_else(not_found)?;
            let mut row = row(entry, &voice);
            if origin == Origin::Cloned {
                row["resource_link"] = voice.link.into();
            }
            Ok(row)
        }
        "delete" => {
            let wanted = request.text(id)?;
            change(entry, origin, wanted, |_| {})?;
            let mut lists = entry.handle.enrolled().lists();
            lists.voices.retain(|voice| voice.id != wanted);
            Ok(json!({}))
        }
        _ => Err(request.unknown()),
    }
}

fn row(entry: &Entry, voice: &Voice) -> Value {
    let mut row = json!({
        "gmt_create": second(voice.created),
        "gmt_modified": second(voice.modified),
        "target_model": voice.target_model,
    });
    if voice.origin == Origin::Cloned {
        // A voice is made within the time of a task.
        let ready = voice.modified.after(entry.handle.options().task_time.0);
        let is_ready = Stamp::now() >= ready;
        row["voice_id"] = voice.id.as_str().into();
        row["status"] = if is_ready { "OK" } else { "DEPLOYING" }.into();
    } else {
        row["voice"] = voice.id.as_str().into();
        for name in ["language", "voice_prompt", "preview_text"] {
            if !voice.details[name].is_null() {
                row[name] = voice.details[name].clone();
            }
        }
    }
    row
}

fn enrol(
    entry: &Entry,
    request: &Request,
    origin: Origin,
    prefix: &str,
    link: &str,
) -> Result<Voice, Refusal> {
    let target_model = request.text("target_model")?;
    let mut lists = entry.handle.enrolled().lists();
    if lists.voices.len() >= MOST {
        let message = "Maximum voice storage limit exceeded, please delete existing voices.";
        return Err(Refusal::new(400, "Throttling.AllocationQuota", message));
    }
    lists.count += 1;
    let hex = Dice::new(entry.handle.options().seed)
        .and("voice")
        .and(&lists.count.to_string())
        .hex(32);
    let now = Stamp::now();
    let voice = Voice {
        id: format!("{target_model}-{prefix}-{hex}"),
        origin,
        target_model: target_model.to_owned(),
        prefix: prefix.to_owned(),
        link: link.to_owned(),
        details: request.input.clone(),
        created: now,
        modified: now,
    };
    lists.voices.push(voice.clone());
    entry.claim(&voice.id);
    Ok(voice)
}

fn change(
    entry: &Entry,
    origin: Origin,
    id: &str,
    change: impl FnOnce(&mut Voice),
) -> Result<(), Refusal> {
    let mut lists = entry.handle.enrolled().lists();
    let mut voices = lists.voices.iter_mut();
    let voice = voices.find(|voice| voice.id == id && voice.origin == origin && entry.sees(id));
    change(voice.ok_or_else(not_found)?);
    Ok(())
}

fn not_found() -> Refusal {
    Refusal::new(
        400,
        "BadRequest.ResourceNotExist",
        "The requested voice resource does not exist.",
    )
}

/// A voice needs somebody who speaks.
async fn check_recording(entry: &Entry, request: &Request, url: &str) -> Result<(), Refusal> {
    let medium = medium::fetch(entry, &request.model, url).await?;
    let recording = sound::read(&medium.bytes)
        .ok_or_else(|| Refusal::new(430, "Audio.DecoderError", "Decoder audio file failed."))?;
    if recording.rate_hz < 8000 {
        let message = "File sample rate unsupported";
        return Err(Refusal::new(430, "Audio.AudioRateError", message));
    }
    if Spans::of(&recording.mixed(), recording.rate_hz).is_empty() {
        return Err(Refusal::new(
            430,
            "Audio.AudioSilentError",
            "Silent file unsupported.",
        ));
    }
    Ok(())
}
