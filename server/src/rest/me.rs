//! One's own account.

mod keys;
mod sessions;

use axum::{
    Json,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue, StatusCode,
    header::{CONTENT_DISPOSITION, CONTENT_TYPE},
};
use model::{
    FailureCode, Habits, PermissionSet, Profile, ProfileDraft, Rank, SecurityOverview, UserId,
};
use platform::{Services, identity::Caller};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{body::Body, credential::Bearer, problem::Problem};

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(show, change))
        .routes(routes!(picture, set_picture, remove_picture))
        .routes(routes!(security))
        .routes(routes!(export))
        .routes(routes!(delete))
        .nest("/sessions", sessions::routes())
        .nest("/api-keys", keys::routes())
}

/// Who is calling.
#[derive(Serialize, ToSchema)]
struct Me {
    /// The account's id.
    id: UserId,
    /// What it says of itself.
    profile: Profile,
    /// How high it stands.
    rank: Rank,
    /// What it may do.
    permissions: PermissionSet,
}

/// What to change of a profile; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProfileChange {
    /// What to be called.
    #[serde(default)]
    name: Option<String>,
    /// `en`, `zh`, or empty: as the browser says.
    #[serde(default)]
    language: Option<String>,
    /// `light`, `dark`, `system`, or empty.
    #[serde(default)]
    theme: Option<String>,
    /// A name like `Asia/Shanghai`, or empty: as the browser says.
    #[serde(default)]
    time_zone: Option<String>,
    /// How one likes the page to be. What is left out of them is as for a newcomer.
    #[serde(default)]
    habits: Option<Habits>,
}

/// The confirmation of what can't be undone.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Confirmation {
    /// The account's own address, typed out.
    email: String,
}

/// Shows the own profile and what one may do.
#[utoipa::path(get, path = "", tag = "me", responses((status = 200, description = "Oneself.", body = Me)))]
async fn show(
    State(services): State<Services>,
    Bearer(caller): Bearer,
) -> Result<Json<Me>, Problem> {
    Ok(Json(me(&services, &caller).await?))
}

/// Changes the own profile.
#[utoipa::path(patch, path = "", tag = "me", request_body = ProfileChange,
    responses((status = 200, description = "Oneself, changed.", body = Me)))]
async fn change(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Body(change): Body<ProfileChange>,
) -> Result<Json<Me>, Problem> {
    let old = services.identity.profile(&caller).await?;
    let or = |new: Option<String>, old: Option<String>| new.or(old).unwrap_or_default();
    let draft = ProfileDraft {
        name: change.name.unwrap_or_else(|| old.name.into()),
        language: or(change.language, old.language),
        theme: or(change.theme, old.theme),
        time_zone: or(change.time_zone, old.time_zone),
    };
    services.identity.update_profile(&caller, draft).await?;
    if let Some(habits) = change.habits {
        services.identity.set_habits(&caller, habits).await?;
    }
    Ok(Json(me(&services, &caller).await?))
}

async fn me(services: &Services, caller: &Caller) -> Result<Me, Problem> {
    Ok(Me {
        id: caller.user(),
        profile: services.identity.profile(caller).await?,
        rank: caller.rank(),
        permissions: caller.permissions(),
    })
}

/// Gives the own picture.
#[utoipa::path(get, path = "/picture", tag = "me",
    responses((status = 200, description = "The picture.", body = Vec<u8>, content_type = "image/png")))]
async fn picture(
    State(services): State<Services>,
    Bearer(caller): Bearer,
) -> Result<Response, Problem> {
    caller.require_person()?;
    let picture = services.identity.picture(&caller, caller.user()).await?;
    let (image, _) = picture.ok_or_else(|| Problem::of(FailureCode::NotFound))?;
    Ok((
        [(CONTENT_TYPE, HeaderValue::from_static("image/png"))],
        image,
    )
        .into_response())
}

/// Sets the own picture: PNG, JPEG or WebP of at most 5 MB. It is drawn anew, square and small.
#[utoipa::path(put, path = "/picture", tag = "me",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 204, description = "It is set.")))]
async fn set_picture(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    file: Bytes,
) -> Result<StatusCode, Problem> {
    services.identity.set_picture(&caller, &file).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes the own picture away.
#[utoipa::path(delete, path = "/picture", tag = "me", responses((status = 204, description = "There is none.")))]
async fn remove_picture(
    State(services): State<Services>,
    Bearer(caller): Bearer,
) -> Result<StatusCode, Problem> {
    services.identity.remove_picture(&caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shows how one gets in.
#[utoipa::path(get, path = "/security", tag = "me",
    responses((status = 200, description = "Password, factors, linked accounts.", body = SecurityOverview)))]
async fn security(
    State(services): State<Services>,
    Bearer(caller): Bearer,
) -> Result<Json<SecurityOverview>, Problem> {
    Ok(Json(services.identity.security(&caller).await?))
}

/// Exports all that is one's own, as a ZIP. Needs a fresh sign-in.
#[utoipa::path(post, path = "/export", tag = "me",
    responses((status = 200, description = "The archive.", body = Vec<u8>, content_type = "application/zip")))]
async fn export(
    State(services): State<Services>,
    Bearer(caller): Bearer,
) -> Result<Response, Problem> {
    let archive = services.identity.export(&caller).await?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/zip")),
        (
            CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment; filename=\"liantai.zip\""),
        ),
    ];
    Ok((headers, archive).into_response())
}

/// Deletes the own account with all that belongs to it. Needs a fresh sign-in, and can't be undone.
#[utoipa::path(post, path = "/delete", tag = "me", request_body = Confirmation,
    responses((status = 204, description = "It is gone.")))]
async fn delete(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Body(Confirmation { email }): Body<Confirmation>,
) -> Result<StatusCode, Problem> {
    services.identity.delete_account(&caller, &email).await?;
    Ok(StatusCode::NO_CONTENT)
}
