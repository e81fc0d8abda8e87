//! What a person tells every model.

use leptos::prelude::*;
use model::Instructions;

use crate::error::AppError;

/// The caller's instructions.
#[server(prefix = "/fn", endpoint = "instructions.load", output = super::encoding::Answer)]
pub async fn load_instructions() -> Result<Instructions, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let instructions = glue::services()?.instructions;
    instructions.read(&caller).await.map_err(glue::refuse)
}

/// Keeps them. They are on when `enabled` is anything.
#[server(prefix = "/fn", endpoint = "instructions.save", output = super::encoding::Answer)]
pub async fn save_instructions(
    #[server(default)] about: String,
    #[server(default)] answers: String,
    #[server(default)] enabled: String,
) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let typed = Instructions::parse(&about, &answers, !enabled.is_empty());
    let typed = typed.map_err(glue::refuse_text)?;
    let instructions = glue::services()?.instructions;
    instructions
        .save(&caller, &typed)
        .await
        .map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}
