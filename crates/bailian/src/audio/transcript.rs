//! A file's text with its times ("Transcription JSON").

use serde::{Deserialize, Serialize};

use crate::Extra;
use crate::lenient::{null_as_default, object_or_none, tokens};

/// A file's text, channel by channel. Times are milliseconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transcript {
    /// The file, as it was sent.
    #[serde(default)]
    pub file_url: Option<String>,
    /// What Paraformer and Fun-ASR found in the file.
    #[serde(default, deserialize_with = "object_or_none")]
    pub properties: Option<SourceProperties>,
    /// What Qwen found in the file.
    #[serde(default, deserialize_with = "object_or_none")]
    pub audio_info: Option<AudioInfo>,
    /// One for each channel.
    pub transcripts: Vec<ChannelTranscript>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Transcript {
    /// All text, one channel a line.
    pub fn text(&self) -> String {
        let channels = self.transcripts.iter().map(|channel| channel.text.as_str());
        channels.collect::<Vec<_>>().join("\n")
    }
}

/// What Paraformer and Fun-ASR found in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SourceProperties {
    /// For example `pcm_s16le`.
    pub audio_format: Option<String>,
    /// Its channels.
    #[serde(deserialize_with = "null_as_default")]
    pub channels: Vec<u32>,
    /// Hertz.
    #[serde(deserialize_with = "tokens")]
    pub original_sampling_rate: Option<u64>,
    /// Milliseconds.
    #[serde(deserialize_with = "tokens")]
    pub original_duration_in_milliseconds: Option<u64>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What Qwen found in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AudioInfo {
    /// For example `wav`.
    pub format: Option<String>,
    /// Hertz.
    #[serde(deserialize_with = "tokens")]
    pub sample_rate: Option<u64>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One channel's text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChannelTranscript {
    /// From 0 on.
    #[serde(deserialize_with = "tokens")]
    pub channel_id: Option<u64>,
    /// How long somebody speaks.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub content_duration_in_milliseconds: Option<u64>,
    /// All of it. `SenseVoice` puts tags for events and moods between the words.
    #[serde(deserialize_with = "null_as_default")]
    pub text: String,
    /// The same in sentences.
    #[serde(deserialize_with = "null_as_default")]
    pub sentences: Vec<TranscriptSentence>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One sentence.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TranscriptSentence {
    /// Counts from 1, from 0 with Qwen.
    #[serde(deserialize_with = "tokens")]
    pub sentence_id: Option<u64>,
    /// Its begin.
    #[serde(deserialize_with = "tokens")]
    pub begin_time: Option<u64>,
    /// Its end.
    #[serde(deserialize_with = "tokens")]
    pub end_time: Option<u64>,
    /// Its words and marks.
    #[serde(deserialize_with = "null_as_default")]
    pub text: String,
    /// Who speaks, from 0 on; only where speakers were to be told apart.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub speaker_id: Option<u64>,
    /// Its language; Qwen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// For example `neutral`, `happy`; Qwen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emotion: Option<String>,
    /// The same in words, where they were wanted.
    #[serde(deserialize_with = "null_as_default")]
    pub words: Vec<TranscriptWord>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One word.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TranscriptWord {
    /// Its begin.
    #[serde(deserialize_with = "tokens")]
    pub begin_time: Option<u64>,
    /// Its end.
    #[serde(deserialize_with = "tokens")]
    pub end_time: Option<u64>,
    /// The word, with the space after it.
    #[serde(deserialize_with = "null_as_default")]
    pub text: String,
    /// The mark after it.
    #[serde(deserialize_with = "null_as_default")]
    pub punctuation: String,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_families_files_are_read() {
        let paraformer = r#"{"file_url":"https://example.com/audio/a.mp3","properties":{"audio_format":"pcm_s16le","channels":[0],"original_sampling_rate":16000,"original_duration_in_milliseconds":4200},"transcripts":[{"channel_id":0,"content_duration_in_milliseconds":3900,"text":"Good evening, 欢迎收听。","sentences":[{"begin_time":140,"end_time":4040,"text":"Good evening, 欢迎收听。","sentence_id":1,"speaker_id":0,"words":[{"begin_time":140,"end_time":520,"text":"Good ","punctuation":""}]}]}]}"#;
        let read: Transcript = serde_json::from_str(paraformer).unwrap();
        let sentence = &read.transcripts[0].sentences[0];
        assert_eq!(
            (sentence.sentence_id, sentence.speaker_id),
            (Some(1), Some(0))
        );
        assert_eq!(
            (sentence.words[0].text.as_str(), sentence.words.len()),
            ("Good ", 1)
        );
        assert_eq!(
            read.properties.as_ref().unwrap().original_sampling_rate,
            Some(16_000)
        );
        assert_eq!(read.text(), "Good evening, 欢迎收听。");

        let qwen = r#"{"file_url":"https://example.com/a.wav","audio_info":{"format":"wav","sample_rate":16000},"transcripts":[{"channel_id":0,"text":"Good morning.","sentences":[{"sentence_id":0,"begin_time":240,"end_time":1720,"language":"en","emotion":"neutral","text":"Good morning.","words":null}]}]}"#;
        let read: Transcript = serde_json::from_str(qwen).unwrap();
        let sentence = &read.transcripts[0].sentences[0];
        assert_eq!(
            (sentence.sentence_id, sentence.emotion.as_deref()),
            (Some(0), Some("neutral"))
        );
        assert_eq!(read.audio_info.unwrap().format.as_deref(), Some("wav"));
        assert!(serde_json::from_str::<Transcript>("{}").is_err());
    }
}
