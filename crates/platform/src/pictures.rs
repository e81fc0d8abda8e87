//! Strangers' pictures: their size is looked at before anything is decoded. (FI-05)

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, metadata::Orientation};

/// The most passes over a JPEG's pixels: each costs as much as a whole picture, and a file can ask for thousands.
const MOST_SCANS: usize = 32;

/// How large a picture may be.
pub(crate) struct Bounds {
    /// The longest side, in pixels.
    pub(crate) side: u32,
    /// The most pixels.
    pub(crate) pixels: u64,
    /// What a decoder may take, in bytes.
    pub(crate) memory: u64,
}

/// A picture that was decoded.
pub(crate) struct Decoded {
    /// Its pixels, upright: which way is up is said beside them, and is lost with the rest of what is said there.
    pub(crate) image: DynamicImage,
    /// Whether they had to be turned for that.
    pub(crate) turned: bool,
    /// The profile of its colours.
    pub(crate) profile: Option<Vec<u8>>,
}

/// Decodes a picture of that format. `None` when it can't be read, or exceeds the bounds.
pub(crate) fn decode(file: &[u8], format: ImageFormat, bounds: &Bounds) -> Option<Decoded> {
    if format == ImageFormat::Jpeg && scans(file) > MOST_SCANS {
        return None;
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(bounds.side);
    limits.max_image_height = Some(bounds.side);
    limits.max_alloc = Some(bounds.memory);
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 || u64::from(width) * u64::from(height) > bounds.pixels {
        return None;
    }
    let orientation = decoder.orientation().ok();
    let orientation = orientation.unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().ok().flatten();
    let mut image = DynamicImage::from_decoder(decoder).ok()?;
    image.apply_orientation(orientation);
    Some(Decoded {
        image,
        turned: orientation != Orientation::NoTransforms,
        profile,
    })
}

/// How often the file begins a pass over the pixels. What lies in between can't look like it by chance.
fn scans(jpeg: &[u8]) -> usize {
    jpeg.windows(2)
        .filter(|marker| *marker == [0xFF, 0xDA])
        .count()
}
