//! `/uploads`: resumable uploads by the tus protocol, version 1.0.0, with creation (the length may be told with the end),
//! expiration and termination (<https://tus.io/protocols/resumable-upload>).

use std::time::{Duration, SystemTime};

use axum::{
    extract::{Path, Request, State},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{ALLOW, CONTENT_TYPE, LOCATION},
};
use model::{FileName, Millis, UploadId};
use platform::{
    Services,
    files::{FilesError, UploadStatus},
};

use super::{Keeper, refused};

const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const VERSION: HeaderName = HeaderName::from_static("tus-version");
const EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
const MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const DEFER_LENGTH: HeaderName = HeaderName::from_static("upload-defer-length");
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
/// Where an upload goes on.
pub(super) const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
/// The id of the file that an upload became; ours, tus has none.
const FILE: HeaderName = HeaderName::from_static("upload-file");

/// How much was recorded of what is sent while it is made, in milliseconds; ours, too.
const RECORDED: HeaderName = HeaderName::from_static("upload-recorded");

const V1: HeaderValue = HeaderValue::from_static("1.0.0");

/// What this server can.
pub(super) async fn options(State(services): State<Services>) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(RESUMABLE, V1);
    headers.insert(VERSION, V1);
    let extensions =
        HeaderValue::from_static("creation,creation-defer-length,expiration,termination");
    headers.insert(EXTENSION, extensions);
    headers.insert(MAX_SIZE, services.files.largest_upload().into());
    response
}

/// An upload is asked about by HEAD; what it became is below `/files`.
pub(super) async fn nothing() -> Response {
    let mut response = StatusCode::METHOD_NOT_ALLOWED.into_response();
    let methods = HeaderValue::from_static("HEAD, PATCH, DELETE, OPTIONS");
    response.headers_mut().insert(ALLOW, methods);
    response
}

/// Begins an upload.
pub(super) async fn create(
    State(services): State<Services>,
    keeper: Result<Keeper, Response>,
    headers: HeaderMap,
) -> Response {
    let keeper = match spoken(keeper, &headers) {
        Ok(keeper) => keeper,
        Err(refusal) => return refusal,
    };
    let begun = async {
        let length = length(&headers)?;
        let about = metadata(&headers)?;
        let name = FileName::parse(about.name.as_deref().unwrap_or("file"))?;
        let (owner, declared) = (keeper.0.user(), about.declared.as_deref());
        let files = &services.files;
        if let Some(length) = length {
            return files.begin_upload(owner, &name, declared, length).await;
        }
        let is_recording = headers.contains_key(RECORDED);
        files
            .begin_deferred_upload(owner, &name, declared, is_recording)
            .await
    };
    match begun.await {
        Ok(upload) => {
            let mut response = told(StatusCode::CREATED, &upload);
            let location = format!("/uploads/{}", upload.id);
            if let Ok(location) = HeaderValue::from_str(&location) {
                response.headers_mut().insert(LOCATION, location);
            }
            response
        }
        Err(error) => said(refused(error)),
    }
}

/// How far an upload is.
pub(super) async fn status(
    State(services): State<Services>,
    keeper: Result<Keeper, Response>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let keeper = match spoken(keeper, &headers) {
        Ok(keeper) => keeper,
        Err(refusal) => return refusal,
    };
    let found = async {
        let id: UploadId = id.parse()?;
        services.files.upload(keeper.0.user(), id).await
    };
    match found.await {
        Ok(UploadStatus {
            failure: Some(failure),
            ..
        }) => said(refused(FilesError::Ended(failure))),
        Ok(upload) => told(StatusCode::OK, &upload),
        Err(error) => said(refused(error)),
    }
}

/// Takes more of an upload.
pub(super) async fn append(
    State(services): State<Services>,
    keeper: Result<Keeper, Response>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let keeper = match spoken(keeper, request.headers()) {
        Ok(keeper) => keeper,
        Err(refusal) => return refusal,
    };
    let kind = request.headers().get(CONTENT_TYPE);
    if kind.is_none_or(|kind| kind.as_bytes() != b"application/offset+octet-stream") {
        return said(StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response());
    }
    let appended = async {
        let id: UploadId = id.parse()?;
        let offset = number(request.headers(), &OFFSET);
        let offset = offset.and_then(|offset| i64::try_from(offset).ok());
        let offset = offset.ok_or_else(|| unreadable("Upload-Offset"))?;
        let (owner, files) = (keeper.0.user(), &services.files);
        let told = request.headers().contains_key(LENGTH);
        let length = number(request.headers(), &LENGTH);
        if told {
            let length = length.ok_or_else(|| unreadable("Upload-Length"))?;
            files.define_upload(owner, id, length).await?;
        }
        let recorded = number(request.headers(), &RECORDED);
        let body = request.into_body().into_data_stream();
        let status = files.append(owner, id, offset, body).await?;
        if let Some(recorded) = recorded
            && status.file.is_none()
        {
            files.note_recorded(owner, id, recorded).await?;
        }
        Ok::<_, FilesError>(status)
    };
    match appended.await {
        Ok(upload) => told(StatusCode::NO_CONTENT, &upload),
        Err(error) => said(refused(error)),
    }
}

/// Ends an upload.
pub(super) async fn end(
    State(services): State<Services>,
    keeper: Result<Keeper, Response>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let keeper = match spoken(keeper, &headers) {
        Ok(keeper) => keeper,
        Err(refusal) => return refusal,
    };
    let ended = async {
        let id: UploadId = id.parse()?;
        services.files.end_upload(keeper.0.user(), id).await
    };
    match ended.await {
        Ok(()) => said(StatusCode::NO_CONTENT.into_response()),
        Err(error) => said(refused(error)),
    }
}

/// Lets whoever speaks this version of the protocol through. Who is calling is decided before.
#[expect(clippy::result_large_err, reason = "the answer that is sent")]
fn spoken(keeper: Result<Keeper, Response>, headers: &HeaderMap) -> Result<Keeper, Response> {
    let keeper = keeper.map_err(said)?;
    if headers.get(RESUMABLE) == Some(&V1) {
        return Ok(keeper);
    }
    let mut response = said(StatusCode::PRECONDITION_FAILED.into_response());
    response.headers_mut().insert(VERSION, V1);
    Err(response)
}

fn said(mut response: Response) -> Response {
    response.headers_mut().insert(RESUMABLE, V1);
    response
}

fn told(status: StatusCode, upload: &UploadStatus) -> Response {
    let mut response = said(status.into_response());
    let headers = response.headers_mut();
    headers.insert(OFFSET, upload.offset.into());
    match upload.length {
        Some(length) => headers.insert(LENGTH, length.into()),
        None => headers.insert(DEFER_LENGTH, HeaderValue::from_static("1")),
    };
    if let Ok(expires) = HeaderValue::from_str(&date(upload.expires_at)) {
        headers.insert(EXPIRES, expires);
    }
    if let Some(file) = upload.file
        && let Ok(file) = HeaderValue::from_str(&file.to_string())
    {
        headers.insert(FILE, file);
    }
    response
}

/// As HTTP writes dates.
fn date(at: Millis) -> String {
    let since = Duration::from_millis(at.get().max(0).unsigned_abs());
    httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + since)
}

/// The length of what begins; nothing where it is told later.
fn length(headers: &HeaderMap) -> Result<Option<u64>, FilesError> {
    let deferred = headers.get(DEFER_LENGTH);
    match (number(headers, &LENGTH), deferred) {
        (Some(length), None) => Ok(Some(length)),
        (None, Some(deferred)) if deferred == "1" && !headers.contains_key(LENGTH) => Ok(None),
        _ => Err(unreadable("Upload-Length")),
    }
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    let mut values = headers.get_all(name).iter();
    let text = values.next()?.to_str().ok()?;
    let one = values.next().is_none() && text.bytes().all(|c| c.is_ascii_digit());
    one.then(|| text.parse().ok()).flatten()
}

/// What a sender says about the file.
#[derive(Debug, Default, PartialEq, Eq)]
struct About {
    name: Option<String>,
    declared: Option<String>,
}

/// `filename 5pil.cG5n,filetype aW1hZ2UvcG5n`: keys, each with a value in Base64. Other keys are passed over.
fn metadata(headers: &HeaderMap) -> Result<About, FilesError> {
    let mut about = About::default();
    let Some(text) = headers.get(METADATA) else {
        return Ok(about);
    };
    let text = text.to_str().map_err(|_| unreadable("Upload-Metadata"))?;
    for pair in text.split(',') {
        let (key, value) = pair.trim().split_once(' ').unwrap_or((pair.trim(), ""));
        let slot = match key {
            "filename" | "name" => &mut about.name,
            "filetype" | "type" => &mut about.declared,
            _ => continue,
        };
        let value = STANDARD.decode(value.trim()).ok();
        let value = value.and_then(|value| String::from_utf8(value).ok());
        // A type of a file is a few letters; what is kept has to fit a database.
        let value = value.filter(|value| !value.contains('\0'));
        let value = value.ok_or_else(|| unreadable("Upload-Metadata"))?;
        *slot = Some(value).filter(|value| !value.is_empty());
    }
    Ok(about)
}

fn unreadable(name: &'static str) -> FilesError {
    FilesError::Interrupted(format!("{name} can't be read").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(Option<String>, Option<String>)> {
        let mut headers = HeaderMap::new();
        headers.insert(METADATA, text.parse().unwrap());
        let about = metadata(&headers).ok()?;
        Some((about.name, about.declared))
    }

    #[test]
    fn what_is_said_about_a_file_is_read() {
        let png = Some("image/png".to_owned());
        let spring = Some("春.png".to_owned());
        assert_eq!(
            read("filename 5pilLnBuZw==,filetype aW1hZ2UvcG5n, secret"),
            Some((spring, png))
        );
        assert_eq!(read("relativePath bnVsbA=="), Some((None, None)));
        assert_eq!(read("filename ***"), None);
        // IO-04: `a\0`.
        assert_eq!(read("filetype YQA="), None);
    }

    #[test]
    fn a_length_is_digits() {
        let mut headers = HeaderMap::new();
        for (text, expected) in [
            ("0", Some(0)),
            ("12", Some(12)),
            ("-1", None),
            ("+1", None),
            ("1e3", None),
            ("", None),
            ("99999999999999999999", None),
        ] {
            headers.insert(LENGTH, text.parse().unwrap());
            assert_eq!(number(&headers, &LENGTH), expected, "{text}");
        }
        headers.append(LENGTH, "5".parse().unwrap());
        assert_eq!(number(&headers, &LENGTH), None);
    }
}
