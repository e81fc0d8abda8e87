//! Uploads that go on where they were cut (`/uploads`, the tus protocol). What is on its way is remembered by the browser, so that
//! the same file goes on after the page was loaded anew.

pub mod live;

use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, Headers, RequestInit, Response};

use crate::{browser::number::number, error::AppError};
use model::{FailureCode, FileId};

/// Bytes that are sent at once: what is lost at most when the network goes.
pub const PIECE: f64 = 4.0 * 1024.0 * 1024.0;
/// Pauses between two tries grow up to so many seconds.
const LONGEST_S: u32 = 30;
/// The key of what is remembered begins so.
const KEY: &str = "lt_upload:";

/// Whether an upload is to go on; asked before each piece.
pub enum Wanted {
    /// It is.
    Yes,
    /// Later.
    Paused,
    /// Not any more.
    No,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Progress {
    /// So many bytes are there.
    Sent(f64),
    /// The network is away, or the server: it goes on by itself.
    Waiting,
}

/// Sends a file and says under which id it is kept; nothing when it was called off.
pub async fn upload(
    file: &Blob,
    name: &str,
    wanted: impl Fn() -> Wanted,
    tell: impl Fn(Progress),
) -> Result<Option<FileId>, AppError> {
    let key = key_of(file, name);
    let mut place = remembered(&key);
    let mut offset = None;
    let mut failures = 0_u32;
    loop {
        match wanted() {
            Wanted::Yes => {}
            Wanted::Paused => {
                gloo_timers::future::TimeoutFuture::new(200).await;
                continue;
            }
            Wanted::No => {
                if let Some(place) = &place {
                    // What nobody ends runs out by itself.
                    let _ended = send("DELETE", place, &[], None).await;
                }
                forget(&key);
                return Ok(None);
            }
        }
        let answer = match (&place, offset) {
            (None, _) => begin(file, name).await,
            (Some(place), None) => send("HEAD", place, &[], None).await,
            (Some(place), Some(at)) => append(file, place, at).await,
        };
        let Some(answer) = answer else {
            // The network is away.
            offset = None;
            failures += 1;
            tell(Progress::Waiting);
            let wait = (1_u32 << failures.min(5)).min(LONGEST_S);
            gloo_timers::future::TimeoutFuture::new(wait * 1000).await;
            continue;
        };
        match answer.status() {
            200..=204 => {
                failures = 0;
                if place.is_none() {
                    place = header(&answer, "location");
                    if let Some(place) = &place {
                        remember(&key, place);
                    }
                }
                if let Some(id) = header(&answer, "upload-file") {
                    forget(&key);
                    return id
                        .parse()
                        .map(Some)
                        .map_err(|_| AppError::new(FailureCode::Internal));
                }
                let at = header(&answer, "upload-offset").and_then(|at| number(&at));
                let at = at.unwrap_or(0.0);
                tell(Progress::Sent(at));
                offset = Some(at);
            }
            // The place is another one: it is asked for anew.
            409 if offset.is_some() => offset = None,
            // What was remembered is gone.
            404 | 410 if place.is_some() => {
                forget(&key);
                (place, offset) = (None, None);
            }
            502..=504 | 429 => {
                offset = None;
                failures += 1;
                tell(Progress::Waiting);
                gloo_timers::future::TimeoutFuture::new(2000).await;
            }
            status => {
                forget(&key);
                return Err(refusal(&answer, status).await);
            }
        }
    }
}

/// Under what it is remembered. What was changed since is another file, however long it is: half of one behind half of the other is neither.
fn key_of(file: &Blob, name: &str) -> String {
    let changed = file.dyn_ref::<File>().map_or(0.0, File::last_modified);
    format!("{KEY}{name}:{}:{changed}", file.size())
}

async fn begin(file: &Blob, name: &str) -> Option<Response> {
    let about = metadata(name, &file.type_())?;
    let length = format!("{:.0}", file.size());
    let headers = [
        ("upload-length", length.as_str()),
        ("upload-metadata", &about),
    ];
    send("POST", "/uploads", &headers, None).await
}

/// What is said about a file.
fn metadata(name: &str, kind: &str) -> Option<String> {
    let window = super::window()?;
    let base64 = |text: &str| {
        // Only single bytes can be encoded: the name goes as UTF-8.
        let bytes: String = text.bytes().map(char::from).collect();
        window.btoa(&bytes).ok()
    };
    let mut about = format!("filename {}", base64(name)?);
    // `audio/webm;codecs=opus` is `audio/webm`.
    let kind = kind.split(';').next().unwrap_or_default();
    if !kind.is_empty() {
        about.push_str(",filetype ");
        about.push_str(&base64(kind)?);
    }
    Some(about)
}

async fn append(file: &Blob, place: &str, at: f64) -> Option<Response> {
    let piece = file
        .slice_with_f64_and_f64(at, (at + PIECE).min(file.size()))
        .ok()?;
    let offset = format!("{at:.0}");
    let headers = [
        ("upload-offset", offset.as_str()),
        ("content-type", "application/offset+octet-stream"),
    ];
    send("PATCH", place, &headers, Some(&piece)).await
}

/// Nothing where the server can't be reached.
async fn send(
    method: &str,
    path: &str,
    more: &[(&str, &str)],
    body: Option<&Blob>,
) -> Option<Response> {
    let headers = Headers::new().ok()?;
    headers.set("tus-resumable", "1.0.0").ok()?;
    headers.set("accept", "application/json").ok()?;
    for (name, value) in more {
        headers.set(name, value).ok()?;
    }
    let init = RequestInit::new();
    init.set_method(method);
    init.set_headers(&headers);
    if let Some(body) = body {
        init.set_body(body);
    }
    let sent = super::window()?.fetch_with_str_and_init(path, &init);
    JsFuture::from(sent).await.ok()?.dyn_into().ok()
}

fn header(answer: &Response, name: &str) -> Option<String> {
    answer.headers().get(name).ok().flatten()
}

async fn refusal(answer: &Response, status: u16) -> AppError {
    let text = match answer.text() {
        Ok(text) => JsFuture::from(text)
            .await
            .ok()
            .and_then(|text| text.as_string()),
        Err(_) => None,
    };
    // A code by itself, or with more about it.
    let told = text.and_then(|text| {
        let code = text.trim().parse::<FailureCode>().ok();
        code.map(AppError::new)
            .or_else(|| serde_json::from_str(&text).ok())
    });
    told.unwrap_or_else(|| {
        AppError::new(if status == 413 {
            FailureCode::TooLarge
        } else {
            FailureCode::Overloaded
        })
    })
}

fn store() -> Option<JsValue> {
    let window = super::window()?;
    Reflect::get(&window, &"localStorage".into()).ok()
}

fn call(name: &str, key: &str, value: Option<&str>) -> Option<JsValue> {
    // A store that is full or forbidden remembers nothing, and the upload goes on.
    let store = store()?;
    let function: js_sys::Function = Reflect::get(&store, &name.into()).ok()?.dyn_into().ok()?;
    match value {
        Some(value) => function.call2(&store, &key.into(), &value.into()).ok(),
        None => function.call1(&store, &key.into()).ok(),
    }
}

fn remembered(key: &str) -> Option<String> {
    call("getItem", key, None)?.as_string()
}

fn remember(key: &str, place: &str) {
    let _kept = call("setItem", key, Some(place));
}

fn forget(key: &str) {
    let _gone = call("removeItem", key, None);
}
