//! Names that models are asked for by: each leads to the models that stand behind it.

use axum::{Json, extract::State};
use http::StatusCode;
use model::{FailureCode, ModelRoute};
use platform::Services;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{body::Body, credential::Bearer, place::At, problem::Problem};

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(set, unset))
}

/// What is to stand behind a name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ModelRouteDraft)]
struct Draft {
    /// One to five models of the catalogue. The first answers, and each next one when the one before fails.
    models: Vec<String>,
}

/// Lists the names, in alphabetical order. Needs `usage.read`.
#[utoipa::path(get, path = "", tag = "gateway",
    responses((status = 200, description = "All of them.", body = Vec<ModelRoute>)))]
async fn list(
    State(services): State<Services>,
    Bearer(caller): Bearer,
) -> Result<Json<Vec<ModelRoute>>, Problem> {
    Ok(Json(services.gateway.routes(&caller).await?))
}

/// Puts models behind a name. Needs `gateway.write`.
#[utoipa::path(put, path = "/{name}", tag = "gateway",
    params(("name" = String, Path, description = "The name: up to 100 visible ASCII characters.")),
    request_body = Draft, responses((status = 204, description = "They stand behind it.")))]
async fn set(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(name): At<String>,
    Body(Draft { models }): Body<Draft>,
) -> Result<StatusCode, Problem> {
    // With none the name would be taken down, which is what DELETE is for.
    if models.is_empty() {
        return Err(Problem::of(FailureCode::UnknownModel));
    }
    services.gateway.set_route(&caller, &name, &models).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a name down. Needs `gateway.write`.
#[utoipa::path(delete, path = "/{name}", tag = "gateway",
    params(("name" = String, Path, description = "The name.")),
    responses((status = 204, description = "It is gone.")))]
async fn unset(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(name): At<String>,
) -> Result<StatusCode, Problem> {
    services.gateway.set_route(&caller, &name, &[]).await?;
    Ok(StatusCode::NO_CONTENT)
}
