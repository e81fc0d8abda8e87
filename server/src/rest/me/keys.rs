//! One's own API keys.

use axum::{Json, extract::State};
use http::StatusCode;
use model::{ApiKey, ApiKeyDraft, ApiKeyId, ApiKeySecret};
use platform::Services;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::rest::{body::Body, credential::Bearer, place::At, problem::Problem};

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(update, delete))
}

/// Lists the own keys, without the keys themselves.
#[utoipa::path(get, path = "", tag = "me",
    responses((status = 200, description = "All of them, at most fifty.", body = Vec<ApiKey>)))]
async fn list(
    State(services): State<Services>,
    Bearer(caller): Bearer,
) -> Result<Json<Vec<ApiKey>>, Problem> {
    Ok(Json(services.identity.api_keys(&caller).await?))
}

/// Makes a key. It is in the answer and never shown again. Needs a fresh sign-in.
#[utoipa::path(post, path = "", tag = "me", request_body = ApiKeyDraft,
    responses((status = 201, description = "The key.", body = ApiKeySecret)))]
async fn create(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Body(draft): Body<ApiKeyDraft>,
) -> Result<(StatusCode, Json<ApiKeySecret>), Problem> {
    let made = services.identity.create_api_key(&caller, draft).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Changes what a key allows. Needs a fresh sign-in.
#[utoipa::path(put, path = "/{id}", tag = "me", params(("id" = ApiKeyId, Path, description = "The key.")),
    request_body = ApiKeyDraft, responses((status = 200, description = "The key, changed.", body = ApiKey)))]
async fn update(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<ApiKeyId>,
    Body(draft): Body<ApiKeyDraft>,
) -> Result<Json<ApiKey>, Problem> {
    Ok(Json(
        services.identity.update_api_key(&caller, id, draft).await?,
    ))
}

/// Deletes a key: it is refused from now on.
#[utoipa::path(delete, path = "/{id}", tag = "me", params(("id" = ApiKeyId, Path, description = "The key.")),
    responses((status = 204, description = "It is gone.")))]
async fn delete(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<ApiKeyId>,
) -> Result<StatusCode, Problem> {
    services.identity.delete_api_key(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
