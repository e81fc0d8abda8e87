//! Files that people keep.

use leptos::prelude::*;
use model::{DocumentText, DocumentView, FileId, StorageUsed};

use crate::error::AppError;

/// How much the caller keeps, and how much they may.
#[server(prefix = "/fn", endpoint = "files.storage", output = super::encoding::Answer)]
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
#[server(prefix = "/fn", endpoint = "files.discard", output = super::encoding::Answer)]
pub async fn discard_file(id: FileId) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    caller
        .require(model::Permission::FilesUse)
        .map_err(glue::refuse)?;
    let files = glue::services()?.files;
    files.discard(caller.user(), id).await.map_err(glue::refuse)
}

/// What is known of one of the caller's documents.
#[server(prefix = "/fn", endpoint = "files.document", output = super::encoding::Answer)]
pub async fn load_document(id: FileId) -> Result<DocumentView, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    caller
        .require(model::Permission::FilesUse)
        .map_err(glue::refuse)?;
    let files = glue::services()?.files;
    let known = files.document_view(caller.user(), id).await;
    known.map_err(glue::refuse)
}

/// A part of what models are given of one of the caller's documents, from that character on.
#[server(prefix = "/fn", endpoint = "files.document_text", output = super::encoding::Answer)]
pub async fn load_document_text(
    id: String,
    #[server(default)] from: String,
) -> Result<DocumentText, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    caller
        .require(model::Permission::FilesUse)
        .map_err(glue::refuse)?;
    let files = glue::services()?.files;
    let id = glue::parse_id(&id)?;
    let from = from.parse().unwrap_or(0);
    let text = files.document_text(caller.user(), id, from).await;
    text.map_err(glue::refuse)
}
