//! Pictures: looked at before they are decoded, kept without what their makers say beside the pixels, and made small. (FI-05,
//! FI-12)

use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder, ImageEncoder, ImageFormat, ImageReader, Limits,
    codecs::jpeg::JpegEncoder, metadata::Orientation,
};

use super::{
    kinds::{BMP, GIF, JPEG, PNG, Type, WEBP},
    strip,
};

/// The largest picture's file, in bytes.
pub(super) const LARGEST: u64 = 48 * 1024 * 1024;

/// The longest side, in pixels.
const LONGEST_SIDE: u32 = 16_384;

/// The most pixels: more than what telephones take.
const MOST_PIXELS: u64 = 64_000_000;

/// What a decoder may take, in bytes.
const MEMORY: u64 = 512 * 1024 * 1024;

/// The most passes over a JPEG's pixels: each costs as much as a whole picture, and a file can ask for thousands.
const MOST_SCANS: usize = 32;

/// How well a JPEG is kept that is drawn anew, of 100.
const QUALITY: u8 = 92;

/// How well a small picture is kept.
const SMALL_QUALITY: u8 = 82;

/// A picture as it will be kept.
pub(super) struct Cleaned {
    pub(super) file: Vec<u8>,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// The picture upright and without what is said beside its pixels. Where nothing has to be turned, the pixels of PNG, GIF and
/// WebP are kept as they are; a JPEG is drawn anew. `None` when it can't be read, or would become enormous.
pub(super) fn cleaned(kind: &Type, file: &[u8]) -> Option<Cleaned> {
    let (image, turned, profile) = decode(kind, file)?;
    let (width, height) = (image.width(), image.height());
    let kept = if turned {
        None
    } else {
        strip::stripped(kind, file)
    };
    let is_redrawn = turned || *kind == *JPEG || *kind == *BMP;
    let file = match kept {
        Some(kept) => kept,
        // What was decoded but is not whole by its own account is no picture to keep.
        None if !is_redrawn => return None,
        None => encode(kind, image, profile)?,
    };
    Some(Cleaned {
        file,
        width,
        height,
    })
}

/// A small picture of it that fits into a square of `side` pixels, and its MIME type.
pub(super) fn small(kind: &Type, file: &[u8], side: u32) -> Option<Vec<u8>> {
    let (image, _, _) = decode(kind, file)?;
    let image = if image.width() > side || image.height() > side {
        image.thumbnail(side, side)
    } else {
        image
    };
    let mut out = Cursor::new(Vec::new());
    if image.color().has_alpha() && !is_opaque(&image) {
        DynamicImage::ImageRgba8(image.into_rgba8())
            .write_to(&mut out, ImageFormat::WebP)
            .ok()?;
    } else {
        // A lossless one would be six times as large.
        let encoder = JpegEncoder::new_with_quality(&mut out, SMALL_QUALITY);
        image.into_rgb8().write_with_encoder(encoder).ok()?;
    }
    Some(out.into_inner())
}

/// The MIME type of what [`small`] made.
pub(super) fn small_mime(file: &[u8]) -> &'static str {
    if file.starts_with(b"RIFF") {
        WEBP.mime
    } else {
        JPEG.mime
    }
}

fn is_opaque(image: &DynamicImage) -> bool {
    match image {
        DynamicImage::ImageRgba8(pixels) => pixels.pixels().all(|pixel| pixel.0[3] == u8::MAX),
        _ => false,
    }
}

/// The pixels upright, whether they had to be turned for that, and the profile of their colours.
fn decode(kind: &Type, file: &[u8]) -> Option<(DynamicImage, bool, Option<Vec<u8>>)> {
    let format = format(kind)?;
    if format == ImageFormat::Jpeg && scans(file) > MOST_SCANS {
        return None;
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 || u64::from(width) * u64::from(height) > MOST_PIXELS {
        return None;
    }
    let orientation = decoder.orientation().ok();
    let orientation = orientation.unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().ok().flatten();
    let mut image = DynamicImage::from_decoder(decoder).ok()?;
    image.apply_orientation(orientation);
    let turned = orientation != Orientation::NoTransforms;
    Some((image, turned, profile))
}

fn encode(kind: &Type, image: DynamicImage, profile: Option<Vec<u8>>) -> Option<Vec<u8>> {
    let mut out = Cursor::new(Vec::new());
    if *kind == *JPEG {
        let mut encoder = JpegEncoder::new_with_quality(&mut out, QUALITY);
        if let Some(profile) = profile {
            // Without it the colours are a little off, which is no reason to refuse the picture.
            let _ = encoder.set_icc_profile(profile);
        }
        let gray = matches!(image, DynamicImage::ImageLuma8(_));
        if gray {
            image.into_luma8().write_with_encoder(encoder).ok()?;
        } else {
            image.into_rgb8().write_with_encoder(encoder).ok()?;
        }
    } else {
        image.write_to(&mut out, format(kind)?).ok()?;
    }
    Some(out.into_inner())
}

fn format(kind: &Type) -> Option<ImageFormat> {
    [
        (PNG, ImageFormat::Png),
        (JPEG, ImageFormat::Jpeg),
        (WEBP, ImageFormat::WebP),
        (GIF, ImageFormat::Gif),
        (BMP, ImageFormat::Bmp),
    ]
    .into_iter()
    .find_map(|(known, format)| (known == kind).then_some(format))
}

/// How often the file begins a pass over the pixels. What lies in between can't look like it by chance.
fn scans(jpeg: &[u8]) -> usize {
    jpeg.windows(2)
        .filter(|marker| *marker == [0xFF, 0xDA])
        .count()
}
