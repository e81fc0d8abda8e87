//! All that one keeps in one list: works, transcripts and uploaded files.

use axum::{Json, extract::State};
use model::{
    LibraryDeleted, LibraryDiscarded, LibraryFilter, LibraryId, LibraryItem, LibraryKind, Page,
};
use platform::Services;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{body::Body, credential::Bearer, place::Asked, problem::Problem};

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(delete))
        .routes(routes!(deleted))
        .routes(routes!(restore))
        .routes(routes!(erase))
}

/// Which things.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Of this kind only.
    #[param(inline)]
    kind: Option<LibraryKind>,
    /// With these words in prompt, title, text or name.
    words: Option<String>,
    /// What the page before gave as `next`.
    after: Option<String>,
}

/// From where on.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Further {
    /// What the page before gave as `next`.
    after: Option<String>,
}

/// How many there were.
#[derive(Serialize, ToSchema)]
#[schema(as = LibraryChanged)]
struct Changed {
    /// Things; what is not there is passed over.
    count: u64,
}

/// Some of the things.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LibrarySelection)]
struct Selection {
    /// Each by its kind and id, `work:…`, `transcript:…` or `file:…`; 500 at most.
    #[schema(value_type = Vec<String>)]
    ids: Vec<LibraryId>,
}

/// Lists works, transcripts and uploaded files, newest first; files only for those who have `files.use`. Needs `media.use`.
#[utoipa::path(get, path = "", tag = "library", params(Which),
    responses((status = 200, description = "A page of them.", body = Page<LibraryItem>)))]
async fn list(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Asked(which): Asked<Which>,
) -> Result<Json<Page<LibraryItem>>, Problem> {
    let filter = LibraryFilter {
        kind: which.kind,
        words: which.words,
    };
    let after = which.after.as_deref();
    Ok(Json(services.library.page(&caller, &filter, after).await?))
}

/// Deletes works and transcripts with their files, and uploads. A file that a conversation, another transcript or a job that is not
/// done has stays. What is deleted is found nowhere and can be brought back for 30 days; until then its files are counted among what is
/// kept, unless it is removed for good. Needs `media.use`, and `files.use` for uploads.
#[utoipa::path(post, path = "/delete", tag = "library", request_body = Selection,
    responses((status = 200, description = "How many are gone, and which stay.", body = LibraryDeleted)))]
async fn delete(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Body(Selection { ids }): Body<Selection>,
) -> Result<Json<LibraryDeleted>, Problem> {
    Ok(Json(services.library.delete(&caller, &ids).await?))
}

/// Lists what was deleted and can be brought back, the last first; files only for those who have `files.use`. Needs `media.use`.
#[utoipa::path(get, path = "/deleted", tag = "library", params(Further),
    responses((status = 200, description = "A page of it.", body = Page<LibraryDiscarded>)))]
async fn deleted(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Asked(further): Asked<Further>,
) -> Result<Json<Page<LibraryDiscarded>>, Problem> {
    let after = further.after.as_deref();
    Ok(Json(services.library.trash(&caller, after).await?))
}

/// Brings back things that were deleted, with their files and links. Needs `media.use`, and `files.use` for uploads.
#[utoipa::path(post, path = "/restore", tag = "library", request_body = Selection,
    responses((status = 200, description = "They are there again.", body = Changed)))]
async fn restore(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Body(Selection { ids }): Body<Selection>,
) -> Result<Json<Changed>, Problem> {
    let count = services.library.restore(&caller, &ids).await?;
    Ok(Json(Changed { count }))
}

/// Removes things that were deleted for good, with their files, which frees their room. Needs `media.use`, and `files.use` for uploads.
#[utoipa::path(post, path = "/erase", tag = "library", request_body = Selection,
    responses((status = 200, description = "They are gone for good.", body = Changed)))]
async fn erase(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Body(Selection { ids }): Body<Selection>,
) -> Result<Json<Changed>, Problem> {
    let count = services.library.erase(&caller, &ids).await?;
    Ok(Json(Changed { count }))
}
