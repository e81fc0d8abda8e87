//! MPEG-1, -2 and -2.5 Layer III, mono: long blocks of one Huffman table, each frame complete in itself.
//!
//! The syntax is that of ISO 11172-3 and 13818-3. What makes an encoder good, such as a model of hearing, is left out:
//! the voice is a few tones, and they survive.

mod filterbank;
mod lines;

use filterbank::Filterbank;
use lines::Quantized;

/// Lines of the spectrum in a granule, and samples that they stand for.
const GRANULE: usize = 576;

/// A complete file, or nothing when the format knows no such rate.
#[cfg(test)]
pub(crate) fn mp3(samples: &[i16], rate_hz: u32) -> Option<Vec<u8>> {
    let mut encoder = Mp3::new(rate_hz)?;
    let mut file = encoder.encode(samples);
    file.extend(encoder.finish());
    Some(file)
}

/// An encoder that is fed piece by piece.
#[derive(Debug)]
pub(crate) struct Mp3 {
    format: Format,
    filterbank: Filterbank,
    waiting: Vec<i16>,
    /// What the frames so far are shorter than the bit rate demands, in 1/rate bytes.
    owed: u32,
}

impl Mp3 {
    pub(crate) fn new(rate_hz: u32) -> Option<Self> {
        Some(Self {
            format: Format::of(rate_hz)?,
            filterbank: Filterbank::default(),
            waiting: Vec::new(),
            owed: 0,
        })
    }

    /// The frames that are full by now.
    pub(crate) fn encode(&mut self, samples: &[i16]) -> Vec<u8> {
        self.waiting.extend(samples);
        let frame = self.format.samples();
        let waiting = std::mem::take(&mut self.waiting);
        let mut frames = waiting.chunks_exact(frame);
        let mut file = Vec::new();
        for samples in &mut frames {
            self.frame(samples, &mut file);
        }
        self.waiting = frames.remainder().to_vec();
        file
    }

    /// The rest, with silence behind it, so that what the filters still hold comes out.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        let frame = self.format.samples();
        let held = self.waiting.len() + 2 * GRANULE;
        let silence = vec![0; held.next_multiple_of(frame) - self.waiting.len()];
        self.encode(&silence)
    }

    fn frame(&mut self, samples: &[i16], file: &mut Vec<u8>) {
        let format = self.format;
        let exact = format.granules * 72 * format.kilobits * 1000;
        self.owed += exact % format.rate_hz;
        let padding = u32::from(self.owed >= format.rate_hz);
        self.owed -= padding * format.rate_hz;
        let length = (exact / format.rate_hz + padding) as usize;
        let side = if format.granules == 2 { 17 } else { 9 };
        let room = (length - 4 - side) * 8 / format.granules as usize;
        let granules: Vec<Quantized> = samples
            .chunks_exact(GRANULE)
            .map(|samples| Quantized::fit(&self.filterbank.analyse(samples), room))
            .collect();

        let mut bits = Bits::default();
        bits.put(0x7ff, 11);
        bits.put(format.version, 2);
        // Layer III, no checksum.
        bits.put(0b011, 3);
        bits.put(format.bitrate_index, 4);
        bits.put(format.rate_index, 2);
        bits.put(padding, 1);
        // Private bit, mono, no extension, not copyrighted, original, no emphasis.
        bits.put(0b011_000_100, 9);
        if format.granules == 2 {
            bits.put(0, 9 + 5 + 4);
        } else {
            bits.put(0, 8 + 1);
        }
        for granule in &granules {
            granule.describe(&mut bits, format.granules == 2);
        }
        for granule in &granules {
            granule.write(&mut bits);
        }
        let mut frame = bits.bytes();
        frame.resize(length, 0);
        file.extend(frame);
    }
}

/// What the header of each frame says.
#[derive(Clone, Copy, Debug)]
struct Format {
    rate_hz: u32,
    version: u32,
    rate_index: u32,
    granules: u32,
    kilobits: u32,
    bitrate_index: u32,
}

impl Format {
    /// How many samples a frame holds.
    fn samples(self) -> usize {
        self.granules as usize * GRANULE
    }

    fn of(rate_hz: u32) -> Option<Self> {
        let (version, rate_index) = match rate_hz {
            44_100 => (0b11, 0),
            48_000 => (0b11, 1),
            32_000 => (0b11, 2),
            22_050 => (0b10, 0),
            24_000 => (0b10, 1),
            16_000 => (0b10, 2),
            11_025 => (0b00, 0),
            12_000 => (0b00, 1),
            8_000 => (0b00, 2),
            _ => return None,
        };
        let (granules, kilobits, bitrate_index) = match version {
            0b11 => (2, 128, 9),
            0b10 => (1, 64, 8),
            _ => (1, 32, 4),
        };
        Some(Self {
            rate_hz,
            version,
            rate_index,
            granules,
            kilobits,
            bitrate_index,
        })
    }
}

/// Bits in the order in which they are sent.
#[derive(Debug, Default)]
struct Bits {
    bytes: Vec<u8>,
    /// Bits of the last byte that are in use.
    used: u32,
}

impl Bits {
    fn put(&mut self, value: u32, count: u32) {
        for at in (0..count).rev() {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let bit = (value >> at & 1) as u8;
            if let Some(last) = self.bytes.last_mut() {
                *last |= bit << (7 - self.used % 8);
            }
            self.used += 1;
        }
    }

    fn bytes(self) -> Vec<u8> {
        self.bytes
    }
}
