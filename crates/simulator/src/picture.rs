//! Pictures that are really drawn: landscapes whose place, hour and shapes come from the words and the seed.

mod canvas;
mod edit;
mod mark;
mod palette;
mod scene;
mod shapes;

use image::{ImageError, ImageFormat, RgbImage, codecs::png, codecs::png::PngEncoder};

pub(crate) use self::{
    edit::{Edges, blend, cartoon, colorize, enlarge, expand, repaint, sketch, smooth, tint},
    mark::{Mark, stamp},
};
use crate::dice::Dice;

/// What a picture is drawn from; equal ideas give equal pictures at every size.
#[derive(Clone, Debug, Default)]
pub(crate) struct Idea {
    pub(crate) prompt: String,
    pub(crate) negative: String,
    pub(crate) style: String,
    pub(crate) seed: u64,
}

impl Idea {
    fn dice(&self) -> Dice {
        Dice::new(self.seed)
            .and(&self.prompt)
            .and("\u{1}")
            .and(&self.negative)
            .and("\u{1}")
            .and(&self.style)
    }
}

/// Draws the picture at exactly this size.
pub(crate) fn draw(idea: &Idea, width: u32, height: u32) -> RgbImage {
    let picture = scene::draw(idea, width.max(1), height.max(1));
    match idea.style.as_str() {
        "<sketch>" => sketch(&picture),
        "<flat illustration>" | "<anime>" | "<3d cartoon>" => cartoon(&picture),
        _ => picture,
    }
}

/// The file that is served.
pub(crate) fn png(picture: &RgbImage) -> Result<Vec<u8>, ImageError> {
    let mut bytes = Vec::new();
    let (fast, filter) = (png::CompressionType::Fast, png::FilterType::Adaptive);
    let encoder = PngEncoder::new_with_quality(&mut bytes, fast, filter);
    picture.write_with_encoder(encoder)?;
    Ok(bytes)
}

/// Reads a picture that was handed in, whatever its name says it is.
pub(crate) fn read(bytes: &[u8]) -> Option<RgbImage> {
    let format = image::guess_format(bytes).ok()?;
    let known = [
        ImageFormat::Png,
        ImageFormat::Jpeg,
        ImageFormat::WebP,
        ImageFormat::Bmp,
    ];
    if !known.contains(&format) {
        return None;
    }
    image::load_from_memory_with_format(bytes, format)
        .ok()
        .map(|picture| picture.to_rgb8())
}

#[cfg(test)]
mod tests {
    use super::{Idea, draw, png, read};

    fn idea(prompt: &str, seed: u64) -> Idea {
        Idea {
            prompt: prompt.to_owned(),
            seed,
            ..Idea::default()
        }
    }

    #[test]
    fn words_and_seed_make_the_picture() {
        let first = draw(&idea("雪山下的湖", 7), 96, 64);
        assert_eq!(first.dimensions(), (96, 64));
        assert_eq!(first, draw(&idea("雪山下的湖", 7), 96, 64));
        assert_ne!(first, draw(&idea("雪山下的湖", 8), 96, 64));
        assert_ne!(first, draw(&idea("a city at night", 7), 96, 64));
        let without = Idea {
            negative: "birds".to_owned(),
            ..idea("雪山下的湖", 7)
        };
        assert_ne!(first, draw(&without, 96, 64));
    }

    #[test]
    fn what_is_written_can_be_read() {
        let picture = draw(&idea("a lighthouse in fog", 1), 80, 60);
        let bytes = png(&picture).expect("a file");
        assert_eq!(read(&bytes), Some(picture));
        assert_eq!(read(b"GIF89a"), None);
        assert_eq!(read(b""), None);
    }
}
