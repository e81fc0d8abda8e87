//! The settings of a session, by what the model does.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Extra;

/// What all sessions have in common: any setting by its name, and their form on the line.
macro_rules! settings {
    ($session:ident) => {
        impl $session {
            /// Any setting, by its name.
            #[must_use]
            pub fn set(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
                self.0.insert(name.into(), value.into());
                self
            }
        }

        impl From<$session> for Value {
            fn from(session: $session) -> Self {
                session.0.into()
            }
        }
    };
}

/// When a turn ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TurnDetection {
    /// `server_vad` or `semantic_vad`.
    #[serde(rename = "type")]
    pub kind: String,
    /// How loud speech must be, −1 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// The silence that ends a turn, in milliseconds, 200 to 6,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silence_duration_ms: Option<u32>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl TurnDetection {
    /// A turn ends with this silence, in milliseconds.
    pub fn after_silence(milliseconds: u32) -> Self {
        Self {
            kind: "server_vad".to_owned(),
            threshold: None,
            silence_duration_ms: Some(milliseconds),
            extra: Extra::new(),
        }
    }
}

/// The settings of a conversation with an omni model ("Omni: client events").
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OmniSession(Extra);

impl OmniSession {
    /// Answers in text and in this voice.
    pub fn spoken(voice: impl Into<String>) -> Self {
        Self(Extra::new())
            .set("modalities", json!(["text", "audio"]))
            .set("voice", voice.into())
    }

    /// Answers in text only.
    pub fn written() -> Self {
        Self(Extra::new()).set("modalities", json!(["text"]))
    }

    /// What the model is told to be.
    #[must_use]
    pub fn instructions(self, text: impl Into<String>) -> Self {
        self.set("instructions", text.into())
    }

    /// When a turn ends; `None`: when the client says so.
    #[must_use]
    pub fn turn_detection(self, detection: Option<&TurnDetection>) -> Self {
        self.set("turn_detection", json!(detection))
    }
}

settings!(OmniSession);

/// The settings of speech as it is written (qwen-tts-realtime).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SpeechSession(Extra);

impl SpeechSession {
    /// Speaks with this voice, and by itself whenever there is enough text.
    pub fn new(voice: impl Into<String>) -> Self {
        Self(Extra::new())
            .set("voice", voice.into())
            .set("mode", "server_commit")
    }

    /// Speaks only what was committed.
    #[must_use]
    pub fn committed_by_client(self) -> Self {
        self.set("mode", "commit")
    }

    /// As `pcm`, `wav`, `mp3` or `opus`, with so many samples a second.
    #[must_use]
    pub fn format(self, format: impl Into<String>, sample_rate: u32) -> Self {
        self.set("response_format", format.into())
            .set("sample_rate", sample_rate)
    }
}

settings!(SpeechSession);

/// The settings of recognition as it is spoken (qwen3-asr-flash-realtime).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RecognitionSession(Extra);

impl RecognitionSession {
    /// Sound of this format (`pcm` or `opus`) and rate (8,000 or 16,000 samples a second), in turns.
    pub fn new(format: impl Into<String>, sample_rate: u32) -> Self {
        Self(Extra::new())
            .set("modalities", json!(["text"]))
            .set("input_audio_format", format.into())
            .set("sample_rate", sample_rate)
    }

    /// Expects this language.
    #[must_use]
    pub fn language(self, language: &str) -> Self {
        self.set("input_audio_transcription", json!({ "language": language }))
    }

    /// When a turn ends; `None`: when the client says so.
    #[must_use]
    pub fn turn_detection(self, detection: Option<&TurnDetection>) -> Self {
        self.set("turn_detection", json!(detection))
    }
}

settings!(RecognitionSession);
