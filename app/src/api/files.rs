//! Files that people keep.

use leptos::prelude::*;
use model::{FileId, StorageUsed};

use crate::error::AppError;

/// How much the caller keeps, and how much they may.
#[server(prefix = "/fn", endpoint = "files.storage")]
pub async fn load_storage() -> Result<StorageUsed, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    caller
        .require(model::Permission::FilesUse)
        .map_err(glue::refuse)?;
    let files = glue::services()?.files;
    files.used(caller.user()).await.map_err(glue::refuse)
}

/// Deletes an upload that was not sent after all. What something has already stays.
#[server(prefix = "/fn", endpoint = "files.discard")]
pub async fn discard_file(id: FileId) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    caller
        .require(model::Permission::FilesUse)
        .map_err(glue::refuse)?;
    let files = glue::services()?.files;
    files.discard(caller.user(), id).await.map_err(glue::refuse)
}
