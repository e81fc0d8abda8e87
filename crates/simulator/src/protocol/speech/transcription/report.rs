//! The file that a transcription ends in.

use serde_json::{Value, json};

use super::Work;
use crate::{
    calendar::Stamp,
    hearing::{self, Sentence, Tongue},
    sound::{self, Recording},
};

/// Models that write the same kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Paraformer,
    SenseVoice,
    Qwen,
}

impl Family {
    /// The family of a model that writes files down.
    pub(super) fn of(model: &str) -> Option<Self> {
        if model.contains("realtime") {
            None
        } else if model.starts_with("qwen3-asr-flash-filetrans") {
            Some(Self::Qwen)
        } else if model.starts_with("sensevoice-") {
            Some(Self::SenseVoice)
        } else {
            let is_here = model.starts_with("paraformer-")
                || (model.starts_with("fun-asr") && !model.contains("-flash"))
                || model.contains("-filetrans");
            is_here.then_some(Self::Paraformer)
        }
    }
}

/// What came of one recording.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) url: String,
    /// What is billed.
    pub(super) seconds: u64,
}

impl Work {
    /// Writes a recording down, or nothing when nobody speaks in it.
    pub(super) fn report(&self, at: usize, url: &str, recording: &Recording) -> Option<Report> {
        let handle = &self.entry.handle;
        let mut transcripts = Vec::new();
        let (mut spoken, mut existing) = (0, 0);
        for channel in &self.channels {
            let Some(samples) = recording.channels.get(*channel) else {
                continue;
            };
            existing += 1;
            let rate_hz = recording.rate_hz;
            let sentences =
                hearing::sentences(handle, samples, rate_hz, self.tongue, &self.expected);
            if sentences.is_empty() {
                continue;
            }
            spoken += sentences
                .iter()
                .map(|sentence| sentence.end() - sentence.begin())
                .sum::<u64>();
            transcripts.push(self.transcript(*channel, &sentences, samples));
        }
        if transcripts.is_empty() {
            return None;
        }
        let seconds = match self.family {
            // Paraformer and SenseVoice are paid for speech only.
            Family::Paraformer | Family::SenseVoice => spoken.div_ceil(1000),
            Family::Qwen => recording.milliseconds().div_ceil(1000) * existing,
        };
        let file = match self.family {
            Family::Qwen => json!({
                "file_url": url,
                "audio_info": { "format": container(recording), "sample_rate": recording.rate_hz },
                "transcripts": transcripts,
            }),
            Family::Paraformer | Family::SenseVoice => json!({
                "file_url": url,
                "properties": {
                    "audio_format": recording.format,
                    "channels": (0..recording.channels.len()).collect::<Vec<usize>>(),
                    "original_sampling_rate": recording.rate_hz,
                    "original_duration_in_milliseconds": recording.milliseconds(),
                },
                "transcripts": transcripts,
            }),
        };
        let mut dice = self.entry.dice().and("transcription").and(url);
        let now = Stamp::now().beijing();
        let day = now[..10].replace('-', "");
        let path = format!("pre/filetrans-16k/{day}/{}-{}.json", dice.uuid(), at + 1);
        Some(Report {
            url: handle.publish(&path, "application/json", file.to_string()),
            seconds,
        })
    }

    fn transcript(&self, channel: usize, sentences: &[Sentence], samples: &[i16]) -> Value {
        let speakers = self.speakers(sentences, samples);
        let written: Vec<Value> = sentences
            .iter()
            .zip(&speakers)
            .map(|(sentence, speaker)| self.sentence(sentence, *speaker))
            .collect();
        let text: String = written
            .iter()
            .filter_map(|sentence| sentence["text"].as_str())
            .collect();
        let mut transcript = json!({
            "channel_id": channel,
            "text": text,
            "sentences": written,
        });
        if self.family != Family::Qwen {
            let spoken: u64 = sentences
                .iter()
                .map(|sentence| sentence.end() - sentence.begin())
                .sum();
            transcript["content_duration_in_milliseconds"] = spoken.into();
        }
        transcript
    }

    fn sentence(&self, sentence: &Sentence, speaker: Option<usize>) -> Value {
        let text = self.filter.apply(&sentence.text());
        let text = match self.family {
            Family::SenseVoice => format!("<|Speech|>{text}<|/Speech|><|NEUTRAL|>"),
            Family::Paraformer | Family::Qwen => text,
        };
        let first = usize::from(self.family != Family::Qwen);
        let mut written = json!({
            "sentence_id": sentence.index + first,
            "begin_time": sentence.begin(),
            "end_time": sentence.end(),
            "text": text,
        });
        if let Some(speaker) = speaker {
            written["speaker_id"] = speaker.into();
        }
        if self.family == Family::Qwen {
            written["language"] = match self.parameters["language"].as_str() {
                Some(language) => language.into(),
                None => Tongue::written(&sentence.text()).code().into(),
            };
            written["emotion"] = "neutral".into();
        }
        if self.has_words() {
            written["words"] = words(sentence);
        } else if self.family != Family::Qwen {
            written["words"] = json!([]);
        }
        written
    }

    fn has_words(&self) -> bool {
        let asks = |name: &str| self.parameters[name].as_bool() == Some(true);
        match self.family {
            Family::Qwen => asks("enable_words"),
            Family::Paraformer | Family::SenseVoice => {
                let is_first = self.model.starts_with("paraformer-") && self.model.contains("-v1");
                !is_first || asks("timestamp_alignment_enabled")
            }
        }
    }

    /// Who says what, when that is asked for: known voices apart, unknown ones in turns.
    fn speakers(&self, sentences: &[Sentence], samples: &[i16]) -> Vec<Option<usize>> {
        if self.parameters["diarization_enabled"].as_bool() != Some(true) {
            return vec![None; sentences.len()];
        }
        let count = self.parameters["speaker_count"].as_u64().unwrap_or(2);
        let count = usize::try_from(count).unwrap_or(2).clamp(1, 100);
        let mut dice = sound::dice(self.entry.handle.options().seed, samples).and("speakers");
        let mut voices: Vec<&str> = Vec::new();
        let mut turn = 0;
        let speakers = sentences.iter().map(|sentence| {
            if let Some(voice) = &sentence.voice {
                let known = voices.iter().position(|known| known == voice);
                return Some(known.unwrap_or_else(|| {
                    voices.push(voice);
                    voices.len() - 1
                }));
            }
            if sentence.index > 0 && dice.falls_within(0.6) {
                turn = (turn + 1) % count;
            }
            Some(turn)
        });
        speakers.collect()
    }
}

fn words(sentence: &Sentence) -> Value {
    let words = sentence.words.iter().map(|word| {
        json!({
            "begin_time": word.begin,
            "end_time": word.end,
            "text": word.text,
            "punctuation": word.punctuation,
        })
    });
    words.collect()
}

fn container(recording: &Recording) -> &'static str {
    match recording.format {
        "pcm_s16le" => "wav",
        other => other,
    }
}
