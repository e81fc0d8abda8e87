//! Prompts that a person keeps.

use leptos::prelude::*;
use model::{Page, PromptId, SavedPrompt};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// What the page of prompts shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptShelf {
    /// One's own, from the cursor on.
    pub own: Page<SavedPrompt>,
    /// Those that everybody has.
    pub built_in: Vec<SavedPrompt>,
}

/// The caller's prompts with these words in name or text, and those that everybody has.
#[server(prefix = "/fn", endpoint = "prompts.list", output = super::encoding::Answer)]
pub async fn load_prompts(
    #[server(default)] words: String,
    #[server(default)] after: String,
) -> Result<PromptShelf, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let prompts = glue::services()?.prompts;
    let after = Some(after.as_str()).filter(|after| !after.is_empty());
    let own = prompts.list(&caller, &words, after).await;
    Ok(PromptShelf {
        own: own.map_err(glue::refuse)?,
        built_in: platform::prompts::built_in(glue::mail_language()),
    })
}

/// One of the caller's prompts.
#[server(prefix = "/fn", endpoint = "prompts.find", output = super::encoding::Answer)]
pub async fn load_prompt(id: String) -> Result<SavedPrompt, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let prompts = glue::services()?.prompts;
    let id = glue::parse_id(&id)?;
    prompts.find(&caller, id).await.map_err(glue::refuse)
}

/// What `/letters` may mean.
#[server(prefix = "/fn", endpoint = "prompts.offer", output = super::encoding::Answer)]
pub async fn offer_prompts(
    #[server(default)] letters: String,
) -> Result<Vec<SavedPrompt>, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let prompts = glue::services()?.prompts;
    let language = glue::mail_language();
    let offered = prompts.offer(&caller, &letters, language).await;
    offered.map_err(glue::refuse)
}

/// Keeps a new prompt.
#[server(prefix = "/fn", endpoint = "prompts.create", output = super::encoding::Answer)]
pub async fn create_prompt(name: String, text: String) -> Result<PromptId, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let (name, text) = parsed(&name, &text)?;
    let prompts = glue::services()?.prompts;
    let made = prompts.create(&caller, &name, &text).await;
    let made = made.map_err(glue::refuse)?;
    glue::go("/prompts?done=1");
    Ok(made)
}

/// Changes one of the caller's prompts.
#[server(prefix = "/fn", endpoint = "prompts.update", output = super::encoding::Answer)]
pub async fn update_prompt(id: String, name: String, text: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let (name, text) = parsed(&name, &text)?;
    let prompts = glue::services()?.prompts;
    let id = glue::parse_id(&id)?;
    let changed = prompts.update(&caller, id, &name, &text).await;
    changed.map_err(glue::refuse)?;
    glue::go("/prompts?done=1");
    Ok(())
}

/// Deletes one of the caller's prompts; it can be brought back for a while.
#[server(prefix = "/fn", endpoint = "prompts.delete", output = super::encoding::Answer)]
pub async fn delete_prompt(id: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let prompts = glue::services()?.prompts;
    let id: PromptId = glue::parse_id(&id)?;
    prompts.delete(&caller, id).await.map_err(glue::refuse)?;
    glue::go(&format!("/prompts?removed={id}"));
    Ok(())
}

/// Takes a deletion back.
#[server(prefix = "/fn", endpoint = "prompts.restore", output = super::encoding::Answer)]
pub async fn restore_prompt(id: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let prompts = glue::services()?.prompts;
    let id = glue::parse_id(&id)?;
    prompts.restore(&caller, id).await.map_err(glue::refuse)?;
    glue::go("/prompts");
    Ok(())
}

#[cfg(feature = "ssr")]
fn parsed(name: &str, text: &str) -> Result<(model::PromptName, model::PromptText), AppError> {
    use crate::glue::refuse_text;
    use model::{FailureCode, PromptName, PromptText};
    let name = PromptName::parse(name);
    let name = name.map_err(|_| refuse_text(FailureCode::InvalidPromptName))?;
    let text = PromptText::parse(text);
    let text = text.map_err(|_| refuse_text(FailureCode::InvalidText))?;
    Ok((name, text))
}
