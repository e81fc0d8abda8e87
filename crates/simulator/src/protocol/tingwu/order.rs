//! What `CreateTask` asks for.

use serde_json::Value;

use super::invalid;
use crate::{
    Refusal,
    meeting::{Granularity, Kind, Prompt, TitleLength},
};

/// The languages of recordings.
const LANGUAGES: [&str; 8] = [
    "cn",
    "en",
    "fspk",
    "ja",
    "yue",
    "ko",
    "auto",
    "multilingual",
];
/// The languages of translations.
const TARGETS: [&str; 7] = ["cn", "en", "ja", "ko", "de", "fr", "ru"];
/// Speakers that can be told apart.
const MOST_SPEAKERS: u64 = 100;

/// A valid order.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) file_url: String,
    pub(super) language: String,
    pub(super) tells_speakers: bool,
    pub(super) speakers: usize,
    pub(super) phrases: Option<String>,
}

impl Order {
    pub(super) fn read(body: &Value) -> Result<Self, Refusal> {
        let app_key = body["AppKey"].as_str().unwrap_or_default();
        if app_key.is_empty() {
            return Err(Refusal::new(400, "BRK.InvalidAppKey", "AppKey is invalid."));
        }
        let input = &body["Input"];
        let language = input["SourceLanguage"].as_str().unwrap_or_default();
        if !LANGUAGES.contains(&language) {
            return Err(invalid("SourceLanguage"));
        }
        Self::read_again(body)?;
        let transcription = &body["Parameters"]["Transcription"];
        let speakers = transcription["Diarization"]["SpeakerCount"]
            .as_u64()
            .unwrap_or(0);
        if speakers == 1 || speakers > MOST_SPEAKERS {
            return Err(invalid("SpeakerCount"));
        }
        let phrases = transcription["PhraseId"]
            .as_str()
            .filter(|id| !id.is_empty());
        Ok(Self {
            file_url: input["FileUrl"].as_str().unwrap_or_default().to_owned(),
            language: language.to_owned(),
            tells_speakers: transcription["DiarizationEnabled"] == true,
            speakers: usize::try_from(speakers).unwrap_or(0),
            phrases: phrases.map(str::to_owned),
        })
    }

    /// Checks what is to be told of a recording.
    pub(super) fn read_again(body: &Value) -> Result<(), Refusal> {
        let parameters = &body["Parameters"];
        if parameters["TranslationEnabled"] == true {
            let targets = texts(&parameters["Translation"]["TargetLanguages"]);
            if targets.is_empty()
                || !targets
                    .iter()
                    .all(|target| TARGETS.contains(&target.as_str()))
            {
                return Err(invalid("TargetLanguages"));
            }
        }
        let chapters = &parameters["AutoChapters"];
        if let Some(name) = chapters["ChapterGranularity"].as_str() {
            Granularity::named(name).ok_or_else(|| invalid("ChapterGranularity"))?;
        }
        if let Some(name) = chapters["TitleLengthLevel"].as_str() {
            TitleLength::named(name).ok_or_else(|| invalid("TitleLengthLevel"))?;
        }
        if parameters["CustomPromptEnabled"] == true {
            let contents = parameters["CustomPrompt"]["Contents"].as_array();
            let is_good = |prompt: &Value| {
                prompt["Prompt"]
                    .as_str()
                    .is_some_and(|text| text.contains("{Transcription}"))
            };
            if !contents.is_some_and(|contents| contents.iter().all(is_good)) {
                return Err(invalid("CustomPrompt"));
            }
        }
        Ok(())
    }
}

/// The kinds of results that are wanted. Key frames are drawn when they are needed.
pub(super) fn kinds(body: &Value, key_frames: impl FnOnce() -> Vec<String>) -> Vec<Kind> {
    let parameters = &body["Parameters"];
    let is_wanted = |name: &str| parameters[name] == true;
    let mut kinds = vec![Kind::Transcription];
    if is_wanted("AutoChaptersEnabled") {
        let chapters = &parameters["AutoChapters"];
        let text = |name: &str| chapters[name].as_str().unwrap_or_default();
        kinds.push(Kind::AutoChapters(
            Granularity::named(text("ChapterGranularity")).unwrap_or_default(),
            TitleLength::named(text("TitleLengthLevel")).unwrap_or_default(),
        ));
    }
    if is_wanted("MeetingAssistanceEnabled") {
        kinds.push(Kind::MeetingAssistance(texts(
            &parameters["MeetingAssistance"]["Types"],
        )));
    }
    if is_wanted("SummarizationEnabled") {
        kinds.push(Kind::Summarization(texts(
            &parameters["Summarization"]["Types"],
        )));
    }
    if is_wanted("TranslationEnabled") {
        kinds.push(Kind::Translation(texts(
            &parameters["Translation"]["TargetLanguages"],
        )));
    }
    if is_wanted("TextPolishEnabled") {
        kinds.push(Kind::TextPolish);
    }
    if is_wanted("CustomPromptEnabled") {
        let contents = parameters["CustomPrompt"]["Contents"]
            .as_array()
            .into_iter()
            .flatten();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        kinds.push(Kind::CustomPrompt(
            contents
                .map(|prompt| Prompt {
                    name: text(&prompt["Name"]),
                    model: text(&prompt["Model"]),
                })
                .collect(),
        ));
    }
    if is_wanted("PptExtractionEnabled") {
        kinds.push(Kind::PptExtraction(key_frames()));
    }
    kinds
}

fn texts(list: &Value) -> Vec<String> {
    let items = list.as_array().into_iter().flatten();
    items
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}
