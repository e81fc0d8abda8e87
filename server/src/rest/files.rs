//! What one keeps.

use axum::{
    Json,
    extract::{Request, State},
    response::Response,
};
use http::{HeaderMap, StatusCode};
use model::{
    FailureCode, FileFilter, FileId, FileKind, FileName, FileView, Medium, Page, Permission,
    StorageUsed, UserId,
};
use platform::{Services, files::FilesError, identity::Caller};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    body::Body,
    credential::Bearer,
    paging::limit,
    place::{Asked, At},
    problem::Problem,
};
use crate::files::{Named, content, thumbnail, whole};

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(list, upload))
        .routes(routes!(delete_many))
        .routes(routes!(used))
        .routes(routes!(show, rename, delete))
        .routes(routes!(read))
        .routes(routes!(read_small))
}

/// Which of one's files.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Only those that came from there.
    #[param(inline)]
    kind: Option<FileKind>,
    /// Only those with that in them.
    #[param(inline)]
    medium: Option<Medium>,
    /// What the page before gave as `next`.
    after: Option<String>,
    /// Items, 1 to 100; 50 when left out.
    limit: Option<u32>,
}

/// What to change of a file.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FileChange {
    /// What to call it, 1 to 200 characters. An extension must fit the content; a missing one is added.
    name: String,
}

/// Some of one's files.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Chosen {
    /// Their ids, 500 at most.
    ids: Vec<FileId>,
}

/// What became of some of one's files.
#[derive(Serialize, ToSchema)]
struct Deleted {
    /// How many there were.
    deleted: u64,
}

/// How small.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Small {
    /// The longest side in pixels: 128, 256, 512 or 1024, and what lies between is made larger; 256 when left out.
    side: Option<u32>,
}

fn keeper(caller: &Caller) -> Result<UserId, Problem> {
    caller.require(Permission::FilesUse)?;
    Ok(caller.user())
}

/// Lists one's own files, the newest first. Needs `files.use`, as all about files does.
#[utoipa::path(get, path = "", tag = "files", params(Which),
    responses((status = 200, description = "A page of them.", body = Page<FileView>)))]
async fn list(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Asked(which): Asked<Which>,
) -> Result<Json<Page<FileView>>, Problem> {
    let (owner, limit) = (keeper(&caller)?, limit(which.limit)?);
    let filter = FileFilter {
        kind: which.kind,
        medium: which.medium,
    };
    let after = which.after.as_deref();
    Ok(Json(
        services.files.list(owner, after, filter, limit).await?,
    ))
}

/// Uploads a file as it is, without a form around it. Pictures, films and sound are taken: png, jpeg, webp, gif, bmp; mp4, webm,
/// mov; mp3, wav, m4a, aac, ogg, flac, amr. What is said beside a picture's pixels is removed.
#[utoipa::path(post, path = "", tag = "files", params(Named),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, description = "The file.", body = FileView)))]
async fn upload(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Asked(named): Asked<Named>,
    request: Request,
) -> Result<(StatusCode, Json<FileView>), Problem> {
    keeper(&caller)?;
    let file = whole(&services, &caller, named, request).await?;
    Ok((StatusCode::CREATED, Json(file)))
}

/// Deletes several files for good. Those that are not one's own are passed over.
#[utoipa::path(post, path = "/delete", tag = "files", request_body = Chosen,
    responses((status = 200, description = "How many there were.", body = Deleted)))]
async fn delete_many(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Body(Chosen { ids }): Body<Chosen>,
) -> Result<Json<Deleted>, Problem> {
    let owner = keeper(&caller)?;
    if ids.len() > 500 {
        return Err(Problem::of(FailureCode::InvalidNumber));
    }
    let deleted = services.files.delete(owner, &ids).await?;
    Ok(Json(Deleted { deleted }))
}

/// Shows how much one keeps, and how much one may.
#[utoipa::path(get, path = "/used", tag = "files",
    responses((status = 200, description = "The sums.", body = StorageUsed)))]
async fn used(
    State(services): State<Services>,
    Bearer(caller): Bearer,
) -> Result<Json<StorageUsed>, Problem> {
    let owner = keeper(&caller)?;
    Ok(Json(services.files.used(owner).await?))
}

/// Shows a file without its content.
#[utoipa::path(get, path = "/{id}", tag = "files",
    params(("id" = FileId, Path, description = "The file.")),
    responses((status = 200, description = "The file.", body = FileView)))]
async fn show(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<FileId>,
) -> Result<Json<FileView>, Problem> {
    let owner = keeper(&caller)?;
    Ok(Json(services.files.view(owner, id).await?))
}

/// Calls a file something else.
#[utoipa::path(patch, path = "/{id}", tag = "files", request_body = FileChange,
    params(("id" = FileId, Path, description = "The file.")),
    responses((status = 200, description = "The file, changed.", body = FileView)))]
async fn rename(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<FileId>,
    Body(change): Body<FileChange>,
) -> Result<Json<FileView>, Problem> {
    let owner = keeper(&caller)?;
    let name = FileName::parse(change.name).map_err(FilesError::from)?;
    Ok(Json(services.files.rename(owner, id, &name).await?))
}

/// Deletes a file for good, with what was made of it.
#[utoipa::path(delete, path = "/{id}", tag = "files",
    params(("id" = FileId, Path, description = "The file.")),
    responses((status = 204, description = "It is gone.")))]
async fn delete(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<FileId>,
) -> Result<StatusCode, Problem> {
    let owner = keeper(&caller)?;
    match services.files.delete(owner, &[id]).await? {
        0 => Err(Problem::of(FailureCode::NotFound)),
        _ => Ok(StatusCode::NO_CONTENT),
    }
}

/// Gives a file's content, whole or the range that `Range` asks for.
#[utoipa::path(get, path = "/{id}/content", tag = "files",
    params(("id" = FileId, Path, description = "The file.")),
    responses((status = 200, description = "The content.", body = Vec<u8>, content_type = "application/octet-stream"),
              (status = 206, description = "The range.", body = Vec<u8>, content_type = "application/octet-stream")))]
async fn read(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<FileId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    keeper(&caller)?;
    Ok(content(&services, &caller, id, &headers).await?)
}

/// Gives a small picture of a picture.
#[utoipa::path(get, path = "/{id}/thumbnail", tag = "files",
    params(("id" = FileId, Path, description = "The file."), Small),
    responses((status = 200, description = "The picture.", body = Vec<u8>, content_type = "image/jpeg")))]
async fn read_small(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<FileId>,
    Asked(small): Asked<Small>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    keeper(&caller)?;
    let side = small.side.unwrap_or(256);
    Ok(thumbnail(&services, &caller, id, side, &headers).await?)
}
