//! What a person has models remember of them.

use leptos::prelude::*;
use model::{FactId, Millis, Remembered};

use crate::error::AppError;

/// All that is remembered of the caller.
#[server(prefix = "/fn", endpoint = "memory.load", output = super::encoding::Answer)]
pub async fn load_memory() -> Result<Remembered, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let remembered = glue::services()?.remembered;
    remembered.read(&caller).await.map_err(glue::refuse)
}

/// Has it go along with questions when `enabled` is anything, and not otherwise.
#[server(prefix = "/fn", endpoint = "memory.switch", output = super::encoding::Answer)]
pub async fn switch_memory(#[server(default)] enabled: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let remembered = glue::services()?.remembered;
    let switched = remembered.switch(&caller, !enabled.is_empty()).await;
    switched.map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

/// Remembers something.
#[server(prefix = "/fn", endpoint = "memory.add", output = super::encoding::Answer)]
pub async fn add_fact(text: String) -> Result<FactId, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let text = fact(&text)?;
    let remembered = glue::services()?.remembered;
    let added = remembered.add(&caller, text).await;
    let added = added.map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(added)
}

/// Changes what is remembered.
#[server(prefix = "/fn", endpoint = "memory.change", output = super::encoding::Answer)]
pub async fn change_fact(id: String, text: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let (id, text) = (glue::parse_id(&id)?, fact(&text)?);
    let remembered = glue::services()?.remembered;
    let changed = remembered.change(&caller, id, text).await;
    changed.map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

/// Forgets something.
#[server(prefix = "/fn", endpoint = "memory.forget", output = super::encoding::Answer)]
pub async fn forget_fact(id: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let id = glue::parse_id(&id)?;
    let remembered = glue::services()?.remembered;
    let forgotten = remembered.forget(&caller, id).await;
    forgotten.map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

/// Forgets all of it; by the moment of that it can be taken back for a day. Nothing where there was nothing.
#[server(prefix = "/fn", endpoint = "memory.forget_all", output = super::encoding::Answer)]
pub async fn forget_all_facts() -> Result<Option<Millis>, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let remembered = glue::services()?.remembered;
    let forgotten = remembered.forget_all(&caller).await;
    let forgotten = forgotten.map_err(glue::refuse)?;
    match forgotten {
        Some(at) => glue::go(&format!("/settings/memory?forgotten={}", at.get())),
        None => glue::go("/settings/memory"),
    }
    Ok(forgotten)
}

/// Remembers again all that was forgotten at that moment.
#[server(prefix = "/fn", endpoint = "memory.restore", output = super::encoding::Answer)]
pub async fn restore_facts(forgotten_at: Millis) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let remembered = glue::services()?.remembered;
    let restored = remembered.restore(&caller, forgotten_at).await;
    restored.map_err(glue::refuse)?;
    glue::go("/settings/memory");
    Ok(())
}

#[cfg(feature = "ssr")]
fn fact(text: &str) -> Result<model::FactText, AppError> {
    let fact = model::FactText::parse(text);
    fact.map_err(|_| crate::glue::refuse_text(model::FailureCode::InvalidFact))
}
