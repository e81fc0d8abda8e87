//! Choices about the page itself: in cookies what holds for one browser, with the account what is a person's habit.

#![cfg_attr(
    feature = "ssr",
    expect(
        clippy::unused_async,
        reason = "a server function is asynchronous, also when it only sets a cookie"
    )
)]

use leptos::prelude::*;
use model::{ModelChoice, ModelName};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// Chooses light, dark or the system's look.
#[server(prefix = "/fn", endpoint = "preferences.set_theme", output = super::encoding::Answer)]
pub async fn set_theme(theme: String) -> Result<(), AppError> {
    use crate::{glue, theme::Theme};
    let theme = Theme::from_name(&theme)
        .ok_or_else(|| glue::refuse_text(model::FailureCode::BadRequest))?;
    glue::remember(Theme::COOKIE, theme.name());
    glue::go_back();
    Ok(())
}

/// Chooses the page's language.
#[server(prefix = "/fn", endpoint = "preferences.set_language", output = super::encoding::Answer)]
pub async fn set_language(language: String) -> Result<(), AppError> {
    use crate::{glue, language::Language};
    let language = Language::from_name(&language)
        .ok_or_else(|| glue::refuse_text(model::FailureCode::BadRequest))?;
    glue::remember(Language::COOKIE, language.name());
    glue::go_back();
    Ok(())
}

/// Keeps how the caller likes the page to be. `letter_keys` and `notify` are boxes: a form sends them when they are ticked.
#[server(prefix = "/fn", endpoint = "preferences.set_habits", output = super::encoding::Answer)]
pub async fn set_habits(
    density: String,
    text_size: String,
    send_key: String,
    letter_keys: Option<String>,
    notify: Option<String>,
) -> Result<(), AppError> {
    use crate::glue;
    use model::{Density, FailureCode, Habits, SendKey, TextSize};
    let caller = glue::caller().await?;
    let unknown = || glue::refuse_text(FailureCode::BadRequest);
    let habits = Habits {
        density: Density::from_name(&density).ok_or_else(unknown)?,
        text_size: TextSize::from_name(&text_size).ok_or_else(unknown)?,
        send_key: SendKey::from_name(&send_key).ok_or_else(unknown)?,
        letter_keys: letter_keys.is_some(),
        notify: notify.is_some(),
    };
    let identity = glue::services()?.identity;
    identity
        .set_habits(&caller, habits)
        .await
        .map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

/// What one can begin conversations with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefaultModel {
    /// What is on offer.
    pub models: Vec<ModelChoice>,
    /// What was chosen, also while it is not on offer; none where it is the site's.
    pub chosen: Option<ModelName>,
}

/// The model that the caller begins conversations with, and what else there is.
#[server(prefix = "/fn", endpoint = "preferences.default_model", output = super::encoding::Answer)]
pub async fn load_default_model() -> Result<DefaultModel, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let generations = glue::services()?.generations;
    let found = generations.default_model(&caller).await;
    let (models, chosen) = found.map_err(glue::refuse)?;
    Ok(DefaultModel { models, chosen })
}

/// Begins the caller's conversations with that model from now on; with none, with the site's.
#[server(prefix = "/fn", endpoint = "preferences.set_default_model", output = super::encoding::Answer)]
pub async fn set_default_model(#[server(default)] model: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let unknown = |_| glue::refuse_text(model::FailureCode::UnknownModel);
    let chosen = (!model.is_empty()).then(|| ModelName::parse(&model));
    let chosen = chosen.transpose().map_err(unknown)?;
    let generations = glue::services()?.generations;
    let set = generations
        .set_default_model(&caller, chosen.as_ref())
        .await;
    set.map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}
