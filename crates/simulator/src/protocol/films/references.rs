//! Files that a film is made from: pictures, other films, sounds.

use image::RgbImage;

use super::super::{entry::Entry, medium, pictures::parameters::out_of_range};
use crate::{Refusal, picture};

/// The largest sound, and the largest film.
const LARGEST_SOUND: usize = 15 << 20;
const LARGEST_FILM: usize = 100 << 20;

/// What is to appear: pictures and films.
#[derive(Clone, Debug, Default)]
pub(super) struct References {
    pub(super) pictures: Vec<RgbImage>,
    /// Seconds of the films.
    pub(super) seconds: Vec<f64>,
}

/// Reads what the addresses point at.
pub(super) async fn read(
    entry: &Entry,
    model: &str,
    urls: &[String],
) -> Result<References, Refusal> {
    let mut references = References::default();
    for url in urls {
        let file = medium::fetch(entry, model, url).await?;
        match (picture::read(&file.bytes), length(&file.bytes)) {
            (Some(picture), _) => references.pictures.push(picture),
            (None, Some(seconds)) if file.bytes.len() <= LARGEST_FILM => {
                if !(2.0..=30.0).contains(&seconds) {
                    let message = "Invalid file duration. The file duration must be 2 s ~ 30 s.";
                    return Err(Refusal::new(400, "InvalidFile.Duration", message));
                }
                references.seconds.push(seconds);
            }
            (None, Some(_)) => {
                let message = "Invalid file size, The video file size must be smaller than 100MB.";
                return Err(Refusal::new(400, "InvalidFile.Size", message));
            }
            (None, None) => {
                let message = "Invalid file, cannot open file as video/audio/image.";
                return Err(Refusal::new(400, "InvalidFile.Openerror", message));
            }
        }
    }
    if references.seconds.len() > 3 {
        return Err(out_of_range("reference_urls must hold at most 3 videos"));
    }
    Ok(references)
}

/// Sees whether a sound is there and not too large.
pub(super) async fn listen(entry: &Entry, model: &str, url: &str) -> Result<(), Refusal> {
    let file = medium::fetch(entry, model, url).await?;
    if file.bytes.len() <= LARGEST_SOUND {
        return Ok(());
    }
    let message = "Invalid file size, The audio file size must be smaller than 15MB.";
    Err(Refusal::new(400, "InvalidFile.Size", message))
}

/// The length of an MP4 or MOV as its movie header tells it, in seconds.
fn length(bytes: &[u8]) -> Option<f64> {
    let place = bytes.windows(4).position(|window| window == b"mvhd")?;
    let fields = bytes.get(place + 4..)?;
    let word = |at: usize| Some(u32::from_be_bytes(fields.get(at..at + 4)?.try_into().ok()?));
    let (scale, duration) = if fields.first()? == &0 {
        (word(12)?, word(16)?)
    } else {
        (word(20)?, word(28)?)
    };
    (scale > 0).then(|| f64::from(duration) / f64::from(scale))
}

#[cfg(test)]
mod tests {
    use super::length;
    use crate::{
        film::{Shot, mp4},
        picture::{Idea, draw},
    };

    #[test]
    fn our_own_films_tell_their_length() {
        let picture = draw(&Idea::default(), 64, 48);
        let file = mp4(&[Shot { picture, weight: 1 }], 7, false);
        assert_eq!(length(&file), Some(7.0));
        assert_eq!(length(b"mvhd"), None);
    }
}
