//! What can be wanted of a recording (`CreateTask`).

use serde::{Deserialize, Serialize};

use crate::Extra;

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

impl Types {
    pub(super) fn of(types: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            types: Some(types.into_iter().map(Into::into).collect()),
            ..Self::default()
        }
    }
}
