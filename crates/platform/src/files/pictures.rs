//! Pictures: looked at before they are decoded, kept without what their makers say beside the pixels, and made small. (FI-05,
//! FI-12)

use std::io::Cursor;

use image::{DynamicImage, ImageEncoder, ImageFormat, codecs::jpeg::JpegEncoder};

use super::{
    kinds::{BMP, GIF, JPEG, PNG, Type, WEBP},
    strip,
};
use crate::pictures::{self, Bounds, Decoded};

/// The largest picture's file, in bytes.
pub(super) const LARGEST: u64 = 48 * 1024 * 1024;

/// How large a picture may be: more pixels than what telephones take.
const BOUNDS: Bounds = Bounds {
    side: 16_384,
    pixels: 64_000_000,
    memory: 512 * 1024 * 1024,
};

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
    let Decoded {
        image,
        turned,
        profile,
    } = decoded(kind, file)?;
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
    let image = decoded(kind, file)?.image;
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

fn decoded(kind: &Type, file: &[u8]) -> Option<Decoded> {
    pictures::decode(file, format(kind)?, &BOUNDS)
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
