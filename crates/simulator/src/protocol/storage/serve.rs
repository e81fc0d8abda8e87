//! `GET /results/…`: files at addresses that carry a signature and expire.

use std::ops::Range;

use axum::{
    extract::{Path, Query},
    response::Response,
};
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{
        ACCEPT_RANGES, AUTHORIZATION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, RANGE,
    },
};
use serde::Deserialize;
use tokio::time::Instant;

use super::{
    super::{entry::Entry, reply},
    xml,
};
use crate::{Handle, calendar::Stamp, dice::Dice, results::StoredFile};

/// What the address must carry.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Signed {
    #[serde(rename = "Expires")]
    expires: Option<u64>,
    #[serde(rename = "Signature")]
    signature: Option<String>,
}

pub(super) async fn serve(
    Path(path): Path<String>,
    signed: Result<Query<Signed>, axum::extract::rejection::QueryRejection>,
    entry: Entry,
) -> Response {
    if entry.headers.contains_key(AUTHORIZATION) {
        let message = "Authorization header is invalid.";
        return xml::error(&entry, 400, "InvalidArgument", message, "");
    }
    let signed = signed.map(|Query(signed)| signed).unwrap_or_default();
    let Some((signature, expires)) = signed.signature.zip(signed.expires) else {
        let message = "You have no right to access this object because of bucket acl.";
        return xml::error(&entry, 403, "AccessDenied", message, "");
    };
    if signature != entry.handle.signature(&path) {
        let message = "The request signature we calculated does not match the signature you provided. Check your key and signing method.";
        return xml::error(&entry, 403, "SignatureDoesNotMatch", message, "");
    }
    match entry.handle.results().get(&path) {
        Some(file) if !is_over(&file, expires) => give(&entry, &file),
        Some(_) => {
            let (end, now) = (Stamp(expires * 1000), Stamp::now());
            let more = format!(
                "<Expires>{}</Expires><ServerTime>{}</ServerTime>",
                end.iso(),
                now.iso()
            );
            xml::error(&entry, 403, "AccessDenied", "Request has expired.", &more)
        }
        None => {
            let key = format!("<Key>{}</Key>", xml::escaped(&path));
            let message = "The specified key does not exist.";
            xml::error(&entry, 404, "NoSuchKey", message, &key)
        }
    }
}

/// Why a file that an address points at is not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoFile {
    /// There is none.
    Missing,
    /// The signature is wrong, or over.
    Denied,
}

/// The file behind an address of this store, without the request for it.
pub(crate) fn look_up(handle: &Handle, path_and_query: &str) -> Result<StoredFile, NoFile> {
    let (path, query) = path_and_query
        .split_once('?')
        .unwrap_or((path_and_query, ""));
    let path = path.strip_prefix("/results/").ok_or(NoFile::Missing)?;
    let value = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    };
    if value("Signature") != Some(handle.signature(path).as_str()) {
        return Err(NoFile::Denied);
    }
    let expires = value("Expires").and_then(|expires| expires.parse().ok());
    let file = handle.results().get(path).ok_or(NoFile::Missing)?;
    if expires.is_some_and(|expires| !is_over(&file, expires)) {
        Ok(file)
    } else {
        Err(NoFile::Denied)
    }
}

fn is_over(file: &StoredFile, expires: u64) -> bool {
    file.expires <= Instant::now() || Stamp(expires.saturating_mul(1000)) <= Stamp::now()
}

fn give(entry: &Entry, file: &StoredFile) -> Response {
    let size = file.bytes.len();
    let (status, part) = match range(&entry.headers, size) {
        None => (200, 0..size),
        Some(part) if !part.is_empty() => (206, part),
        Some(_) => {
            let message = "The requested range cannot be satisfied";
            return xml::error(entry, 416, "InvalidRange", message, "");
        }
    };
    let mut response = reply::body(status, "", file.bytes.slice(part.clone()));
    let mut set = |name: HeaderName, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    };
    set(CONTENT_TYPE, file.content_type.clone());
    set(CONTENT_LENGTH, part.len().to_string());
    set(ACCEPT_RANGES, "bytes".to_owned());
    let tag = Dice::new(size as u64).and(&String::from_utf8_lossy(&file.bytes[..size.min(4096)]));
    set(ETAG, format!("\"{}\"", tag.clone().hex(32).to_uppercase()));
    if status == 206 {
        set(
            CONTENT_RANGE,
            format!("bytes {}-{}/{size}", part.start, part.end - 1),
        );
    }
    response
}

/// The part that is asked for, empty when the file has no such part. Several parts are answered with the whole.
fn range(headers: &HeaderMap, size: usize) -> Option<Range<usize>> {
    let asked = headers.get(RANGE)?.to_str().ok()?.strip_prefix("bytes=")?;
    let (first, last) = asked.split_once('-')?;
    let part = match (first.trim(), last.trim()) {
        ("", last) => {
            let count = last.parse::<usize>().ok()?;
            size.saturating_sub(count)..size
        }
        (first, "") => first.parse().ok()?..size,
        (first, last) => {
            first.parse().ok()?..last.parse::<usize>().ok()?.saturating_add(1).min(size)
        }
    };
    Some(part)
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, header::RANGE};

    use super::range;

    #[test]
    fn a_range_is_one_part_of_the_file() {
        let asked = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(RANGE, HeaderValue::from_static(text));
            range(&headers, 100)
        };
        assert_eq!(asked("bytes=0-0"), Some(0..1));
        assert_eq!(asked("bytes=10-"), Some(10..100));
        assert_eq!(asked("bytes=-30"), Some(70..100));
        assert_eq!(asked("bytes=90-200"), Some(90..100));
        assert_eq!(asked("bytes=100-"), Some(100..100));
        assert_eq!(asked("bytes=-0"), Some(100..100));
        assert_eq!(asked("bytes=0-1,5-6"), None);
        assert_eq!(asked("lines=0-1"), None);
        assert_eq!(range(&HeaderMap::new(), 100), None);
    }
}
