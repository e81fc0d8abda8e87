//! From samples to the lines of the spectrum: 32 bands, 18 lines in each.
#![expect(
    clippy::cast_precision_loss,
    reason = "indices are small and go into angles"
)]

use std::f64::consts::PI;

use super::GRANULE;

const BANDS: usize = 32;
const LINES: usize = 18;
const TAPS: usize = 512;

/// The prototype filter of the standard, as the few cosines that its table of 512 numbers consists of (to −97 dB).
const PROTOTYPE: [f64; 8] = [
    0.124_996,
    0.25,
    0.249_061,
    0.234_832,
    0.176_782,
    0.085_736,
    0.021_643,
    0.001_932_5,
];

/// How much of a line leaks over the border of its band, by the distance from the border.
const LEAKS: [f64; 8] = [
    -0.6, -0.535, -0.33, -0.185, -0.095, -0.041, -0.0142, -0.0037,
];

/// The analysis half of the hybrid filterbank. It keeps what the next granule overlaps with.
#[derive(Debug)]
pub(super) struct Filterbank {
    window: Vec<f64>,
    modulation: Vec<f64>,
    transform: Vec<f64>,
    /// The newest sample last.
    past: Vec<f64>,
    before: Vec<[f64; BANDS]>,
}

impl Default for Filterbank {
    fn default() -> Self {
        let window = (0..TAPS).map(|n| {
            let angle = 2.0 * PI * (n as f64 - 256.0) / TAPS as f64;
            let cosines = PROTOTYPE.iter().zip(0_u32..);
            let height: f64 = cosines.map(|(a, k)| a * (angle * f64::from(k)).cos()).sum();
            let sign = if n / 64 % 2 == 1 { -1.0 } else { 1.0 };
            sign * height / 32.0
        });
        let modulation = (0..BANDS * 64).map(|at| {
            let (band, k) = ((at / 64) as f64, (at % 64) as f64);
            ((2.0 * band + 1.0) * (k - 16.0) * PI / 64.0).cos()
        });
        let transform = (0..LINES * 36).map(|at| {
            let (line, k) = ((at / 36) as f64, (at % 36) as f64);
            let window = (PI / 36.0 * (k + 0.5)).sin();
            window * (PI / 72.0 * (2.0 * k + 19.0) * (2.0 * line + 1.0)).cos() / 9.0
        });
        Self {
            window: window.collect(),
            modulation: modulation.collect(),
            transform: transform.collect(),
            past: vec![0.0; TAPS],
            before: vec![[0.0; BANDS]; LINES],
        }
    }
}

impl Filterbank {
    /// The spectrum of one granule.
    pub(super) fn analyse(&mut self, samples: &[i16]) -> [f64; GRANULE] {
        let mut blocks = self.before.clone();
        for (time, samples) in samples.chunks_exact(BANDS).enumerate() {
            self.past.drain(..BANDS);
            self.past
                .extend(samples.iter().map(|sample| f64::from(*sample) / 32768.0));
            blocks.push(self.bands(time));
        }
        self.before = blocks[LINES..].to_vec();
        let mut spectrum = [0.0; GRANULE];
        for (at, line) in spectrum.iter_mut().enumerate() {
            let (band, k) = (at / LINES, at % LINES);
            *line = self.transform[k * 36..][..36]
                .iter()
                .zip(&blocks)
                .map(|(weight, block)| weight * block[band])
                .sum();
        }
        separate(&mut spectrum);
        spectrum
    }

    /// One sample of each band. The transform runs backwards in odd bands, so every other sample of them is turned.
    fn bands(&self, time: usize) -> [f64; BANDS] {
        let mut folded = [0.0; 64];
        for (n, (weight, sample)) in self.window.iter().zip(self.past.iter().rev()).enumerate() {
            folded[n % 64] += weight * sample;
        }
        std::array::from_fn(|band| {
            let angles = &self.modulation[band * 64..][..64];
            let sum: f64 = angles.iter().zip(&folded).map(|(a, b)| a * b).sum();
            if band % 2 == 1 && time % 2 == 1 {
                -sum
            } else {
                sum
            }
        })
    }
}

/// Undoes in advance what the decoder does against leaks between neighbouring bands.
fn separate(spectrum: &mut [f64; GRANULE]) {
    for border in (LINES..GRANULE).step_by(LINES) {
        for (distance, leak) in LEAKS.iter().enumerate() {
            let length = (1.0 + leak * leak).sqrt();
            let (kept, lost) = (1.0 / length, leak / length);
            let (low, high) = (border - 1 - distance, border + distance);
            let (below, above) = (spectrum[low], spectrum[high]);
            spectrum[low] = below * kept + above * lost;
            spectrum[high] = above * kept - below * lost;
        }
    }
}
