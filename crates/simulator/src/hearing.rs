//! Understanding speech: what was spoken here is known again, and anything else gets sentences that fill its time.

mod ear;
mod fill;
mod interpreter;

use crate::{Handle, sound};

pub(crate) use ear::{Ear, Heard, Sentence};
pub(crate) use fill::Tongue;
pub(crate) use interpreter::translate;

/// The sentences of one channel of a recording.
pub(crate) fn sentences(
    handle: &Handle,
    samples: &[i16],
    rate_hz: u32,
    tongue: Tongue,
    expected: &[String],
) -> Vec<Sentence> {
    // The same sound is understood in the same way, whoever asks.
    let dice = sound::dice(handle.options().seed, samples);
    let memory = handle.spoken().clone();
    let mut ear = Ear::new(memory, rate_hz, tongue, dice).expecting(expected);
    let mut heard = ear.hear(samples);
    heard.extend(ear.finish());
    let whole = heard.into_iter().filter_map(|heard| match heard {
        Heard::Whole(sentence) => Some(sentence),
        Heard::Part(_) => None,
    });
    whole.collect()
}
