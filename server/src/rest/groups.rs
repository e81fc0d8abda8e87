//! Groups: people with roles, models and quotas in common.

use axum::{Json, extract::State};
use http::StatusCode;
use model::{BulkOutcome, Group, GroupDetail, GroupDraft, GroupId, Page, UserId};
use platform::Services;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    body::Body,
    credential::Bearer,
    paging::{Paging, limit},
    place::{Asked, At},
    problem::Problem,
};

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, update, delete))
        .routes(routes!(add_members))
        .routes(routes!(remove_members))
}

/// A group that was made.
#[derive(Serialize, ToSchema)]
#[schema(as = NewGroup)]
struct Made {
    /// Its id.
    id: GroupId,
}

/// Some people.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Members {
    /// They, at most 200.
    users: Vec<UserId>,
}

/// Lists groups, by name. Needs `groups.read`.
#[utoipa::path(get, path = "", tag = "groups", params(Paging),
    responses((status = 200, description = "A page of them.", body = Page<Group>)))]
async fn list(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Page<Group>>, Problem> {
    let (after, limit) = (paging.after.as_deref(), limit(paging.limit)?);
    let page = services.people.groups(&caller, after, limit).await?;
    Ok(Json(page))
}

/// Makes a group. Needs `groups.write` and a fresh sign-in.
#[utoipa::path(post, path = "", tag = "groups", request_body = GroupDraft,
    responses((status = 201, description = "It is made.", body = Made)))]
async fn create(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Body(draft): Body<GroupDraft>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let id = services.people.create_group(&caller, draft).await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

/// Shows a group. Needs `groups.read`.
#[utoipa::path(get, path = "/{id}", tag = "groups", params(("id" = GroupId, Path, description = "The group.")),
    responses((status = 200, description = "The group.", body = GroupDetail)))]
async fn show(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<GroupId>,
) -> Result<Json<GroupDetail>, Problem> {
    Ok(Json(services.people.group(&caller, id).await?))
}

/// Changes a group. Needs `groups.write` and a fresh sign-in.
#[utoipa::path(put, path = "/{id}", tag = "groups", params(("id" = GroupId, Path, description = "The group.")),
    request_body = GroupDraft, responses((status = 204, description = "It is changed.")))]
async fn update(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<GroupId>,
    Body(draft): Body<GroupDraft>,
) -> Result<StatusCode, Problem> {
    services.people.update_group(&caller, id, draft).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Deletes a group; its members stay. Needs `groups.write` and a fresh sign-in.
#[utoipa::path(delete, path = "/{id}", tag = "groups", params(("id" = GroupId, Path, description = "The group.")),
    responses((status = 204, description = "It is gone.")))]
async fn delete(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<GroupId>,
) -> Result<StatusCode, Problem> {
    services.people.delete_group(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes people into a group. Needs `groups.write`.
#[utoipa::path(post, path = "/{id}/add-members", tag = "groups", params(("id" = GroupId, Path, description = "The group.")),
    request_body = Members, responses((status = 200, description = "What became of each.", body = BulkOutcome)))]
async fn add_members(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<GroupId>,
    Body(Members { users }): Body<Members>,
) -> Result<Json<BulkOutcome>, Problem> {
    let outcome = services.people.add_members(&caller, id, &users).await?;
    Ok(Json(outcome))
}

/// Takes people out of a group. Needs `groups.write`.
#[utoipa::path(post, path = "/{id}/remove-members", tag = "groups", params(("id" = GroupId, Path, description = "The group.")),
    request_body = Members, responses((status = 200, description = "What became of each.", body = BulkOutcome)))]
async fn remove_members(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<GroupId>,
    Body(Members { users }): Body<Members>,
) -> Result<Json<BulkOutcome>, Problem> {
    let outcome = services.people.remove_members(&caller, id, &users).await?;
    Ok(Json(outcome))
}
