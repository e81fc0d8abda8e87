//! Speech to text while it is spoken (Paraformer and Fun-ASR, "client events" and "server events").

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::task::{self, Incoming, Read, RunTask, TaskEvent, TaskLine, TaskSender};
use crate::lenient::null_as_default;
use crate::{Error, Extra};

/// What is to be recognised, and how.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RecognitionRequest {
    /// Which model listens, `paraformer-realtime-v2` for example.
    #[serde(skip_serializing)]
    pub model: String,
    /// `pcm`, `wav`, `mp3`, `opus`, `speex`, `aac` or `amr`.
    pub format: String,
    /// Samples a second. Most models take 16,000, the 8k ones 8,000.
    pub sample_rate: u32,
    /// The languages to expect, `zh` for example; the model finds out by itself without.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub language_hints: Vec<String>,
    /// A list of hot words, made before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vocabulary_id: Option<String>,
    /// Whether to leave out fillers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disfluency_removal_enabled: Option<bool>,
    /// Cut sentences by meaning instead of by silence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub semantic_punctuation_enabled: Option<bool>,
    /// How long a silence ends a sentence, in milliseconds, 200 to 6,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_sentence_silence: Option<u32>,
    /// Keeps the task open through silences of more than a minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heartbeat: Option<bool>,
    /// Any other parameter.
    #[serde(flatten)]
    pub extra: Extra,
}

impl RecognitionRequest {
    /// A request for sound of this format and rate.
    pub fn new(model: impl Into<String>, format: impl Into<String>, sample_rate: u32) -> Self {
        Self {
            model: model.into(),
            format: format.into(),
            sample_rate,
            ..Self::default()
        }
    }

    /// Expects these languages.
    #[must_use]
    pub fn language_hints<L: Into<String>>(self, hints: impl IntoIterator<Item = L>) -> Self {
        Self {
            language_hints: hints.into_iter().map(Into::into).collect(),
            ..self
        }
    }

    /// Knows the hot words of this list.
    #[must_use]
    pub fn vocabulary(self, id: impl Into<String>) -> Self {
        Self {
            vocabulary_id: Some(id.into()),
            ..self
        }
    }

    /// Ends a sentence after this silence, in milliseconds.
    #[must_use]
    pub fn max_sentence_silence(self, milliseconds: u32) -> Self {
        Self {
            max_sentence_silence: Some(milliseconds),
            ..self
        }
    }

    /// Stays open through long silences.
    #[must_use]
    pub fn heartbeat(self) -> Self {
        Self {
            heartbeat: Some(true),
            ..self
        }
    }

    /// Sets a parameter that has no name here.
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extra.insert(name.into(), value.into());
        self
    }

    fn validate(&self) -> Result<(), Error> {
        if self.model.is_empty() {
            return Err(Error::invalid("model", "model: must be given"));
        }
        if self.format.is_empty() {
            return Err(Error::invalid("format", "format: must be given"));
        }
        if self.sample_rate == 0 {
            return Err(Error::invalid("sample_rate", "sample_rate: must be given"));
        }
        match self.max_sentence_silence {
            Some(silence) if !(200..=6_000).contains(&silence) => Err(Error::invalid(
                "max_sentence_silence",
                "max_sentence_silence: must be from 200 to 6000",
            )),
            _ => Ok(()),
        }
    }
}

/// A sentence as it is understood so far: each replaces the one before of the same id.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sentence {
    /// Its place; from 1 with most models.
    #[serde(deserialize_with = "null_as_default")]
    pub sentence_id: u64,
    /// When it began, in milliseconds from the beginning of the sound.
    #[serde(deserialize_with = "null_as_default")]
    pub begin_time: u64,
    /// When it ended, once that is known.
    pub end_time: Option<u64>,
    /// All of its text so far.
    #[serde(deserialize_with = "null_as_default")]
    pub text: String,
    /// Its words with their times.
    #[serde(deserialize_with = "null_as_default")]
    pub words: Vec<Word>,
    /// Whether it is nothing but a sign of life.
    #[serde(deserialize_with = "null_as_default")]
    pub heartbeat: bool,
    /// Whether the provider calls it finished; see [`is_final`](Self::is_final).
    #[serde(deserialize_with = "null_as_default")]
    pub sentence_end: bool,
    /// Seconds of the task that are billed so far, at the end of a sentence.
    #[serde(skip)]
    pub billed_seconds: Option<f64>,
    /// Anything else, such as `emo_tag`.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Sentence {
    /// Whether its text is final. Models differ in how they say so.
    pub fn is_final(&self) -> bool {
        self.sentence_end || self.end_time.is_some()
    }
}

/// A word and when it was said.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Word {
    /// In milliseconds.
    #[serde(deserialize_with = "null_as_default")]
    pub begin_time: u64,
    /// In milliseconds.
    pub end_time: Option<u64>,
    /// Without punctuation.
    #[serde(deserialize_with = "null_as_default")]
    pub text: String,
    /// What follows it.
    #[serde(deserialize_with = "null_as_default")]
    pub punctuation: String,
    /// Anything else, such as `fixed`.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The sound that is being recognised.
#[derive(Clone, Debug)]
pub struct AudioSender(TaskSender);

impl AudioSender {
    /// Sends a piece of sound in the request's format; 100 ms at a time is recommended, 16 KB is the most.
    ///
    /// Waits while the provider can't keep up. More than 23 s between two pieces end the task.
    pub async fn send(&self, sound: impl Into<Bytes>) -> Result<(), Error> {
        self.0.binary(sound.into()).await
    }

    /// Replaces what the model knows about the conversation (Fun-ASR and qwen-audio).
    pub async fn context(&self, text: &str) -> Result<(), Error> {
        let content = json!([{ "type": "input_text", "text": text }]);
        self.0
            .go_on(json!({ "context": [{ "role": "user", "content": content }] }))
            .await
    }

    /// Says that no more sound comes; what is left of the text follows.
    pub async fn finish(&self) -> Result<(), Error> {
        let payload = Map::from_iter([("input".to_owned(), json!({}))]);
        self.0.finish(payload).await
    }

    pub(super) fn new(sender: TaskSender) -> Self {
        Self(sender)
    }
}

impl TaskLine {
    /// Recognises speech while it is spoken, `task-group audio, task asr`.
    ///
    /// Errors: [`InvalidParameter`](crate::ErrorKind::InvalidParameter) before sending or from the provider,
    /// [`NotFound`](crate::ErrorKind::NotFound) for an unknown model; later ones come with the sentences.
    pub async fn recognize(
        self,
        request: RecognitionRequest,
    ) -> Result<(AudioSender, Incoming<Sentence>), Error> {
        request.validate()?;
        let run = asr(&request.model, &request)?;
        let (sender, incoming) = self.run(run, read).await?;
        Ok((AudioSender(sender), incoming))
    }
}

/// A recognition of whichever parameters.
pub(super) fn asr(model: &str, parameters: &impl Serialize) -> Result<RunTask, Error> {
    let parameters = serde_json::to_value(parameters)
        .map_err(|_| Error::invalid("parameters", "parameters: cannot be written"))?;
    let payload = [
        ("task_group", "audio".into()),
        ("task", "asr".into()),
        ("function", "recognition".into()),
        ("model", model.into()),
        ("parameters", parameters),
        ("input", json!({})),
    ];
    Ok(RunTask {
        payload: payload
            .map(|(name, value)| (name.to_owned(), value))
            .into_iter()
            .collect(),
        streaming: "duplex",
        task_id: task::task_id(),
    })
}

fn read(event: TaskEvent) -> Result<Read<Sentence>, Error> {
    let TaskEvent::Result(mut payload) = event else {
        return Ok(Read::Nothing);
    };
    let billed = payload.pointer("/usage/duration").and_then(Value::as_f64);
    let Some(sentence) = payload.pointer_mut("/output/sentence").map(Value::take) else {
        return Ok(Read::Nothing);
    };
    let mut sentence: Sentence = task::parse(sentence)?;
    sentence.billed_seconds = billed;
    Ok(if sentence.heartbeat {
        Read::Nothing
    } else {
        Read::Piece(sentence)
    })
}

#[cfg(fuzzing)]
pub(super) fn fuzz(payload: Value) {
    let _ = read(TaskEvent::Result(payload.clone()));
    let _ = read(TaskEvent::Finished(payload));
}
