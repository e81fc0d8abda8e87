//! What was spoken here can be understood again: a clause is known by its first samples.

use std::{
    collections::{HashMap, VecDeque},
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{Clause, Recording, Spans, Utterance, milliseconds};

/// How many samples tell clauses apart.
pub(crate) const OPENING: usize = 2048;
/// Older clauses are forgotten, so that a demonstration can run for weeks.
const MOST: usize = 50_000;

/// The clauses that were spoken, by their opening; times count from its first sample.
#[derive(Debug, Default)]
pub(crate) struct Memory(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    clauses: HashMap<u64, Clause>,
    order: VecDeque<u64>,
}

impl Memory {
    /// Keeps what was said as it sounds.
    pub(crate) fn keep(&self, said: &Utterance) {
        self.keep_as(said, &said.samples, said.rate_hz);
    }

    /// Keeps what was said as it sounds in a file that does not keep the samples.
    pub(crate) fn keep_in(&self, said: &Utterance, heard: &Recording) {
        if let Some(samples) = heard.channels.first() {
            self.keep_as(said, samples, heard.rate_hz);
        }
    }

    fn keep_as(&self, said: &Utterance, samples: &[i16], rate_hz: u32) {
        let spans = Spans::of(samples, rate_hz);
        // A clause that can't be heard has no span, and then nothing is sure.
        if spans.len() != said.clauses.len() {
            return;
        }
        let mut known = self.known();
        for (span, clause) in spans.iter().zip(&said.clauses) {
            let first = clause.words.first().map_or(0, |word| word.begin);
            let mut clause = clause.clone();
            for word in &mut clause.words {
                word.begin -= first;
                word.end -= first;
            }
            if let Some(last) = clause.words.last_mut() {
                last.end = last
                    .end
                    .min(milliseconds(span.end - span.begin, rate_hz).max(last.begin + 1));
            }
            let key = opening(&samples[span.begin..span.end]);
            if known.clauses.insert(key, clause).is_none() {
                known.order.push_back(key);
            }
        }
        while known.order.len() > MOST {
            if let Some(oldest) = known.order.pop_front() {
                known.clauses.remove(&oldest);
            }
        }
    }

    /// The clause that begins with these samples, which end where the clause does if it is short.
    pub(crate) fn recall(&self, samples: &[i16]) -> Option<Clause> {
        self.known().clauses.get(&opening(samples)).cloned()
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Silence follows where samples are missing.
fn opening(samples: &[i16]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for at in 0..OPENING {
        samples.get(at).copied().unwrap_or(0).hash(&mut hasher);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::Memory;
    use crate::sound::{Manner, Spans, mp3, read, utter};

    #[test]
    fn clauses_are_known_again_also_out_of_an_mp3() {
        let memory = Memory::default();
        let said = utter(
            "春眠不觉晓，处处闻啼鸟。",
            "longwan",
            22_050,
            Manner::default(),
        );
        let heard = read(&mp3(&said.samples, 22_050).unwrap()).unwrap();
        memory.keep(&said);
        memory.keep_in(&said, &heard);
        for samples in [&said.samples, &heard.channels[0]] {
            let spans = Spans::of(samples, 22_050);
            let texts: Vec<String> = spans
                .iter()
                .filter_map(|span| memory.recall(&samples[span.begin..span.end]))
                .map(|clause| clause.text())
                .collect();
            assert_eq!(texts, ["春眠不觉晓，", "处处闻啼鸟。"]);
        }
        assert_eq!(memory.recall(&said.samples[5000..]), None);
    }
}
