//! Files that a person hands to the page, and their way to the server.

use leptos::prelude::*;
use serde::Deserialize;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, DataTransfer, File, FileList, FormData, RequestInit, Response,
};

use crate::error::AppError;
use model::{FailureCode, FileId};

/// The one thing that the page needs of what the server says of a file.
#[derive(Deserialize)]
struct Stored {
    id: FileId,
}

/// The first picture among what was dropped or pasted.
pub fn picture_of(data: &DataTransfer) -> Option<File> {
    let files = data.files()?;
    let mut all = (0..files.length()).filter_map(|index| files.get(index));
    all.find(|file| file.type_().starts_with("image/"))
}

/// All files among what was dropped or pasted.
pub fn files_of(data: &DataTransfer) -> Vec<File> {
    data.files().map_or_else(Vec::new, |files| listed(&files))
}

/// Whether files are being dragged; which, is not told before they are dropped.
pub fn carries_files(data: &DataTransfer) -> bool {
    data.types().includes(&"Files".into(), 0)
}

/// The files of a list.
pub fn listed(files: &FileList) -> Vec<File> {
    (0..files.length())
        .filter_map(|index| files.get(index))
        .collect()
}

/// A text as a file's content.
pub fn text_blob(text: &str) -> Option<Blob> {
    let about = BlobPropertyBag::new();
    about.set_type("text/plain");
    let pieces = js_sys::Array::of1(&text.into());
    Blob::new_with_str_sequence_and_options(&pieces, &about).ok()
}

/// A file as plain text, whatever the browser takes it for.
pub fn as_text(file: &File) -> Option<Blob> {
    file.slice_with_f64_and_f64_and_content_type(0.0, file.size(), "text/plain")
        .ok()
}

/// The first file that was chosen in a field.
pub fn chosen(event: &web_sys::Event) -> Option<File> {
    event_target::<web_sys::HtmlInputElement>(event)
        .files()?
        .get(0)
}

/// Sends a file and says under which id it is kept.
pub async fn upload(file: &Blob, name: &str) -> Result<FileId, AppError> {
    let away = |_: JsValue| AppError::new(FailureCode::Overloaded);
    let form = FormData::new().map_err(away)?;
    form.append_with_blob_and_filename("file", file, name)
        .map_err(away)?;
    let headers = web_sys::Headers::new().map_err(away)?;
    headers.set("accept", "application/json").map_err(away)?;
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_headers(&headers);
    init.set_body(&form);
    let window = super::window().ok_or(AppError::new(FailureCode::Internal))?;
    let response = JsFuture::from(window.fetch_with_str_and_init("/files", &init)).await;
    let response: Response = response.and_then(JsCast::dyn_into).map_err(away)?;
    let text = JsFuture::from(response.text().map_err(away)?).await;
    let text = text.map_err(away)?.as_string().unwrap_or_default();
    let stored = serde_json::from_str::<Vec<Stored>>(&text).unwrap_or_default();
    match stored.first() {
        Some(stored) => Ok(stored.id),
        // A refusal is its code.
        None => Err(AppError::new(text.parse().unwrap_or(
            if response.status() == 413 {
                FailureCode::TooLarge
            } else {
                FailureCode::Overloaded
            },
        ))),
    }
}
