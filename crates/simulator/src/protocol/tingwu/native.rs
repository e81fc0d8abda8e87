//! Meetings through the native protocol: `tingwu-meeting` and `tingwu-automotive-service-inspection`.

use axum::response::Response;
use serde_json::{Map, Value, json};

use super::{
    results,
    work::{MODEL, Work},
};
use crate::{
    Refusal,
    meeting::{Granularity, Hearing, Kind, Meeting, Prompt, Record, TitleLength, in_camel_case},
    protocol::{entry::Entry, reply},
};

/// Languages of recordings, and what recognises special ones.
const TRANSCRIBERS: [&str; 9] = [
    "cn",
    "multilingual",
    "en",
    "yue",
    "ja",
    "ko",
    "fun-asr",
    "domain-education",
    "domain-automotive",
];

/// Answers one step: a task is created, or asked for.
pub(in crate::protocol) async fn ask(entry: Entry, model: &str) -> Result<Response, Refusal> {
    let body = entry.json()?;
    let input = &body["input"];
    if model != MODEL {
        return inspect(&entry, &body).await;
    }
    let output = match input["task"].as_str() {
        Some("createTask") => {
            let meeting = create(&entry, &body)?;
            let id = meeting.id.clone();
            entry.handle.meetings().put(meeting);
            json!({ "dataId": id })
        }
        Some("getTask") => {
            let id = input["dataId"].as_str().unwrap_or_default();
            let meeting = entry.handle.meetings().get(id).ok_or_else(unknown)?;
            shown(&entry, &meeting).await
        }
        Some(_) | None => return Err(invalid("input.task")),
    };
    Ok(answer(&entry, &output))
}

fn answer(entry: &Entry, output: &Value) -> Response {
    let answer = json!({ "output": output, "usage": {}, "request_id": entry.id.0 });
    reply::json(200, &answer)
}

/// One recording, heard at once. What the service answers isn't documented beyond the names of two fields.
async fn inspect(entry: &Entry, body: &Value) -> Result<Response, Refusal> {
    let input = &body["input"];
    let url = input["fileUrl"].as_str().filter(|url| !url.is_empty());
    let url = url.ok_or_else(|| invalid("input.fileUrl"))?;
    if input["appid"].as_str().is_none_or(str::is_empty) {
        return Err(invalid("input.appid"));
    }
    let meeting = Meeting {
        ends: Some(tokio::time::Instant::now()),
        ..Work::of_file(entry, url.to_owned(), hearing("cn", &Value::Null), body)
    };
    entry.first_byte().await;
    match meeting.outcome().await {
        Some(Ok(record)) => {
            let result = in_camel_case(Kind::Transcription.document(&record, meeting.stamp));
            Ok(answer(
                entry,
                &json!({ "TaskId": meeting.id, "Result": result }),
            ))
        }
        Some(Err((code, message))) => Err(Refusal::new(400, code, message)),
        None => Err(Refusal::internal()),
    }
}

fn create(entry: &Entry, body: &Value) -> Result<Meeting, Refusal> {
    let input = &body["input"];
    let text = |name: &str| input[name].as_str().filter(|text| !text.is_empty());
    if text("appId").is_none() {
        return Err(Refusal::new(
            400,
            "Agent.InputAppIdIllegal",
            "appId is illegal.",
        ));
    }
    let transcription = &body["parameters"]["transcription"];
    let language = transcription["model"].as_str().unwrap_or("cn");
    if !TRANSCRIBERS.contains(&language) {
        return Err(invalid("parameters.transcription.model"));
    }
    match (text("fileUrl"), text("text"), text("dataId")) {
        (Some(url), None, None) => {
            let hearing = hearing(language, transcription);
            Ok(Work::of_file(entry, url.to_owned(), hearing, body))
        }
        (None, Some(text), None) => Ok(Work::of_text(entry, text, body)),
        (None, None, Some(id)) => {
            let known = entry.handle.meetings().get(id).ok_or_else(unknown)?;
            Ok(Work::again(entry, known, body))
        }
        (None, None, None) if input["type"] == "realtime" => Ok(Work::of_text(entry, "", body)),
        _ => Err(invalid("input: exactly one of fileUrl, text and dataId")),
    }
}

fn hearing(language: &str, transcription: &Value) -> Hearing {
    let speakers = transcription["diarizationSpeakerCount"].as_u64();
    Hearing {
        language: language.to_owned(),
        tells_speakers: transcription["diarizationEnabled"] == true,
        speakers: usize::try_from(speakers.unwrap_or(0)).unwrap_or(0),
        expected: Vec::new(),
    }
}

/// Where a task stands: 0 done, 1 running, 2 failed.
async fn shown(entry: &Entry, meeting: &Meeting) -> Value {
    match meeting.outcome().await {
        None => json!({ "status": 1, "errorCode": null, "errorMessage": null }),
        Some(Err((code, message))) => {
            json!({ "status": 2, "errorCode": code, "errorMessage": message })
        }
        Some(Ok(record)) => paths(entry, meeting, &record),
    }
}

fn paths(entry: &Entry, meeting: &Meeting, record: &Record) -> Value {
    let handle = &entry.handle;
    let mut output = json!({
        "status": 0, "errorCode": null, "errorMessage": null,
        "playbackUrl": results::playback(handle, meeting, record),
        "translationsPath": null, "autoChaptersPath": null, "summarizationPath": null,
        "meetingAssistancePath": null, "pptExtractionPath": null, "textPolishPath": null,
        "customPromptPath": null,
    });
    for kind in kinds(entry, meeting, record) {
        let mut document = in_camel_case(kind.document(record, meeting.stamp));
        let name = match &kind {
            Kind::Transcription => "transcriptionPath",
            Kind::AutoChapters(..) => "autoChaptersPath",
            Kind::MeetingAssistance(_) => "meetingAssistancePath",
            Kind::Summarization(_) => "summarizationPath",
            Kind::Translation(_) => "translationsPath",
            Kind::TextPolish => "textPolishPath",
            Kind::CustomPrompt(_) => "customPromptPath",
            Kind::PptExtraction(frames) => {
                document["availableForSummary"] = (!frames.is_empty()).into();
                "pptExtractionPath"
            }
        };
        output[name] = results::address(handle, meeting, &kind, &document).into();
    }
    output
}

fn kinds(entry: &Entry, meeting: &Meeting, record: &Record) -> Vec<Kind> {
    let empty = Map::new();
    let analysis = meeting.order["parameters"]["analysis"]
        .as_object()
        .unwrap_or(&empty);
    let is_wanted = |name: &str| analysis.get(name).is_some_and(|wanted| *wanted == true);
    let text = |name: &str| {
        analysis
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let chosen = |all: &[(&str, &str)]| -> Vec<String> {
        let wanted = all.iter().filter(|(switch, _)| is_wanted(switch));
        wanted.map(|(_, name)| (*name).to_owned()).collect()
    };
    let mut kinds = vec![Kind::Transcription];
    let transcription = &meeting.order["parameters"]["transcription"];
    if transcription["translationEnabled"] == true {
        let targets = transcription["translationTargetLang"]
            .as_array()
            .into_iter()
            .flatten();
        let targets = targets.filter_map(|target| target.as_str().map(str::to_owned));
        kinds.push(Kind::Translation(targets.collect()));
    }
    if is_wanted("autoChaptersEnabled") {
        kinds.push(Kind::AutoChapters(
            Granularity::named(text("autoChapterGranularity")).unwrap_or_default(),
            TitleLength::named(text("autoChapterTitleLengthLevel")).unwrap_or_default(),
        ));
    }
    let assistance = chosen(&[
        ("keyInformationEnabled", "KeyInformation"),
        ("actionsEnabled", "Actions"),
    ]);
    if !assistance.is_empty() {
        kinds.push(Kind::MeetingAssistance(assistance));
    }
    let summaries = chosen(&[
        ("fullSummaryEnabled", "Paragraph"),
        ("conversationalEnabled", "Conversational"),
        ("questionsAnsweringEnabled", "QuestionsAnswering"),
        ("mindMapEnabled", "MindMap"),
    ]);
    if !summaries.is_empty() {
        kinds.push(Kind::Summarization(summaries));
    }
    if is_wanted("textPolishEnabled") {
        kinds.push(Kind::TextPolish);
    }
    if is_wanted("customPromptEnabled") {
        kinds.push(Kind::CustomPrompt(vec![Prompt {
            name: "customPrompt".to_owned(),
            model: text("customPromptModel").to_owned(),
        }]));
    }
    if is_wanted("pptExtractionEnabled") {
        kinds.push(Kind::PptExtraction(results::key_frames(
            &entry.handle,
            meeting,
            record,
        )));
    }
    kinds
}

fn invalid(what: &str) -> Refusal {
    Refusal::new(400, "InvalidParameter", format!("{what} is invalid."))
}

fn unknown() -> Refusal {
    Refusal::new(400, "Agent.InputInvalidDataId", "dataId is invalid.")
}
