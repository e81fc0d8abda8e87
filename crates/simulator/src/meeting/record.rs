//! What was said, sentence by sentence, and by whom.

use crate::{
    Handle,
    hearing::{self, Sentence, Tongue},
    sound::{self, Recording},
};

/// Sentences of one paragraph at most.
const LONGEST_PARAGRAPH: usize = 4;
/// The documented limit of a recording.
const LONGEST: u64 = 6 * 3_600_000;

/// How a recording is to be listened to.
#[derive(Clone, Debug)]
pub(crate) struct Hearing {
    /// The language as it was asked for.
    pub(crate) language: String,
    /// Whether speakers are told apart.
    pub(crate) tells_speakers: bool,
    /// How many there are; 0 when that is not known.
    pub(crate) speakers: usize,
    /// Words that may be expected.
    pub(crate) expected: Vec<String>,
}

/// Several sentences of one speaker.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Paragraph {
    /// From 1.
    pub(crate) speaker: usize,
    pub(crate) sentences: Vec<Sentence>,
}

impl Paragraph {
    pub(crate) fn text(&self) -> String {
        self.sentences.iter().map(Sentence::text).collect()
    }

    pub(crate) fn begin(&self) -> u64 {
        self.sentences.first().map_or(0, Sentence::begin)
    }

    pub(crate) fn end(&self) -> u64 {
        self.sentences.last().map_or(0, Sentence::end)
    }
}

/// A meeting that was written down. Times in milliseconds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    pub(crate) paragraphs: Vec<Paragraph>,
    pub(crate) duration: u64,
    pub(crate) bytes: usize,
    pub(crate) rate_hz: u32,
    pub(crate) language: String,
    /// Whether there are pictures too.
    pub(crate) is_film: bool,
    pub(crate) sound: Recording,
}

impl Record {
    /// Listens to a file, or says by the service's code why it can't.
    pub(crate) fn of(
        handle: &Handle,
        file: &[u8],
        hearing: &Hearing,
    ) -> Result<Self, (&'static str, &'static str)> {
        let sound = sound::read(file).ok_or(("TSC.FileError", "File cannot be read."))?;
        let duration = sound.milliseconds();
        if duration > LONGEST {
            return Err(("TSC.AudioDuration", "The audio is too long."));
        }
        let tongue = Tongue::of(&hearing.language);
        let mixed = sound.mixed();
        let sentences =
            hearing::sentences(handle, &mixed, sound.rate_hz, tongue, &hearing.expected);
        Ok(Self {
            paragraphs: paragraphs(sentences, hearing),
            duration,
            bytes: file.len(),
            rate_hz: sound.rate_hz,
            language: hearing.language.clone(),
            is_film: false,
            sound,
        })
    }

    /// A meeting that was written down by somebody else: lines of `name: words`.
    pub(crate) fn of_text(text: &str) -> Self {
        let mut names: Vec<&str> = Vec::new();
        let mut clock = 0;
        let mut count = 0;
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        let paragraphs = lines.map(|line| {
            let parted = line.split_once([':', '：']);
            let (name, words) =
                parted.map_or(("", line), |(name, words)| (name.trim(), words.trim()));
            let speaker = names
                .iter()
                .position(|known| *known == name)
                .unwrap_or_else(|| {
                    names.push(name);
                    names.len() - 1
                });
            let mut said = sound::words(words);
            for word in &mut said {
                word.begin = clock;
                clock += word.end;
                word.end = clock;
            }
            count += 1;
            Paragraph {
                speaker: speaker + 1,
                sentences: vec![Sentence {
                    index: count - 1,
                    words: said,
                    voice: None,
                }],
            }
        });
        Self {
            paragraphs: paragraphs.collect(),
            duration: clock,
            bytes: text.len(),
            language: "cn".to_owned(),
            ..Self::default()
        }
    }

    pub(crate) fn sentences(&self) -> impl Iterator<Item = &Sentence> {
        self.paragraphs
            .iter()
            .flat_map(|paragraph| &paragraph.sentences)
    }

    pub(crate) fn text(&self) -> String {
        self.sentences().map(Sentence::text).collect()
    }

    /// How many spoke.
    pub(crate) fn speakers(&self) -> usize {
        let speakers = self.paragraphs.iter().map(|paragraph| paragraph.speaker);
        speakers.max().unwrap_or(0)
    }
}

fn paragraphs(sentences: Vec<Sentence>, hearing: &Hearing) -> Vec<Paragraph> {
    let mut voices: Vec<String> = Vec::new();
    let mut paragraphs: Vec<Paragraph> = Vec::new();
    for sentence in sentences {
        let speaker = if hearing.tells_speakers {
            speaker(&sentence, hearing, &mut voices)
        } else {
            1
        };
        match paragraphs.last_mut() {
            Some(last) if last.speaker == speaker && last.sentences.len() < LONGEST_PARAGRAPH => {
                last.sentences.push(sentence);
            }
            Some(_) | None => paragraphs.push(Paragraph {
                speaker,
                sentences: vec![sentence],
            }),
        }
    }
    paragraphs
}

/// By the voice where it is known; otherwise speakers take turns every few sentences.
fn speaker(sentence: &Sentence, hearing: &Hearing, voices: &mut Vec<String>) -> usize {
    let count = if hearing.speakers == 0 {
        2
    } else {
        hearing.speakers
    };
    let Some(voice) = &sentence.voice else {
        return sentence.index / LONGEST_PARAGRAPH % count + 1;
    };
    let known = voices.iter().position(|known| known == voice);
    known.unwrap_or_else(|| {
        voices.push(voice.clone());
        voices.len() - 1
    }) + 1
}

#[cfg(test)]
mod tests {
    use super::{Hearing, Record, paragraphs};
    use crate::hearing::Sentence;

    fn sentence(index: usize, voice: Option<&str>) -> Sentence {
        Sentence {
            index,
            words: Vec::new(),
            voice: voice.map(str::to_owned),
        }
    }

    fn hearing(tells_speakers: bool) -> Hearing {
        Hearing {
            language: "cn".to_owned(),
            tells_speakers,
            speakers: 0,
            expected: Vec::new(),
        }
    }

    #[test]
    fn speakers_are_known_by_their_voices() {
        let said = [Some("a"), Some("b"), Some("b"), Some("a")];
        let said = || {
            said.iter()
                .enumerate()
                .map(|(at, voice)| sentence(at, *voice))
                .collect()
        };
        let speakers = |tells| -> Vec<usize> {
            paragraphs(said(), &hearing(tells))
                .iter()
                .map(|paragraph| paragraph.speaker)
                .collect()
        };
        assert_eq!(speakers(true), [1, 2, 1]);
        assert_eq!(speakers(false), [1]);
    }

    #[test]
    fn a_text_names_its_speakers() {
        let record = Record::of_text("小王: 我们开始吧。\n小李：好的。\n小王: 今天讨论预算。");
        let speakers: Vec<usize> = record.paragraphs.iter().map(|part| part.speaker).collect();
        assert_eq!(speakers, [1, 2, 1]);
        assert_eq!(record.paragraphs[1].text(), "好的。");
        assert!(record.duration > 0);
    }
}
