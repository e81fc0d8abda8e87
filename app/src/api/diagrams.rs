//! Diagrams that stand in answers as text.

use leptos::prelude::*;
use model::Drawing;

use crate::error::AppError;

/// Draws a diagram from its source, or tells what is wrong with that. Nothing is kept of either.
#[server(prefix = "/fn", endpoint = "messages.draw_diagram", output = super::encoding::Answer)]
pub async fn draw_diagram(#[server(default)] source: String) -> Result<Drawing, AppError> {
    use crate::glue;
    use model::DiagramSource;
    let caller = glue::caller().await?;
    let source = DiagramSource::parse(source).map_err(glue::refuse_text)?;
    let diagrams = glue::services()?.diagrams;
    let drawing = diagrams.draw(&caller, &source).await;
    drawing.map_err(glue::refuse)
}
