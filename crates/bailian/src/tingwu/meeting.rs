//! Meetings handed in through Bailian, model `tingwu-meeting` ("Offline meeting notes").

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

use super::task::failure;
use super::{MeetingParameters, ResultFile, results};
use crate::client::Repeat;
use crate::media::MediaUsage;
use crate::span::call_span;
use crate::task::{Asking, Patience};
use crate::validate::require;
use crate::{CallOptions, Client, Error, Extra};

const PATH: &str = "/api/v1/services/aigc/multimodal-generation/generation";
const MODEL: &str = "tingwu-meeting";

/// A meeting and what is wanted of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeetingRequest {
    /// The application, from the console.
    pub app_id: String,
    /// What was said.
    pub source: MeetingSource,
    /// Hot words.
    pub phrase_id: Option<String>,
    /// What is wanted.
    pub parameters: MeetingParameters,
    /// How the call is to be handled.
    pub options: CallOptions,
}

/// What was said.
#[derive(Clone, PartialEq, Eq)]
pub enum MeetingSource {
    /// A recording by its address.
    File(String),
    /// Lines of `name: words`.
    Text(String),
    /// An earlier meeting.
    Earlier(String),
}

/// A meeting that was taken; can be stored and asked for later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Meeting {
    /// Names it.
    pub data_id: String,
}

/// How far a meeting is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MeetingStatus {
    /// Done.
    Done,
    /// Being worked on.
    Running,
    /// It failed.
    Failed,
    /// Anything else, unchanged; not an end.
    Other(i64),
}

impl<'de> Deserialize<'de> for MeetingStatus {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match i64::deserialize(deserializer)? {
            0 => Self::Done,
            1 => Self::Running,
            2 => Self::Failed,
            other => Self::Other(other),
        })
    }
}

/// A meeting as it stands. An address that is absent though it was asked for means that this part failed; all
/// live for 24 hours and are read with [`Client::meeting_file`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MeetingSnapshot {
    /// How far it is.
    pub status: MeetingStatus,
    /// Why it failed.
    #[serde(default)]
    pub error_code: Option<String>,
    /// The same in words.
    #[serde(default)]
    pub error_message: Option<String>,
    /// The recording.
    #[serde(default)]
    pub playback_url: Option<String>,
    /// [`MeetingTranscription`](super::MeetingTranscription).
    #[serde(default)]
    pub transcription_path: Option<String>,
    /// [`Translation`](super::Translation).
    #[serde(default)]
    pub translations_path: Option<String>,
    /// [`Vec<Chapter>`](super::Chapter).
    #[serde(default)]
    pub auto_chapters_path: Option<String>,
    /// [`Summarization`](super::Summarization).
    #[serde(default)]
    pub summarization_path: Option<String>,
    /// [`MeetingAssistance`](super::MeetingAssistance).
    #[serde(default)]
    pub meeting_assistance_path: Option<String>,
    /// [`PptExtraction`](super::PptExtraction).
    #[serde(default)]
    pub ppt_extraction_path: Option<String>,
    /// [`Vec<PolishedParagraph>`](super::PolishedParagraph).
    #[serde(default)]
    pub text_polish_path: Option<String>,
    /// [`Vec<CustomPromptResult>`](super::CustomPromptResult).
    #[serde(default)]
    pub custom_prompt_path: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl MeetingRequest {
    /// A meeting with nothing asked of it but its words.
    pub fn new(app_id: impl Into<String>, source: MeetingSource) -> Self {
        Self {
            app_id: app_id.into(),
            source,
            phrase_id: None,
            parameters: MeetingParameters::default(),
            options: CallOptions::default(),
        }
    }

    fn body(&self) -> Value {
        let (name, value) = match &self.source {
            MeetingSource::File(url) => ("fileUrl", url),
            MeetingSource::Text(text) => ("text", text),
            MeetingSource::Earlier(id) => ("dataId", id),
        };
        let mut input = json!({
            "task": "createTask",
            "type": "offline",
            "appId": self.app_id,
            name: value,
        });
        if let Some(id) = &self.phrase_id {
            input["phraseId"] = id.as_str().into();
        }
        json!({"model": MODEL, "input": input, "parameters": self.parameters})
    }
}

impl Client {
    /// Hands a meeting in, `POST …/aigc/multimodal-generation/generation`. Sent again only if it was certainly
    /// not taken.
    ///
    /// ```no_run
    /// # use bailian::{task::Patience, tingwu::{MeetingRequest, MeetingSource, Summarization}};
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let source = MeetingSource::File("https://example.com/meeting.mp3".to_owned());
    /// let mut request = MeetingRequest::new("tw_demo01", source);
    /// request.parameters.analysis.full_summary_enabled = Some(true);
    /// let meeting = client.submit_meeting(&request).await?;
    /// let done = client.wait_for_meeting(&meeting, Patience::meeting()).await?;
    /// if let Some(address) = &done.summarization_path {
    ///     let _summary: Summarization = client.meeting_file(address).await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn submit_meeting(&self, request: &MeetingRequest) -> Result<Meeting, Error> {
        require(!request.app_id.is_empty(), "appId", "must not be empty")?;
        let span = call_span!("bailian.meeting.submit", "meeting", MODEL);
        let answer = self
            .make::<Option<Meeting>>(PATH, &request.body(), &request.options, &span)
            .await?;
        let meeting = answer.output;
        meeting.ok_or_else(|| Error::malformed("a meeting was taken without an id"))
    }

    /// Asks once how far a meeting is.
    ///
    /// ```no_run
    /// # use bailian::tingwu::Meeting;
    /// # async fn example(client: bailian::Client, meeting: Meeting) -> Result<(), bailian::Error> {
    /// let now = client.query_meeting(&meeting).await?.status;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn query_meeting(&self, meeting: &Meeting) -> Result<MeetingSnapshot, Error> {
        let span = call_span!("bailian.meeting.query", "meeting", MODEL);
        let input = json!({"task": "getTask", "dataId": meeting.data_id});
        let body = json!({"model": MODEL, "input": input});
        let call = CallOptions::default().post(PATH, &body, &self.options().timeouts)?;
        let answer = self
            .fetch_native::<Option<MeetingSnapshot>, MediaUsage>(call, &span)
            .await?;
        let now = answer.output;
        now.ok_or_else(|| Error::malformed("an answer about a meeting without its state"))
    }

    /// Waits until a meeting is done.
    ///
    /// Fails with [`TaskFailed`](crate::ErrorKind::TaskFailed) if the meeting did, with
    /// [`Timeout`](crate::ErrorKind::Timeout) when patience ended; work then goes on.
    ///
    /// ```no_run
    /// # use bailian::{task::Patience, tingwu::Meeting};
    /// # async fn example(client: bailian::Client, meeting: Meeting) -> Result<(), bailian::Error> {
    /// let done = client.wait_for_meeting(&meeting, Patience::meeting()).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn wait_for_meeting(
        &self,
        meeting: &Meeting,
        patience: Patience,
    ) -> Result<MeetingSnapshot, Error> {
        let mut asking = Asking::new(patience);
        loop {
            let now = asking.next(|| self.query_meeting(meeting)).await?;
            match now.status {
                MeetingStatus::Running | MeetingStatus::Other(_) => {}
                MeetingStatus::Done => return Ok(now),
                MeetingStatus::Failed => return Err(failure(now.error_code, now.error_message)),
            }
        }
    }

    /// Fetches a result of a meeting and reads it.
    ///
    /// ```no_run
    /// # use bailian::tingwu::MeetingTranscription;
    /// # async fn example(client: bailian::Client, address: &str) -> Result<(), bailian::Error> {
    /// let words: MeetingTranscription = client.meeting_file(address).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn meeting_file<T: ResultFile>(&self, url: &str) -> Result<T, Error> {
        results::fetch(self, url).await
    }

    /// Has the quality of a car dealer's talk judged, model `tingwu-automotive-service-inspection`. The shape
    /// of the answer is not documented.
    ///
    /// ```no_run
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let address = "https://example.com/talk.mp3";
    /// let judged = client.inspect_automotive_service("tw_demo01", address).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn inspect_automotive_service(
        &self,
        app_id: &str,
        file_url: &str,
    ) -> Result<Extra, Error> {
        let model = "tingwu-automotive-service-inspection";
        let span = call_span!("bailian.meeting.inspect", "meeting", model);
        // The id is written in small letters here.
        let body = json!({"model": model, "input": {"fileUrl": file_url, "appid": app_id}});
        let mut call = CallOptions::default().post(PATH, &body, &self.options().timeouts)?;
        call.repeat = Repeat::Costly;
        Ok(self.fetch_native::<Extra, Extra>(call, &span).await?.output)
    }
}

/// Text is what people said to each other.
impl fmt::Debug for MeetingSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::File(_) => "File",
            Self::Text(_) => "Text",
            Self::Earlier(_) => "Earlier",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meeting_has_one_source() {
        for (source, name) in [
            (MeetingSource::File("s".to_owned()), "fileUrl"),
            (MeetingSource::Text("s".to_owned()), "text"),
            (MeetingSource::Earlier("s".to_owned()), "dataId"),
        ] {
            let mut request = MeetingRequest::new("tw", source);
            request.parameters.analysis.mind_map_enabled = Some(true);
            let body = request.body();
            let input = json!({"task": "createTask", "type": "offline", "appId": "tw", name: "s"});
            assert_eq!(body["input"], input);
            let parameters = json!({"transcription": {}, "analysis": {"mindMapEnabled": true}});
            assert_eq!(body["parameters"], parameters);
        }
    }

    #[test]
    fn the_documented_answer_is_read() {
        let json = r#"{"status":0,"errorCode":null,"errorMessage":null,"playbackUrl":"https://m","transcriptionPath":"https://t","pptExtractionPath":null}"#;
        let now: MeetingSnapshot = serde_json::from_str(json).unwrap();
        assert_eq!(now.status, MeetingStatus::Done);
        assert_eq!(now.transcription_path.as_deref(), Some("https://t"));
        assert_eq!(now.ppt_extraction_path, None);
    }
}
