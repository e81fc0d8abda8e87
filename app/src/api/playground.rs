//! Trying models by hand.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// What there is to try.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaygroundView {
    /// The site's own address, where programs call it.
    pub origin: String,
    /// Names that answer in words, in alphabetical order.
    pub models: Vec<String>,
}

/// What there is to try.
#[server(prefix = "/fn", endpoint = "playground.view", output = super::encoding::Answer)]
pub async fn load_playground() -> Result<PlaygroundView, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let services = glue::services()?;
    let models = services.gateway.names_that_answer(&caller).await;
    Ok(PlaygroundView {
        origin: services.identity.origin().to_owned(),
        models: models.map_err(glue::refuse)?,
    })
}
