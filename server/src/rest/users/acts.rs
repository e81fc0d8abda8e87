//! What is done to people: to one, or to many at once, each judged by themselves.

use axum::{Json, extract::State};
use http::StatusCode;
use model::{BulkOutcome, GroupId, RoleId, UserId};
use platform::Services;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::rest::{body::Body, credential::Bearer, language::In, place::At, problem::Problem};

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(disable))
        .routes(routes!(enable))
        .routes(routes!(delete))
        .routes(routes!(end_sessions))
        .routes(routes!(reset_factors))
        .routes(routes!(send_reset))
        .routes(routes!(set_roles))
        .routes(routes!(set_groups))
}

/// Some people.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Chosen {
    /// They, at most 200.
    users: Vec<UserId>,
}

/// People who are to be deleted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Doomed {
    /// They, at most 200.
    users: Vec<UserId>,
    /// How many they are, as a number; for one person it may be their address.
    confirm: String,
}

/// Somebody's own roles.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Roles {
    /// All that they are to have.
    roles: Vec<RoleId>,
}

/// Somebody's groups.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Groups {
    /// All that they are to be in.
    groups: Vec<GroupId>,
}

/// Closes accounts: everything of theirs that is open ends. Needs `users.write`.
#[utoipa::path(post, path = "/disable", tag = "users", request_body = Chosen,
    responses((status = 200, description = "What became of each.", body = BulkOutcome)))]
async fn disable(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Body(Chosen { users }): Body<Chosen>,
) -> Result<Json<BulkOutcome>, Problem> {
    let outcome = services.people.set_disabled(&caller, &users, true).await?;
    Ok(Json(outcome))
}

/// Opens accounts again. Needs `users.write`.
#[utoipa::path(post, path = "/enable", tag = "users", request_body = Chosen,
    responses((status = 200, description = "What became of each.", body = BulkOutcome)))]
async fn enable(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Body(Chosen { users }): Body<Chosen>,
) -> Result<Json<BulkOutcome>, Problem> {
    let outcome = services.people.set_disabled(&caller, &users, false).await?;
    Ok(Json(outcome))
}

/// Deletes accounts with all that belongs to them. Needs `users.write` and a fresh sign-in.
#[utoipa::path(post, path = "/delete", tag = "users", request_body = Doomed,
    responses((status = 200, description = "What became of each.", body = BulkOutcome)))]
async fn delete(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Body(Doomed { users, confirm }): Body<Doomed>,
) -> Result<Json<BulkOutcome>, Problem> {
    let outcome = services.people.delete(&caller, &users, &confirm).await?;
    Ok(Json(outcome))
}

/// Ends all sessions of people, in browsers and on devices. Needs `users.write`.
#[utoipa::path(post, path = "/end-sessions", tag = "users", request_body = Chosen,
    responses((status = 200, description = "What became of each.", body = BulkOutcome)))]
async fn end_sessions(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Body(Chosen { users }): Body<Chosen>,
) -> Result<Json<BulkOutcome>, Problem> {
    let outcome = services.people.end_sessions(&caller, &users).await?;
    Ok(Json(outcome))
}

/// Takes all second factors of a person away. Needs `users.write` and a fresh sign-in.
#[utoipa::path(post, path = "/{id}/reset-factors", tag = "users", params(("id" = UserId, Path, description = "The person.")),
    responses((status = 204, description = "They have none.")))]
async fn reset_factors(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<UserId>,
) -> Result<StatusCode, Problem> {
    services.people.reset_factors(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Mails a person a link to choose a new password. Needs `users.write`.
#[utoipa::path(post, path = "/{id}/send-reset", tag = "users", params(("id" = UserId, Path, description = "The person.")),
    responses((status = 204, description = "It is on its way.")))]
async fn send_reset(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<UserId>,
    In(language): In,
) -> Result<StatusCode, Problem> {
    services.people.send_reset(&caller, id, language).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sets a person's own roles; each that is given or taken stands below the caller's rank. Needs `users.grant` and a fresh
/// sign-in.
#[utoipa::path(put, path = "/{id}/roles", tag = "users", params(("id" = UserId, Path, description = "The person.")),
    request_body = Roles, responses((status = 204, description = "They are set.")))]
async fn set_roles(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<UserId>,
    Body(Roles { roles }): Body<Roles>,
) -> Result<StatusCode, Problem> {
    services.people.set_roles(&caller, id, roles).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sets a person's groups. Needs `groups.write`.
#[utoipa::path(put, path = "/{id}/groups", tag = "users", params(("id" = UserId, Path, description = "The person.")),
    request_body = Groups, responses((status = 204, description = "They are set.")))]
async fn set_groups(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<UserId>,
    Body(Groups { groups }): Body<Groups>,
) -> Result<StatusCode, Problem> {
    services.people.set_groups(&caller, id, groups).await?;
    Ok(StatusCode::NO_CONTENT)
}
