//! Sound: a voice that hums one tone for each syllable, and the containers that carry it.
//!
//! Nobody can understand it, but it is real sound: it lasts as long as a person would speak, pauses at punctuation, and
//! differs from voice to voice and from text to text.

mod encoder;
mod memory;
mod mp3;
mod opus;
mod read;
mod spans;
mod voice;
mod wav;

use crate::dice::Dice;

pub(crate) use encoder::{Encoder, Format, file};
pub(crate) use memory::{Memory, OPENING};
pub(crate) use mp3::Mp3;
#[cfg(test)]
pub(crate) use mp3::mp3;
pub(crate) use opus::{OpusFile, opus_rate};
pub(crate) use read::{Recording, read};
pub(crate) use spans::{Span, Spans};
pub(crate) use voice::{Clause, Manner, Utterance, Word, utter, words};
pub(crate) use wav::wav;

/// The text as mono samples of 16 bits, at the voice's usual speed, volume and pitch.
pub(crate) fn speak(text: &str, voice: &str, rate_hz: u32) -> Vec<i16> {
    utter(text, voice, rate_hz, Manner::default()).samples
}

/// Samples as they are sent: 16 bits, little-endian.
pub(crate) fn pcm(samples: &[i16]) -> Vec<u8> {
    samples
        .iter()
        .flat_map(|sample| sample.to_le_bytes())
        .collect()
}

/// Chance that depends on a sound.
pub(crate) fn dice(seed: u64, samples: &[i16]) -> Dice {
    let loudest = samples.iter().map(|sample| sample.unsigned_abs()).max();
    Dice::new(seed).and(&format!("{}/{loudest:?}", samples.len()))
}

/// Whole milliseconds of this many samples.
pub(crate) fn milliseconds(samples: usize, rate_hz: u32) -> u64 {
    samples as u64 * 1000 / u64::from(rate_hz.max(1))
}

/// How many samples this many milliseconds are.
pub(crate) fn samples_in(milliseconds: u64, rate_hz: u32) -> usize {
    usize::try_from(milliseconds * u64::from(rate_hz) / 1000).unwrap_or(usize::MAX)
}
