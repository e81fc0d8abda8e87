//! `/api/v1/files`: the same files as the compatible protocol's, in this one's words.

use axum::{
    extract::{Path, Query},
    response::Response,
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::{
    Refusal,
    calendar::Stamp,
    files::{File, NewFile},
    protocol::{entry::Entry, reply},
    state::unix_seconds,
};

/// Keeps one file or several.
pub(super) async fn upload(entry: Entry) -> Result<Response, Refusal> {
    let form = entry.form().await?;
    let files = form.iter().filter(|field| field.name == "files");
    let purpose = form
        .iter()
        .find(|field| field.name == "purpose")
        .map_or("fine-tune".into(), |field| {
            String::from_utf8_lossy(&field.bytes)
        });
    let mut dice = entry.dice().and("file");
    let (mut kept, mut failed) = (Vec::new(), Vec::new());
    for field in files {
        let name = field.file_name.clone().unwrap_or_else(|| "file".to_owned());
        let new = NewFile {
            id: dice.uuid(),
            name: name.clone(),
            purpose: purpose.clone().into_owned(),
            bytes: field.bytes.clone(),
            created: unix_seconds(),
            ready: Instant::now(),
        };
        match entry.handle.files().put(new) {
            Some(file) => {
                entry.claim(&file.id);
                kept.push(json!({ "file_id": file.id, "name": file.name }));
            }
            None => failed.push(json!({
                "name": name, "code": "InvalidParameter",
                "message": "Upload file number exceed limit.",
            })),
        }
    }
    if kept.is_empty() && failed.is_empty() {
        return Err(Refusal::invalid_parameter(
            "Required parameter(files) missing or invalid, please check the request parameters.",
        ));
    }
    Ok(answer(
        &entry,
        &json!({ "uploaded_files": kept, "failed_uploads": failed }),
    ))
}

#[derive(Debug, Deserialize)]
#[serde(default)]
pub(super) struct Page {
    page_no: usize,
    page_size: usize,
}

impl Default for Page {
    fn default() -> Self {
        Self {
            page_no: 1,
            page_size: 10,
        }
    }
}

/// A page of the files, newest first.
pub(super) async fn list(Query(page): Query<Page>, entry: Entry) -> Response {
    let mut files = entry.handle.files().all();
    files.retain(|file| entry.sees(&file.id));
    let from = page
        .page_no
        .saturating_sub(1)
        .saturating_mul(page.page_size);
    let shown: Vec<Value> = files
        .iter()
        .skip(from)
        .take(page.page_size)
        .map(item)
        .collect();
    let data = json!({
        "page_no": page.page_no, "page_size": page.page_size, "total": files.len(), "files": shown,
    });
    answer(&entry, &data)
}

/// One file, without its content.
pub(super) async fn show(Path(id): Path<String>, entry: Entry) -> Result<Response, Refusal> {
    let file = entry.handle.files().get(&id);
    let file = file.filter(|_| entry.sees(&id)).ok_or_else(unknown)?;
    Ok(answer(&entry, &item(&file)))
}

/// Deletes a file.
pub(super) async fn delete(Path(id): Path<String>, entry: Entry) -> Result<Response, Refusal> {
    if entry.sees(&id) && entry.handle.files().delete(&id) {
        Ok(reply::json(200, &json!({ "request_id": entry.id.0 })))
    } else {
        Err(unknown())
    }
}

fn answer(entry: &Entry, data: &Value) -> Response {
    reply::json(200, &json!({ "data": data, "request_id": entry.id.0 }))
}

fn item(file: &File) -> Value {
    let mut uploaded = Stamp(file.created * 1000).beijing();
    uploaded.truncate("2026-01-15 16:30:00".len());
    json!({
        "file_id": file.id,
        "name": file.name,
        "size": file.bytes.len(),
        "purpose": file.purpose,
        "upload_time": uploaded,
    })
}

/// Not 404, as one would think.
fn unknown() -> Refusal {
    Refusal::invalid_parameter("File not found.")
}
