//! `POST /api/v1/services/audio/asr/transcription`: recordings of any length, as tasks.

mod report;

use axum::response::Response;
use serde_json::{Map, Value, json};
use tokio::runtime::Handle as Runtime;

use self::report::{Family, Report};
use super::{Filter, hot_words};
use crate::{
    Refusal,
    hearing::Tongue,
    models::Kind,
    protocol::{
        entry::Entry,
        medium,
        native::body,
        tasks::{must_be_asynchronous, submit as take},
    },
    sound,
    state::Billed,
    tasks::{TaskOrder, TaskOutcome},
};

/// Files of one request.
const MOST_FILES: usize = 100;

/// Takes recordings to be written down.
pub(super) async fn submit(entry: Entry) -> Result<Response, Refusal> {
    let given = entry.json()?;
    must_be_asynchronous(&entry)?;
    let read = body::Body::read(&given, entry.handle.models(), |model| {
        model.kind == Kind::Recognition && Family::of(&model.id).is_some()
    })?;
    let Some(family) = Family::of(read.model_id) else {
        return Err(body::wrong_path());
    };
    let files = files(family, &given["input"])?;
    let parameters = &given["parameters"];
    let work = Work {
        model: read.model_id.to_owned(),
        family,
        files,
        channels: channels(parameters)?,
        tongue: tongue(family, parameters),
        filter: Filter::read(parameters["special_word_filter"].as_str())?,
        expected: hot_words(&entry, parameters["vocabulary_id"].as_str())?,
        parameters: parameters.clone(),
        entry: entry.clone(),
        runtime: Runtime::current(),
    };
    let parts = if family == Family::Qwen {
        0
    } else {
        work.files.len()
    };
    let order = TaskOrder::new(&work.model, entry.uri.path())
        .parts(u32::try_from(parts).unwrap_or(u32::MAX));
    Ok(take(&entry, order, move || work.outcome()))
}

/// The addresses of the recordings.
fn files(family: Family, input: &Value) -> Result<Vec<String>, Refusal> {
    let one = input["file_url"].as_str();
    let many = input["file_urls"].as_array();
    if let (Family::Qwen, Some(url)) = (family, one.filter(|url| !url.is_empty())) {
        return Ok(vec![url.to_owned()]);
    }
    if family == Family::Qwen {
        return Err(Refusal::invalid_parameter("input must contain file_url"));
    }
    let urls: Vec<String> = many
        .into_iter()
        .flatten()
        .filter_map(|url| url.as_str().map(str::to_owned))
        .collect();
    if urls.is_empty() {
        return Err(Refusal::invalid_parameter("input must contain file_urls"));
    }
    if urls.len() > MOST_FILES {
        let message = format!("file_urls length should be in [1, {MOST_FILES}]");
        return Err(Refusal::invalid_parameter(message));
    }
    Ok(urls)
}

fn channels(parameters: &Value) -> Result<Vec<usize>, Refusal> {
    let Some(given) = parameters
        .get("channel_id")
        .filter(|given| !given.is_null())
    else {
        return Ok(vec![0]);
    };
    let read = given.as_array().filter(|list| !list.is_empty());
    let read = read.and_then(|list| {
        let numbers = list.iter().map(|id| usize::try_from(id.as_u64()?).ok());
        numbers.collect::<Option<Vec<usize>>>()
    });
    read.ok_or_else(|| Refusal::invalid_parameter("channel_id must be a list of integers"))
}

fn tongue(family: Family, parameters: &Value) -> Tongue {
    let hint = match family {
        Family::Qwen => &parameters["language"],
        Family::Paraformer | Family::SenseVoice => &parameters["language_hints"][0],
    };
    Tongue::of(hint.as_str().unwrap_or_default())
}

/// What has to be done for a task.
struct Work {
    model: String,
    family: Family,
    files: Vec<String>,
    channels: Vec<usize>,
    tongue: Tongue,
    filter: Filter,
    expected: Vec<String>,
    parameters: Value,
    entry: Entry,
    runtime: Runtime,
}

impl Work {
    fn outcome(&self) -> TaskOutcome {
        let done: Vec<Result<Report, Failure>> = (0..self.files.len())
            .map(|at| self.write_down(at))
            .collect();
        let seconds: u64 = done.iter().flatten().map(|report| report.seconds).sum();
        let failed = done.iter().filter(|done| done.is_err()).count();
        let first = done.iter().find_map(|done| done.as_ref().err()).cloned();
        let output = self.output(&done);
        if let (Some(first), true) = (first, failed == done.len()) {
            let mut outcome = TaskOutcome::failed(first.code, first.message);
            if let TaskOutcome::Failed { output: more, .. } = &mut outcome {
                *more = output;
            }
            return outcome;
        }
        let usage = match self.family {
            Family::Qwen => json!({ "seconds": seconds }),
            Family::Paraformer | Family::SenseVoice => json!({ "duration": seconds }),
        };
        let billed = Billed {
            model: self.model.clone(),
            seconds: f64::from(u32::try_from(seconds).unwrap_or(u32::MAX)),
            ..Billed::default()
        };
        TaskOutcome::succeeded(output.into(), Some(usage), billed)
            .but_failed(u32::try_from(failed).unwrap_or(u32::MAX))
    }

    fn output(&self, done: &[Result<Report, Failure>]) -> Map<String, Value> {
        let mut output = Map::new();
        if self.family == Family::Qwen {
            if let Some(Ok(report)) = done.first() {
                let result = json!({ "transcription_url": report.url });
                output.insert("result".to_owned(), result);
            }
            return output;
        }
        let results = self.files.iter().zip(done).map(|(file, done)| match done {
            Ok(report) => json!({
                "file_url": file,
                "transcription_url": report.url,
                "subtask_status": "SUCCEEDED",
            }),
            Err(failure) => json!({
                "file_url": file,
                "code": failure.code,
                "message": failure.message,
                "subtask_status": "FAILED",
            }),
        });
        output.insert("results".to_owned(), results.collect());
        output
    }

    fn write_down(&self, at: usize) -> Result<Report, Failure> {
        let url = &self.files[at];
        let fetched = medium::fetch(&self.entry, &self.model, url);
        let medium = self
            .runtime
            .block_on(fetched)
            .map_err(|refusal| Failure::of_download(self.family, &refusal))?;
        let recording = sound::read(&medium.bytes).ok_or_else(|| {
            let message = "The audio file cannot be decoded.";
            Failure::new("InvalidFile.Format", message)
        })?;
        let report = self.report(at, url, &recording);
        report.ok_or_else(|| {
            let code = "SUCCESS_WITH_NO_VALID_FRAGMENT";
            Failure::new(code, code)
        })
    }
}

/// Why a file was not written down.
#[derive(Clone, Debug)]
struct Failure {
    code: String,
    message: String,
}

impl Failure {
    fn new(code: &str, message: &str) -> Self {
        Self {
            code: code.to_owned(),
            message: message.to_owned(),
        }
    }

    fn of_download(family: Family, refusal: &Refusal) -> Self {
        match family {
            Family::Qwen if refusal.message.contains("authorization") => {
                Self::new("FILE_403_FORBIDDEN", "FILE_403_FORBIDDEN")
            }
            Family::Qwen => Self::new("FILE_DOWNLOAD_FAILED", "FILE_DOWNLOAD_FAILED"),
            Family::Paraformer | Family::SenseVoice => Self::new(
                "InvalidFile.DownloadFailed",
                "The audio file cannot be downloaded.",
            ),
        }
    }
}
