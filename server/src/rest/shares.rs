//! Links by which people without an account see one thing.

use axum::{Json, extract::State};
use http::StatusCode;
use model::{NewShare, Page, Share, ShareId, ShareLife, Shareable};
use platform::Services;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    body::Body,
    credential::Bearer,
    place::{Asked, At},
    problem::Problem,
};

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(revoke))
        .routes(routes!(refresh))
}

/// Which links.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Shares {
    /// What the page before gave as `next`.
    after: Option<String>,
}

/// A link that is to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ShareDraft)]
struct Draft {
    /// What it is to.
    thing: Shareable,
    /// How long it works.
    life: ShareLife,
}

/// Lists the links that work, newest first. Needs `media.share`.
#[utoipa::path(get, path = "", tag = "shares", params(Shares),
    responses((status = 200, description = "A page of them.", body = Page<Share>)))]
async fn list(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Asked(asked): Asked<Shares>,
) -> Result<Json<Page<Share>>, Problem> {
    let page = services
        .shares
        .list(&caller, asked.after.as_deref())
        .await?;
    Ok(Json(page))
}

/// Makes a link to a work, an uploaded file or a transcript, or to a conversation as it stands now. It is told this once. Needs
/// `media.share`, and `media.use`, for a file `files.use`, for a conversation `chat.use`.
#[utoipa::path(post, path = "", tag = "shares", request_body = Draft,
    responses((status = 201, description = "The link.", body = NewShare)))]
async fn create(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Body(draft): Body<Draft>,
) -> Result<(StatusCode, Json<NewShare>), Problem> {
    let made = services
        .shares
        .create(&caller, draft.thing, draft.life)
        .await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Takes a link back: from then on it opens nothing. Needs `media.share`.
#[utoipa::path(delete, path = "/{id}", tag = "shares", params(("id" = ShareId, Path, description = "The link.")),
    responses((status = 204, description = "It opens nothing any more.")))]
async fn revoke(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<ShareId>,
) -> Result<StatusCode, Problem> {
    services.shares.revoke(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Has a link to a conversation show it as it stands now. Needs `chat.use` and `media.share`.
#[utoipa::path(post, path = "/{id}/refresh", tag = "shares", params(("id" = ShareId, Path, description = "The link.")),
    responses((status = 204, description = "It shows what is there now.")))]
async fn refresh(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<ShareId>,
) -> Result<StatusCode, Problem> {
    services.shares.refresh(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
