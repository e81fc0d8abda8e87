//! Pictures without what their makers say beside the pixels: where and when they were taken, by which device, with what
//! prompt. Each walk copies what is needed to draw the picture, block by block, and ends where the picture ends, so nothing
//! that was hidden behind it stays. `None` is a file that is cut off or not what it says. (FI-12)

use super::kinds::{GIF, PNG, Type, WEBP};

/// The picture without them, for types whose pixels can be kept as they are. Of other types it is drawn anew.
pub(super) fn stripped(kind: &Type, file: &[u8]) -> Option<Vec<u8>> {
    if *kind == *PNG {
        png(file)
    } else if *kind == *GIF {
        gif(file)
    } else if *kind == *WEBP {
        webp(file)
    } else {
        None
    }
}

/// Reads a file from its beginning on.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, bytes: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(bytes)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn number(&mut self, to_number: fn([u8; 4]) -> u32) -> Option<usize> {
        let bytes = self.take(4)?.try_into().ok()?;
        usize::try_from(to_number(bytes)).ok()
    }
}

/// Chunks that say how to draw; texts, times, EXIF and all that is unknown is left out.
const PNG_CHUNKS: [&[u8; 4]; 17] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP",
    b"sBIT", b"bKGD", b"pHYs", b"hIST", b"acTL", b"fcTL", b"fdAT",
];

fn png(file: &[u8]) -> Option<Vec<u8>> {
    let mut rest = Reader(file);
    let mut out = Vec::with_capacity(file.len());
    out.extend_from_slice(rest.take(8)?);
    loop {
        let whole = rest.0;
        let length = rest.number(u32::from_be_bytes)?;
        let name = rest.take(4)?;
        rest.take(length)?;
        rest.take(4)?;
        if PNG_CHUNKS.iter().any(|known| *known == name) {
            out.extend_from_slice(whole.get(..length.checked_add(12)?)?);
        }
        if name == b"IEND" {
            return Some(out);
        }
    }
}

/// The bit of `VP8X` that says that EXIF follows, and the one for XMP.
const WEBP_METADATA: u8 = 0x08 | 0x04;

fn webp(file: &[u8]) -> Option<Vec<u8>> {
    let mut rest = Reader(file);
    rest.take(4)?;
    let length = rest.number(u32::from_le_bytes)?;
    // Behind that many bytes the picture has ended.
    let mut rest = Reader(rest.take(length)?);
    let mut out = Vec::with_capacity(file.len());
    out.extend_from_slice(b"RIFF\0\0\0\0");
    out.extend_from_slice(rest.take(4)?);
    while !rest.0.is_empty() {
        let whole = rest.0;
        let name = rest.take(4)?;
        let length = rest.number(u32::from_le_bytes)?;
        let padded = length.checked_add(length % 2)?;
        // The last chunk's padding is sometimes forgotten.
        let content = rest.take(length)?;
        let _ = rest.take(padded - length);
        let kept = [
            b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP",
        ];
        if !kept.iter().any(|known| *known == name) {
            continue;
        }
        out.extend_from_slice(whole.get(..8)?);
        let begins = out.len();
        out.extend_from_slice(content);
        out.resize(begins.checked_add(padded)?, 0);
        if name == b"VP8X" {
            *out.get_mut(begins)? &= !WEBP_METADATA;
        }
    }
    let length = u32::try_from(out.len().checked_sub(8)?).ok()?;
    out.get_mut(4..8)?.copy_from_slice(&length.to_le_bytes());
    Some(out)
}

/// Frames of an animation at most.
const MOST_FRAMES: usize = 5_000;

fn gif(file: &[u8]) -> Option<Vec<u8>> {
    let mut rest = Reader(file);
    let mut out = Vec::with_capacity(file.len());
    let mut frames = 0;
    let header = rest.take(13)?;
    out.extend_from_slice(header);
    out.extend_from_slice(rest.take(palette(header[10]))?);
    loop {
        let whole = rest.0;
        let kept = match rest.byte()? {
            0x3B => {
                out.push(0x3B);
                return (frames > 0).then_some(out);
            }
            0x2C => {
                frames += 1;
                let descriptor = rest.take(9)?;
                rest.take(palette(descriptor[8]))?;
                rest.byte()?;
                sub_blocks(&mut rest)?;
                frames <= MOST_FRAMES
            }
            0x21 => {
                let label = rest.byte()?;
                let beginning = rest.0;
                sub_blocks(&mut rest)?;
                // How long a frame stands, and how often all of them are shown: what else applications say is left out.
                let loops = [b"\x0BNETSCAPE2.0", b"\x0BANIMEXTS1.0"];
                label == 0xF9
                    || (label == 0xFF && loops.iter().any(|name| beginning.starts_with(*name)))
            }
            _ => return None,
        };
        if kept {
            out.extend_from_slice(whole.get(..whole.len() - rest.0.len())?);
        }
    }
}

/// Bytes of the palette that those flags say follows.
const fn palette(flags: u8) -> usize {
    if flags & 0x80 == 0 {
        0
    } else {
        3 << ((flags & 0x07) + 1)
    }
}

fn sub_blocks(rest: &mut Reader<'_>) -> Option<()> {
    loop {
        match rest.byte()? {
            0 => return Some(()),
            length => rest.take(usize::from(length))?,
        };
    }
}
