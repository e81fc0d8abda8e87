//! What came of conversations that were taken in from elsewhere. The files themselves come by a route of their own.

use leptos::prelude::*;
use model::ImportReport;

use crate::error::AppError;

/// What came of one's files, the newest first.
#[server(prefix = "/fn", endpoint = "imports.list", output = super::encoding::Answer)]
pub async fn load_imports() -> Result<Vec<ImportReport>, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let imports = glue::services()?.imports;
    imports.list(&caller).await.map_err(glue::refuse)
}
