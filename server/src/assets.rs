//! The files of the page: built before the binary, compressed at build time, and carried inside it.

use std::borrow::Cow;

use anyhow::Context;
use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{
        ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
        ETAG, IF_NONE_MATCH, VARY,
    },
};
use rust_embed::{EmbeddedFile, RustEmbed};

/// What cargo-leptos leaves. A debug build reads it from the disk, so that tests need no build of the page.
#[derive(RustEmbed)]
#[folder = "../target/site"]
#[allow_missing = true]
struct Site;

/// Names in `pkg/` carry a hash of their content.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// The list of the module's parts has a hash from before their names were put into it: one name can have several contents.
const PARTS: &str = "pkg/__wasm_split.";
const ASKED_EACH_TIME: HeaderValue = HeaderValue::from_static("no-cache");

/// The service worker: browsers ask for it each time, so that a new one is there as soon as the server has it. It may fetch from
/// the site, as its pages do, and nothing else.
const WORKER: &str = "sw.js";
const OF_THE_WORKER: HeaderValue =
    HeaderValue::from_static("default-src 'none'; connect-src 'self'; frame-ancestors 'none'");

/// Other names stay the same when the content changes.
const CHECKED: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// The addresses of script, module and style sheet in this build.
pub(crate) fn of_the_page() -> anyhow::Result<app::shell::Assets> {
    let find = |ending: &str| {
        Site::iter()
            .find(|path| path.starts_with("pkg/liantai") && path.ends_with(ending))
            .map(|path| format!("/{path}"))
            .or_else(|| unbuilt(ending))
            .with_context(|| {
                format!("this build carries no pkg/liantai*{ending}: build it with ./dev build")
            })
    };
    Ok(app::shell::Assets {
        css: find(".css")?,
        js: find(".js")?,
        wasm: find(".wasm")?,
    })
}

/// A debug build serves without a build of the page too: tests of the server need none.
fn unbuilt(ending: &str) -> Option<String> {
    cfg!(debug_assertions).then(|| {
        let path = format!("/pkg/liantai{ending}");
        tracing::warn!("{path} is not built: the page will not come to life");
        path
    })
}

/// The paths that [`serve`] answers, all of them known before the first request.
pub(crate) fn paths() -> Vec<String> {
    let compressed = |path: &str| [".br", ".gz"].iter().any(|ending| path.ends_with(ending));
    Site::iter()
        .filter(|path| !compressed(path))
        .map(|path| format!("/{path}"))
        .collect()
}

/// Sends a file, compressed if the client takes it so.
pub(crate) async fn serve(uri: http::Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    let accepted = headers
        .get(ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let takes = |coding: &str| {
        accepted
            .split(',')
            .any(|one| one.trim().split(';').next() == Some(coding))
    };
    let encoded = [("br", ".br"), ("gzip", ".gz")]
        .into_iter()
        .filter(|(coding, _)| takes(coding))
        .find_map(|(coding, ending)| Some((coding, Site::get(&format!("{path}{ending}"))?)));
    let (coding, file) = match encoded {
        Some((coding, file)) => (Some(coding), file),
        None => match Site::get(path) {
            Some(file) => (None, file),
            None => return StatusCode::NOT_FOUND.into_response(),
        },
    };
    send(path, coding, file, &headers)
}

fn send(
    path: &str,
    coding: Option<&'static str>,
    file: EmbeddedFile,
    asked: &HeaderMap,
) -> Response {
    let tag = etag(&file);
    let fresh = tag.is_some() && asked.get(IF_NONE_MATCH) == tag.as_ref();
    let mut response = if fresh {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Response::new(body(file))
    };
    let headers = response.headers_mut();
    headers.insert(
        CACHE_CONTROL,
        if path.starts_with(PARTS) || path == WORKER {
            ASKED_EACH_TIME
        } else if path.starts_with("pkg/") {
            FOREVER
        } else {
            CHECKED
        },
    );
    if path == WORKER {
        headers.insert(CONTENT_SECURITY_POLICY, OF_THE_WORKER);
    }
    headers.insert(CONTENT_TYPE, content_type(path));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(coding) = coding {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    if let Some(tag) = tag {
        headers.insert(ETAG, tag);
    }
    response
}

fn body(file: EmbeddedFile) -> Body {
    match file.data {
        Cow::Borrowed(bytes) => Body::from(bytes),
        Cow::Owned(bytes) => Body::from(bytes),
    }
}

fn etag(file: &EmbeddedFile) -> Option<HeaderValue> {
    let hash = file.metadata.sha256_hash();
    // A part of it tells contents apart; how it is written does not matter.
    let start = hash
        .first_chunk()
        .map(|bytes| u128::from_le_bytes(*bytes))?;
    HeaderValue::from_str(&format!("\"{start:032x}\"")).ok()
}

fn content_type(path: &str) -> HeaderValue {
    let ending = path.rsplit('.').next().unwrap_or_default();
    HeaderValue::from_static(match ending {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webmanifest" => "application/manifest+json; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    })
}
