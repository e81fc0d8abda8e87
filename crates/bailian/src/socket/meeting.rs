//! A meeting written down while it is held (Tingwu through Bailian, `tingwu-meeting-realtime`).

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::task::{self, Incoming, Read, RunTask, TaskEvent, TaskLine, TaskSender};
use crate::lenient::null_as_default;
use crate::{Error, Extra};

/// Which meeting, and how its sound comes.
#[derive(Clone, Debug, PartialEq)]
pub struct MeetingRequest {
    model: String,
    app_id: String,
    data_id: String,
    parameters: Extra,
}

impl MeetingRequest {
    /// A meeting that was created before, with sound of this format (`pcm`, `opus`, `aac`, `speex`, `mp3`) and rate
    /// (8,000 or 16,000 samples a second).
    pub fn new(
        app_id: impl Into<String>,
        data_id: impl Into<String>,
        format: impl Into<String>,
        sample_rate: u32,
    ) -> Self {
        let parameters = [
            ("format", Value::from(format.into())),
            ("sampleRate", sample_rate.into()),
        ];
        Self {
            model: "tingwu-meeting-realtime".to_owned(),
            app_id: app_id.into(),
            data_id: data_id.into(),
            parameters: parameters
                .map(|(name, value)| (name.to_owned(), value))
                .into_iter()
                .collect(),
        }
    }

    /// Another of Tingwu's models.
    #[must_use]
    pub fn model(self, model: impl Into<String>) -> Self {
        Self {
            model: model.into(),
            ..self
        }
    }

    /// Sets a parameter, `maxEndSilence` or `terminology` for example.
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.parameters.insert(name.into(), value.into());
        self
    }

    fn addressed(&self, directive: &str) -> Map<String, Value> {
        let payload = [
            ("task_group", "aigc".into()),
            ("task", "multimodal-generation".into()),
            ("function", "generation".into()),
            ("model", self.model.as_str().into()),
            (
                "input",
                json!({ "appId": self.app_id, "dataId": self.data_id, "directive": directive }),
            ),
        ];
        payload
            .map(|(name, value)| (name.to_owned(), value))
            .into_iter()
            .collect()
    }
}

/// What is heard in a meeting.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum MeetingEvent {
    /// The provider is ready for sound.
    Listening,
    /// A sentence so far.
    Transcription(MeetingSentence),
    /// The same in other languages, by language, as the provider words it.
    Translations(Map<String, Value>),
    /// What the application behind it says.
    Output(Value),
    /// The meeting is over.
    Ended,
    /// Anything else.
    Other(Value),
}

/// A sentence of a meeting; each replaces the one before of the same id.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct MeetingSentence {
    /// From 1.
    #[serde(deserialize_with = "null_as_default")]
    pub sentence_id: u64,
    /// How far the sound is understood, in milliseconds.
    #[serde(deserialize_with = "null_as_default")]
    pub time: u64,
    /// All of its text so far.
    #[serde(deserialize_with = "null_as_default")]
    pub text: String,
    /// Whether it is final.
    #[serde(deserialize_with = "null_as_default")]
    pub sentence_end: bool,
    /// Anything else, such as `words` and `stashResult`.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The meeting's sound.
#[derive(Clone, Debug)]
pub struct MeetingSender {
    sender: TaskSender,
    request: MeetingRequest,
}

impl MeetingSender {
    /// Sends a piece of sound. The provider hangs up after 10 s without any.
    pub async fn send(&self, sound: impl Into<Bytes>) -> Result<(), Error> {
        self.sender.binary(sound.into()).await
    }

    /// Ends the meeting; [`MeetingEvent::Ended`] follows.
    pub async fn stop(&self) -> Result<(), Error> {
        self.sender.finish(self.request.addressed("stop")).await
    }
}

impl TaskLine {
    /// Writes a meeting down while it is held. Sound may be sent after [`MeetingEvent::Listening`].
    pub async fn meeting(
        self,
        request: MeetingRequest,
    ) -> Result<(MeetingSender, Incoming<MeetingEvent>), Error> {
        let mut payload = request.addressed("start");
        payload.insert("parameters".to_owned(), request.parameters.clone().into());
        // The meeting service takes ids of exactly 16 characters.
        let mut task_id = task::task_id();
        task_id.truncate(16);
        let run = RunTask {
            payload,
            streaming: "duplex",
            task_id,
        };
        let (sender, incoming) = self.run(run, read).await?;
        Ok((MeetingSender { sender, request }, incoming))
    }
}

fn read(event: TaskEvent) -> Result<Read<MeetingEvent>, Error> {
    let TaskEvent::Result(mut payload) = event else {
        return Ok(Read::Nothing);
    };
    let Some(mut output) = payload.get_mut("output").map(Value::take) else {
        return Ok(Read::Nothing);
    };
    let text = |name: &str| output.get(name).and_then(Value::as_str).map(str::to_owned);
    Ok(match text("action").as_deref().unwrap_or_default() {
        "speech-listen" => Read::Piece(MeetingEvent::Listening),
        "ping" => Read::Nothing,
        "speech-end" => Read::Last(MeetingEvent::Ended),
        "ai-result" => Read::Piece(MeetingEvent::Output(output)),
        "task-failed" => return Err(task::failed(text("errorCode"), text("errorMessage"))),
        "recognize-result" => match (
            output.get_mut("transcription").map(Value::take),
            output.get_mut("translations").map(Value::take),
        ) {
            (Some(sentence), _) => Read::Piece(MeetingEvent::Transcription(task::parse(sentence)?)),
            (None, Some(Value::Object(translations))) => {
                Read::Piece(MeetingEvent::Translations(translations))
            }
            (None, _) => Read::Piece(MeetingEvent::Other(output)),
        },
        _ => Read::Piece(MeetingEvent::Other(output)),
    })
}

#[cfg(fuzzing)]
pub(super) fn fuzz(payload: Value) {
    let _ = read(TaskEvent::Result(payload.clone()));
    let _ = read(TaskEvent::Finished(payload));
}
