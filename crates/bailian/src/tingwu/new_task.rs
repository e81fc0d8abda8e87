//! A recording and what is wanted of it (`CreateTask`).

use serde::{Deserialize, Serialize};

use super::{CustomPrompt, TaskInput, TaskParameters, Types};
use crate::Error;
use crate::media::Checked;
use crate::validate::require;

/// A recording, or a meeting that is listened to, and what is wanted of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct NewTask {
    /// The sound.
    pub input: TaskInput,
    /// What is wanted.
    pub parameters: TaskParameters,
}

impl NewTask {
    /// A recording in a language.
    pub fn offline(file_url: impl Into<String>, source_language: impl Into<String>) -> Self {
        let input = TaskInput {
            file_url: Some(file_url.into()),
            source_language: Some(source_language.into()),
            ..TaskInput::default()
        };
        Self {
            input,
            ..Self::default()
        }
    }

    /// A meeting that is listened to.
    pub fn realtime(
        source_language: impl Into<String>,
        format: impl Into<String>,
        sample_rate: u32,
    ) -> Self {
        let input = TaskInput {
            source_language: Some(source_language.into()),
            format: Some(format.into()),
            sample_rate: Some(sample_rate),
            ..TaskInput::default()
        };
        Self {
            input,
            ..Self::default()
        }
    }

    /// A finished recording with other wishes.
    pub fn again(task_id: impl Into<String>, parameters: TaskParameters) -> Self {
        let input = TaskInput {
            task_id: Some(task_id.into()),
            ..TaskInput::default()
        };
        Self { input, parameters }
    }

    /// Your own name for it, which comes back.
    #[must_use]
    pub fn task_key(mut self, key: impl Into<String>) -> Self {
        self.input.task_key = Some(key.into());
        self
    }

    /// Tells speakers apart; 0 if their number is not known.
    #[must_use]
    pub fn diarization(mut self, speakers: u32) -> Self {
        let transcription = self.parameters.transcription.get_or_insert_default();
        transcription.diarization_enabled = Some(true);
        transcription
            .diarization
            .get_or_insert_default()
            .speaker_count = Some(speakers);
        self
    }

    /// Translates into `cn en ja ko de fr ru`.
    #[must_use]
    pub fn translation(mut self, languages: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.parameters.translation_enabled = Some(true);
        let languages = languages.into_iter().map(Into::into).collect();
        self.parameters
            .translation
            .get_or_insert_default()
            .target_languages = Some(languages);
        self
    }

    /// Divides it into chapters.
    #[must_use]
    pub fn auto_chapters(mut self) -> Self {
        self.parameters.auto_chapters_enabled = Some(true);
        self
    }

    /// Finds `Actions` and `KeyInformation`.
    #[must_use]
    pub fn meeting_assistance(
        mut self,
        types: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.parameters.meeting_assistance_enabled = Some(true);
        self.parameters.meeting_assistance = Some(Types::of(types));
        self
    }

    /// Summarises: `Paragraph`, `Conversational`, `QuestionsAnswering`, `MindMap`.
    #[must_use]
    pub fn summarization(mut self, types: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.parameters.summarization_enabled = Some(true);
        self.parameters.summarization = Some(Types::of(types));
        self
    }

    /// Writes what was spoken properly.
    #[must_use]
    pub fn text_polish(mut self) -> Self {
        self.parameters.text_polish_enabled = Some(true);
        self
    }

    /// Takes slides from a film.
    #[must_use]
    pub fn ppt_extraction(mut self) -> Self {
        self.parameters.ppt_extraction_enabled = Some(true);
        self
    }

    /// Adds a question of your own; `prompt` holds `{Transcription}`.
    #[must_use]
    pub fn custom_prompt(mut self, name: impl Into<String>, prompt: impl Into<String>) -> Self {
        self.parameters.custom_prompt_enabled = Some(true);
        let prompts = self.parameters.custom_prompt.get_or_insert_default();
        prompts.contents.get_or_insert_default().push(CustomPrompt {
            name: Some(name.into()),
            prompt: Some(prompt.into()),
            ..CustomPrompt::default()
        });
        self
    }

    /// Checks what is documented for recordings; fails with the field's name.
    pub fn validate(&self) -> Result<(), Error> {
        let input = &self.input;
        let has_source = input.file_url.is_some() || input.task_id.is_some();
        require(has_source, "FileUrl", "must be given")?;
        let has_language = input.source_language.is_some() || input.task_id.is_some();
        require(has_language, "SourceLanguage", "must be given")?;
        let transcription = self.parameters.transcription.as_ref();
        let speakers = transcription.and_then(|words| words.diarization.as_ref()?.speaker_count);
        speakers
            .filter(|count| *count != 0)
            .within(&(2..=100), "SpeakerCount")?;
        let prompts = self.parameters.custom_prompt.as_ref();
        let prompts = prompts.and_then(|prompts| prompts.contents.as_ref());
        let has_words = |prompt: &CustomPrompt| {
            let text = prompt.prompt.as_deref();
            text.is_some_and(|text| text.contains("{Transcription}"))
        };
        require(
            prompts.is_none_or(|prompts| prompts.iter().all(has_words)),
            "Prompt",
            "must contain {Transcription}",
        )
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn wishes_are_written_in_the_service_s_words() {
        let task = NewTask::offline("https://x/a.mp3", "cn")
            .task_key("weekly-01")
            .diarization(2)
            .translation(["en"])
            .auto_chapters()
            .meeting_assistance(["Actions"])
            .summarization(["Paragraph", "MindMap"])
            .text_polish()
            .ppt_extraction()
            .custom_prompt("decisions", "List them:\n{Transcription}");
        assert!(task.validate().is_ok());
        assert_eq!(
            serde_json::to_value(&task).unwrap(),
            json!({
                "Input": {"FileUrl": "https://x/a.mp3", "SourceLanguage": "cn", "TaskKey": "weekly-01"},
                "Parameters": {
                    "Transcription": {"DiarizationEnabled": true, "Diarization": {"SpeakerCount": 2}},
                    "TranslationEnabled": true, "Translation": {"TargetLanguages": ["en"]},
                    "AutoChaptersEnabled": true,
                    "MeetingAssistanceEnabled": true, "MeetingAssistance": {"Types": ["Actions"]},
                    "SummarizationEnabled": true, "Summarization": {"Types": ["Paragraph", "MindMap"]},
                    "TextPolishEnabled": true, "PptExtractionEnabled": true,
                    "CustomPromptEnabled": true,
                    "CustomPrompt": {"Contents": [{"Name": "decisions", "Prompt": "List them:\n{Transcription}"}]}
                }
            })
        );
    }

    #[test]
    fn what_the_service_would_refuse_is_named() {
        for (task, field) in [
            (NewTask::default(), "FileUrl"),
            (NewTask::offline("x", "cn").diarization(1), "SpeakerCount"),
            (
                NewTask::offline("x", "cn").custom_prompt("n", "no words"),
                "Prompt",
            ),
        ] {
            assert!(task.validate().unwrap_err().message().starts_with(field));
        }
        let again = NewTask::again("5d2f", TaskParameters::default());
        assert!(again.validate().is_ok());
        assert!(
            NewTask::offline("x", "cn")
                .diarization(0)
                .validate()
                .is_ok()
        );
    }
}
