//! How far a task is, and where its results lie.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::classify::Refusal;
use crate::lenient::null_as_default;
use crate::{Error, ErrorKind, Extra};

/// A task that was taken.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreatedTask {
    /// Names the task from now on.
    pub task_id: String,
    /// Your own name for it.
    #[serde(default)]
    pub task_key: Option<String>,
    /// How far it is.
    #[serde(default)]
    pub task_status: Option<TingwuStatus>,
    /// Where the sound of a meeting goes that is listened to; as good as a key, for this meeting.
    #[serde(default)]
    pub meeting_join_url: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The address of a meeting's sound is as good as a key.
impl fmt::Debug for CreatedTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreatedTask")
            .field("task_id", &self.task_id)
            .field("task_status", &self.task_status)
            .finish_non_exhaustive()
    }
}

/// How far a task is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum TingwuStatus {
    /// Being worked on; some results may be there.
    Ongoing,
    /// Done.
    Completed,
    /// It failed.
    Failed,
    /// No such task.
    Invalid,
    /// Anything else, unchanged; not an end.
    #[serde(untagged)]
    Other(String),
}

/// A task as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TaskInfo {
    /// The task's id.
    pub task_id: String,
    /// Your own name for it.
    #[serde(default)]
    pub task_key: Option<String>,
    /// How far it is.
    pub task_status: TingwuStatus,
    /// Why it failed.
    #[serde(default)]
    pub error_code: Option<String>,
    /// The same in words.
    #[serde(default)]
    pub error_message: Option<String>,
    /// The results that are there.
    #[serde(default, deserialize_with = "null_as_default")]
    pub result: ResultPaths,
    /// The recording as MP3.
    #[serde(default)]
    pub output_mp3_path: Option<String>,
    /// The recording as MP4.
    #[serde(default)]
    pub output_mp4_path: Option<String>,
    /// A picture of it.
    #[serde(default)]
    pub output_thumbnail_path: Option<String>,
    /// Its spectrum.
    #[serde(default)]
    pub output_spectrum_path: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Where results lie; read them with [`Tingwu::result_file`](super::Tingwu::result_file).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ResultPaths {
    /// [`MeetingTranscription`](super::MeetingTranscription).
    pub transcription: Option<String>,
    /// [`Vec<Chapter>`](super::Chapter).
    pub auto_chapters: Option<String>,
    /// [`MeetingAssistance`](super::MeetingAssistance).
    pub meeting_assistance: Option<String>,
    /// [`Summarization`](super::Summarization).
    pub summarization: Option<String>,
    /// [`Translation`](super::Translation).
    pub translation: Option<String>,
    /// [`Vec<PolishedParagraph>`](super::PolishedParagraph).
    pub text_polish: Option<String>,
    /// [`Vec<CustomPromptResult>`](super::CustomPromptResult).
    pub custom_prompt: Option<String>,
    /// [`PptExtraction`](super::PptExtraction).
    pub ppt_extraction: Option<String>,
    /// JSON of its own.
    pub service_inspection: Option<String>,
    /// JSON of its own.
    pub content_extraction: Option<String>,
    /// JSON of its own.
    pub identity_recognition: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl TaskInfo {
    /// The task, or why it has no results.
    ///
    /// Fails with [`TaskFailed`](ErrorKind::TaskFailed) or [`TaskUnknown`](ErrorKind::TaskUnknown). A task that
    /// goes on is no failure: it may have some results.
    pub fn into_result(self) -> Result<Self, Error> {
        match self.task_status {
            TingwuStatus::Ongoing | TingwuStatus::Completed | TingwuStatus::Other(_) => Ok(self),
            TingwuStatus::Failed => Err(failure(self.error_code, self.error_message)),
            TingwuStatus::Invalid => Err(Error::new(ErrorKind::TaskUnknown, "no such task")),
        }
    }
}

/// A failed task in the words of its error.
pub(super) fn failure(code: Option<String>, message: Option<String>) -> Error {
    let refusal = Refusal {
        code,
        message: message.unwrap_or_default(),
        ..Refusal::default()
    };
    Error::from(refusal).of_task()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_task_is_an_error_though_the_answer_is_none() {
        let json = r#"{"TaskId":"5d2f","TaskKey":"weekly-01","TaskStatus":"FAILED","ErrorCode":"TSC.AudioFileLink","ErrorMessage":"Audio file link invalid."}"#;
        let task: TaskInfo = serde_json::from_str(json).unwrap();
        let error = task.into_result().unwrap_err();
        let cause = Box::new(ErrorKind::InvalidParameter { parameter: None });
        assert_eq!(error.kind(), &ErrorKind::TaskFailed { cause });
        assert_eq!(error.code(), Some("TSC.AudioFileLink"));
        let unknown: TaskInfo =
            serde_json::from_str(r#"{"TaskId":"x","TaskStatus":"INVALID"}"#).unwrap();
        assert_eq!(
            unknown.into_result().unwrap_err().kind(),
            &ErrorKind::TaskUnknown
        );
    }

    #[test]
    fn results_come_one_after_the_other() {
        let json = r#"{"TaskId":"x","TaskStatus":"ONGOING","OutputMp3Path":"m","Result":{"Transcription":"https://t","New":"n"}}"#;
        let task: TaskInfo = serde_json::from_str(json).unwrap();
        assert_eq!(task.output_mp3_path.as_deref(), Some("m"));
        assert_eq!(task.result.transcription.as_deref(), Some("https://t"));
        assert_eq!(
            (
                task.result.auto_chapters.clone(),
                task.result.extra["New"].as_str()
            ),
            (None, Some("n"))
        );
        let early: TaskInfo =
            serde_json::from_str(r#"{"TaskId":"x","TaskStatus":"ONGOING","Result":null}"#).unwrap();
        assert_eq!(early.into_result().unwrap().result, ResultPaths::default());
    }
}
