//! A stranger's file becomes a picture: its size is looked at before anything is decoded, and what leaves is drawn by us.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, imageops::FilterType};

use crate::pictures::{self, Bounds};

/// The largest file, in bytes.
pub(crate) const LONGEST: usize = 5 * 1024 * 1024;

/// How large what is read may be: a photo of a telephone.
const BOUNDS: Bounds = Bounds {
    side: 10_000,
    pixels: 25_000_000,
    memory: 192 * 1024 * 1024,
};

/// The side of what is kept, in pixels.
const SIDE: u32 = 256;

/// The picture's middle as a square PNG; `None` when the file is not a picture that can be read, or too large.
pub(crate) fn redraw(file: &[u8]) -> Option<Vec<u8>> {
    let image = decode(file)?;
    let side = image.width().min(image.height());
    let (left, top) = ((image.width() - side) / 2, (image.height() - side) / 2);
    // First cut, then scaled: the other way round, a long line would become enormous on the way.
    let square = image.crop_imm(left, top, side, side);
    let square = square.resize_exact(SIDE, SIDE, FilterType::CatmullRom);
    let mut png = Cursor::new(Vec::new());
    DynamicImage::ImageRgba8(square.into_rgba8())
        .write_to(&mut png, ImageFormat::Png)
        .ok()?;
    Some(png.into_inner())
}

fn decode(file: &[u8]) -> Option<DynamicImage> {
    let format = image::guess_format(file).ok()?;
    let known = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP];
    if !known.contains(&format) {
        return None;
    }
    Some(pictures::decode(file, format, &BOUNDS)?.image)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use image::{Rgb, RgbImage, Rgba, RgbaImage};

    use super::*;

    fn file(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        image.into().write_to(&mut file, format).unwrap();
        file.into_inner()
    }

    fn is_quick<T>(work: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let done = work();
        assert!(
            began.elapsed() < Duration::from_secs(2),
            "{:?}",
            began.elapsed()
        );
        done
    }

    #[test]
    fn a_picture_becomes_a_square_and_keeps_nothing_but_its_pixels() {
        let wide = RgbImage::from_fn(600, 300, |x, _| {
            if (150..450).contains(&x) {
                Rgb([200, 30, 30])
            } else {
                Rgb([0, 0, 0])
            }
        });
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
            let mut file = file(wide.clone(), format);
            file.extend_from_slice(b"<script>alert(1)</script>");
            let drawn = redraw(&file).unwrap();
            assert!(!drawn.windows(8).any(|part| part == b"<script>"));
            let image = image::load_from_memory(&drawn).unwrap().into_rgb8();
            assert_eq!(image.dimensions(), (256, 256));
            let Rgb([red, ..]) = *image.get_pixel(4, 128);
            assert!(red > 150, "its middle was cut out: {red}");
        }
    }

    #[test]
    fn what_is_see_through_stays_so() {
        let image = RgbaImage::from_pixel(10, 10, Rgba([1, 2, 3, 0]));
        let drawn = redraw(&file(image, ImageFormat::Png)).unwrap();
        let drawn = image::load_from_memory(&drawn).unwrap().into_rgba8();
        assert_eq!(drawn.get_pixel(5, 5).0[3], 0);
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let svg: &[u8] = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
        let image = RgbImage::from_pixel(10, 10, Rgb([1, 2, 3]));
        let png = file(image.clone(), ImageFormat::Png);
        let bmp = file(image, ImageFormat::Bmp);
        for bad in [&[][..], b"GIF89a", svg, &png[..png.len() / 2], &bmp] {
            assert_eq!(redraw(bad), None);
        }
    }

    /// A few bytes that say that they are an enormous picture.
    #[test]
    fn a_picture_that_would_be_enormous_is_refused_before_it_is_decoded() {
        let mut png = file(RgbImage::new(8, 8), ImageFormat::Png);
        for (width, height) in [(60_000_u32, 60_000_u32), (9_000, 9_000), (1, 50_000)] {
            png[16..20].copy_from_slice(&width.to_be_bytes());
            png[20..24].copy_from_slice(&height.to_be_bytes());
            let crc = crc(&png[12..29]);
            png[29..33].copy_from_slice(&crc.to_be_bytes());
            assert_eq!(is_quick(|| redraw(&png)), None, "{width}×{height}");
        }
    }

    #[test]
    fn a_line_of_one_pixel_is_drawn_without_becoming_enormous() {
        let line = file(RgbImage::new(9_999, 1), ImageFormat::Png);
        assert!(is_quick(|| redraw(&line)).is_some());
    }

    #[test]
    fn a_jpeg_of_thousands_of_passes_is_refused() {
        let jpeg = file(RgbImage::new(64, 64), ImageFormat::Jpeg);
        let scan = jpeg
            .windows(2)
            .position(|marker| marker == [0xFF, 0xDA])
            .unwrap();
        let mut hostile = jpeg[..scan].to_vec();
        for _ in 0..5_000 {
            hostile.extend_from_slice(&jpeg[scan..jpeg.len() - 2]);
        }
        assert_eq!(is_quick(|| redraw(&hostile)), None);
    }

    /// PNG's checksum, bit by bit.
    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
                (sum >> 1) ^ (0xEDB8_8320 * (sum & 1))
            })
        })
    }
}
