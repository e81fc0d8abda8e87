//! Invitations to make an account.

use axum::{Json, extract::State};
use http::StatusCode;
use model::{Invitation, InvitationDraft, InvitationId, NewInvitation, Page};
use platform::Services;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    body::Body,
    credential::Bearer,
    language::In,
    paging::{Paging, limit},
    place::{Asked, At},
    problem::Problem,
};

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(revoke))
}

/// Lists invitations that can be used, the newest first. Needs `users.invite`.
#[utoipa::path(get, path = "", tag = "invitations", params(Paging),
    responses((status = 200, description = "A page of them.", body = Page<Invitation>)))]
async fn list(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Page<Invitation>>, Problem> {
    let (after, limit) = (paging.after.as_deref(), limit(paging.limit)?);
    let page = services.people.invitations(&caller, after, limit).await?;
    Ok(Json(page))
}

/// Invites somebody. The link is in the answer and never shown again. Needs `users.invite`.
#[utoipa::path(post, path = "", tag = "invitations", request_body = InvitationDraft,
    responses((status = 201, description = "The invitation.", body = NewInvitation)))]
async fn create(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    In(language): In,
    Body(draft): Body<InvitationDraft>,
) -> Result<(StatusCode, Json<NewInvitation>), Problem> {
    let people = &services.people;
    let made = people.create_invitation(&caller, draft, language).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Takes an invitation back: its link is void. Needs `users.invite`.
#[utoipa::path(delete, path = "/{id}", tag = "invitations",
    params(("id" = InvitationId, Path, description = "The invitation.")),
    responses((status = 204, description = "It is void.")))]
async fn revoke(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<InvitationId>,
) -> Result<StatusCode, Problem> {
    services.people.revoke_invitation(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
