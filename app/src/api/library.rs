//! The library: works, transcripts and uploaded files as one list.

use leptos::prelude::*;
use model::{LibraryDeleted, LibraryDiscarded, LibraryItem, Millis, Page};

use crate::error::AppError;

/// A page of what one keeps, newest first: of a kind or of all (empty), with these words in prompt, title, text or name.
#[server(prefix = "/fn", endpoint = "library.list", output = super::encoding::Answer)]
pub async fn load_library(
    #[server(default)] kind: String,
    #[server(default)] words: String,
    #[server(default)] after: String,
) -> Result<Page<LibraryItem>, AppError> {
    use model::{LibraryFilter, LibraryKind};

    use crate::glue;
    let caller = glue::caller().await?;
    let library = glue::services()?.library;
    let filter = LibraryFilter {
        kind: glue::parse_optional(&kind, LibraryKind::from_name)?,
        words: Some(words),
    };
    let after = Some(after.as_str()).filter(|after| !after.is_empty());
    library
        .page(&caller, &filter, after)
        .await
        .map_err(glue::refuse)
}

/// Deletes things of one's library: `work:…`, `transcript:…` or `file:…`. What is used elsewhere stays; the rest can be brought back for a
/// while.
#[server(prefix = "/fn", endpoint = "library.delete", output = super::encoding::Answer)]
pub async fn delete_chosen(
    #[server(default)] ids: Vec<String>,
) -> Result<LibraryDeleted, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let library = glue::services()?.library;
    let ids = glue::parse_ids(&ids)?;
    let deleted = library.delete(&caller, &ids).await.map_err(glue::refuse)?;
    glue::go_back_with(&news(&deleted));
    Ok(deleted)
}

/// Takes a deletion back: all that one deleted at that moment, and what was taken off one's pages then.
#[server(prefix = "/fn", endpoint = "library.undo", output = super::encoding::Answer)]
pub async fn undo_deletion(deleted_at: Millis) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let library = glue::services()?.library;
    let undone = library.undo(&caller, deleted_at).await;
    undone.map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

/// What one deleted and can bring back, the last first, from the cursor on.
#[server(prefix = "/fn", endpoint = "library.trash", output = super::encoding::Answer)]
pub async fn load_discarded(
    #[server(default)] after: String,
) -> Result<Page<LibraryDiscarded>, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let library = glue::services()?.library;
    let after = Some(after.as_str()).filter(|after| !after.is_empty());
    library.trash(&caller, after).await.map_err(glue::refuse)
}

/// Brings back something that one deleted.
#[server(prefix = "/fn", endpoint = "library.restore", output = super::encoding::Answer)]
pub async fn restore_thing(id: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let library = glue::services()?.library;
    let id = glue::parse_id(&id)?;
    let restored = library.restore(&caller, &[id]).await;
    there(restored.map_err(glue::refuse)?)?;
    glue::go_back_done();
    Ok(())
}

/// Removes for good something that one deleted.
#[server(prefix = "/fn", endpoint = "library.erase", output = super::encoding::Answer)]
pub async fn erase_thing(id: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let library = glue::services()?.library;
    let id = glue::parse_id(&id)?;
    let erased = library.erase(&caller, &[id]).await;
    there(erased.map_err(glue::refuse)?)?;
    glue::go_back_done();
    Ok(())
}

/// Removes for good all that one deleted. How much it was.
#[server(prefix = "/fn", endpoint = "library.empty", output = super::encoding::Answer)]
pub async fn erase_all_things() -> Result<u64, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let library = glue::services()?.library;
    let erased = library.empty(&caller).await.map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(erased)
}

/// What the page is told of a deletion where no scripts run.
#[cfg(feature = "ssr")]
pub(super) fn news(deleted: &LibraryDeleted) -> String {
    let (at, stayed) = (deleted.deleted_at, deleted.kept.len());
    match at {
        Some(at) if stayed == 0 => format!("deleted={}", at.get()),
        Some(at) => format!("deleted={}&count={stayed}", at.get()),
        None => format!("count={stayed}"),
    }
}

#[cfg(feature = "ssr")]
fn there(count: u64) -> Result<(), AppError> {
    if count > 0 {
        Ok(())
    } else {
        Err(crate::glue::refuse_text(model::FailureCode::NotFound))
    }
}
