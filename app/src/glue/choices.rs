//! What the reader has chosen for this browser: language, theme, clock.

use http::header::ACCEPT_LANGUAGE;
use platform::identity::SignedIn;

use super::{cookie, header_of, set_cookie};
use crate::{language::Language, theme::Theme};

/// The language of the page that is being drawn: the cookie's, else the browser's.
pub fn language() -> Language {
    cookie(Language::COOKIE)
        .and_then(|name| Language::from_name(&name))
        .unwrap_or_else(|| {
            header_of(ACCEPT_LANGUAGE.as_str())
                .map_or(Language::En, |header| Language::accepted(&header))
        })
}

/// The language of letters to whoever asks.
pub fn mail_language() -> platform::mail::Language {
    match language() {
        Language::En => platform::mail::Language::En,
        Language::Zh => platform::mail::Language::Zh,
    }
}

/// The theme of the page that is being drawn.
pub fn theme() -> Theme {
    cookie(Theme::COOKIE)
        .and_then(|name| Theme::from_name(&name))
        .unwrap_or(Theme::System)
}

/// How far the reader's clock is from UTC, in minutes; 0 until their page has said.
pub fn utc_offset_minutes() -> i32 {
    cookie("lt_utc_offset")
        .and_then(|text| offset_minutes(&text))
        .unwrap_or(0)
}

/// What the page said of its clock, when a clock can be so far from UTC.
pub fn offset_minutes(text: &str) -> Option<i32> {
    let minutes = text.parse().ok()?;
    (-14 * 60..=14 * 60).contains(&minutes).then_some(minutes)
}

/// Where nothing was chosen in this browser, remembers what the profile says.
pub fn apply_profile(signed_in: &SignedIn) {
    for (name, chosen) in [
        (Language::COOKIE, &signed_in.language),
        (Theme::COOKIE, &signed_in.theme),
    ] {
        if let Some(chosen) = chosen
            && cookie(name).is_none()
        {
            remember(name, chosen);
        }
    }
}

/// Remembers a choice for a year.
pub fn remember(cookie: &str, value: &str) {
    set_cookie(&format!(
        "{cookie}={value}; Path=/; Max-Age=31536000; SameSite=Lax"
    ));
}

/// Remembers a choice, or forgets it when there is none.
pub fn remember_or_forget(cookie: &str, value: &str) {
    if value.is_empty() {
        set_cookie(&format!("{cookie}=; Path=/; Max-Age=0; SameSite=Lax"));
    } else {
        remember(cookie, value);
    }
}
