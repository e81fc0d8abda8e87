//! What is wanted of a meeting that is handed in through Bailian.

use serde::{Deserialize, Serialize};

use crate::Extra;

/// What is wanted of a meeting.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MeetingParameters {
    /// Words.
    pub transcription: MeetingTranscriptionParameters,
    /// The sound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio: Option<MeetingAudio>,
    /// What is made of the words.
    pub analysis: MeetingAnalysis,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Declares structs whose fields are all optional and written in `camelCase`.
macro_rules! optional {
    ($($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$about])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default, rename_all = "camelCase")]
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
    /// Words.
    MeetingTranscriptionParameters {
        /// `cn`, `multilingual`, `en`, `yue`, `ja`, `ko`, `fun-asr`, `domain-education`, `domain-automotive`.
        model: String,
        /// Languages to expect.
        language_hints: Vec<String>,
        /// Whether speakers are told apart.
        diarization_enabled: bool,
        /// How many there are; 0 if that is not known.
        diarization_speaker_count: u32,
        /// Whether in another language.
        translation_enabled: bool,
        /// Which languages.
        translation_target_lang: Vec<String>,
    }

    /// The sound.
    MeetingAudio {
        /// Empty, or `mix`.
        audio_channel_mode: String,
    }

    /// What is made of the words.
    MeetingAnalysis {
        /// `default`, `tingwu-plus`, `qwen-plus`, `qwq`.
        model: String,
        /// Whether keywords.
        key_information_enabled: bool,
        /// Whether what is to be done.
        actions_enabled: bool,
        /// Whether a summary of the whole.
        full_summary_enabled: bool,
        /// `default`, `markdown`.
        full_summary_format: String,
        /// Whether a summary by speaker.
        conversational_enabled: bool,
        /// Whether questions and their answers.
        questions_answering_enabled: bool,
        /// Whether a mind map.
        mind_map_enabled: bool,
        /// `timestamp`, `plain`.
        mind_map_format: String,
        /// Whether slides are taken from a film.
        ppt_extraction_enabled: bool,
        /// Whether chapters.
        auto_chapters_enabled: bool,
        /// For example `General`.
        auto_chapter_granularity: String,
        /// For example `Normal`.
        auto_chapter_title_length_level: String,
        /// Whether what was spoken is also written properly.
        text_polish_enabled: bool,
        /// Whether a question of your own.
        custom_prompt_enabled: bool,
        /// `tingwu-turbo`, `tingwu-plus`, `qwen-max`.
        custom_prompt_model: String,
        /// `default`, `chat`, `sentence-chat`.
        custom_prompt_trans_type: String,
        /// The question, with `{Transcription}` where the words belong.
        custom_prompt_content: String,
    }
}
