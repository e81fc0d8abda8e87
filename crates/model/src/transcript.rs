//! Transcripts: what was said in a recording, when and by whom, and what was made of it.

use serde::{Deserialize, Serialize};

use crate::{FileId, JobFailure, JobId, Millis, TranscriptId, UploadId, call::words};

/// Languages that a recording can be said to be in, and that it can be translated into.
pub const LANGUAGES: &[&str] = &["zh", "en", "ja", "ko", "yue", "de", "fr", "ru", "es"];

/// Languages that can be listened to while they are spoken; without one the upstream finds out by itself ("Real-time recognition",
/// `language_hints`).
pub const CAPTION_LANGUAGES: [&str; 7] = ["zh", "en", "ja", "yue", "ko", "de", "fr"];

words! {
    /// Where a transcript is in its life.
    TranscriptState {
        /// It is being made.
        Making = "making",
        /// It can be read.
        Ready = "ready",
        /// It can't be made.
        Failed = "failed",
        /// It was called off.
        Cancelled = "cancelled",
    }
}

words! {
    /// What is done for a transcript at the moment.
    TranscriptStep {
        /// It waits for its turn here.
        Waiting = "waiting",
        /// The recording goes to the upstream.
        Uploading = "uploading",
        /// It is being handed in.
        Asking = "asking",
        /// It waits for its turn at the upstream.
        Pending = "pending",
        /// The upstream listens.
        Working = "working",
        /// The text is being fetched.
        Fetching = "fetching",
        /// Chapters, summary and the rest are being written.
        Noting = "noting",
        /// It is being translated.
        Translating = "translating",
        /// Nothing: it is over.
        Ended = "ended",
    }
}

words! {
    /// How far something is that a model writes about a transcript.
    NotesState {
        /// Nobody asked for it.
        None = "none",
        /// It is being written.
        Making = "making",
        /// It is there.
        Ready = "ready",
        /// It could not be written.
        Failed = "failed",
    }
}

/// Whether voices are told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Speakers {
    /// As many as there are.
    #[default]
    Auto,
    /// They are not.
    Off,
    /// So many, 2 to 100.
    Count(u32),
}

/// A transcript that is wished for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TranscriptWish {
    /// The recording, a file of the caller's: sound or a film.
    pub file: FileId,
    /// The model that listens; the first on offer otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// What it is called; the file's name otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The language that is spoken, for example `zh`; found out otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Whether voices are told apart.
    #[serde(default)]
    pub speakers: Speakers,
    /// The upstream's id of a list of hot words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vocabulary: Option<String>,
    /// The language that it is translated into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub translate_to: Option<String>,
}

/// Somebody who speaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Participant {
    /// Which voice, from 0 on.
    pub id: u32,
    /// Whose it is; empty while nobody has said so.
    pub name: String,
}

/// When a word is said, in milliseconds from the beginning, and how many characters of its sentence it takes: the mark and the
/// space behind it belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WordTime(
    /// Its begin.
    pub u32,
    /// Its end.
    pub u32,
    /// Its characters.
    pub u32,
);

/// A sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sentence {
    /// Its number within the transcript, from 0 on.
    pub id: u32,
    /// Its begin, in milliseconds.
    pub begin_ms: i64,
    /// Its end, in milliseconds.
    pub end_ms: i64,
    /// Who says it, where voices are told apart.
    pub speaker: Option<u32>,
    /// What is said.
    pub text: String,
    /// When each word is said: one after the other, as they stand in the text.
    pub words: Vec<WordTime>,
    /// How often it was changed: what a change of it must name.
    pub version: i64,
    /// The same in another language, if that was asked for and is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub translation: Option<String>,
}

/// A part of a recording that is about one thing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Chapter {
    /// What it is called.
    pub title: String,
    /// What it is about.
    pub summary: String,
    /// Where it begins, in milliseconds.
    pub begin_ms: i64,
}

/// Something that somebody is to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActionItem {
    /// What.
    pub text: String,
    /// Who, if that was said.
    pub who: String,
    /// Until when, if that was said.
    pub due: String,
    /// Where it is said, in milliseconds.
    pub begin_ms: Option<i64>,
}

/// A question that was asked, and its answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Exchange {
    /// The question.
    pub question: String,
    /// The answer.
    pub answer: String,
    /// Where it is asked, in milliseconds.
    pub begin_ms: Option<i64>,
}

/// A thought of a mind map, with those that belong to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Thought {
    /// The thought.
    pub title: String,
    /// Those that belong to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(no_recursion))]
    pub thoughts: Vec<Thought>,
}

/// What a model wrote about a transcript.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Notes {
    /// What it is about, in a few sentences.
    pub summary: String,
    /// What matters most.
    pub key_points: Vec<String>,
    /// Its parts.
    pub chapters: Vec<Chapter>,
    /// What is to be done.
    pub actions: Vec<ActionItem>,
    /// What was asked and answered.
    pub questions: Vec<Exchange>,
    /// All of it as a tree.
    pub mind_map: Thought,
}

/// A recording that was sent while it was made, and that nobody has finished: its page was closed, or died.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnfinishedRecording {
    /// The upload that it is.
    pub id: UploadId,
    /// What it is to be called.
    pub name: String,
    /// Bytes that came.
    pub bytes: i64,
    /// How much was recorded, as its page said, in milliseconds.
    pub recorded_ms: i64,
    /// When the last bytes came.
    pub last_at: Millis,
    /// Until when it waits.
    pub expires_at: Millis,
}

/// A transcript in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TranscriptLine {
    /// Its id.
    pub id: TranscriptId,
    /// What it is called.
    pub title: String,
    /// Where it is.
    pub state: TranscriptState,
    /// What is done for it now.
    pub step: TranscriptStep,
    /// The job that works on it, while one does.
    pub job: Option<JobId>,
    /// Why it could not be made.
    pub failure: Option<JobFailure>,
    /// The language that was chosen; empty where it was to be found out.
    pub language: String,
    /// How long the recording is, in milliseconds; 0 while that is not known.
    pub duration_ms: i64,
    /// How many sentences it has.
    pub sentences: i64,
    /// How far its notes are.
    pub notes: NotesState,
    /// What it did cost so far, in micro-yuan, as far as its own job knows.
    pub cost: Option<i64>,
    /// When it was asked for.
    pub created_at: Millis,
    /// A sentence in which the words that were looked for stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hit: Option<Hit>,
}

/// A sentence in which words were found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Hit {
    /// Its number.
    pub sentence: u32,
    /// Where it begins, in milliseconds.
    pub begin_ms: i64,
    /// What is said.
    pub text: String,
}

/// A transcript with all that is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TranscriptView {
    /// What a list shows of it.
    pub line: TranscriptLine,
    /// The recording, while it is kept: `/files/{id}`.
    pub file: Option<FileId>,
    /// The recording's type.
    pub mime: Option<String>,
    /// How often title or speakers were changed: what a change of them must name.
    pub version: i64,
    /// Who speaks.
    pub speakers: Vec<Participant>,
    /// What is said.
    pub sentences: Vec<Sentence>,
    /// What a model wrote about it.
    pub notes: Notes,
    /// Why the notes could not be written.
    pub notes_failure: Option<JobFailure>,
    /// The languages that it was translated into.
    pub translations: Vec<String>,
    /// The language that is shown beside the sentences.
    pub translation: Option<String>,
    /// How far the translation is that was asked for last.
    pub translating: NotesState,
}

words! {
    /// As what a transcript is taken along.
    ExportFormat {
        /// Text alone.
        Txt = "txt",
        /// Subtitles for players.
        Srt = "srt",
        /// Subtitles for the web.
        Vtt = "vtt",
        /// A document for word processors.
        Docx = "docx",
        /// Markdown.
        Markdown = "md",
        /// All of it, for programs.
        Json = "json",
    }
}

impl ExportFormat {
    /// Its MIME type.
    pub const fn mime(self) -> &'static str {
        match self {
            Self::Txt => "text/plain; charset=utf-8",
            Self::Srt => "application/x-subrip; charset=utf-8",
            Self::Vtt => "text/vtt; charset=utf-8",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Markdown => "text/markdown; charset=utf-8",
            Self::Json => "application/json",
        }
    }
}

/// A model that listens to recordings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TranscriptModel {
    /// Its name.
    pub name: String,
    /// What a second costs, in micro-yuan.
    pub price: Option<i64>,
}

/// What transcripts can be made of here by the caller.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TranscriptOffers {
    /// Models, in the order in which they are offered.
    pub models: Vec<TranscriptModel>,
    /// Languages that can be spoken.
    pub languages: Vec<String>,
    /// Languages that it can be translated into.
    pub translations: Vec<String>,
}

impl Sentence {
    /// The sentence's words with their times, in order.
    pub fn spoken(&self) -> impl Iterator<Item = (WordTime, &str)> {
        let mut rest = self.text.as_str();
        self.words.iter().map(move |word| {
            let end = rest
                .char_indices()
                .nth(word.2 as usize)
                .map_or(rest.len(), |(at, _)| at);
            let (text, left) = rest.split_at(end);
            rest = left;
            (*word, text)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_take_their_characters_one_after_the_other() {
        let sentence = Sentence {
            id: 0,
            begin_ms: 0,
            end_ms: 900,
            speaker: None,
            text: "你好, world.".to_owned(),
            words: vec![WordTime(0, 300, 4), WordTime(300, 900, 6)],
            version: 0,
            translation: None,
        };
        let words: Vec<_> = sentence.spoken().map(|(_, text)| text).collect();
        assert_eq!(words, ["你好, ", "world."]);
    }
}
