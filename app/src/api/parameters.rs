//! How the answers of a conversation are to be written.

use leptos::prelude::*;
use model::{ParametersDraft, ParametersView, Switches};

use crate::error::AppError;

/// What is set for a conversation, or, without one, for the conversation that is begun next; and what `model` can do of it,
/// or, without one, the model that answers next.
#[server(prefix = "/fn", endpoint = "parameters.load", output = super::encoding::Answer)]
pub async fn load_parameters(
    #[server(default)] conversation: String,
    #[server(default)] model: String,
) -> Result<ParametersView, AppError> {
    use crate::glue;
    use model::ModelName;
    let caller = glue::caller().await?;
    let conversation = glue::parse_optional_id(&conversation)?;
    // What is no model's name is nothing that could be chosen.
    let model = ModelName::parse(&model).ok();
    let generations = glue::services()?.generations;
    let view = generations.parameters(&caller, conversation, model).await;
    view.map_err(glue::refuse)
}

/// Sets it anew.
#[server(prefix = "/fn", endpoint = "parameters.set", output = super::encoding::Answer)]
pub async fn set_parameters(
    #[server(default)] conversation: String,
    model: String,
    form: ParametersDraft,
) -> Result<(), AppError> {
    use crate::glue::{self, refuse_text};
    use model::{FailureCode, ModelName};
    let caller = glue::caller().await?;
    let conversation = glue::parse_optional_id(&conversation)?;
    let model = ModelName::parse(&model).map_err(|_| refuse_text(FailureCode::UnknownModel))?;
    let parameters = form.parse().map_err(refuse_text)?;
    let generations = glue::services()?.generations;
    generations
        .set_parameters(&caller, conversation, &model, &parameters)
        .await
        .map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

/// Leaves everything to the model again.
#[server(prefix = "/fn", endpoint = "parameters.reset", output = super::encoding::Answer)]
pub async fn reset_parameters(
    #[server(default)] conversation: String,
    model: String,
) -> Result<(), AppError> {
    use crate::glue::{self, refuse_text};
    use model::{FailureCode, ModelName, Parameters};
    let caller = glue::caller().await?;
    let conversation = glue::parse_optional_id(&conversation)?;
    let model = ModelName::parse(&model).map_err(|_| refuse_text(FailureCode::UnknownModel))?;
    let generations = glue::services()?.generations;
    generations
        .set_parameters(&caller, conversation, &model, &Parameters::default())
        .await
        .map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

/// How what is switched beside the composer stands for that model.
#[server(prefix = "/fn", endpoint = "parameters.switches", output = super::encoding::Answer)]
pub async fn load_switches(
    #[server(default)] conversation: String,
    model: String,
) -> Result<Switches, AppError> {
    use crate::glue::{self, refuse_text};
    use model::{FailureCode, ModelName};
    let caller = glue::caller().await?;
    let conversation = glue::parse_optional_id(&conversation)?;
    let model = ModelName::parse(&model).map_err(|_| refuse_text(FailureCode::UnknownModel))?;
    let generations = glue::services()?.generations;
    let switches = generations.switches(&caller, conversation, model).await;
    switches.map_err(glue::refuse)
}

/// Switches one of that and leaves what else is set as it is. How they stand then.
#[server(prefix = "/fn", endpoint = "parameters.switch", output = super::encoding::Answer)]
pub async fn switch_parameter(
    #[server(default)] conversation: String,
    model: String,
    switch: String,
    on: bool,
) -> Result<Switches, AppError> {
    use crate::glue::{self, refuse_text};
    use model::{FailureCode, ModelName, Switch};
    let caller = glue::caller().await?;
    let conversation = glue::parse_optional_id(&conversation)?;
    let model = ModelName::parse(&model).map_err(|_| refuse_text(FailureCode::UnknownModel))?;
    let switch = Switch::named(&switch).ok_or_else(|| refuse_text(FailureCode::BadRequest))?;
    let generations = glue::services()?.generations;
    generations
        .switch_parameter(&caller, conversation, model, (switch, on))
        .await
        .map_err(glue::refuse)
}
