//! Speech to text and to another language while it is spoken (Gummy).

use serde::{Deserialize, Serialize};

use super::recognition::{AudioSender, Word, asr};
use super::task::{self, Incoming, Read, TaskEvent, TaskLine};
use crate::lenient::null_as_default;
use crate::{Error, Extra};

/// What is to be recognised and translated.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TranslationRequest {
    /// `gummy-realtime-v1`, or `gummy-chat-v1` for one utterance of up to 60 s.
    #[serde(skip_serializing)]
    pub model: String,
    /// As for recognition.
    pub format: String,
    /// Samples a second, at least 16,000.
    pub sample_rate: u32,
    /// The language that is spoken; found out when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_language: Option<String>,
    /// Whether the text itself is wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transcription_enabled: Option<bool>,
    /// Whether a translation is wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub translation_enabled: Option<bool>,
    /// One language, `en` for example.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub translation_target_languages: Vec<String>,
    /// Any other parameter, such as `max_end_silence` or `vocabulary_id`.
    #[serde(flatten)]
    pub extra: Extra,
}

impl TranslationRequest {
    /// A request that translates into `target`.
    pub fn new(
        model: impl Into<String>,
        format: impl Into<String>,
        sample_rate: u32,
        target: impl Into<String>,
    ) -> Self {
        Self {
            model: model.into(),
            format: format.into(),
            sample_rate,
            transcription_enabled: Some(true),
            translation_enabled: Some(true),
            translation_target_languages: vec![target.into()],
            ..Self::default()
        }
    }

    /// Expects this language.
    #[must_use]
    pub fn source_language(self, language: impl Into<String>) -> Self {
        Self {
            source_language: Some(language.into()),
            ..self
        }
    }
}

/// What is understood and translated so far; each replaces the one before of the same sentence.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Translated {
    /// What was said.
    pub transcription: Option<Utterance>,
    /// The same in other languages.
    #[serde(deserialize_with = "null_as_default")]
    pub translations: Vec<Utterance>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A sentence in one language.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Utterance {
    /// Its place, from 0.
    #[serde(deserialize_with = "null_as_default")]
    pub sentence_id: u64,
    /// The language, where it is a translation.
    pub lang: Option<String>,
    /// In milliseconds.
    #[serde(deserialize_with = "null_as_default")]
    pub begin_time: u64,
    /// In milliseconds, once it has ended.
    pub end_time: Option<u64>,
    /// All of its text so far.
    #[serde(deserialize_with = "null_as_default")]
    pub text: String,
    /// Whether it is final.
    #[serde(deserialize_with = "null_as_default")]
    pub sentence_end: bool,
    /// Its words.
    #[serde(deserialize_with = "null_as_default")]
    pub words: Vec<Word>,
    /// Anything else, such as `current_time` or `stash`.
    #[serde(flatten)]
    pub extra: Extra,
}

impl TaskLine {
    /// Recognises and translates speech while it is spoken.
    pub async fn translate(
        self,
        request: TranslationRequest,
    ) -> Result<(AudioSender, Incoming<Translated>), Error> {
        if request.model.is_empty() {
            return Err(Error::invalid("model", "model: must be given"));
        }
        if request.translation_enabled == Some(true)
            && request.translation_target_languages.len() != 1
        {
            return Err(Error::invalid(
                "translation_target_languages",
                "translation_target_languages: must hold one language",
            ));
        }
        let run = asr(&request.model, &request)?;
        let (sender, incoming) = self.run(run, read).await?;
        Ok((AudioSender::new(sender), incoming))
    }
}

fn read(event: TaskEvent) -> Result<Read<Translated>, Error> {
    match event {
        TaskEvent::Result(mut payload) => payload
            .get_mut("output")
            .map(|output| task::parse(output.take()))
            .transpose()
            .map(Read::piece_or_nothing),
        TaskEvent::Binary(_) | TaskEvent::Finished(_) => Ok(Read::Nothing),
    }
}

#[cfg(fuzzing)]
pub(super) fn fuzz(payload: serde_json::Value) {
    let _ = read(TaskEvent::Result(payload.clone()));
    let _ = read(TaskEvent::Finished(payload));
}
