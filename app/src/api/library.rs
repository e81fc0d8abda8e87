//! The library: works, transcripts and uploaded files as one list.

use leptos::prelude::*;
use model::{LibraryDeleted, LibraryItem, Page};

use crate::error::AppError;

/// A page of what one keeps, newest first: of a kind or of all (empty), with these words in prompt, title, text or name.
#[server(prefix = "/fn", endpoint = "library.list", output = super::encoding::Answer)]
pub async fn load_library(
    #[server(default)] kind: String,
    #[server(default)] words: String,
    #[server(default)] after: String,
) -> Result<Page<LibraryItem>, AppError> {
    use model::{FailureCode, LibraryFilter, LibraryKind};

    use crate::glue;
    let caller = glue::caller().await?;
    let library = glue::services()?.library;
    let filter = LibraryFilter {
        kind: LibraryKind::from_name(&kind),
        words: Some(words),
    };
    if filter.kind.is_none() && !kind.is_empty() {
        return Err(glue::refuse_text(FailureCode::BadRequest));
    }
    let after = Some(after.as_str()).filter(|after| !after.is_empty());
    library
        .page(&caller, &filter, after)
        .await
        .map_err(glue::refuse)
}

/// Deletes things of one's library: `work:…`, `transcript:…` or `file:…`. What is used elsewhere stays.
#[server(prefix = "/fn", endpoint = "library.delete", output = super::encoding::Answer)]
pub async fn delete_chosen(
    #[server(default)] ids: Vec<String>,
) -> Result<LibraryDeleted, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let library = glue::services()?.library;
    let ids = glue::parse_ids(&ids)?;
    let deleted = library.delete(&caller, &ids).await.map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(deleted)
}
