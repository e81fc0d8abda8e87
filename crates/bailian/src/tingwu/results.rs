//! The files that Tingwu makes ("Result files"). Its own API writes their names in capitals and puts them
//! beside a task id; through Bailian they begin small and stand alone. Both are read. Times are milliseconds.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::lenient::{amount, null_as_default, object_or_none, tokens};
use crate::{Client, Error, Extra};

/// Recordings of six hours have some megabytes of words.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// What a result file holds.
pub trait ResultFile: DeserializeOwned {
    /// Under which name, beside the task id.
    const KIND: &'static str;
}

/// Fetches a file and reads it in either form.
pub(super) async fn fetch<T: ResultFile>(client: &Client, url: &str) -> Result<T, Error> {
    read(client.fetch_result(url, MAX_BYTES).await?)
}

fn read<T: ResultFile>(mut file: Value) -> Result<T, Error> {
    let inner = match &mut file {
        Value::Object(outer) => outer.remove(T::KIND),
        _ => None,
    };
    serde_json::from_value(inner.unwrap_or(file)).map_err(|error| {
        let position = crate::client::position(&error);
        Error::malformed("the file is not what it should be").with_source(position)
    })
}

/// Declares what a file is made of; each field by both of its names, absent and null alike.
macro_rules! parts {
    ($($(#[$about:meta])* $name:ident {
        $($(#[$doc:meta])* $field:ident: $type:ty = $pascal:literal $camel:literal $read:literal,)*
    })*) => {$(
        $(#[$about])*
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct $name {
            $($(#[$doc])*
            #[serde(rename = $pascal, alias = $camel, deserialize_with = $read)]
            pub $field: $type,)*
            /// Anything else.
            #[serde(flatten)]
            pub extra: Extra,
        }
    )*};
}

parts! {
    /// All that was said.
    MeetingTranscription {
        /// About the recording.
        audio_info: Option<AudioFacts> = "AudioInfo" "audioInfo" "object_or_none",
        /// Who said what.
        paragraphs: Vec<Paragraph> = "Paragraphs" "paragraphs" "null_as_default",
        /// When somebody speaks: pairs of begin and end.
        audio_segments: Vec<(u64, u64)> = "AudioSegments" "audioSegments" "null_as_default",
    }

    /// About a recording.
    AudioFacts {
        /// Bytes.
        size: Option<u64> = "Size" "size" "tokens",
        /// How long.
        duration: Option<u64> = "Duration" "duration" "tokens",
        /// Hertz.
        sample_rate: Option<u64> = "SampleRate" "sampleRate" "tokens",
        /// For example `cn`.
        language: Option<String> = "Language" "language" "object_or_none",
    }

    /// What one speaker said without being interrupted.
    Paragraph {
        /// Digits.
        paragraph_id: Option<String> = "ParagraphId" "paragraphId" "object_or_none",
        /// Counts from `1`.
        speaker_id: Option<String> = "SpeakerId" "speakerId" "object_or_none",
        /// In their order.
        words: Vec<Word> = "Words" "words" "null_as_default",
    }

    /// A word, or a few.
    Word {
        /// Counts 10, 20, 30, ….
        id: Option<u64> = "Id" "id" "tokens",
        /// The sentence that it belongs to.
        sentence_id: Option<u64> = "SentenceId" "sentenceId" "tokens",
        /// Its begin.
        start: Option<u64> = "Start" "start" "tokens",
        /// Its end.
        end: Option<u64> = "End" "end" "tokens",
        /// With its marks.
        text: String = "Text" "text" "null_as_default",
    }

    /// A part of a meeting.
    Chapter {
        /// Counts from 1.
        id: Option<u64> = "Id" "id" "tokens",
        /// Its begin.
        start: Option<u64> = "Start" "start" "tokens",
        /// Its end.
        end: Option<u64> = "End" "end" "tokens",
        /// Its title.
        headline: String = "Headline" "headline" "null_as_default",
        /// What was said.
        summary: String = "Summary" "summary" "null_as_default",
    }

    /// What matters in a meeting.
    MeetingAssistance {
        /// Its words.
        keywords: Vec<String> = "Keywords" "keywords" "null_as_default",
        /// Its sentences.
        key_sentences: Vec<Sentence> = "KeySentences" "keySentences" "null_as_default",
        /// What is to be done.
        actions: Vec<Sentence> = "Actions" "actions" "null_as_default",
        /// What kind of talk it is.
        classifications: Option<Classifications> = "Classifications" "classifications" "object_or_none",
    }

    /// A sentence with its place.
    Sentence {
        /// Counts from 1.
        id: Option<u64> = "Id" "id" "tokens",
        /// The sentence in the transcript.
        sentence_id: Option<u64> = "SentenceId" "sentenceId" "tokens",
        /// Its begin.
        start: Option<u64> = "Start" "start" "tokens",
        /// Its end.
        end: Option<u64> = "End" "end" "tokens",
        /// The sentence.
        text: String = "Text" "text" "null_as_default",
    }

    /// How likely it is which kind of talk, 0 to 1.
    Classifications {
        /// One asks.
        interview: Option<f64> = "Interview" "interview" "amount",
        /// One speaks.
        lecture: Option<f64> = "Lecture" "lecture" "amount",
        /// Many speak.
        meeting: Option<f64> = "Meeting" "meeting" "amount",
    }

    /// Summaries of the kinds that were asked for.
    Summarization {
        /// Of the whole.
        paragraph_title: Option<String> = "ParagraphTitle" "paragraphTitle" "object_or_none",
        /// Of the whole; `@#` may divide its parts.
        paragraph_summary: Option<String> = "ParagraphSummary" "paragraphSummary" "object_or_none",
        /// By speaker.
        conversational_summary: Vec<ConversationalSummary> = "ConversationalSummary" "conversationalSummary" "null_as_default",
        /// Questions and their answers.
        questions_answering_summary: Vec<QuestionAnswer> = "QuestionsAnsweringSummary" "questionsAnsweringSummary" "null_as_default",
        /// As a tree.
        mind_map_summary: Vec<MindMapTopic> = "MindMapSummary" "mindMapSummary" "null_as_default",
    }

    /// What one speaker said.
    ConversationalSummary {
        /// As in the transcript.
        speaker_id: Option<String> = "SpeakerId" "speakerId" "object_or_none",
        /// For people.
        speaker_name: Option<String> = "SpeakerName" "speakerName" "object_or_none",
        /// In short.
        summary: String = "Summary" "summary" "null_as_default",
    }

    /// A question and its answer.
    QuestionAnswer {
        /// What was asked.
        question: String = "Question" "question" "null_as_default",
        /// Where.
        sentence_ids_of_question: Vec<u64> = "SentenceIdsOfQuestion" "sentenceIdsOfQuestion" "null_as_default",
        /// What was answered.
        answer: String = "Answer" "answer" "null_as_default",
        /// Where.
        sentence_ids_of_answer: Vec<u64> = "SentenceIdsOfAnswer" "sentenceIdsOfAnswer" "null_as_default",
    }

    /// A branch of a mind map.
    MindMapTopic {
        /// What it is about.
        title: String = "Title" "title" "null_as_default",
        /// Its own branches.
        topic: Vec<MindMapTopic> = "Topic" "topic" "null_as_default",
        /// Where it begins; on leaves, if times were asked for.
        begin_time: Option<u64> = "BeginTime" "beginTime" "tokens",
    }

    /// The same in another language.
    Translation {
        /// As in the transcript.
        paragraphs: Vec<TranslatedParagraph> = "Paragraphs" "paragraphs" "null_as_default",
    }

    /// What one speaker said, in another language.
    TranslatedParagraph {
        /// As in the transcript.
        paragraph_id: Option<String> = "ParagraphId" "paragraphId" "object_or_none",
        /// As in the transcript.
        speaker_id: Option<String> = "SpeakerId" "speakerId" "object_or_none",
        /// In their order.
        sentences: Vec<Sentence> = "Sentences" "sentences" "null_as_default",
    }

    /// What was spoken, written properly.
    PolishedParagraph {
        /// As in the transcript.
        paragraph_id: Option<String> = "ParagraphId" "paragraphId" "object_or_none",
        /// As in the transcript.
        sentence_ids: Vec<u64> = "SentenceIds" "sentenceIds" "null_as_default",
        /// Its begin.
        start: Option<u64> = "Start" "start" "tokens",
        /// Its end.
        end: Option<u64> = "End" "end" "tokens",
        /// The text.
        formal_paragraph_text: String = "FormalParagraphText" "formalParagraphText" "null_as_default",
    }

    /// The answer to a question of your own.
    CustomPromptResult {
        /// The question's name.
        name: String = "Name" "name" "null_as_default",
        /// Who answered.
        model: Option<String> = "Model" "model" "object_or_none",
        /// The answer.
        result: String = "Result" "result" "null_as_default",
        /// Whether words were left out because there were too many.
        truncated: bool = "Truncated" "truncated" "null_as_default",
    }

    /// Slides of a film.
    PptExtraction {
        /// Whether they are worth a summary.
        available_for_summary: Option<bool> = "AvailableForSummary" "availableForSummary" "object_or_none",
        /// In their order.
        key_frame_list: Vec<KeyFrame> = "KeyFrameList" "keyFrameList" "null_as_default",
    }

    /// A slide.
    KeyFrame {
        /// Counts from 1.
        id: Option<u64> = "Id" "id" "tokens",
        /// Its picture.
        file_url: String = "FileUrl" "fileUrl" "null_as_default",
        /// When it comes.
        start: Option<u64> = "Start" "start" "tokens",
        /// When it goes.
        end: Option<u64> = "End" "end" "tokens",
        /// What was said with it.
        summary: Option<String> = "Summary" "summary" "object_or_none",
    }
}

impl ResultFile for MeetingTranscription {
    const KIND: &'static str = "Transcription";
}

impl ResultFile for Vec<Chapter> {
    const KIND: &'static str = "AutoChapters";
}

impl ResultFile for MeetingAssistance {
    const KIND: &'static str = "MeetingAssistance";
}

impl ResultFile for Summarization {
    const KIND: &'static str = "Summarization";
}

impl ResultFile for Translation {
    const KIND: &'static str = "Translation";
}

impl ResultFile for Vec<PolishedParagraph> {
    const KIND: &'static str = "TextPolish";
}

impl ResultFile for Vec<CustomPromptResult> {
    const KIND: &'static str = "CustomPrompt";
}

impl ResultFile for PptExtraction {
    const KIND: &'static str = "PptExtraction";
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn transcripts_of_both_forms_are_the_same() {
        let own = json!({"TaskId": "5d2f", "Transcription": {"AudioInfo": {"Size": 512_000, "Duration": 16_000, "SampleRate": 16_000, "Language": "cn"}, "Paragraphs": [{"ParagraphId": "17684658001001", "SpeakerId": "1", "Words": [{"Id": 10, "SentenceId": 1, "Start": 300, "End": 940, "Text": "各位早，"}]}], "AudioSegments": [[300, 7800]]}});
        let bailian = json!({"audioInfo": {"duration": 16_000, "language": "cn", "sampleRate": 16_000, "size": 512_000}, "audioSegments": [[300, 7800]], "paragraphs": [{"paragraphId": "17684658001001", "speakerId": "1", "words": [{"id": 10, "sentenceId": 1, "start": 300, "end": 940, "text": "各位早，"}]}]});
        let own: MeetingTranscription = read(own).unwrap();
        assert_eq!(own, read(bailian).unwrap());
        assert_eq!(own.audio_segments, [(300, 7800)]);
        assert_eq!(own.paragraphs[0].words[0].text, "各位早，");
    }

    #[test]
    fn every_documented_file_is_read() {
        let chapters: Vec<Chapter> =
            read(json!({"TaskId": "x", "AutoChapters": [{"Id": 1, "Start": 0, "End": 61200, "Headline": "开场", "Summary": "议程。"}]})).unwrap();
        assert_eq!(chapters[0].headline, "开场");
        let chapters: Vec<Chapter> = read(json!([{"id": 1, "headline": "开场"}])).unwrap();
        assert_eq!(chapters[0].headline, "开场");
        let help: MeetingAssistance = read(json!({"TaskId": "x", "MeetingAssistance": {"Keywords": ["预算"], "Actions": [{"Id": 1, "Text": "提交"}], "Classifications": {"Interview": 0.05, "Lecture": 0.1, "Meeting": 0.85}}})).unwrap();
        assert_eq!(help.classifications.unwrap().meeting, Some(0.85));
        let summary: Summarization = read(json!({"mindMapSummary": [{"title": "会议", "topic": [{"title": "预算", "beginTime": 1200, "topic": []}]}], "questionsAnsweringSummary": null})).unwrap();
        assert_eq!(summary.mind_map_summary[0].topic[0].begin_time, Some(1_200));
        let translation: Translation = read(json!({"TaskId": "x", "Translation": {"Paragraphs": [{"ParagraphId": "1", "Sentences": [{"SentenceId": 1, "Text": "Good morning"}]}]}})).unwrap();
        assert_eq!(translation.paragraphs[0].sentences[0].text, "Good morning");
        let polished: Vec<PolishedParagraph> = read(json!({"TaskId": "x", "TextPolish": [{"SentenceIds": [1, 2], "FormalParagraphText": "早上好。"}]})).unwrap();
        assert_eq!(polished[0].sentence_ids, [1, 2]);
        let answers: Vec<CustomPromptResult> = read(json!({"TaskId": "x", "CustomPrompt": [{"Name": "decisions", "Model": "qwen-plus", "Result": "1.", "Truncated": false}]})).unwrap();
        assert_eq!(answers[0].result, "1.");
        let slides: PptExtraction = read(json!({"TaskId": "x", "PptExtraction": {"KeyFrameList": [{"Id": 1, "FileUrl": "https://x/1.jpg", "Start": 0, "End": 30000}]}})).unwrap();
        assert_eq!(slides.key_frame_list[0].file_url, "https://x/1.jpg");
        assert!(read::<Vec<Chapter>>(json!({"TaskId": "x"})).is_err());
    }
}
