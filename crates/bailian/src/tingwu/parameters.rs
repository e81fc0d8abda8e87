//! What is wanted of a recording (`CreateTask`).

use serde::{Deserialize, Serialize};

use crate::media::Checked;
use crate::validate::require;
use crate::{Error, Extra};

/// A recording, or a meeting that is listened to, and what is wanted of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct NewTask {
    /// The sound.
    pub input: TaskInput,
    /// What is wanted.
    pub parameters: TaskParameters,
}

/// Declares structs whose fields are all optional and written in `PascalCase`.
macro_rules! optional {
    ($($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$about])*
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(default, rename_all = "PascalCase")]
        pub struct $name {
            $($(#[$doc])*
            #[serde(skip_serializing_if = "Option::is_none")]
            pub $field: Option<$type>,)*
            /// Anything else.
            #[serde(flatten)]
            pub extra: Extra,
        }
    )*};
}

optional! {
    /// The sound.
    TaskInput {
        /// A recording: sound or film of up to 6 GB and 6 hours, to be had for at least 3 hours.
        file_url: String,
        /// `cn`, `en`, `fspk` (Chinese and English), `ja`, `yue`, `ko`, `auto`, `multilingual`.
        source_language: String,
        /// With `multilingual`.
        language_hints: Vec<String>,
        /// Your own name for it, which comes back.
        task_key: String,
        /// An earlier task.
        task_id: String,
        /// Listened to: `pcm`, `opus`, `aac`, `speex`, `mp3`.
        format: String,
        /// Listened to: 8000 or 16000.
        sample_rate: u32,
        /// Whether the project's callback is called after each stage.
        progressive_callbacks_enabled: bool,
        /// Listened to: whether each speaker has a stream.
        multiple_streams_enabled: bool,
        /// A storage of your own for the results.
        output_path: String,
        /// How channels are put together.
        audio_channel_mode: String,
    }

    /// What is wanted.
    TaskParameters {
        /// Words.
        transcription: TranscriptionParameters,
        /// Whether in other languages.
        translation_enabled: bool,
        /// In other languages.
        translation: TranslationParameters,
        /// Whether chapters.
        auto_chapters_enabled: bool,
        /// Chapters.
        auto_chapters: AutoChapters,
        /// Whether keywords and the like.
        meeting_assistance_enabled: bool,
        /// `Actions`, `KeyInformation`.
        meeting_assistance: Types,
        /// Whether summaries.
        summarization_enabled: bool,
        /// `Paragraph`, `Conversational`, `QuestionsAnswering`, `MindMap`.
        summarization: Types,
        /// Whether what was spoken is also written properly.
        text_polish_enabled: bool,
        /// Whether slides are taken from a film.
        ppt_extraction_enabled: bool,
        /// Whether questions of your own.
        custom_prompt_enabled: bool,
        /// Questions of your own.
        custom_prompt: CustomPrompts,
        /// Whether a service's quality is judged.
        service_inspection_enabled: bool,
        /// By what it is judged.
        service_inspection: ServiceInspection,
        /// Whether facts are taken out.
        content_extraction_enabled: bool,
        /// Which facts.
        content_extraction: ContentExtraction,
        /// Whether speakers are told by what they say.
        identity_recognition_enabled: bool,
        /// Who they may be.
        identity_recognition: IdentityRecognition,
        /// Copies of the recording.
        transcoding: Transcoding,
        /// `NfixEnabled`, `MaxKeywords`, `FullTextSummaryFormat` and the like.
        extra_params: Extra,
        /// `default`, `qwen-plus`, `qwq`.
        model: String,
        /// `cn`, `en`.
        llm_output_language: String,
    }

    /// Words.
    TranscriptionParameters {
        /// Whether speakers are told apart.
        diarization_enabled: bool,
        /// How many there are.
        diarization: Diarization,
        /// 1: whole sentences; 2: also what is not final.
        output_level: u32,
        /// The same for further streams.
        additional_stream_output_level: u32,
        /// Whether applause and the like is noted.
        audio_event_detection_enabled: bool,
        /// Whether fillers are left out.
        disfluency_enabled: bool,
        /// Whether coarse words are starred.
        profanity_filter_enabled: bool,
        /// Listened to: whether speakers are told apart at once.
        realtime_diarization_enabled: bool,
        /// Another model.
        model: String,
        /// Hot words, see [`Tingwu::create_phrases`](super::Tingwu::create_phrases).
        phrase_id: String,
        /// Hot words themselves.
        phrase: String,
    }

    /// How many speakers there are.
    Diarization {
        /// 0 if that is not known, else 2 to 100.
        speaker_count: u32,
    }

    /// In other languages.
    TranslationParameters {
        /// Of `cn en ja ko de fr ru`.
        target_languages: Vec<String>,
        /// 1: whole sentences; 2: also what is not final.
        output_level: u32,
        /// The same for further streams.
        additional_stream_output_level: u32,
        /// Whether a language model translates.
        translate_llm_scene_enabled: bool,
    }

    /// Chapters.
    AutoChapters {
        /// `Coarse`, `General`, `Meticulous`.
        chapter_granularity: String,
        /// `Short`, `Normal`, `Long`.
        title_length_level: String,
    }

    /// A choice of kinds.
    Types {
        /// The kinds.
        types: Vec<String>,
    }

    /// Questions of your own.
    CustomPrompts {
        /// Each with an answer.
        contents: Vec<CustomPrompt>,
    }

    /// A question of your own.
    CustomPrompt {
        /// Names the answer.
        name: String,
        /// Holds `{Transcription}` where the words belong.
        prompt: String,
        /// For example `qwen-plus`.
        model: String,
        /// `default`.
        trans_type: String,
    }

    /// By what a service is judged.
    ServiceInspection {
        /// Where the talk takes place.
        scene_introduction: String,
        /// What the judge must know.
        inspection_introduction: String,
        /// Objects of `Title` and `Content`.
        inspection_contents: Vec<Extra>,
        /// Who speaks as what.
        speaker_map: Extra,
    }

    /// Which facts are taken out.
    ContentExtraction {
        /// Where the talk takes place.
        scene_introduction: String,
        /// Objects of `Title`, `Content` and `Identity`.
        extraction_contents: Vec<Extra>,
        /// Who speaks as what.
        speaker_map: Extra,
    }

    /// Who the speakers may be.
    IdentityRecognition {
        /// Where the talk takes place.
        scene_introduction: String,
        /// Objects of `Name` and `Description`.
        identity_contents: Vec<Extra>,
    }

    /// Copies of the recording.
    Transcoding {
        /// `mp3`.
        target_audio_format: String,
        /// `mp4`.
        target_video_format: String,
        /// Whether the sound's spectrum is wanted.
        spectrum_enabled: bool,
        /// Whether a picture of the film is wanted.
        video_thumbnail_enabled: bool,
    }
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

impl Types {
    fn of(types: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            types: Some(types.into_iter().map(Into::into).collect()),
            ..Self::default()
        }
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
