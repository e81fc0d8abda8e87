//! Text turned into speech over HTTP: Qwen-TTS, `CosyVoice`, Qwen-Audio-TTS.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tracing::Span;

use crate::lenient::{null_as_default, object_or_none, tokens};
use crate::media::{Checked, MediaUsage};
use crate::native::NativeAnswer;
use crate::setters::setters;
use crate::span::call_span;
use crate::stream::{AnswerStream, Piece};
use crate::validate::require;
use crate::{CallOptions, Client, Error, Extra};

const QWEN: &str = "/api/v1/services/aigc/multimodal-generation/generation";
const COSY_VOICE: &str = "/api/v1/services/audio/tts/SpeechSynthesizer";

/// As how many characters `CosyVoice` counts one, for its limits and its price: a Han character is two.
pub const fn counted_as(character: char) -> usize {
    if matches!(character, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}')
    {
        2
    } else {
        1
    }
}

/// As how many characters `CosyVoice` counts a text.
pub fn counted(text: &str) -> usize {
    text.chars().map(counted_as).sum()
}

/// Asks for speech.
#[derive(Clone, Debug, PartialEq)]
pub struct Speech {
    /// `qwen3-tts-flash`, `qwen-tts`; `cosyvoice-…` and `qwen-audio-…` go to a path of their own.
    pub model: String,
    /// What is said. Qwen: at most 600 characters.
    pub text: String,
    /// Who says it: a voice of the model, or one that was cloned or designed.
    pub voice: String,
    /// Qwen: for example `Chinese`; `Auto`.
    pub language_type: Option<String>,
    /// `CosyVoice`: `wav`, `mp3`, `pcm`, `opus`.
    pub format: Option<String>,
    /// `CosyVoice`: hertz.
    pub sample_rate: Option<u32>,
    /// `CosyVoice`: 0 to 100; 50.
    pub volume: Option<u32>,
    /// `CosyVoice`: 0.5 to 2; 1.
    pub rate: Option<f64>,
    /// `CosyVoice`: 0.5 to 2; 1.
    pub pitch: Option<f64>,
    /// Any other field of the input.
    pub extra: Extra,
    /// Any parameter.
    pub parameters: Extra,
    /// How the call is to be handled.
    pub options: CallOptions,
}

/// The answer to a [`Speech`], and each event of its stream.
pub type SpeechAnswer = NativeAnswer<SpeechOutput, MediaUsage>;

/// What was said.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SpeechOutput {
    /// The sound.
    #[serde(deserialize_with = "null_as_default")]
    pub audio: SpeechAudio,
    /// Why it ended; the word `null` until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finish_reason: Option<String>,
    /// `CosyVoice`, streamed: `sentence-begin`, `sentence-synthesis`, `sentence-end`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// `CosyVoice`, streamed: where in the text.
    #[serde(
        deserialize_with = "object_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub sentence: Option<SpeechSentence>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The sound, behind an address or as a piece of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SpeechAudio {
    /// Where the whole lies for 24 hours, in the last event; empty before.
    #[serde(deserialize_with = "null_as_default")]
    pub url: String,
    /// A piece of it, in base64; empty without streaming. See [`bytes`](Self::bytes).
    #[serde(deserialize_with = "null_as_default")]
    pub data: String,
    /// Names the sound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// When the address ends, in seconds since 1970.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<u64>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl SpeechAudio {
    /// The piece of sound. Of Qwen: 16-bit little-endian samples, mono, 24 kHz.
    pub fn bytes(&self) -> Result<Bytes, Error> {
        let bytes = BASE64_STANDARD.decode(&self.data);
        Ok(bytes
            .map_err(|_| Error::malformed("a piece of sound cannot be decoded"))?
            .into())
    }
}

/// Where in the text a piece of sound belongs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SpeechSentence {
    /// Which sentence.
    #[serde(deserialize_with = "tokens")]
    pub index: Option<u64>,
    /// Its words with their times.
    #[serde(deserialize_with = "null_as_default")]
    pub words: Vec<Extra>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Speech {
    /// Asks with the model's defaults.
    pub fn new(
        model: impl Into<String>,
        text: impl Into<String>,
        voice: impl Into<String>,
    ) -> Self {
        Self {
            model: model.into(),
            text: text.into(),
            voice: voice.into(),
            language_type: None,
            format: None,
            sample_rate: None,
            volume: None,
            rate: None,
            pitch: None,
            extra: Extra::new(),
            parameters: Extra::new(),
            options: CallOptions::default(),
        }
    }

    setters! {
        language_type: String,
        format: String,
        sample_rate: u32,
        volume: u32,
        rate: f64,
        pitch: f64,
    }

    /// Sets a parameter, such as `instructions`.
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.parameters.insert(name.into(), value.into());
        self
    }

    fn is_cosy_voice(&self) -> bool {
        let starts = ["cosyvoice-", "qwen-audio-"];
        starts.iter().any(|start| self.model.starts_with(start))
    }

    fn path(&self) -> &'static str {
        if self.is_cosy_voice() {
            COSY_VOICE
        } else {
            QWEN
        }
    }

    /// Checks the documented ranges; fails with the field's name.
    pub fn validate(&self) -> Result<(), Error> {
        require(!self.model.is_empty(), "model", "you must provide a model")?;
        require(!self.text.is_empty(), "text", "must not be empty")?;
        require(!self.voice.is_empty(), "voice", "must not be empty")?;
        let long = self.model.starts_with("qwen3-tts") && self.text.chars().count() > 600;
        require(!long, "text", "at most 600 characters")?;
        self.volume.within(&(0..=100), "volume")?;
        self.rate.within(&(0.5..=2.0), "rate")?;
        self.pitch.within(&(0.5..=2.0), "pitch")
    }

    fn body(&self) -> Value {
        let mut input = self.extra.clone();
        for (name, value) in [
            ("text", Some(json!(self.text))),
            ("voice", Some(json!(self.voice))),
            (
                "language_type",
                self.language_type.as_ref().map(|text| json!(text)),
            ),
            ("format", self.format.as_ref().map(|text| json!(text))),
            ("sample_rate", self.sample_rate.map(|number| json!(number))),
            ("volume", self.volume.map(|number| json!(number))),
            ("rate", self.rate.map(|number| json!(number))),
            ("pitch", self.pitch.map(|number| json!(number))),
        ] {
            if let Some(value) = value {
                input.insert(name.to_owned(), value);
            }
        }
        let mut body = json!({"model": self.model, "input": input});
        if !self.parameters.is_empty() {
            body["parameters"] = Value::Object(self.parameters.clone());
        }
        body
    }
}

impl Piece for SpeechAnswer {
    fn note_ends(&self, ended: &mut BTreeSet<u32>) {
        let reason = self.output.finish_reason.as_deref().unwrap_or_default();
        if !reason.is_empty() && reason != "null" {
            ended.insert(0);
        }
    }

    fn record(&self, span: &Span) {
        if let Some(usage) = &self.usage {
            usage.record(span);
        }
    }
}

impl Client {
    /// Has a text spoken and waits for the address of the sound. Each character is billed.
    ///
    /// Qwen at `POST …/aigc/multimodal-generation/generation`, `CosyVoice` and Qwen-Audio at
    /// `POST …/audio/tts/SpeechSynthesizer`.
    ///
    /// ```no_run
    /// # use bailian::audio::Speech;
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let request = Speech::new("qwen3-tts-flash", "渡轮九点开。", "Cherry");
    /// let answer = client.speak(&request).await?;
    /// let _wav = client.download(&answer.output.audio.url, 50 << 20).await?.bytes().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn speak(&self, request: &Speech) -> Result<SpeechAnswer, Error> {
        request.validate()?;
        let span = call_span!("bailian.speech", "speech_synthesis", request.model);
        self.make(request.path(), &request.body(), &request.options, &span)
            .await
    }

    /// Has a text spoken and hands the sound over piece by piece; the last event holds the whole's address.
    ///
    /// ```no_run
    /// # use bailian::audio::Speech;
    /// # use futures_util::StreamExt;
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let request = Speech::new("cosyvoice-v3-flash", "你好", "longanyang").format("pcm");
    /// let mut events = client.speak_stream(&request).await?;
    /// while let Some(event) = events.next().await {
    ///     let _samples = event?.output.audio.bytes()?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn speak_stream(
        &self,
        request: &Speech,
    ) -> Result<AnswerStream<SpeechAnswer>, Error> {
        request.validate()?;
        let span = call_span!("bailian.speech", "speech_synthesis", request.model);
        let (path, body) = (request.path(), request.body());
        self.make_streaming(path, &body, &request.options, &span)
            .await
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn han_characters_count_twice() {
        assert_eq!(counted("你好, A。"), 2 + 2 + 4);
    }

    use super::*;

    #[test]
    fn each_family_has_its_path_and_fields() {
        let qwen = Speech::new("qwen3-tts-flash", "hi", "Cherry").language_type("English");
        assert_eq!(qwen.path(), QWEN);
        assert_eq!(
            qwen.body(),
            json!({"model": "qwen3-tts-flash", "input": {"text": "hi", "voice": "Cherry", "language_type": "English"}})
        );
        let cosy = Speech::new("cosyvoice-v3-flash", "hi", "longanyang").volume(50_u32);
        assert_eq!(
            (cosy.path(), cosy.body()["input"]["volume"].clone()),
            (COSY_VOICE, json!(50))
        );
        assert_eq!(
            Speech::new("qwen-audio-3.0-tts-flash", "hi", "x").path(),
            COSY_VOICE
        );
    }

    #[test]
    fn what_the_provider_would_refuse_is_named() {
        let speech = || Speech::new("qwen3-tts-flash", "hi", "Cherry");
        for (request, field) in [
            (Speech::new("", "hi", "x"), "model"),
            (Speech::new("qwen-tts", "", "x"), "text"),
            (Speech::new("qwen-tts", "hi", ""), "voice"),
            (
                Speech::new("qwen3-tts-flash", "字".repeat(601), "x"),
                "text",
            ),
            (speech().volume(101_u32), "volume"),
            (speech().rate(2.5), "rate"),
            (speech().pitch(0.1), "pitch"),
        ] {
            assert!(request.validate().unwrap_err().message().starts_with(field));
        }
        assert!(
            Speech::new("qwen3-tts-flash", "字".repeat(600), "x")
                .validate()
                .is_ok()
        );
    }

    #[test]
    fn sound_is_decoded_or_named_as_broken() {
        let audio = |data: &str| SpeechAudio {
            data: data.to_owned(),
            ..SpeechAudio::default()
        };
        assert_eq!(
            audio("AAH/fw==").bytes().unwrap(),
            [0, 1, 255, 127].as_slice()
        );
        assert_eq!(audio("").bytes().unwrap(), Bytes::new());
        assert!(audio("*").bytes().is_err());
    }
}
