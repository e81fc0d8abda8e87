//! Roles: what people may do.

use axum::{Json, extract::State};
use http::StatusCode;
use model::{Role, RoleDraft, RoleId};
use platform::Services;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{body::Body, credential::Bearer, place::At, problem::Problem};

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, update, delete))
}

/// A role that was made.
#[derive(Serialize, ToSchema)]
#[schema(as = NewRole)]
struct Made {
    /// Its id.
    id: RoleId,
}

/// Lists all roles, the highest first. Needs `roles.read`.
#[utoipa::path(get, path = "", tag = "roles",
    responses((status = 200, description = "All of them.", body = Vec<Role>)))]
async fn list(
    State(services): State<Services>,
    Bearer(caller): Bearer,
) -> Result<Json<Vec<Role>>, Problem> {
    Ok(Json(services.people.roles(&caller).await?))
}

/// Makes a role below the caller's rank, of permissions that they have. Needs `roles.write` and a fresh sign-in.
#[utoipa::path(post, path = "", tag = "roles", request_body = RoleDraft,
    responses((status = 201, description = "It is made.", body = Made)))]
async fn create(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Body(draft): Body<RoleDraft>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let id = services.people.create_role(&caller, draft).await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

/// Shows a role. Needs `roles.read`.
#[utoipa::path(get, path = "/{id}", tag = "roles", params(("id" = RoleId, Path, description = "The role.")),
    responses((status = 200, description = "The role.", body = Role)))]
async fn show(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<RoleId>,
) -> Result<Json<Role>, Problem> {
    Ok(Json(services.people.role(&caller, id).await?))
}

/// Changes a role; of a built-in one only whether it asks for a second factor. Needs `roles.write` and a fresh sign-in.
#[utoipa::path(put, path = "/{id}", tag = "roles", params(("id" = RoleId, Path, description = "The role.")),
    request_body = RoleDraft, responses((status = 204, description = "It is changed.")))]
async fn update(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<RoleId>,
    Body(draft): Body<RoleDraft>,
) -> Result<StatusCode, Problem> {
    services.people.update_role(&caller, id, draft).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Deletes a role that is not built in; who had it loses it. Needs `roles.write` and a fresh sign-in.
#[utoipa::path(delete, path = "/{id}", tag = "roles", params(("id" = RoleId, Path, description = "The role.")),
    responses((status = 204, description = "It is gone.")))]
async fn delete(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<RoleId>,
) -> Result<StatusCode, Problem> {
    services.people.delete_role(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
