//! The voice: which tone a syllable has, how long it lasts, where it pauses.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "sound is computed in floating point, within the range of its samples"
)]

use std::f64::consts::TAU;

use super::{milliseconds, samples_in};
use crate::{dice::Dice, tokens::is_cjk};

/// How the words are spoken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    /// 1 is usual, 2 twice as fast.
    pub(crate) speed: f64,
    /// From 0 to 100; 50 is usual.
    pub(crate) volume: f64,
    /// 1 is usual, 2 an octave higher.
    pub(crate) pitch: f64,
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            speed: 1.0,
            volume: 50.0,
            pitch: 1.0,
        }
    }
}

/// What was spoken, and when each word of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Utterance {
    pub(crate) samples: Vec<i16>,
    pub(crate) rate_hz: u32,
    pub(crate) clauses: Vec<Clause>,
}

impl Utterance {
    pub(crate) fn milliseconds(&self) -> u64 {
        milliseconds(self.samples.len(), self.rate_hz)
    }
}

/// Words without a pause between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Clause {
    pub(crate) voice: String,
    pub(crate) words: Vec<Word>,
}

#[cfg(test)]
impl Clause {
    /// What it says, with its punctuation.
    pub(crate) fn text(&self) -> String {
        self.words
            .iter()
            .flat_map(|word| [word.text.as_str(), word.punctuation.as_str()])
            .collect()
    }
}

/// A Chinese character, or a word of letters or digits with the space behind it. Times in milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) punctuation: String,
    pub(crate) begin: u64,
    pub(crate) end: u64,
}

/// One Chinese character takes this long.
const SYLLABLE: f64 = 0.2;
const LEAD: u64 = 60;

/// Speaks the text.
pub(crate) fn utter(text: &str, voice: &str, rate_hz: u32, manner: Manner) -> Utterance {
    let mut said = Utterance {
        samples: vec![0; samples_in(LEAD, rate_hz)],
        rate_hz,
        clauses: Vec::new(),
    };
    let timbre = Timbre::of(voice, rate_hz, manner);
    for (words, pause) in clauses(text) {
        let spoken: String = words.iter().map(|word| word.text.as_str()).collect();
        // The melody depends on the whole clause, so that no two clauses begin with the same samples.
        let mut dice = Dice::new(0).and(voice).and(&spoken);
        let mut clause = Clause {
            voice: voice.to_owned(),
            words: Vec::new(),
        };
        for mut word in words {
            word.begin = said.milliseconds();
            for _ in 0..syllables(&word.text) {
                timbre.syllable(&mut said.samples, &mut dice);
            }
            word.end = said.milliseconds();
            clause.words.push(word);
        }
        let pause = (f64::from(pause) / manner.speed.max(0.1)) as u64;
        let silent = said.samples.len() + samples_in(pause, rate_hz);
        said.samples.resize(silent, 0);
        said.clauses.push(clause);
    }
    said
}

/// The words of a text, each from 0 to the time that it takes.
pub(crate) fn words(text: &str) -> Vec<Word> {
    let words = clauses(text).into_iter().flat_map(|(words, _)| words);
    words
        .map(|word| Word {
            end: syllables(&word.text) as u64 * (SYLLABLE * 1000.0) as u64,
            ..word
        })
        .collect()
}

/// The words up to each punctuation, with the pause behind them in milliseconds.
fn clauses(text: &str) -> Vec<(Vec<Word>, u32)> {
    let mut clauses: Vec<(Vec<Word>, u32)> = Vec::new();
    let mut words: Vec<Word> = Vec::new();
    let mut in_word = false;
    let mut text = text.chars().peekable();
    while let Some(c) = text.next() {
        let is_decimal = matches!(c, '.' | ',' | ':')
            && words
                .last()
                .is_some_and(|word| word.text.ends_with(|c: char| c.is_ascii_digit()))
            && text.peek().is_some_and(char::is_ascii_digit);
        if is_decimal && in_word {
            if let Some(number) = words.last_mut() {
                number.text.push(c);
            }
        } else if let Some(pause) = pause(c) {
            in_word = false;
            if let Some(last) = words.last_mut() {
                last.punctuation.push(c);
                clauses.push((std::mem::take(&mut words), pause));
            } else if let Some((clause, known)) = clauses.last_mut()
                && let Some(last) = clause.last_mut()
            {
                // Several marks in a row, such as "?!", make one pause.
                last.punctuation.push(c);
                *known = pause.max(*known);
            }
        } else if is_cjk(c) {
            in_word = false;
            words.push(word(c));
        } else if c.is_alphanumeric() || (in_word && matches!(c, '\'' | '’' | '-')) {
            match words.last_mut() {
                Some(last) if in_word => last.text.push(c),
                _ => words.push(word(c)),
            }
            in_word = true;
        } else if let Some(last) = words.last_mut() {
            in_word = false;
            if !c.is_whitespace() {
                last.punctuation.push(c);
            } else if last.punctuation.is_empty() && !last.text.ends_with(' ') {
                last.text.push(' ');
            } else if !last.punctuation.is_empty() && !last.punctuation.ends_with(' ') {
                last.punctuation.push(' ');
            }
        } else if c == ' '
            && let Some((clause, _)) = clauses.last_mut()
            && let Some(last) = clause.last_mut()
            && !last.punctuation.ends_with(' ')
        {
            last.punctuation.push(' ');
        }
    }
    if !words.is_empty() {
        clauses.push((words, 120));
    }
    clauses
}

fn word(c: char) -> Word {
    Word {
        text: c.to_string(),
        ..Word::default()
    }
}

/// How long a mark holds the voice, in milliseconds.
fn pause(c: char) -> Option<u32> {
    match c {
        '，' | ',' | '、' | '：' | ':' | '；' | ';' | '—' => Some(250),
        '。' | '.' | '！' | '!' | '？' | '?' | '…' | '\n' => Some(450),
        _ => None,
    }
}

/// A Chinese character or a digit is one; letters have as many as they have groups of vowels.
fn syllables(word: &str) -> usize {
    let mut count = 0;
    let mut after_vowel = false;
    for c in word.chars() {
        let vowel = "aeiouyAEIOUY".contains(c);
        if is_cjk(c) || c.is_numeric() || (vowel && !after_vowel) {
            count += 1;
        }
        after_vowel = vowel;
    }
    count.max(1)
}

/// What makes a voice.
struct Timbre {
    rate: f64,
    tone_hz: f64,
    loudness: f64,
    samples: usize,
    partials: [f64; 4],
}

impl Timbre {
    fn of(voice: &str, rate_hz: u32, manner: Manner) -> Self {
        let mut dice = Dice::new(0).and(voice);
        let mut share = |low: f64, high: f64| low + (high - low) * dice.below(1000) as f64 / 1000.0;
        let rate = f64::from(rate_hz);
        Self {
            rate,
            tone_hz: share(120.0, 260.0) * manner.pitch,
            loudness: (manner.volume / 50.0).clamp(0.0, 2.0) * 7000.0,
            samples: (SYLLABLE * rate / manner.speed.max(0.1)) as usize,
            partials: [1.0, share(0.3, 0.7), share(0.15, 0.45), share(0.05, 0.2)],
        }
    }

    /// A short tone that rises or falls a little, softly begun and ended.
    fn syllable(&self, samples: &mut Vec<i16>, dice: &mut Dice) {
        let step = 0.85 + 0.3 * dice.below(10_000) as f64 / 10_000.0;
        let slide = 0.2 * (dice.below(1000) as f64 / 1000.0 - 0.5);
        let full: f64 = self.partials.iter().sum();
        let mut phase = 0.0;
        for at in 0..self.samples {
            let part = at as f64 / self.samples as f64;
            phase += TAU * self.tone_hz * step * (1.0 + slide * part) / self.rate;
            let envelope = (part / 0.12).min((1.0 - part) / 0.25).clamp(0.0, 1.0);
            let sound: f64 = self
                .partials
                .iter()
                .zip(1_u32..)
                .filter(|(_, n)| self.tone_hz * f64::from(*n) * 1.4 < self.rate / 2.0)
                .map(|(strength, n)| strength * (phase * f64::from(n)).sin())
                .sum();
            samples.push((self.loudness * envelope * sound / full * 2.0) as i16);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Manner, syllables, utter};

    #[test]
    fn speech_lasts_as_long_as_its_syllables_and_pauses() {
        let said = utter(
            "春眠不觉晓，处处闻啼鸟。",
            "longwan",
            16_000,
            Manner::default(),
        );
        assert_eq!(said.milliseconds(), 60 + 5 * 200 + 250 + 5 * 200 + 450);
        let texts: Vec<String> = said.clauses.iter().map(super::Clause::text).collect();
        assert_eq!(texts, ["春眠不觉晓，", "处处闻啼鸟。"]);
        assert_eq!(said.clauses[1].words[0].begin, 60 + 1000 + 250);
    }

    #[test]
    fn faster_is_shorter_and_louder_is_louder() {
        let loudest = |manner| {
            let said = utter("你好", "Cherry", 8000, manner);
            let peak = said
                .samples
                .iter()
                .map(|sample| sample.unsigned_abs())
                .max();
            (said.samples.len(), peak)
        };
        let usual = loudest(Manner::default());
        let fast = loudest(Manner {
            speed: 2.0,
            ..Manner::default()
        });
        let loud = loudest(Manner {
            volume: 100.0,
            ..Manner::default()
        });
        assert!(fast.0 < usual.0 && loud.1 > usual.1);
    }

    #[test]
    fn words_of_letters_have_syllables_too() {
        assert_eq!(syllables("station "), 2);
        assert_eq!(syllables("tsk"), 1);
        let said = utter("Good evening, 20.26!", "a", 8000, Manner::default());
        let texts: Vec<String> = said.clauses.iter().map(super::Clause::text).collect();
        assert_eq!(texts, ["Good evening, ", "20.26!"]);
    }
}
