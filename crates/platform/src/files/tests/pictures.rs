use std::time::{Duration, Instant};

use super::*;
use crate::files::{
    kinds::{GIF, JPEG, PNG, Type, WEBP},
    pictures::{cleaned, small},
};

/// EXIF that says that the picture lies on its side, and where it was taken.
const EXIF: &[u8] =
    b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0GPSLatitude 31.2304";

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ (0xEDB8_8320 * (sum & 1))
        })
    })
}

fn png_chunk(name: [u8; 4], content: &[u8]) -> Vec<u8> {
    let named = [&name[..], content].concat();
    let length = u32::try_from(content.len()).unwrap();
    [
        &length.to_be_bytes()[..],
        &named[..],
        &crc(&named).to_be_bytes()[..],
    ]
    .concat()
}

/// A PNG with that chunk behind its header.
fn png_with(name: [u8; 4], content: &[u8]) -> Vec<u8> {
    let png = picture(40, 20, ImageFormat::Png);
    [&png[..33], &png_chunk(name, content)[..], &png[33..]].concat()
}

fn jpeg_with_exif() -> Vec<u8> {
    let jpeg = picture(40, 20, ImageFormat::Jpeg);
    let content = [&b"Exif\0\0"[..], EXIF].concat();
    let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
    [
        &jpeg[..2],
        &[0xFF, 0xE1][..],
        &length[..],
        &content[..],
        &jpeg[2..],
        &b"<script>GPSLatitude</script>"[..],
    ]
    .concat()
}

fn webp_with_exif() -> Vec<u8> {
    let webp = picture(40, 20, ImageFormat::WebP);
    let mut chunks = b"VP8X\x0a\0\0\0\x08\0\0\0\x27\0\0\x13\0\0".to_vec();
    chunks.extend_from_slice(&webp[12..]);
    let mut exif = [&b"Exif\0\0"[..], &EXIF[..18], &b"\0\x01"[..], &EXIF[20..]].concat();
    exif.resize(exif.len() + exif.len() % 2, 0);
    chunks.extend_from_slice(b"EXIF");
    chunks.extend_from_slice(&u32::try_from(exif.len()).unwrap().to_le_bytes());
    chunks.extend_from_slice(&exif);
    let length = u32::try_from(chunks.len() + 4).unwrap();
    [
        &b"RIFF"[..],
        &length.to_le_bytes()[..],
        &b"WEBP"[..],
        &chunks[..],
    ]
    .concat()
}

fn says(file: &[u8], word: &[u8]) -> bool {
    file.windows(word.len()).any(|part| part == word)
}

/// FI-12.
#[test]
fn where_a_picture_was_taken_is_not_kept() {
    let mut gif = picture(40, 20, ImageFormat::Gif);
    let end = gif.pop().unwrap();
    gif.extend_from_slice(b"\x21\xFE\x0bGPSLatitude\0");
    gif.extend_from_slice(b"\x21\xFF\x0bXMP DataXMP\x0bGPSLatitude\0");
    gif.push(end);
    gif.extend_from_slice(b"GPSLatitude");
    let cases: [(&Type, Vec<u8>); 6] = [
        (PNG, png_with(*b"tEXt", b"Comment\0GPSLatitude 31.2304")),
        (
            PNG,
            [png_with(*b"tIME", b"GPSLatitude"), b"GPSLatitude".to_vec()].concat(),
        ),
        (PNG, png_with(*b"eXIf", EXIF)),
        (JPEG, jpeg_with_exif()),
        (WEBP, webp_with_exif()),
        (GIF, gif),
    ];
    for (index, (kind, file)) in cases.into_iter().enumerate() {
        assert!(says(&file, b"GPSLatitude"), "{index}");
        let cleaned = cleaned(kind, &file).unwrap_or_else(|| panic!("{index}"));
        assert!(!says(&cleaned.file, b"GPSLatitude"), "{index}");
        assert!(!says(&cleaned.file, b"Exif"), "{index}");
        let image = image::load_from_memory(&cleaned.file).unwrap();
        assert_eq!(
            (image.width(), image.height()),
            (cleaned.width, cleaned.height),
            "{index}"
        );
    }
}

#[test]
fn a_picture_that_lies_on_its_side_is_put_upright() {
    for (kind, file) in [(JPEG, jpeg_with_exif()), (PNG, png_with(*b"eXIf", EXIF))] {
        let cleaned = cleaned(kind, &file).unwrap();
        assert_eq!((cleaned.width, cleaned.height), (20, 40), "{}", kind.mime);
    }
}

/// What a model drew is kept to the last bit.
#[test]
fn pixels_of_a_png_are_kept_as_they_are() {
    let plain = picture(40, 20, ImageFormat::Png);
    assert_eq!(cleaned(PNG, &plain).unwrap().file, plain);
    let told = png_with(*b"iTXt", b"prompt\0\0\0\0\0a poem");
    assert_eq!(cleaned(PNG, &told).unwrap().file, plain);
}

/// An animation stays one.
#[test]
fn frames_of_a_gif_are_kept() {
    let mut file = Vec::new();
    {
        let mut encoder = image::codecs::gif::GifEncoder::new(&mut file);
        encoder
            .set_repeat(image::codecs::gif::Repeat::Infinite)
            .unwrap();
        let frame = image::Frame::new(image::RgbaImage::new(10, 10));
        encoder
            .encode_frames([frame.clone(), frame.clone(), frame])
            .unwrap();
    }
    let cleaned = cleaned(GIF, &file).unwrap();
    let decoder = image::codecs::gif::GifDecoder::new(Cursor::new(&cleaned.file)).unwrap();
    assert_eq!(image::AnimationDecoder::into_frames(decoder).count(), 3);
    assert!(says(&cleaned.file, b"NETSCAPE2.0"));
}

/// FI-05: a few bytes that say that they are an enormous picture.
#[test]
fn what_would_become_enormous_is_refused_before_it_is_decoded() {
    let mut png = picture(8, 8, ImageFormat::Png);
    for (width, height) in [(60_000_u32, 60_000_u32), (16_000, 16_000), (1, 50_000)] {
        png[16..20].copy_from_slice(&width.to_be_bytes());
        png[20..24].copy_from_slice(&height.to_be_bytes());
        let sum = crc(&png[12..29]);
        png[29..33].copy_from_slice(&sum.to_be_bytes());
        let began = Instant::now();
        assert!(cleaned(PNG, &png).is_none(), "{width}×{height}");
        assert!(small(PNG, &png, 128).is_none());
        assert!(
            began.elapsed() < Duration::from_secs(1),
            "{:?}",
            began.elapsed()
        );
    }
}

#[test]
fn a_jpeg_of_thousands_of_passes_is_refused() {
    let jpeg = picture(64, 64, ImageFormat::Jpeg);
    let scan = jpeg
        .windows(2)
        .position(|marker| marker == [0xFF, 0xDA])
        .unwrap();
    let mut hostile = jpeg[..scan].to_vec();
    for _ in 0..5_000 {
        hostile.extend_from_slice(&jpeg[scan..jpeg.len() - 2]);
    }
    let began = Instant::now();
    assert!(cleaned(JPEG, &hostile).is_none());
    assert!(began.elapsed() < Duration::from_secs(1));
}

#[test]
fn a_file_that_is_cut_anywhere_is_refused_or_whole_by_itself() {
    for (kind, format) in [
        (PNG, ImageFormat::Png),
        (GIF, ImageFormat::Gif),
        (WEBP, ImageFormat::WebP),
        (JPEG, ImageFormat::Jpeg),
    ] {
        let file = picture(40, 20, format);
        for end in 0..file.len() {
            if let Some(cleaned) = cleaned(kind, &file[..end]) {
                assert!(
                    image::load_from_memory(&cleaned.file).is_ok(),
                    "{} cut at {end}",
                    kind.mime
                );
            }
        }
    }
}

#[test]
fn what_is_see_through_stays_so_when_it_is_small() {
    let image = image::RgbaImage::from_pixel(400, 400, image::Rgba([1, 2, 3, 0]));
    let mut file = Cursor::new(Vec::new());
    image.write_to(&mut file, ImageFormat::Png).unwrap();
    let small = small(PNG, file.get_ref(), 128).unwrap();
    let small = image::load_from_memory(&small).unwrap();
    assert_eq!((small.width(), small.height()), (128, 128));
    assert!(small.color().has_alpha());
}
