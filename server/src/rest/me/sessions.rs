//! Where one is signed in.

use axum::{Json, extract::State};
use http::StatusCode;
use model::{FamilyId, SessionId, SessionRef, SessionSummary};
use platform::Services;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::rest::{credential::Bearer, place::At, problem::Problem};

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(list, end_others))
        .routes(routes!(end_browser))
        .routes(routes!(end_device))
}

/// How many sessions ended.
#[derive(Serialize, ToSchema)]
struct Ended {
    /// So many.
    ended: u64,
}

/// Lists sessions in browsers and on devices.
#[utoipa::path(get, path = "", tag = "me",
    responses((status = 200, description = "All of them.", body = Vec<SessionSummary>)))]
async fn list(
    State(services): State<Services>,
    Bearer(caller): Bearer,
) -> Result<Json<Vec<SessionSummary>>, Problem> {
    Ok(Json(services.identity.sessions(&caller).await?))
}

/// Ends all but the device that asks. Needs a fresh sign-in.
#[utoipa::path(delete, path = "", tag = "me",
    responses((status = 200, description = "They have ended.", body = Ended)))]
async fn end_others(
    State(services): State<Services>,
    Bearer(caller): Bearer,
) -> Result<Json<Ended>, Problem> {
    let ended = services.identity.end_other_sessions(&caller).await?;
    Ok(Json(Ended { ended }))
}

/// Ends a browser's session. Needs a fresh sign-in.
#[utoipa::path(delete, path = "/browser/{id}", tag = "me", params(("id" = SessionId, Path, description = "The session.")),
    responses((status = 204, description = "It has ended.")))]
async fn end_browser(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<SessionId>,
) -> Result<StatusCode, Problem> {
    let session = SessionRef::Browser(id);
    services.identity.end_session(&caller, session).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends a device, with all of its tokens. Another than the one that asks needs a fresh sign-in.
#[utoipa::path(delete, path = "/device/{id}", tag = "me", params(("id" = FamilyId, Path, description = "The device.")),
    responses((status = 204, description = "It has ended.")))]
async fn end_device(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<FamilyId>,
) -> Result<StatusCode, Problem> {
    let session = SessionRef::Device(id);
    services.identity.end_session(&caller, session).await?;
    Ok(StatusCode::NO_CONTENT)
}
