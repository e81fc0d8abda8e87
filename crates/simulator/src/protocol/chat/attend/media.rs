//! Pictures, films and sound of a request: fetched, measured and counted.

use crate::{
    Refusal,
    compose::{self, Sight},
    protocol::{
        chat::{
            parts::{Exhibit, Modality},
            request::Ask,
        },
        entry::Entry,
        medium::{self, Medium},
    },
    sound,
};

/// What stands for a picture on another machine.
const ASSUMED: (u32, u32) = (1024, 1024);
/// The least, and the usual most, of one picture.
const PICTURE_TOKENS: [u64; 2] = [4, 2_560];
/// The most with `vl_high_resolution_images`.
const LARGE_PICTURE_TOKENS: u64 = 16_384;
/// Tokens around every picture and film.
const FRAME_TOKENS: u32 = 2;
/// A frame of a film, and the length that is taken for a film that is not decoded.
const FILM_TOKENS: u32 = 64 * 20;

/// Takes everything in, one after the other.
pub(super) async fn attend(ask: &mut Ask, entry: &Entry) -> Result<(), Refusal> {
    for exhibit in std::mem::take(&mut ask.exhibits) {
        take_in(&exhibit, ask, entry).await?;
        ask.exhibits.push(exhibit);
    }
    ask.prompt_tokens = ask.prompt_tokens.saturating_add(ask.sensed.total());
    Ok(())
}

async fn take_in(exhibit: &Exhibit, ask: &mut Ask, entry: &Entry) -> Result<(), Refusal> {
    match exhibit.kind {
        Modality::Picture => {
            let medium = fetch(exhibit, ask, entry).await?;
            let sight = look(medium).await?;
            let (width, height) = match &sight {
                Sight::Picture { width, height, .. } => (*width, *height),
                _ => ASSUMED,
            };
            if width.min(height) < 10 || width.max(height) / width.min(height) > 200 {
                return Err(Refusal::invalid_parameter(
                    "The image length and width do not meet the model restrictions.",
                ));
            }
            ask.sensed.image += picture_tokens(ask, exhibit, width, height);
            ask.sights.push(sight);
        }
        Modality::Frames => {
            let each = picture_tokens(ask, exhibit, ASSUMED.0 / 2, ASSUMED.1 / 2);
            // Two frames become one.
            let pairs = u32::try_from(exhibit.urls.len().div_ceil(2)).unwrap_or(u32::MAX);
            ask.sensed.video = ask.sensed.video.saturating_add(each.saturating_mul(pairs));
            ask.sights.push(Sight::Frames(exhibit.urls.len()));
        }
        Modality::Film => {
            let film = fetch(exhibit, ask, entry).await?;
            if film.as_ref().is_some_and(|film| !is_film(&film.bytes)) {
                return Err(Refusal::invalid_parameter("Invalid video file."));
            }
            let sight = film.map_or(Sight::Elsewhere, |_| Sight::Film);
            ask.sensed.video += FILM_TOKENS + FRAME_TOKENS;
            ask.sights.push(sight);
        }
        Modality::Sound => {
            let Some(medium) = fetch(exhibit, ask, entry).await? else {
                ask.sensed.audio += sound_tokens(ask, 10_000);
                ask.sights.push(Sight::Elsewhere);
                return Ok(());
            };
            let heard = tokio::task::spawn_blocking(move || sound::read(&medium.bytes)).await;
            let recording = heard.ok().flatten().ok_or_else(|| {
                Refusal::invalid_parameter("The file format is illegal and cannot be opened.")
            })?;
            let milliseconds = recording.milliseconds();
            if milliseconds == 0 {
                return Err(Refusal::invalid_parameter("The audio is empty"));
            }
            ask.sensed.audio += sound_tokens(ask, milliseconds);
            ask.sights.push(Sight::Sound { milliseconds });
        }
    }
    Ok(())
}

/// What the address points at; nothing when that is another machine, which is not asked.
async fn fetch(exhibit: &Exhibit, ask: &Ask, entry: &Entry) -> Result<Option<Medium>, Refusal> {
    let url = exhibit.urls.first().map_or("", String::as_str);
    medium::check_address(entry, url)?;
    let is_here = [
        "data:",
        "oss://",
        "http://127.",
        "http://localhost",
        "http://[::1]",
    ]
    .iter()
    .any(|beginning| url.starts_with(beginning));
    if is_here || url.starts_with(&entry.handle.origin()) {
        medium::fetch(entry, &ask.model_id, url).await.map(Some)
    } else {
        Ok(None)
    }
}

/// Whether it begins like a film: in boxes, or as Matroska does.
fn is_film(bytes: &[u8]) -> bool {
    bytes.get(4..8) == Some(b"ftyp") || bytes.starts_with(&[0x1A, 0x45, 0xDF, 0xA3])
}

async fn look(medium: Option<Medium>) -> Result<Sight, Refusal> {
    let Some(medium) = medium else {
        return Ok(Sight::Elsewhere);
    };
    let looked = tokio::task::spawn_blocking(move || compose::look(&medium.bytes)).await;
    looked.ok().flatten().ok_or_else(|| {
        Refusal::invalid_parameter("Failed to decode the image during the data inspection.")
    })
}

/// One token for a square of 32 points (28 before Qwen3-VL), within the limits that the request sets.
fn picture_tokens(ask: &Ask, exhibit: &Exhibit, width: u32, height: u32) -> u32 {
    let is_older = ["qwen-vl", "qwen2", "qvq", "qwen-omni"]
        .iter()
        .any(|family| ask.model_id.starts_with(family));
    let side: u64 = if is_older { 28 } else { 32 };
    let squares = |length: u32| (u64::from(length) + side / 2) / side;
    let area = side * side;
    let [least, most] = PICTURE_TOKENS;
    let most = if ask.high_resolution {
        LARGE_PICTURE_TOKENS
    } else {
        exhibit.max_pixels.map_or(most, |pixels| pixels / area)
    };
    let least = exhibit.min_pixels.map_or(least, |pixels| pixels / area);
    let count = (squares(width).max(1) * squares(height).max(1))
        .max(least.min(LARGE_PICTURE_TOKENS))
        .min(most.clamp(1, LARGE_PICTURE_TOKENS));
    u32::try_from(count).unwrap_or(u32::MAX) + FRAME_TOKENS
}

/// 25 tokens for a second in older models, half of that since Qwen3; a second at least.
fn sound_tokens(ask: &Ask, milliseconds: u64) -> u32 {
    let is_older = ["qwen-omni", "qwen2.5"]
        .iter()
        .any(|family| ask.model_id.starts_with(family));
    let per_second: u64 = if is_older { 50 } else { 25 };
    let count = (milliseconds.max(1_000) * per_second).div_ceil(2_000);
    u32::try_from(count).unwrap_or(u32::MAX)
}
