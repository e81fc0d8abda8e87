//! Sending contents. (FI-09, FI-14)

use axum::{body::Body, response::Response};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{
        ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE,
        CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, VARY,
    },
};
use model::{FileId, Medium};
use platform::{
    Services,
    files::{Content, FilesError},
    identity::Caller,
};

use super::{
    disposition,
    range::{Wanted, wanted},
};

/// Whatever a content turns out to be, it runs nothing and loads nothing.
const HARMLESS: HeaderValue = HeaderValue::from_static("sandbox; default-src 'none'");

/// Sends the caller's file, or the part of it that the headers ask for.
pub(crate) async fn content(
    services: &Services,
    caller: &Caller,
    id: FileId,
    asked: &HeaderMap,
) -> Result<Response, FilesError> {
    let content = services.files.content(caller.user(), id).await?;
    part_of(&content, asked).await
}

/// Sends a content, or the part of it that the headers ask for.
pub(crate) async fn part_of(content: &Content, asked: &HeaderMap) -> Result<Response, FilesError> {
    let tag = format!("\"{}\"", content.tag);
    let length = content.len();
    let mut headers = common(&tag);
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    let (status, range) = match wanted(asked, &tag, length) {
        Wanted::Unchanged => return Ok(answer(StatusCode::NOT_MODIFIED, headers, Body::empty())),
        Wanted::Beyond => {
            set(&mut headers, CONTENT_RANGE, &format!("bytes */{length}"));
            let status = StatusCode::RANGE_NOT_SATISFIABLE;
            return Ok(answer(status, headers, Body::empty()));
        }
        Wanted::Whole => (StatusCode::OK, 0..length),
        Wanted::Part(range) => {
            let (first, last) = (range.start, range.end - 1);
            let says = format!("bytes {first}-{last}/{length}");
            set(&mut headers, CONTENT_RANGE, &says);
            (StatusCode::PARTIAL_CONTENT, range)
        }
    };
    headers.insert(CONTENT_LENGTH, (range.end - range.start).into());
    set(&mut headers, CONTENT_TYPE, &content.file.mime);
    let kind = match Medium::of_mime(&content.file.mime) {
        Some(Medium::Image | Medium::Video | Medium::Audio) => "inline",
        None => "attachment",
    };
    let named = disposition::header(kind, &content.file.name);
    headers.insert(CONTENT_DISPOSITION, named);
    let body = Body::from_stream(content.stream(range).await?);
    Ok(answer(status, headers, body))
}

/// Sends a small picture of the caller's picture.
pub(crate) async fn thumbnail(
    services: &Services,
    caller: &Caller,
    id: FileId,
    side: u32,
    asked: &HeaderMap,
) -> Result<Response, FilesError> {
    let small = services.files.thumbnail(caller.user(), id, side).await?;
    let tag = format!("\"{}\"", small.tag);
    let mut headers = common(&tag);
    if wanted(asked, &tag, 0) == Wanted::Unchanged {
        return Ok(answer(StatusCode::NOT_MODIFIED, headers, Body::empty()));
    }
    set(&mut headers, CONTENT_TYPE, small.mime);
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("inline"));
    Ok(answer(StatusCode::OK, headers, small.bytes.into()))
}

/// Asked for anew each time, so that nobody sees it whose right to was taken away; sent only when it changed.
fn common(tag: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(
        VARY,
        HeaderValue::from_static("cookie, authorization, x-api-key"),
    );
    headers.insert(CONTENT_SECURITY_POLICY, HARMLESS);
    set(&mut headers, ETAG, tag);
    headers
}

fn set(headers: &mut HeaderMap, name: http::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

fn answer(status: StatusCode, headers: HeaderMap, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
