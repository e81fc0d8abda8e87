//! Results as files behind addresses that expire.

use serde_json::{Value, json};

use super::order;
use crate::{
    Handle,
    calendar::Stamp,
    meeting::{Kind, Meeting, Record},
    picture::{self, Idea},
    sound::Mp3,
};

/// Key frames of one film at most.
const MOST_FRAMES: usize = 8;

/// Stores everything that was asked for, and adds the addresses to the task's data.
pub(super) fn publish(handle: &Handle, meeting: &Meeting, record: &Record, data: &mut Value) {
    let kinds = order::kinds(&meeting.order, || key_frames(handle, meeting, record));
    data["Result"] = json!({});
    for kind in kinds {
        let document =
            json!({ "TaskId": meeting.id, kind.name(): kind.document(record, meeting.stamp) });
        data["Result"][kind.name()] = address(handle, meeting, &kind, &document).into();
    }
    if meeting.order["Parameters"]["Transcoding"]["TargetAudioFormat"] == "mp3"
        && let Some(url) = playback(handle, meeting, record)
    {
        data["OutputMp3Path"] = url.into();
    }
}

/// Stores one document.
pub(super) fn address(handle: &Handle, meeting: &Meeting, kind: &Kind, document: &Value) -> String {
    let path = format!(
        "tingwu/{0}/{0}_{1}_{2}.json",
        meeting.id,
        kind.name(),
        time(meeting)
    );
    handle.publish(&path, "application/json", document.to_string())
}

/// Stores the recording as MP3.
pub(super) fn playback(handle: &Handle, meeting: &Meeting, record: &Record) -> Option<String> {
    let mut encoder = Mp3::new(record.rate_hz)?;
    let mut file = encoder.encode(&record.sound.mixed());
    file.extend(encoder.finish());
    let path = format!("tingwu/{0}/{0}_{1}.mp3", meeting.id, &time(meeting)[..8]);
    Some(handle.publish(&path, "audio/mpeg", file))
}

/// Draws a slide for every paragraph of a film; a recording without pictures has none.
pub(super) fn key_frames(handle: &Handle, meeting: &Meeting, record: &Record) -> Vec<String> {
    if !record.is_film {
        return Vec::new();
    }
    let paragraphs = record.paragraphs.iter().take(MOST_FRAMES).enumerate();
    let drawn = paragraphs.filter_map(|(at, paragraph)| {
        let idea = Idea {
            prompt: paragraph.text(),
            seed: handle.options().seed,
            ..Idea::default()
        };
        let slide = picture::png(&picture::draw(&idea, 640, 360)).ok()?;
        let path = format!("tingwu/{}/{}.png", meeting.id, at + 1);
        Some(handle.publish(&path, "image/png", slide))
    });
    drawn.collect()
}

/// `20260115163000`, when the meeting was handed in.
fn time(meeting: &Meeting) -> String {
    let stamp = Stamp(meeting.stamp * 1000).beijing();
    stamp
        .chars()
        .filter(char::is_ascii_digit)
        .take(14)
        .collect()
}
