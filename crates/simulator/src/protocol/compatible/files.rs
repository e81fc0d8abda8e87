//! `/compatible-mode/v1/files`: uploads, and the results of batches.

use axum::{
    extract::{Path, Query},
    response::Response,
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::stamp;
use crate::{
    Refusal,
    files::{File, NewFile},
    protocol::{
        entry::{Entry, Field},
        reply,
    },
    state::unix_seconds,
};

/// Documents that can be read.
const DOCUMENTS: [&str; 9] = [
    "txt", "docx", "pdf", "xlsx", "epub", "mobi", "md", "csv", "json",
];
/// Pictures that can be read.
const PICTURES: [&str; 5] = ["bmp", "png", "jpg", "jpeg", "gif"];
const LARGEST_PICTURE: usize = 20 << 20;
const LARGEST_DOCUMENT: usize = 150 << 20;
/// A file is being read for so many times the time before the first byte.
const READING: u32 = 5;
const LONGEST_PAGE: usize = 2_000;

/// Keeps a file.
pub(super) async fn upload(entry: Entry) -> Result<Response, Refusal> {
    let form = entry.form().await?;
    let field = |name: &str| form.iter().find(|field| field.name == name);
    let missing = |name: &str| Refusal::invalid_parameter(format!("Field required: {name}"));
    let file = field("file").ok_or_else(|| missing("file"))?;
    let purpose = field("purpose").ok_or_else(|| missing("purpose"))?;
    let purpose = String::from_utf8_lossy(&purpose.bytes).into_owned();
    let kind = check(file, &purpose)?;
    let options = entry.handle.options();
    let new = NewFile {
        id: format!("file-{kind}-{}", entry.dice().and("file").hex(24)),
        name: file.file_name.clone().unwrap_or_else(|| "file".to_owned()),
        purpose,
        bytes: file.bytes.clone(),
        created: unix_seconds(),
        ready: Instant::now() + options.latency.median() * READING,
    };
    let kept = entry
        .handle
        .files()
        .put(new)
        .ok_or_else(|| Refusal::invalid_parameter("Upload file number exceed limit."))?;
    entry.claim(&kept.id);
    Ok(reply::json(200, &item(&kept)))
}

/// One file, without its content.
pub(super) async fn show(Path(id): Path<String>, entry: Entry) -> Result<Response, Refusal> {
    Ok(reply::json(200, &item(&find(&entry, &id)?)))
}

/// The content, of results only.
pub(super) async fn content(Path(id): Path<String>, entry: Entry) -> Result<Response, Refusal> {
    let file = find(&entry, &id)?;
    if file.purpose != "batch_output" {
        // That only results can be fetched is documented, the words are not.
        return Err(Refusal::invalid_parameter(format!(
            "File [id:{id}] cannot be downloaded, only the results of a batch can."
        )));
    }
    Ok(reply::body(200, "application/octet-stream", file.bytes))
}

/// Deletes a file.
pub(super) async fn delete(Path(id): Path<String>, entry: Entry) -> Result<Response, Refusal> {
    if !entry.sees(&id) || !entry.handle.files().delete(&id) {
        return Err(unknown(&id));
    }
    Ok(reply::json(
        200,
        &json!({ "object": "file", "deleted": true, "id": id }),
    ))
}

/// What a list of files is restricted to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    after: Option<String>,
    limit: Option<String>,
    purpose: Option<String>,
    create_before: Option<String>,
    create_after: Option<String>,
}

/// The files, newest first, a page at a time.
pub(super) async fn list(Query(wanted): Query<Wanted>, entry: Entry) -> Result<Response, Refusal> {
    let limit = page_length(wanted.limit.as_deref(), LONGEST_PAGE, LONGEST_PAGE)?;
    let before = moment(wanted.create_before.as_deref(), "create_before")?.unwrap_or(u64::MAX);
    let after = moment(wanted.create_after.as_deref(), "create_after")?.unwrap_or(0);
    let mut files = entry.handle.files().all();
    files.retain(|file| entry.sees(&file.id));
    if let Some(last) = &wanted.after {
        let place = files.iter().position(|file| file.id == *last);
        files.drain(..=place.ok_or_else(|| unknown(last))?);
    }
    files.retain(|file| {
        wanted
            .purpose
            .as_ref()
            .is_none_or(|only| file.purpose == *only)
            && (after..=before).contains(&file.created)
    });
    let data: Vec<Value> = files.iter().take(limit).map(item).collect();
    let has_more = files.len() > limit;
    Ok(reply::json(
        200,
        &json!({ "object": "list", "has_more": has_more, "data": data }),
    ))
}

/// The number of items on a page.
pub(super) fn page_length(
    asked: Option<&str>,
    usual: usize,
    most: usize,
) -> Result<usize, Refusal> {
    let Some(asked) = asked else {
        return Ok(usual);
    };
    asked
        .parse()
        .ok()
        .filter(|asked| (1..=most).contains(asked))
        .ok_or_else(|| {
            Refusal::invalid_parameter("The type or value of limit is out of definition.")
        })
}

/// A filter's point in time.
pub(super) fn moment(text: Option<&str>, name: &str) -> Result<Option<u64>, Refusal> {
    text.map(|text| {
        stamp::read(text).ok_or_else(|| {
            Refusal::invalid_parameter(format!("The type or value of {name} is out of definition."))
        })
    })
    .transpose()
}

/// The file with this id, or the refusal for one that is unknown.
pub(super) fn find(entry: &Entry, id: &str) -> Result<File, Refusal> {
    let file = entry.handle.files().get(id);
    file.filter(|_| entry.sees(id)).ok_or_else(|| unknown(id))
}

/// The status is OpenAI's; the documents don't print the answer of this path.
fn unknown(id: &str) -> Refusal {
    Refusal::new(404, "NotFound", format!("File [id:{id}] cannot be found."))
        .of_type("invalid_request_error")
}

/// The part of the id that tells the purpose.
fn check(file: &Field, purpose: &str) -> Result<&'static str, Refusal> {
    let name = file.file_name.as_deref().unwrap_or_default();
    let ending = name
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_lowercase());
    let ends_in = |known: &[&str]| {
        ending
            .as_deref()
            .is_some_and(|ending| known.contains(&ending))
    };
    let (kind, largest) = match purpose {
        "file-extract" if ends_in(&PICTURES) => ("fe", LARGEST_PICTURE),
        "file-extract" if ends_in(&DOCUMENTS) => ("fe", LARGEST_DOCUMENT),
        "batch" if ends_in(&["jsonl"]) => ("batch", usize::MAX),
        "file-extract" | "batch" => {
            return Err(Refusal::new(
                400,
                "BadRequest.UnsupportedFileFormat",
                "Input file format is not supported.",
            ));
        }
        _ => {
            return Err(Refusal::invalid_parameter(
                "The type or value of purpose is out of definition.",
            ));
        }
    };
    if file.bytes.len() > largest {
        return Err(Refusal::new(
            400,
            "BadRequest.TooLarge",
            "Payload Too Large.",
        ));
    }
    Ok(kind)
}

fn item(file: &File) -> Value {
    json!({
        "id": file.id,
        "bytes": file.bytes.len(),
        "created_at": file.created,
        "filename": file.name,
        "object": "file",
        "purpose": file.purpose,
        "status": if file.is_ready() { "processed" } else { "processing" },
        "status_details": null,
    })
}
