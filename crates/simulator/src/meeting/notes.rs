//! What is told of a meeting: one document for each kind of result.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{
    chapters::{self, Chapter, Granularity, TitleLength},
    record::{Paragraph, Record},
};
use crate::{
    hearing::{Sentence, translate},
    terms,
};

/// Key words of one meeting at most.
const MOST_KEY_WORDS: usize = 10;
/// Words that promise something.
const PROMISES: [&str; 10] = [
    "请", "完成", "提交", "负责", "下周", "周五", "之前", "please", "will", "by ",
];

/// The kinds of results, with what was asked of each.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    Transcription,
    AutoChapters(Granularity, TitleLength),
    /// The types that are wanted.
    MeetingAssistance(Vec<String>),
    /// The types that are wanted.
    Summarization(Vec<String>),
    /// The languages.
    Translation(Vec<String>),
    TextPolish,
    /// Names and models.
    CustomPrompt(Vec<Prompt>),
    /// The addresses of the key frames.
    PptExtraction(Vec<String>),
}

/// A question of the client's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Prompt {
    pub(crate) name: String,
    pub(crate) model: String,
}

impl Kind {
    /// As results are called.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Transcription => "Transcription",
            Self::AutoChapters(..) => "AutoChapters",
            Self::MeetingAssistance(_) => "MeetingAssistance",
            Self::Summarization(_) => "Summarization",
            Self::Translation(_) => "Translation",
            Self::TextPolish => "TextPolish",
            Self::CustomPrompt(_) => "CustomPrompt",
            Self::PptExtraction(_) => "PptExtraction",
        }
    }

    /// The document, without the task's id around it.
    pub(crate) fn document(&self, record: &Record, stamp: u64) -> Value {
        match self {
            Self::Transcription => transcription(record, stamp),
            Self::AutoChapters(granularity, length) => {
                let chapters = chapters::of(record, *granularity, *length);
                numbered(chapters.iter().map(|chapter| {
                    json!({ "Start": chapter.begin, "End": chapter.end, "Headline": chapter.headline, "Summary": chapter.summary })
                }))
            }
            Self::MeetingAssistance(types) => assistance(record, types),
            Self::Summarization(types) => summarization(record, types),
            Self::Translation(languages) => translation(record, languages, stamp),
            Self::TextPolish => polished(record, stamp),
            Self::CustomPrompt(prompts) => prompts
                .iter()
                .map(|prompt| {
                    let model = if prompt.model.is_empty() { "qwen-plus" } else { &prompt.model };
                    json!({ "Name": prompt.name, "Model": model, "Result": answer(record), "Truncated": false })
                })
                .collect(),
            Self::PptExtraction(frames) => key_frames(record, frames),
        }
    }
}

fn transcription(record: &Record, stamp: u64) -> Value {
    let mut word_id = 0;
    let paragraphs = record.paragraphs.iter().enumerate().map(|(at, paragraph)| {
        let mut words = Vec::new();
        for sentence in &paragraph.sentences {
            for word in &sentence.words {
                word_id += 10;
                words.push(json!({
                    "Id": word_id, "SentenceId": sentence.index + 1, "Start": word.begin, "End": word.end,
                    "Text": format!("{}{}", word.text, word.punctuation),
                }));
            }
        }
        json!({
            "ParagraphId": paragraph_id(stamp, at), "SpeakerId": paragraph.speaker.to_string(), "Words": words,
        })
    });
    let paragraphs: Vec<Value> = paragraphs.collect();
    let segments: Vec<Value> = record
        .paragraphs
        .iter()
        .map(|paragraph| json!([paragraph.begin(), paragraph.end()]))
        .collect();
    json!({
        "AudioInfo": {
            "Size": record.bytes, "Duration": record.duration, "SampleRate": record.rate_hz,
            "Language": record.language,
        },
        "Paragraphs": paragraphs,
        "AudioSegments": segments,
    })
}

fn assistance(record: &Record, types: &[String]) -> Value {
    let wants = |name: &str| types.is_empty() || types.iter().any(|kind| kind == name);
    let listed = |sentences: Vec<&Sentence>| {
        numbered(sentences.into_iter().map(|sentence| {
            json!({ "SentenceId": sentence.index + 1, "Start": sentence.begin(), "End": sentence.end(), "Text": sentence.text() })
        }))
    };
    let mut document = json!({ "Classifications": classified(record) });
    if wants("KeyInformation") {
        document["Keywords"] = key_words(&record.text()).into();
        let mut longest: Vec<&Sentence> = record.sentences().collect();
        longest.sort_by_key(|sentence| std::cmp::Reverse(sentence.words.len()));
        longest.truncate(3);
        longest.sort_by_key(|sentence| sentence.index);
        document["KeySentences"] = listed(longest);
    }
    if wants("Actions") {
        let promises = record.sentences().filter(|sentence| {
            let text = sentence.text().to_lowercase();
            !is_question(&text) && PROMISES.iter().any(|word| text.contains(word))
        });
        document["Actions"] = listed(promises.collect());
    }
    document
}

/// A lecture has one speaker, an interview two, a meeting more. The parts are 1 together.
fn classified(record: &Record) -> Value {
    let [interview, lecture, meeting] = match record.speakers() {
        0 | 1 => [0.05, 0.85, 0.1],
        2 => [0.6, 0.05, 0.35],
        _ => [0.05, 0.1, 0.85],
    };
    json!({ "Interview": interview, "Lecture": lecture, "Meeting": meeting })
}

fn key_words(text: &str) -> Vec<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for term in terms::of(text) {
        if term.chars().count() > 1 {
            *counts.entry(term).or_default() += 1;
        }
    }
    let mut words: Vec<(String, usize)> = counts.into_iter().collect();
    words.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    words
        .into_iter()
        .take(MOST_KEY_WORDS)
        .map(|(word, _)| word)
        .collect()
}

fn summarization(record: &Record, types: &[String]) -> Value {
    let wants = |name: &str| types.iter().any(|kind| kind == name);
    let chapters = chapters::of(record, Granularity::General, TitleLength::Normal);
    let title = chapters.first().map_or("", |chapter| &chapter.headline);
    let mut document = json!({});
    if wants("Paragraph") {
        document["ParagraphTitle"] = title.into();
        document["ParagraphSummary"] = summary(&chapters).into();
    }
    if wants("Conversational") {
        document["ConversationalSummary"] = (1..=record.speakers())
            .map(|speaker| {
                let said = record.paragraphs.iter().filter(|paragraph| paragraph.speaker == speaker);
                let said: Vec<String> = said.map(Paragraph::text).collect();
                json!({ "SpeakerId": speaker.to_string(), "SpeakerName": format!("发言人{speaker}"), "Summary": chapters::shortened(&said) })
            })
            .collect();
    }
    if wants("QuestionsAnswering") {
        document["QuestionsAnsweringSummary"] = questions(record);
    }
    if wants("MindMap") {
        let topics: Vec<Value> = chapters
            .iter()
            .map(|chapter| json!({ "Title": chapter.headline, "BeginTime": chapter.begin, "Topic": [] }))
            .collect();
        document["MindMapSummary"] = json!([{ "Title": title, "Topic": topics }]);
    }
    document
}

/// What the chapters say, one after the other.
fn summary(chapters: &[Chapter]) -> String {
    chapters
        .iter()
        .map(|chapter| chapter.summary.as_str())
        .collect()
}

fn is_question(text: &str) -> bool {
    text.ends_with(['？', '?'])
}

/// Every question with the sentence that follows it.
fn questions(record: &Record) -> Value {
    let sentences: Vec<&Sentence> = record.sentences().collect();
    let pairs = sentences
        .windows(2)
        .filter(|pair| is_question(&pair[0].text()));
    pairs
        .map(|pair| {
            json!({
                "Question": pair[0].text(), "SentenceIdsOfQuestion": [pair[0].index + 1],
                "Answer": pair[1].text(), "SentenceIdsOfAnswer": [pair[1].index + 1],
            })
        })
        .collect()
}

fn translation(record: &Record, languages: &[String], stamp: u64) -> Value {
    let language = languages.first().map_or("en", String::as_str);
    let paragraphs = record.paragraphs.iter().enumerate().map(|(at, paragraph)| {
        let sentences: Vec<Value> = paragraph
            .sentences
            .iter()
            .map(|sentence| {
                json!({
                    "SentenceId": sentence.index + 1, "Start": sentence.begin(), "End": sentence.end(),
                    "Text": translate(&sentence.text(), language),
                })
            })
            .collect();
        json!({
            "ParagraphId": paragraph_id(stamp, at), "SpeakerId": paragraph.speaker.to_string(), "Sentences": sentences,
        })
    });
    json!({ "Paragraphs": paragraphs.collect::<Vec<_>>() })
}

fn polished(record: &Record, stamp: u64) -> Value {
    let paragraphs = record.paragraphs.iter().enumerate();
    paragraphs
        .map(|(at, paragraph)| {
            let ids: Vec<usize> = paragraph.sentences.iter().map(|sentence| sentence.index + 1).collect();
            json!({
                "ParagraphId": paragraph_id(stamp, at), "SentenceIds": ids, "Start": paragraph.begin(),
                "End": paragraph.end(), "FormalParagraphText": paragraph.text(),
            })
        })
        .collect()
}

/// The answer to any question: what was said, as a list.
fn answer(record: &Record) -> String {
    let chapters = chapters::of(record, Granularity::General, TitleLength::Long);
    let lines = chapters.iter().enumerate();
    let lines = lines.map(|(at, chapter)| format!("{}. {}", at + 1, chapter.summary));
    lines.collect::<Vec<_>>().join("\n")
}

fn key_frames(record: &Record, frames: &[String]) -> Value {
    let count = u64::try_from(frames.len()).unwrap_or(1).max(1);
    let frames = frames.iter().zip(0..).map(|(url, at)| {
        json!({
            "FileUrl": url, "Start": record.duration * at / count, "End": record.duration * (at + 1) / count,
            "Summary": format!("第{}页", at + 1),
        })
    });
    json!({ "KeyFrameList": numbered(frames) })
}

/// A list whose items are numbered from 1.
fn numbered(items: impl Iterator<Item = Value>) -> Value {
    items
        .zip(1..)
        .map(|(mut item, id)| {
            item["Id"] = id.into();
            item
        })
        .collect()
}

fn paragraph_id(stamp: u64, at: usize) -> String {
    format!("{stamp}{:04}", 1001 + at)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Kind, Prompt};
    use crate::meeting::{Record, in_camel_case};

    fn record() -> Record {
        Record::of_text(
            "主持人: 各位早，我们开始讨论预算。\n小王: 预算什么时候完成？\n主持人: 请小王周五前提交预算方案。",
        )
    }

    fn document(kind: &Kind) -> Value {
        kind.document(&record(), 1_768_465_800)
    }

    fn all(types: &[&str]) -> Vec<String> {
        types.iter().map(|&kind| kind.to_owned()).collect()
    }

    #[test]
    fn words_are_counted_by_tens_and_lie_within_the_meeting() {
        let document = document(&Kind::Transcription);
        let first = &document["Paragraphs"][0];
        assert_eq!(first["ParagraphId"], "17684658001001");
        assert_eq!(first["Words"][1]["Id"], 20);
        assert_eq!(document["Paragraphs"][1]["SpeakerId"], "2");
        let last = document["Paragraphs"][2]["Words"]
            .as_array()
            .and_then(|words| words.last());
        assert_eq!(
            last.map(|word| &word["End"]),
            Some(&document["AudioInfo"]["Duration"])
        );
        assert_eq!(document["AudioSegments"].as_array().map(Vec::len), Some(3));
    }

    #[test]
    fn only_the_types_that_are_wanted_are_told() {
        let some = document(&Kind::Summarization(all(&[
            "Paragraph",
            "QuestionsAnswering",
        ])));
        assert!(some["ParagraphSummary"].is_string() && some.get("MindMapSummary").is_none());
        assert_eq!(
            some["QuestionsAnsweringSummary"][0]["SentenceIdsOfAnswer"],
            json!([3])
        );
        let other = document(&Kind::Summarization(all(&["Conversational", "MindMap"])));
        assert_eq!(
            other["ConversationalSummary"].as_array().map(Vec::len),
            Some(2)
        );
        assert!(other["MindMapSummary"][0]["Topic"][0]["Title"].is_string());
        let actions = document(&Kind::MeetingAssistance(all(&["Actions"])));
        assert_eq!(actions["Actions"][0]["Id"], 1);
        assert!(actions.get("Keywords").is_none());
        let key = document(&Kind::MeetingAssistance(all(&["KeyInformation"])));
        assert_eq!(key["Keywords"][0], "预算");
    }

    #[test]
    fn every_kind_has_its_shape() {
        let prompt = Prompt {
            name: "decisions".to_owned(),
            ..Prompt::default()
        };
        let custom = document(&Kind::CustomPrompt(vec![prompt]));
        assert_eq!(custom[0]["Truncated"], false);
        let translated = document(&Kind::Translation(all(&["en"])));
        assert!(translated["Paragraphs"][0]["Sentences"][0]["Text"].is_string());
        assert!(document(&Kind::TextPolish)[0]["FormalParagraphText"].is_string());
        let frames = document(&Kind::PptExtraction(all(&["a", "b"])));
        assert_eq!(frames["KeyFrameList"][1]["Id"], 2);
        let camel = in_camel_case(translated);
        assert!(camel["paragraphs"][0]["sentences"][0]["sentenceId"].is_number());
    }
}
