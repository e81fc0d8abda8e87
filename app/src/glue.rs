//! Where a server function meets HTTP. The only place in the UI that sees axum: who is calling, the services, and
//! what a failure becomes.
//!
//! A plain form post is answered with a redirect, and so is its failure, with the code in the query; a status is
//! set for scripts only, because it would replace the redirect and leave the visitor with raw JSON.

mod choices;

use std::{fmt::Write as _, str::FromStr};

use http::{
    HeaderName, HeaderValue, StatusCode,
    header::{ACCEPT, COOKIE, HOST, ORIGIN, REFERER, SET_COOKIE},
    request::Parts,
};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use model::{FailureCode, Given, Millis, Prompt};
use platform::{Services, Visitor, assistants::BegunWith, generation::Asking, identity::Caller};
use tower_sessions::Session;

use crate::{api::account::ShownOnce, error::AppError};

pub use crate::address::{is_local, with_query};
pub use choices::{
    apply_profile, language, mail_language, offset_minutes, remember, remember_or_forget, theme,
    utc_offset_minutes,
};

/// The platform.
pub fn services() -> Result<Services, AppError> {
    use_context().ok_or(AppError::new(FailureCode::Internal))
}

/// The request's session, signed in or not.
pub fn session() -> Result<Session, AppError> {
    use_context::<Parts>()
        .and_then(|parts| parts.extensions.get::<Session>().cloned())
        .ok_or(AppError::new(FailureCode::Internal))
}

/// Who is calling; refuses when nobody is signed in, or must do something first.
pub async fn caller() -> Result<Caller, AppError> {
    let session = session()?;
    let identity = services()?.identity;
    identity.caller(&session, &visitor()).await.map_err(refuse)
}

/// The same, and by which clock the page shows them times, as [`clock_offset_minutes`] has it.
pub async fn caller_and_clock() -> Result<(Caller, i32), AppError> {
    let session = session()?;
    let identity = services()?.identity;
    let called = identity.caller_and_clock(&session, &visitor()).await;
    let (caller, chosen) = called.map_err(refuse)?;
    Ok((caller, chosen.unwrap_or_else(utc_offset_minutes)))
}

/// Who is calling, also while they must do something first: for doing that.
pub async fn newcomer() -> Result<Caller, AppError> {
    let session = session()?;
    let identity = services()?.identity;
    identity
        .newcomer(&session, &visitor())
        .await
        .map_err(refuse)
}

/// Where the request came from and what it says of itself: put into its extensions by the server, which knows its
/// proxies.
pub fn visitor() -> Visitor {
    use_context::<Parts>()
        .and_then(|parts| parts.extensions.get::<Visitor>().cloned())
        .unwrap_or_default()
}

/// How far the clock is from UTC by which the page shows times, in minutes: that of the profile's time zone, or the browser's.
pub async fn clock_offset_minutes() -> Result<i32, AppError> {
    let identity = services()?.identity;
    let signed_in = identity.signed_in(&session()?, &visitor()).await;
    let signed_in = signed_in.map_err(refuse)?;
    let chosen = signed_in.and_then(|signed_in| identity.utc_offset_minutes(&signed_in));
    Ok(chosen.unwrap_or_else(utc_offset_minutes))
}

/// What a failure of the platform becomes.
pub fn refuse(error: impl Into<platform::Error>) -> AppError {
    let error = error.into();
    let mut refusal = AppError::new(error.code());
    refusal.retry_after_s = error.retry_after_s();
    if refusal.code.status() >= 500 {
        refusal.reference = header_of("x-request-id");
        tracing::error!(
            error = &error as &dyn std::error::Error,
            failure.code = refusal.code.as_str(),
            "a server function failed"
        );
    }
    answer(&refusal);
    refusal
}

/// What text that can't be parsed becomes.
pub fn refuse_text(code: FailureCode) -> AppError {
    let refusal = AppError::new(code);
    answer(&refusal);
    refusal
}

fn answer(refusal: &AppError) {
    if is_form_post() {
        let from = referer_path();
        leptos_axum::redirect(&if refusal.code == FailureCode::StepUpNeeded {
            with_next("/settings/confirm", &from)
        } else {
            with_problem(&from, refusal.code)
        });
    } else if let Some(response) = use_context::<ResponseOptions>()
        && !is_page()
        && let Ok(status) = StatusCode::from_u16(refusal.code.status())
    {
        response.set_status(status);
    }
}

/// Sends a plain form post on to `path`; a script goes its own way.
pub fn go(path: &str) {
    if is_form_post() {
        leptos_axum::redirect(path);
    }
}

/// Sends whoever asks for the page that is being drawn on to another one of this site.
pub fn lead(path: &str) {
    if is_page() {
        leptos_axum::redirect(path);
    }
}

/// What a form says it has seen of what it changes, in its own words; nothing where it says nothing.
pub fn seen<T: serde::de::DeserializeOwned>(text: &str) -> Result<Option<T>, AppError> {
    if text.is_empty() {
        return Ok(None);
    }
    let seen = serde_json::from_str(text);
    seen.map(Some)
        .map_err(|_| refuse_text(FailureCode::BadRequest))
}

/// Sends a plain form post on to where its page was to lead, within this site.
pub fn go_on(next: Option<&str>) {
    let next = next.filter(|path| is_local(path));
    go(next.unwrap_or("/"));
}

/// An id as it was typed or posted.
pub fn parse_id<T: FromStr>(text: &str) -> Result<T, AppError> {
    text.parse().map_err(|_| refuse_text(FailureCode::NotFound))
}

/// An id where there may be none.
pub fn parse_optional_id<T: FromStr>(text: &str) -> Result<Option<T>, AppError> {
    if text.is_empty() {
        return Ok(None);
    }
    parse_id(text).map(Some)
}

/// What `read` makes of a text where that may be empty.
pub fn parse_optional<T>(
    text: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, AppError> {
    if text.is_empty() {
        return Ok(None);
    }
    let read = read(text).ok_or_else(|| refuse_text(FailureCode::BadRequest));
    read.map(Some)
}

/// After a sign-in: where nothing was chosen in this browser, what the profile says is remembered in it.
pub async fn welcome() -> Result<(), AppError> {
    let session = session()?;
    let identity = services()?.identity;
    if let Some(signed_in) = identity
        .signed_in(&session, &visitor())
        .await
        .map_err(refuse)?
    {
        apply_profile(&signed_in);
    }
    Ok(())
}

/// Ids as they were posted.
pub fn parse_ids<T: FromStr>(texts: &[String]) -> Result<Vec<T>, AppError> {
    texts.iter().map(|text| parse_id(text)).collect()
}

/// A question as it was posted: words, and files by their ids, beside which there may be no words.
pub fn parse_question(words: &str, files: &[String]) -> Result<Asking, AppError> {
    let prompt = if files.is_empty() {
        Prompt::parse(words)
    } else {
        Prompt::beside_files(words)
    };
    Ok(Asking {
        prompt: prompt.map_err(|_| refuse_text(FailureCode::InvalidText))?,
        attachments: parse_ids(files)?,
        draft: None,
        assistant: None,
        temporary: false,
    })
}

/// When what is sent was kept as a draft, as it was posted. What is no time names none.
pub fn parse_kept_at(posted: &str) -> Option<Millis> {
    posted.parse::<i64>().ok().map(Millis::new)
}

/// With what a conversation begins, as it was posted.
pub fn parse_beginning(key: &str, values: Vec<String>) -> Result<Option<BegunWith>, AppError> {
    if key.is_empty() {
        return Ok(None);
    }
    let key = key
        .parse()
        .map_err(|_| refuse_text(FailureCode::AssistantGone))?;
    let given = Vec::new();
    Ok(Some(BegunWith { key, values, given }))
}

/// The same with what is given for the variables by their names, where a form says these: values without names are in the order of the
/// instructions.
pub fn parse_called(
    key: &str,
    names: Vec<String>,
    values: Vec<String>,
) -> Result<Option<BegunWith>, AppError> {
    if names.is_empty() {
        return parse_beginning(key, values);
    }
    let many = names.len();
    let given = Given::pairs(names, values);
    if given.len() < many {
        return Err(refuse_text(FailureCode::InvalidInstructions));
    }
    let begun = parse_beginning(key, Vec::new())?;
    Ok(begun.map(|begun| BegunWith { given, ..begun }))
}

/// `path` with the way on in its query.
pub fn with_next(path: &str, next: &str) -> String {
    with_query(path, &[("next", next)])
}

/// Sends a plain form post back to where it came from.
pub fn go_back() {
    go(&referer_path());
}

/// Sends a plain form post back to where it came from, to be told that it is done.
pub fn go_back_done() {
    go_back_with("done=1");
}

/// Sends a plain form post back to where it came from, with what came of it in the query instead of what came of the one
/// before.
pub fn go_back_with(news: &str) {
    const OLD: [&str; 8] = [
        "problem",
        "done",
        "outcome",
        "refused",
        "deleted",
        "removed_folder",
        "removed_tag",
        "count",
    ];
    let from = referer_path();
    let (path, query) = from.split_once('?').unwrap_or((&from, ""));
    let mut target = format!("{path}?");
    for pair in query.split('&') {
        let name = pair.split('=').next().unwrap_or_default();
        if !pair.is_empty() && !OLD.contains(&name) {
            target.push_str(pair);
            target.push('&');
        }
    }
    target.push_str(news);
    go(&target);
}

/// Whether the browser posted a form by itself.
pub fn is_form_post() -> bool {
    use_context::<Parts>().is_some_and(|parts| parts.method == http::Method::POST)
        && header_of(ACCEPT.as_str()).is_some_and(|accept| accept.contains("text/html"))
}

/// Whether a page is being drawn, as opposed to a server function being called.
fn is_page() -> bool {
    use_context::<Parts>().is_some_and(|parts| !parts.uri.path().starts_with("/fn/"))
}

/// Gives the page that is being drawn the status of a failure.
pub fn page_status(code: FailureCode) {
    if let Some(response) = use_context::<ResponseOptions>()
        && let Ok(status) = StatusCode::from_u16(code.status())
    {
        response.set_status(status);
    }
}

/// The cookie for what is shown once.
const ONCE: &str = "lt_once";

/// Shows a secret once on the page that a plain form post leads to; a script has it from the answer. Nothing is kept
/// here: it travels in a cookie of a minute that scripts can't read.
pub fn show_once(secret: &ShownOnce) {
    if is_form_post()
        && let Ok(text) = serde_json::to_vec(secret)
    {
        let text = text.iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        let secure = if secure_site() { "; Secure" } else { "" };
        set_cookie(&format!(
            "{ONCE}={text}; Path=/; Max-Age=60; HttpOnly; SameSite=Strict{secure}"
        ));
    }
}

/// What is to be shown once, if anything; not again.
pub fn shown_once() -> Option<ShownOnce> {
    let text = cookie(ONCE).filter(|text| !text.is_empty())?;
    set_cookie(&format!(
        "{ONCE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"
    ));
    let bytes: Option<Vec<u8>> = (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect();
    serde_json::from_slice(&bytes?).ok()
}

/// Whether the browser came by https, as far as it says itself.
fn secure_site() -> bool {
    header_of(ORIGIN.as_str())
        .or_else(|| header_of(REFERER.as_str()))
        .is_some_and(|from| from.starts_with("https://"))
}

fn set_cookie(text: &str) {
    if let Some(response) = use_context::<ResponseOptions>()
        && let Ok(value) = HeaderValue::from_str(text)
    {
        response.append_header(SET_COOKIE, value);
    }
}

/// Tells the browser to forget what it keeps of this site: pages that Back would show, and what scripts have stored.
pub fn forget_everything() {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.insert_header(
            HeaderName::from_static("clear-site-data"),
            HeaderValue::from_static("\"cache\", \"storage\""),
        );
    }
}

fn cookie(name: &str) -> Option<String> {
    let header = header_of(COOKIE.as_str())?;
    header
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

fn header_of(name: &str) -> Option<String> {
    use_context::<Parts>()?
        .headers
        .get(name)?
        .to_str()
        .ok()
        .map(str::to_owned)
}

/// The path of the page that sent the form, with its query: of this site only, `/` otherwise.
fn referer_path() -> String {
    let local = || {
        let referer = header_of(REFERER.as_str())?;
        let host = header_of(HOST.as_str())?;
        path_within(&referer, &host)
    };
    local().unwrap_or_else(|| "/".to_owned())
}

fn path_within(referer: &str, host: &str) -> Option<String> {
    let (_, rest) = referer.split_once("://")?;
    let path = rest.strip_prefix(host)?;
    let path = path.split('#').next()?;
    is_local(path).then(|| path.to_owned())
}

fn with_problem(path: &str, code: FailureCode) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let mut target = format!("{path}?");
    for pair in query.split('&') {
        if !pair.is_empty() && !pair.starts_with("problem=") {
            target.push_str(pair);
            target.push('&');
        }
    }
    target.push_str("problem=");
    target.push_str(code.as_str());
    target
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_goes_back_only_within_the_site() {
        for (referer, expected) in [
            ("https://lt.example/c/1?a=b#x", Some("/c/1?a=b")),
            ("https://evil.example/", None),
            ("https://lt.example.evil.example/", None),
            ("https://lt.example//evil.example", None),
            ("https://lt.example", None),
            ("lt.example/", None),
        ] {
            assert_eq!(
                path_within(referer, "lt.example").as_deref(),
                expected,
                "{referer}"
            );
        }
    }

    #[test]
    fn a_problem_replaces_the_one_before() {
        assert_eq!(
            with_problem("/c/1?rename=1&problem=internal", FailureCode::InvalidTitle),
            "/c/1?rename=1&problem=invalid_title"
        );
        assert_eq!(
            with_problem("/", FailureCode::InvalidText),
            "/?problem=invalid_text"
        );
    }
}
