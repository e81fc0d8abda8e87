//! Text to speech while it is written (`CosyVoice`), and at once (Sambert).

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::task::{self, Incoming, Read, RunTask, TaskEvent, TaskLine, TaskSender};
use crate::lenient::null_as_default;
use crate::{Error, Extra, audio::counted};

/// Most characters of one piece of text; a Han character counts as two.
const MAX_PIECE: usize = 20_000;

/// Who speaks, and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SynthesisRequest {
    /// `cosyvoice-v3-flash` for example, or a Sambert model, which is its own voice.
    #[serde(skip_serializing)]
    pub model: String,
    /// `PlainText` or `SSML`.
    pub text_type: String,
    /// A voice of the model's version, or a cloned one. Sambert takes none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice: Option<String>,
    /// `mp3`, `wav`, `pcm` or `opus`; the model's own when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// Samples a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample_rate: Option<u32>,
    /// 0 to 100; 50 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume: Option<u8>,
    /// Speed, 0.5 to 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// 0.5 to 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pitch: Option<f64>,
    /// Whether words come with their times.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub word_timestamp_enabled: Option<bool>,
    /// Any other parameter, such as `instruction` or `seed`.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Default for SynthesisRequest {
    fn default() -> Self {
        Self {
            model: String::new(),
            text_type: "PlainText".to_owned(),
            voice: None,
            format: None,
            sample_rate: None,
            volume: None,
            rate: None,
            pitch: None,
            word_timestamp_enabled: None,
            extra: Extra::new(),
        }
    }
}

impl SynthesisRequest {
    /// `CosyVoice` with one of its voices.
    pub fn new(model: impl Into<String>, voice: impl Into<String>) -> Self {
        Self {
            model: model.into(),
            voice: Some(voice.into()),
            ..Self::default()
        }
    }

    /// Sambert, whose model is its voice.
    pub fn sambert(model: impl Into<String>) -> Self {
        Self {
            model: model.into(),
            ..Self::default()
        }
    }

    /// As `mp3`, `wav`, `pcm` or `opus`, with so many samples a second.
    #[must_use]
    pub fn format(self, format: impl Into<String>, sample_rate: u32) -> Self {
        Self {
            format: Some(format.into()),
            sample_rate: Some(sample_rate),
            ..self
        }
    }

    /// At this speed, 0.5 to 2.
    #[must_use]
    pub fn rate(self, rate: f64) -> Self {
        Self {
            rate: Some(rate),
            ..self
        }
    }

    /// At this pitch, 0.5 to 2.
    #[must_use]
    pub fn pitch(self, pitch: f64) -> Self {
        Self {
            pitch: Some(pitch),
            ..self
        }
    }

    /// This loud, 0 to 100.
    #[must_use]
    pub fn volume(self, volume: u8) -> Self {
        Self {
            volume: Some(volume),
            ..self
        }
    }

    /// With the times of its words.
    #[must_use]
    pub fn word_timestamps(self) -> Self {
        Self {
            word_timestamp_enabled: Some(true),
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
        for (name, value) in [("rate", self.rate), ("pitch", self.pitch)] {
            if value.is_some_and(|value| !(0.5..=2.0).contains(&value)) {
                let message = format!("{name}: must be from 0.5 to 2");
                return Err(Error::invalid(name, message));
            }
        }
        if self.volume.is_some_and(|volume| volume > 100) {
            return Err(Error::invalid("volume", "volume: must be from 0 to 100"));
        }
        Ok(())
    }

    fn run(&self, streaming: &'static str, input: Value) -> Result<RunTask, Error> {
        let parameters = serde_json::to_value(self)
            .map_err(|_| Error::invalid("parameters", "parameters: cannot be written"))?;
        let payload = [
            ("task_group", "audio".into()),
            ("task", "tts".into()),
            ("function", "SpeechSynthesizer".into()),
            ("model", self.model.as_str().into()),
            ("parameters", parameters),
            ("input", input),
        ];
        Ok(RunTask {
            payload: payload
                .map(|(name, value)| (name.to_owned(), value))
                .into_iter()
                .collect(),
            streaming,
            task_id: task::task_id(),
        })
    }
}

/// A piece of what is spoken.
#[derive(Clone, Debug, PartialEq)]
pub enum SynthesisEvent {
    /// Sound; joined they are the file. Only the first holds a header, where the format has one.
    Audio(Bytes),
    /// How far it is: a sentence begins, goes on or ends.
    Sentence(SpokenSentence),
    /// All was spoken.
    Finished {
        /// What is billed, as the provider counts.
        characters: Option<u64>,
    },
}

/// A sentence that is being spoken.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SpokenSentence {
    /// `sentence-begin`, `sentence-synthesis` or `sentence-end`; older servers don't say.
    #[serde(rename = "type")]
    pub stage: Option<String>,
    /// Its text, at the beginning and the end.
    pub original_text: Option<String>,
    /// Its place and its words' times.
    #[serde(deserialize_with = "null_as_default")]
    pub sentence: SentenceTimes,
    /// Characters billed so far, when stated.
    #[serde(skip)]
    pub characters: Option<u64>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// When the words of a sentence are heard.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SentenceTimes {
    /// From 0.
    pub index: Option<u64>,
    /// In milliseconds (Sambert).
    pub begin_time: Option<u64>,
    /// In milliseconds (Sambert).
    pub end_time: Option<u64>,
    /// With `text`, `begin_time` and `end_time` in milliseconds.
    #[serde(deserialize_with = "null_as_default")]
    pub words: Vec<SpokenWord>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A word and when it is heard.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SpokenWord {
    /// The word.
    #[serde(deserialize_with = "null_as_default")]
    pub text: String,
    /// In milliseconds.
    #[serde(deserialize_with = "null_as_default")]
    pub begin_time: u64,
    /// In milliseconds.
    #[serde(deserialize_with = "null_as_default")]
    pub end_time: u64,
    /// Anything else, such as `phonemes`.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The text that is being spoken.
#[derive(Clone, Debug)]
pub struct TextSender(TaskSender);

impl TextSender {
    /// Adds text; the provider cuts it into sentences by itself.
    ///
    /// At most 20,000 characters at a time, a Han character counting as two. More than 23 s between two pieces end the task.
    pub async fn say(&self, text: &str) -> Result<(), Error> {
        if counted(text) > MAX_PIECE {
            return Err(Error::invalid(
                "text",
                "text: must not be longer than 20000 characters, Han characters counting as two",
            ));
        }
        self.0.go_on(json!({ "text": text })).await
    }

    /// Speaks what is there without waiting for the sentence's end.
    pub async fn flush(&self) -> Result<(), Error> {
        self.0.go_on(json!({ "flush": true })).await
    }

    /// Says that no more text comes; what is left of the sound follows.
    pub async fn finish(&self) -> Result<(), Error> {
        self.end(json!({})).await
    }

    /// Ends the task without what is not spoken yet.
    pub async fn cancel(&self) -> Result<(), Error> {
        self.end(json!({ "directive": "cancel" })).await
    }

    async fn end(&self, input: Value) -> Result<(), Error> {
        let payload = Map::from_iter([("input".to_owned(), input)]);
        self.0.finish(payload).await
    }
}

impl TaskLine {
    /// Speaks text while it is written (`CosyVoice`).
    ///
    /// ```no_run
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// use bailian::socket::synthesis::{SynthesisEvent, SynthesisRequest};
    ///
    /// let request = SynthesisRequest::new("cosyvoice-v3-flash", "longanyang").format("mp3", 22_050);
    /// let (text, mut sound) = client.task_line().await?.synthesize(request).await?;
    /// text.say("山里下了一夜的雨，").await?;
    /// text.finish().await?;
    /// while let Some(event) = sound.next().await? {
    ///     if let SynthesisEvent::Audio(_bytes) = event { /* … */ }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn synthesize(
        self,
        request: SynthesisRequest,
    ) -> Result<(TextSender, Incoming<SynthesisEvent>), Error> {
        request.validate()?;
        if request.voice.is_none() {
            return Err(Error::invalid("voice", "voice: must be given"));
        }
        let run = request.run("duplex", json!({}))?;
        let (sender, incoming) = self.run(run, read).await?;
        Ok((TextSender(sender), incoming))
    }

    /// Speaks a whole text at once (Sambert).
    pub async fn speak(
        self,
        request: SynthesisRequest,
        text: &str,
    ) -> Result<Incoming<SynthesisEvent>, Error> {
        request.validate()?;
        if text.trim().is_empty() {
            return Err(Error::invalid("text", "text: must not be empty"));
        }
        let run = request.run("out", json!({ "text": text }))?;
        Ok(self.run(run, read).await?.1)
    }
}

fn read(event: TaskEvent) -> Result<Read<SynthesisEvent>, Error> {
    let characters = |payload: &Value| payload.pointer("/usage/characters").and_then(Value::as_u64);
    Ok(match event {
        TaskEvent::Binary(bytes) => Read::Piece(SynthesisEvent::Audio(bytes)),
        TaskEvent::Finished(payload) => Read::Piece(SynthesisEvent::Finished {
            characters: characters(&payload),
        }),
        TaskEvent::Result(mut payload) => {
            let billed = characters(&payload);
            let output = payload.get_mut("output").map(Value::take);
            let Some(output) = output.filter(Value::is_object) else {
                return Ok(Read::Nothing);
            };
            let mut sentence: SpokenSentence = task::parse(output)?;
            sentence.characters = billed;
            Read::Piece(SynthesisEvent::Sentence(sentence))
        }
    })
}

#[cfg(fuzzing)]
pub(super) fn fuzz(payload: Value) {
    let _ = read(TaskEvent::Result(payload.clone()));
    let _ = read(TaskEvent::Finished(payload));
}
