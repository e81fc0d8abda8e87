//! Files that people keep.

use leptos::prelude::*;
use model::StorageUsed;

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
