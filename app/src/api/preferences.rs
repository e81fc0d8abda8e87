//! Choices about the page itself, remembered in cookies.

#![cfg_attr(
    feature = "ssr",
    expect(
        clippy::unused_async,
        reason = "a server function is asynchronous, also when it only sets a cookie"
    )
)]

use leptos::prelude::*;

use crate::error::AppError;

/// Chooses light, dark or the system's look.
#[server(prefix = "/fn", endpoint = "preferences.set_theme")]
pub async fn set_theme(theme: String) -> Result<(), AppError> {
    use crate::{glue, theme::Theme};
    let theme = Theme::from_name(&theme)
        .ok_or_else(|| glue::refuse_text(model::FailureCode::BadRequest))?;
    glue::remember(Theme::COOKIE, theme.name());
    glue::go_back();
    Ok(())
}

/// Chooses the page's language.
#[server(prefix = "/fn", endpoint = "preferences.set_language")]
pub async fn set_language(language: String) -> Result<(), AppError> {
    use crate::{glue, language::Language};
    let language = Language::from_name(&language)
        .ok_or_else(|| glue::refuse_text(model::FailureCode::BadRequest))?;
    glue::remember(Language::COOKIE, language.name());
    glue::go_back();
    Ok(())
}
