//! From samples to sentences, while they come.

use std::sync::Arc;

use super::{Tongue, fill::Fill};
use crate::{
    dice::Dice,
    sound::{Clause, Memory, OPENING, Span, Spans, Word, milliseconds, samples_in},
};

/// Shorter sounds are clicks, in milliseconds.
const CLICK: u64 = 50;

/// Listens to one channel.
#[derive(Debug)]
pub(crate) struct Ear {
    memory: Arc<Memory>,
    rate_hz: u32,
    /// The silence that ends a sentence.
    patience: usize,
    spans: Spans,
    /// What can still be needed, and how much came before it.
    samples: Vec<i16>,
    dropped: usize,
    fill: Fill,
    current: Option<Source>,
    last_sound: usize,
    sentence: Sentence,
    is_made_up: bool,
    finished: usize,
    /// Words of the sentence that were already reported.
    shown: usize,
}

/// Where the words of the span that is being heard come from.
#[derive(Debug)]
struct Source {
    known: Option<Clause>,
    begin: u64,
    /// Words of the known clause that were heard.
    given: usize,
    /// Where the words that were made up end.
    until: u64,
}

/// Whether a span can become longer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    Open,
    Over,
}

/// A sentence, as far as it has been heard. Times in milliseconds from the beginning of the sound.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sentence {
    /// From 0.
    pub(crate) index: usize,
    pub(crate) words: Vec<Word>,
    /// Who speaks, where it is known.
    pub(crate) voice: Option<String>,
}

impl Sentence {
    pub(crate) fn text(&self) -> String {
        let text: String = self
            .words
            .iter()
            .flat_map(|word| [word.text.as_str(), word.punctuation.as_str()])
            .collect();
        text.trim_end().to_owned()
    }

    /// The words without punctuation.
    pub(crate) fn bare_text(&self) -> String {
        let text: String = self.words.iter().map(|word| word.text.as_str()).collect();
        text.trim_end().to_owned()
    }

    pub(crate) fn begin(&self) -> u64 {
        self.words.first().map_or(0, |word| word.begin)
    }

    pub(crate) fn end(&self) -> u64 {
        self.words.last().map_or(0, |word| word.end)
    }
}

/// What the ear has made of the sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// More of the sentence; it replaces what was heard of it before.
    Part(Sentence),
    /// The whole sentence.
    Whole(Sentence),
}

impl Ear {
    pub(crate) fn new(memory: Arc<Memory>, rate_hz: u32, tongue: Tongue, dice: Dice) -> Self {
        Self {
            memory,
            rate_hz,
            patience: samples_in(800, rate_hz),
            spans: Spans::new(rate_hz),
            samples: Vec::new(),
            dropped: 0,
            fill: Fill::new(tongue, dice),
            current: None,
            last_sound: 0,
            sentence: Sentence::default(),
            is_made_up: false,
            finished: 0,
            shown: 0,
        }
    }

    /// The silence that ends a sentence, in milliseconds.
    #[must_use]
    pub(crate) fn patient(mut self, silence: u64) -> Self {
        self.patience = samples_in(silence, self.rate_hz);
        self
    }

    /// Words that are likely to be said.
    #[must_use]
    pub(crate) fn expecting(mut self, words: &[String]) -> Self {
        self.fill.mention(words);
        self
    }

    /// How much was heard, in milliseconds.
    pub(crate) fn milliseconds(&self) -> u64 {
        milliseconds(self.heard(), self.rate_hz)
    }

    /// Whether somebody is speaking at this moment.
    pub(crate) fn is_in_speech(&self) -> bool {
        self.spans.open().is_some()
    }

    fn heard(&self) -> usize {
        self.dropped + self.samples.len()
    }

    /// Hears more.
    pub(crate) fn hear(&mut self, samples: &[i16]) -> Vec<Heard> {
        let mut found = Vec::new();
        // In small steps, so that a long piece gives the same sentences as many short ones.
        for step in samples.chunks(samples_in(20, self.rate_hz).max(1)) {
            self.samples.extend(step);
            for span in self.spans.hear(step) {
                self.follow(span, Progress::Over, &mut found);
                self.current = None;
            }
            if let Some(span) = self.spans.open() {
                self.follow(span, Progress::Open, &mut found);
            } else if self.heard() - self.last_sound >= self.patience {
                self.end(&mut found);
            }
            if self.spans.open().is_none() || self.current.is_some() {
                self.dropped += self.samples.len();
                self.samples.clear();
            }
        }
        if self.sentence.words.len() > self.shown {
            self.shown = self.sentence.words.len();
            found.push(Heard::Part(self.sentence.clone()));
        }
        found
    }

    /// The sound is over.
    pub(crate) fn finish(&mut self) -> Vec<Heard> {
        let mut found = Vec::new();
        if let Some(span) = self.spans.open() {
            self.follow(span, Progress::Over, &mut found);
        }
        let silence = vec![0; samples_in(100, self.rate_hz)];
        self.spans.hear(&silence);
        self.dropped += self.samples.len() + silence.len();
        self.samples.clear();
        self.current = None;
        self.end(&mut found);
        found
    }

    /// Ends the sentence here, as if there had been silence.
    fn end(&mut self, found: &mut Vec<Heard>) {
        let Some(last) = self.sentence.words.last_mut() else {
            return;
        };
        if self.is_made_up && !ends_sentence(last) {
            self.fill.full_stop().clone_into(&mut last.punctuation);
            self.fill.break_off();
        }
        self.finished += 1;
        self.shown = 0;
        let next = Sentence {
            index: self.finished,
            ..Sentence::default()
        };
        found.push(Heard::Whole(std::mem::replace(&mut self.sentence, next)));
    }

    /// Takes the words of a span that have been heard.
    fn follow(&mut self, span: Span, progress: Progress, found: &mut Vec<Heard>) {
        self.last_sound = span.end;
        let is_over = progress == Progress::Over;
        let end = milliseconds(span.end, self.rate_hz);
        let mut source = match self.current.take() {
            Some(source) => source,
            None if is_over || span.end - span.begin >= OPENING => {
                let heard = &self.samples[span.begin - self.dropped..span.end - self.dropped];
                let begin = milliseconds(span.begin, self.rate_hz);
                let known = self.memory.recall(heard);
                if known.is_none() && end - begin < CLICK {
                    return;
                }
                Source {
                    known,
                    begin,
                    given: 0,
                    until: begin,
                }
            }
            None => return,
        };
        let voice = source.known.as_ref().map(|clause| clause.voice.clone());
        if self.sentence.voice != voice && !self.sentence.words.is_empty() {
            self.end(found);
        }
        self.sentence.voice = voice;
        self.is_made_up = source.known.is_none();
        if let Some(clause) = &source.known {
            for word in &clause.words[source.given..] {
                if source.begin + word.end > end && !is_over {
                    break;
                }
                source.given += 1;
                let mut word = word.clone();
                word.begin += source.begin;
                word.end += source.begin;
                self.take(word, found);
            }
        } else {
            self.invent(&mut source, end, progress, found);
        }
        self.current = Some(source);
    }

    /// Fills the span with words that nobody said, to its end when it is over.
    fn invent(
        &mut self,
        source: &mut Source,
        end: u64,
        progress: Progress,
        found: &mut Vec<Heard>,
    ) {
        while source.until < end {
            let left = end - source.until;
            let length = self.fill.peek().end;
            if left < length && progress == Progress::Open {
                return;
            }
            let mut word = self.fill.take();
            word.begin = source.until;
            word.end = source.until + length.min(left);
            // What is too short for one more word goes to this one.
            if progress == Progress::Over && left - length.min(left) < length / 2 {
                word.end = end;
            }
            source.until = word.end;
            self.take(word, found);
        }
    }

    fn take(&mut self, word: Word, found: &mut Vec<Heard>) {
        let is_last = ends_sentence(&word);
        self.sentence.words.push(word);
        if is_last {
            let voice = self.sentence.voice.clone();
            self.end(found);
            self.sentence.voice = voice;
        }
    }
}

fn ends_sentence(word: &Word) -> bool {
    word.punctuation
        .contains(['。', '！', '？', '.', '!', '?', '…'])
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Ear, Heard, Sentence};
    use crate::{
        dice::Dice,
        hearing::Tongue,
        sound::{Manner, Memory, utter},
    };

    fn wholes(heard: Vec<Heard>) -> Vec<Sentence> {
        let whole = heard.into_iter().filter_map(|heard| match heard {
            Heard::Whole(sentence) => Some(sentence),
            Heard::Part(_) => None,
        });
        whole.collect()
    }

    fn ear(memory: &Arc<Memory>, rate_hz: u32) -> Ear {
        Ear::new(Arc::clone(memory), rate_hz, Tongue::Chinese, Dice::new(7))
    }

    #[test]
    fn what_was_spoken_comes_back_word_by_word() {
        let memory = Arc::new(Memory::default());
        for rate_hz in [8_000, 16_000, 48_000] {
            let text = "明天开会，请准时。你好吗？Good evening, 2026年";
            let said = utter(text, "longwan", rate_hz, Manner::default());
            memory.keep(&said);
            let mut ear = ear(&memory, rate_hz);
            let mut heard = Vec::new();
            for piece in said.samples.chunks(1600) {
                heard.extend(ear.hear(piece));
            }
            heard.extend(ear.finish());
            let parts = heard.iter().filter(|heard| matches!(heard, Heard::Part(_)));
            assert!(parts.count() > 5);
            let sentences = wholes(heard);
            let texts: Vec<String> = sentences.iter().map(Sentence::text).collect();
            assert_eq!(
                texts,
                ["明天开会，请准时。", "你好吗？", "Good evening, 2026年"]
            );
            assert!(sentences[0].begin().abs_diff(60) < 20);
            assert!(sentences[1].begin() > sentences[0].end());
        }
    }

    #[test]
    fn other_sound_is_filled_exactly() {
        let memory = Arc::new(Memory::default());
        let said = utter(&"说".repeat(40), "a", 16_000, Manner::default());
        let mut whole = ear(&memory, 16_000);
        let mut heard = whole.hear(&said.samples);
        heard.extend(whole.finish());
        let sentences = wholes(heard);
        let mut until = sentences[0].begin();
        for word in sentences.iter().flat_map(|sentence| &sentence.words) {
            assert!(word.begin == until && word.end > word.begin, "{word:?}");
            until = word.end;
        }
        assert!(until.abs_diff(60 + 8000) < 20);
        assert!(
            sentences
                .iter()
                .all(|sentence| sentence.text().ends_with('。'))
        );
        // The same in one piece or in many.
        let mut pieces = ear(&memory, 16_000);
        let mut heard: Vec<Heard> = said
            .samples
            .chunks(700)
            .flat_map(|piece| pieces.hear(piece))
            .collect();
        heard.extend(pieces.finish());
        let texts =
            |sentences: &[Sentence]| sentences.iter().map(Sentence::text).collect::<String>();
        assert_eq!(texts(&wholes(heard)), texts(&sentences));
    }

    #[test]
    fn silence_says_nothing() {
        let mut ear = ear(&Arc::new(Memory::default()), 16_000);
        let mut heard = ear.hear(&vec![3; 32_000]);
        heard.extend(ear.finish());
        assert_eq!(heard, []);
    }
}
