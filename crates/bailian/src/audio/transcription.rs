//! Files turned into text, as a task ("File transcription").

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Transcript;
use crate::media::{Checked, Item};
use crate::setters::setters;
use crate::task::{Task, TaskStatus};
use crate::validate::require;
use crate::{CallOptions, Client, Error, Extra};

const PATH: &str = "/api/v1/services/audio/asr/transcription";
/// Twelve hours of words with their times are some tens of megabytes.
const MAX_TRANSCRIPT_BYTES: usize = 256 * 1024 * 1024;

/// Asks Paraformer, Fun-ASR or `SenseVoice` for the text of files; for Qwen see [`FileTranscription`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transcription {
    /// For example `paraformer-v2`, `paraformer-8k-v2`, `fun-asr`, `sensevoice-v1`.
    pub model: String,
    /// The files.
    pub input: TranscriptionInput,
    /// How.
    pub parameters: TranscriptionParameters,
    /// Lists of hot words for the first models.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<Value>,
    /// How the call is to be handled.
    #[serde(skip)]
    pub options: CallOptions,
}

/// The files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TranscriptionInput {
    /// `http(s)://` or `oss://`, at most 100: sound or films of up to 2 GB and 12 hours.
    pub file_urls: Vec<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How files are turned into text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TranscriptionParameters {
    /// Which channels; the first. Each is billed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<Vec<u32>>,
    /// Languages to expect, for example `zh`, `en`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language_hints: Option<Vec<String>>,
    /// Whether to leave fillers out; off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disfluency_removal_enabled: Option<bool>,
    /// Whether times are aligned to the sound; off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp_alignment_enabled: Option<bool>,
    /// Words to be starred or left out: JSON in a string.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub special_word_filter: Option<String>,
    /// Whether to tell speakers apart; one channel of at most 2 hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diarization_enabled: Option<bool>,
    /// How many speakers, as a hint; 2 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speaker_count: Option<u32>,
    /// Hot words, see [`Client::create_vocabulary`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vocabulary_id: Option<String>,
    /// Whether to note events such as applause; off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio_event_detection_enabled: Option<bool>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The result: one entry for each file, which succeeds or fails by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TranscriptionOutput {
    /// In the order of the request.
    pub results: Vec<Item<TranscribedFile>>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TranscribedFile {
    /// As it was sent.
    #[serde(default)]
    pub file_url: Option<String>,
    /// Where its text lies for 24 hours, for [`Client::transcript`]; absent until it is done.
    #[serde(default)]
    pub transcription_url: Option<String>,
    /// How far it is.
    #[serde(default)]
    pub subtask_status: Option<TaskStatus>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Transcription {
    /// Asks with the model's defaults.
    pub fn new(
        model: impl Into<String>,
        file_urls: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self {
            model: model.into(),
            input: TranscriptionInput {
                file_urls: file_urls.into_iter().map(Into::into).collect(),
                extra: Extra::new(),
            },
            parameters: TranscriptionParameters::default(),
            resources: Vec::new(),
            options: CallOptions::default(),
        }
    }

    setters! {
        in parameters:
        channel_id: Vec<u32>,
        language_hints: Vec<String>,
        disfluency_removal_enabled: bool,
        timestamp_alignment_enabled: bool,
        special_word_filter: String,
        diarization_enabled: bool,
        speaker_count: u32,
        vocabulary_id: String,
        audio_event_detection_enabled: bool,
    }

    /// A list of hot words for the first models.
    #[must_use]
    pub fn phrase(mut self, id: &str) -> Self {
        let resource = json!({"resource_id": id, "resource_type": "asr_phrase"});
        self.resources.push(resource);
        self
    }

    /// Checks the documented ranges; fails with the field's name.
    pub fn validate(&self) -> Result<(), Error> {
        require(!self.model.is_empty(), "model", "you must provide a model")?;
        let files = self.input.file_urls.len();
        require(
            (1..=100).contains(&files),
            "file_urls",
            "1 to 100 addresses",
        )?;
        self.parameters
            .speaker_count
            .within(&(2..=100), "speaker_count")
    }
}

/// Asks `qwen3-asr-flash-filetrans` for the text of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileTranscription {
    /// `qwen3-asr-flash-filetrans`.
    pub model: String,
    /// `http(s)://` or `oss://`.
    pub file_url: String,
    /// The one language spoken, for example `zh`; found out by itself without.
    pub language: Option<String>,
    /// Whether numbers are written in digits; off. Chinese and English.
    pub enable_itn: Option<bool>,
    /// Whether words and their times are wanted; off.
    pub enable_words: Option<bool>,
    /// What is spoken about, at most 10,000 tokens.
    pub text: Option<String>,
    /// Which channels; the first. Each is billed.
    pub channel_id: Option<Vec<u32>>,
    /// How the call is to be handled.
    pub options: CallOptions,
}

/// The result of [`FileTranscription`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileTranscriptionOutput {
    /// The one file.
    pub result: TranscribedFile,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl FileTranscription {
    /// Asks with the model's defaults.
    pub fn new(file_url: impl Into<String>) -> Self {
        Self {
            model: "qwen3-asr-flash-filetrans".to_owned(),
            file_url: file_url.into(),
            language: None,
            enable_itn: None,
            enable_words: None,
            text: None,
            channel_id: None,
            options: CallOptions::default(),
        }
    }

    setters! {
        language: String,
        enable_itn: bool,
        enable_words: bool,
        text: String,
        channel_id: Vec<u32>,
    }

    fn body(&self) -> Value {
        let mut parameters = Extra::new();
        for (name, value) in [
            ("language", self.language.as_ref().map(|text| json!(text))),
            ("enable_itn", self.enable_itn.map(Value::Bool)),
            ("enable_words", self.enable_words.map(Value::Bool)),
            ("text", self.text.as_ref().map(|text| json!(text))),
            ("channel_id", self.channel_id.as_ref().map(|ids| json!(ids))),
        ] {
            if let Some(value) = value {
                parameters.insert(name.to_owned(), value);
            }
        }
        json!({
            "model": self.model,
            "input": {"file_url": self.file_url},
            "parameters": parameters,
        })
    }
}

impl Client {
    /// Hands in files to be turned into text, `POST …/audio/asr/transcription`. Each second of each channel
    /// is billed.
    ///
    /// ```no_run
    /// # use bailian::{audio::Transcription, task::Patience};
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let request = Transcription::new("paraformer-v2", ["https://example.com/meeting.mp3"])
    ///     .diarization_enabled(true)
    ///     .speaker_count(2_u32);
    /// let task = client.submit_transcription(&request).await?;
    /// let finished = client.wait_for_task(&task, Patience::audio()).await?;
    /// for file in &finished.output.results {
    ///     if let Some(address) = &file.result()?.transcription_url {
    ///         let _text = client.transcript(address).await?.text();
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn submit_transcription(
        &self,
        request: &Transcription,
    ) -> Result<Task<TranscriptionOutput>, Error> {
        request.validate()?;
        self.submit_task(PATH, &request.model, request, &request.options)
            .await
    }

    /// Hands in one file to be turned into text by Qwen, `POST …/audio/asr/transcription`.
    ///
    /// ```no_run
    /// # use bailian::{audio::FileTranscription, task::Patience};
    /// # async fn example(client: bailian::Client) -> Result<(), bailian::Error> {
    /// let request = FileTranscription::new("https://example.com/a.wav").enable_words(true);
    /// let task = client.submit_file_transcription(&request).await?;
    /// let finished = client.wait_for_task(&task, Patience::audio()).await?;
    /// if let Some(address) = finished.output.result.transcription_url {
    ///     let _text = client.transcript(&address).await?.text();
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn submit_file_transcription(
        &self,
        request: &FileTranscription,
    ) -> Result<Task<FileTranscriptionOutput>, Error> {
        require(
            !request.file_url.is_empty(),
            "file_url",
            "must not be empty",
        )?;
        self.submit_task(PATH, &request.model, &request.body(), &request.options)
            .await
    }

    /// Fetches a file's text from the address that a task gave ("Transcription JSON").
    ///
    /// ```no_run
    /// # async fn example(client: bailian::Client, address: &str) -> Result<(), bailian::Error> {
    /// for channel in client.transcript(address).await?.transcripts {
    ///     for sentence in channel.sentences {
    ///         let _ = (sentence.begin_time, sentence.speaker_id, sentence.text);
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn transcript(&self, url: &str) -> Result<Transcript, Error> {
        self.fetch_result(url, MAX_TRANSCRIPT_BYTES).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_families_are_asked_in_their_own_words() {
        let request = Transcription::new("paraformer-v1", ["oss://a/b.wav"])
            .language_hints(vec!["zh".to_owned()])
            .phrase("p-1");
        assert_eq!(
            serde_json::to_value(request).unwrap(),
            json!({
                "model": "paraformer-v1",
                "input": {"file_urls": ["oss://a/b.wav"]},
                "parameters": {"language_hints": ["zh"]},
                "resources": [{"resource_id": "p-1", "resource_type": "asr_phrase"}]
            })
        );
        let request = FileTranscription::new("https://x/a.wav").enable_itn(false);
        assert_eq!(
            request.body(),
            json!({
                "model": "qwen3-asr-flash-filetrans",
                "input": {"file_url": "https://x/a.wav"},
                "parameters": {"enable_itn": false}
            })
        );
    }

    #[test]
    fn what_the_provider_would_refuse_is_named() {
        assert!(Transcription::new("fun-asr", [""; 0]).validate().is_err());
        assert!(
            Transcription::new("fun-asr", ["x"; 101])
                .validate()
                .is_err()
        );
        let request = Transcription::new("fun-asr", ["x"]);
        assert!(request.clone().speaker_count(1_u32).validate().is_err());
        assert!(request.speaker_count(100_u32).validate().is_ok());
    }

    #[test]
    fn a_file_that_failed_stands_beside_one_that_did_not() {
        let json = r#"{"results":[{"file_url":"a","transcription_url":"https://t","subtask_status":"SUCCEEDED"},{"file_url":"b","code":"InvalidFile.DownloadFailed","message":"m","subtask_status":"FAILED"}]}"#;
        let output: TranscriptionOutput = serde_json::from_str(json).unwrap();
        let done = output.results[0].result().unwrap();
        assert_eq!(done.subtask_status, Some(TaskStatus::Succeeded));
        let error = output.results[1].result().unwrap_err();
        assert_eq!(error.code(), Some("InvalidFile.DownloadFailed"));
    }
}
