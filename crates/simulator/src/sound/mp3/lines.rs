//! Lines of the spectrum as small whole numbers, and these as bits.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "lines are between 0 and 7 once they are quantized"
)]

use super::{Bits, GRANULE};

/// Huffman table 10 of the standard: pairs of numbers up to 7, each as (bits, code).
const TABLE: u32 = 10;
#[rustfmt::skip]
const PAIRS: [[(u32, u32); 8]; 8] = [
    [(1, 1), (3, 2), (6, 10), (8, 23), (9, 35), (9, 30), (9, 12), (10, 17)],
    [(3, 3), (4, 3), (6, 8), (7, 12), (8, 18), (9, 21), (8, 12), (8, 7)],
    [(6, 11), (6, 9), (7, 15), (8, 21), (9, 32), (10, 40), (9, 19), (9, 6)],
    [(7, 14), (7, 13), (8, 22), (9, 34), (10, 46), (10, 23), (9, 18), (10, 7)],
    [(8, 20), (8, 19), (9, 33), (10, 47), (10, 27), (10, 22), (10, 9), (10, 3)],
    [(9, 31), (9, 22), (10, 41), (10, 26), (11, 21), (11, 20), (10, 5), (11, 3)],
    [(8, 14), (8, 13), (9, 10), (10, 11), (10, 16), (10, 6), (11, 5), (11, 1)],
    [(9, 9), (8, 8), (9, 7), (10, 8), (10, 4), (11, 4), (11, 2), (11, 0)],
];
const LARGEST: f64 = 7.0;
/// The gain at which a line of 1 stands for 1.
const UNITY: u32 = 210;

/// A granule as it is written.
#[derive(Debug)]
pub(super) struct Quantized {
    gain: u32,
    /// Absolute value and whether it is negative; none behind the last that counts.
    lines: Vec<(usize, bool)>,
    bits: u32,
}

impl Quantized {
    /// The finest steps at which the lines are small enough for the table and their bits for the room.
    pub(super) fn fit(spectrum: &[f64; GRANULE], room: usize) -> Self {
        let powers: Vec<f64> = spectrum.iter().map(|line| line.abs().powf(0.75)).collect();
        let peak = powers.iter().copied().fold(0.0, f64::max);
        let mut gain = 0;
        while peak * scale(gain) + ROUNDING >= LARGEST + 1.0 {
            gain += 1;
        }
        loop {
            let fitted = Self::at(gain, &powers, spectrum);
            if fitted.bits as usize <= room || gain == 255 {
                return fitted;
            }
            gain += 1;
        }
    }

    fn at(gain: u32, powers: &[f64], spectrum: &[f64; GRANULE]) -> Self {
        let scale = scale(gain);
        let sizes = powers
            .iter()
            .map(|power| (power * scale + ROUNDING) as usize);
        let mut lines: Vec<(usize, bool)> = sizes
            .zip(spectrum)
            .map(|(size, line)| (size, *line < 0.0))
            .collect();
        let counting = lines.iter().rposition(|(size, _)| *size > 0);
        lines.truncate(counting.map_or(0, |last| (last + 1).next_multiple_of(2)));
        let bits = lines
            .chunks_exact(2)
            .map(|pair| {
                let signs = pair.iter().filter(|(size, _)| *size > 0).count();
                PAIRS[pair[0].0][pair[1].0].0 + signs as u32
            })
            .sum();
        Self { gain, lines, bits }
    }

    /// The side information. MPEG-1 has a shorter field for the scale factors, of which there are none, and a flag.
    pub(super) fn describe(&self, bits: &mut Bits, is_mpeg1: bool) {
        bits.put(self.bits, 12);
        bits.put(self.lines.len() as u32 / 2, 9);
        bits.put(self.gain, 8);
        bits.put(0, if is_mpeg1 { 4 } else { 9 });
        bits.put(0, 1);
        for _ in 0..3 {
            bits.put(TABLE, 5);
        }
        bits.put(0, 4 + 3);
        bits.put(0, if is_mpeg1 { 3 } else { 2 });
    }

    pub(super) fn write(&self, bits: &mut Bits) {
        for pair in self.lines.chunks_exact(2) {
            let (length, code) = PAIRS[pair[0].0][pair[1].0];
            bits.put(code, length);
            for (_, negative) in pair.iter().filter(|(size, _)| *size > 0) {
                bits.put(u32::from(*negative), 1);
            }
        }
    }
}

/// Where a power is rounded up.
const ROUNDING: f64 = 0.4054;

/// What powers of 3/4 are multiplied with at this gain.
fn scale(gain: u32) -> f64 {
    ((f64::from(UNITY) - f64::from(gain)) / 4.0 * 0.75).exp2()
}
