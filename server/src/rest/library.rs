//! All that one keeps in one list: works, transcripts and uploaded files.

use axum::{Json, extract::State};
use model::{LibraryDeleted, LibraryFilter, LibraryId, LibraryItem, LibraryKind, Page};
use platform::Services;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{body::Body, credential::Bearer, place::Asked, problem::Problem};

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(delete))
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

/// Things that are to be deleted.
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
/// done has stays. Needs `media.use`, and `files.use` for uploads.
#[utoipa::path(post, path = "/delete", tag = "library", request_body = Selection,
    responses((status = 200, description = "How many are gone, and which stay.", body = LibraryDeleted)))]
async fn delete(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Body(Selection { ids }): Body<Selection>,
) -> Result<Json<LibraryDeleted>, Problem> {
    Ok(Json(services.library.delete(&caller, &ids).await?))
}
