//! One's own account: profile, sessions, what is kept, the end.

#![cfg_attr(
    feature = "ssr",
    expect(
        clippy::unused_async,
        reason = "a server function is asynchronous, also when it only reads a cookie"
    )
)]

use leptos::prelude::*;
use model::{Profile, SessionSummary};
#[cfg(feature = "ssr")]
use model::{ProfileDraft, SessionRef};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// A secret that a plain form brought about and that its next page shows, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "text", rename_all = "snake_case")]
pub enum ShownOnce {
    /// A new API key.
    ApiKey(String),
    /// New recovery codes.
    RecoveryCodes(Vec<String>),
    /// A link to hand on.
    Link(String),
}

/// Takes what the form before this page brought about. It comes in a cookie that scripts can't read, lives for a minute
/// and is taken back here.
#[server(prefix = "/fn", endpoint = "account.take_shown_once", output = super::encoding::Answer)]
pub async fn take_shown_once() -> Result<Option<ShownOnce>, AppError> {
    Ok(crate::glue::shown_once())
}

/// One's profile.
#[server(prefix = "/fn", endpoint = "account.profile", output = super::encoding::Answer)]
pub async fn load_profile() -> Result<Profile, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let identity = glue::services()?.identity;
    identity.profile(&caller).await.map_err(glue::refuse)
}

/// Changes it; what is chosen applies in this browser at once.
#[server(prefix = "/fn", endpoint = "account.update_profile", output = super::encoding::Answer)]
pub async fn update_profile(
    name: String,
    language: String,
    theme: String,
    time_zone: String,
) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let identity = glue::services()?.identity;
    let (new_language, new_theme) = (language.clone(), theme.clone());
    let draft = ProfileDraft {
        name,
        language,
        theme,
        time_zone,
    };
    identity
        .update_profile(&caller, draft)
        .await
        .map_err(glue::refuse)?;
    glue::remember_or_forget(crate::language::Language::COOKIE, &new_language);
    glue::remember_or_forget(crate::theme::Theme::COOKIE, &new_theme);
    glue::go_back_done();
    Ok(())
}

/// Removes one's picture.
#[server(prefix = "/fn", endpoint = "account.remove_picture", output = super::encoding::Answer)]
pub async fn remove_picture() -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let identity = glue::services()?.identity;
    identity
        .remove_picture(&caller)
        .await
        .map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

/// Where one is signed in.
#[server(prefix = "/fn", endpoint = "account.sessions", output = super::encoding::Answer)]
pub async fn load_sessions() -> Result<Vec<SessionSummary>, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let identity = glue::services()?.identity;
    identity.sessions(&caller).await.map_err(glue::refuse)
}

/// Ends one of one's sessions: `kind` is `browser` or `device`.
#[server(prefix = "/fn", endpoint = "account.end_session", output = super::encoding::Answer)]
pub async fn end_session(kind: String, id: String) -> Result<(), AppError> {
    use crate::glue;
    use model::FailureCode;
    let caller = glue::caller().await?;
    let session = match kind.as_str() {
        "browser" => id.parse().map(SessionRef::Browser),
        "device" => id.parse().map(SessionRef::Device),
        _ => return Err(glue::refuse_text(FailureCode::BadRequest)),
    };
    let session = session.map_err(|_| glue::refuse_text(FailureCode::NotFound))?;
    let identity = glue::services()?.identity;
    identity
        .end_session(&caller, session)
        .await
        .map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

/// Ends all of one's sessions but this one.
#[server(prefix = "/fn", endpoint = "account.end_other_sessions", output = super::encoding::Answer)]
pub async fn end_other_sessions() -> Result<u64, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let identity = glue::services()?.identity;
    let ended = identity
        .end_other_sessions(&caller)
        .await
        .map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(ended)
}

/// Deletes one's account with all that is in it.
#[server(prefix = "/fn", endpoint = "account.delete", output = super::encoding::Answer)]
pub async fn delete_account(typed_email: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let identity = glue::services()?.identity;
    identity
        .delete_account(&caller, &typed_email)
        .await
        .map_err(glue::refuse)?;
    glue::session()?
        .flush()
        .await
        .map_err(|_| AppError::new(model::FailureCode::StoreUnavailable))?;
    glue::forget_everything();
    glue::go("/login");
    Ok(())
}

/// Whether one's data can be packed now; the form for it comes to `/account/export`.
#[server(prefix = "/fn", endpoint = "account.check_export", output = super::encoding::Answer)]
pub async fn check_export() -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let identity = glue::services()?.identity;
    identity.require_fresh(&caller).map_err(glue::refuse)
}
