//! Images, videos and speech: wishes, what becomes of them, and what was made.

use axum::{Json, extract::State};
use http::StatusCode;
use model::{
    JobId, JobKind, Making, Offers, Page, Related, SubmissionId, Wish, WorkFilter, WorkId, WorkView,
};
use platform::Services;
use serde::{Deserialize, Serialize};
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
        .routes(routes!(library, delete))
        .routes(routes!(related))
        .routes(routes!(offers))
        .routes(routes!(quote))
}

pub(super) fn making_routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(list, make))
        .routes(routes!(find, forget))
        .routes(routes!(cancel))
        .routes(routes!(again))
}

/// Which works.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Works {
    /// Of this kind only.
    #[param(inline)]
    kind: Option<JobKind>,
    /// With these words in their prompts.
    words: Option<String>,
    /// What the page before gave as `next`.
    after: Option<String>,
}

/// Which makings.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Makings {
    /// Of this kind.
    #[param(inline)]
    kind: JobKind,
    /// What the page before gave as `next`.
    after: Option<String>,
}

/// Which works, by what they mean.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Meaning {
    /// Of this kind only.
    #[param(inline)]
    kind: Option<JobKind>,
    /// What their prompts are about, in at most 200 bytes.
    words: String,
}

/// A wish that is to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MakingDraft)]
struct Draft {
    /// An id of your own, a UUID: the same one again is the same making, so that a request whose answer was lost can be sent
    /// again; it is refused (`deleted_since`) where that was deleted since. Without it each request is another one.
    submission_id: Option<SubmissionId>,
    /// The wish.
    wish: Wish,
}

/// Something that is to be made once more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MakingAgain)]
struct Again {
    /// An id of your own, a UUID: the same one again is the same making, and is refused (`deleted_since`) where that was deleted
    /// since. Without it each request is another one.
    submission_id: Option<SubmissionId>,
}

/// What a wish can cost.
#[derive(Serialize, ToSchema)]
struct Quote {
    /// At most, in micro-yuan; `null` where there is no price.
    at_most: Option<i64>,
}

/// Works that are to be deleted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WorksToDelete)]
struct Selection {
    /// Their ids, at most a hundred.
    ids: Vec<WorkId>,
}

/// How many there were.
#[derive(Serialize, ToSchema)]
struct Deleted {
    /// Works.
    deleted: u64,
}

/// Works that one request deletes.
const MOST: usize = 100;

/// Lists what was made, newest first. Needs `media.use`.
#[utoipa::path(get, path = "", tag = "works", params(Works),
    responses((status = 200, description = "A page of them.", body = Page<WorkView>)))]
async fn library(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Asked(asked): Asked<Works>,
) -> Result<Json<Page<WorkView>>, Problem> {
    let filter = WorkFilter {
        kind: asked.kind,
        words: asked.words,
    };
    let page = services
        .works
        .library(&caller, &filter, asked.after.as_deref())
        .await?;
    Ok(Json(page))
}

/// Finds works by what they mean, the best first: those in whose prompts the words do not stand. What the words mean is asked of an
/// embedding model, at the caller's cost; `state` says whether that was possible. Needs `media.use`.
#[utoipa::path(get, path = "/related", tag = "works", params(Meaning),
    responses((status = 200, description = "Those that are near.", body = Related<WorkView>)))]
async fn related(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Asked(asked): Asked<Meaning>,
) -> Result<Json<Related<WorkView>>, Problem> {
    let filter = WorkFilter {
        kind: asked.kind,
        words: Some(asked.words),
    };
    Ok(Json(services.meanings.works(&caller, &filter).await?))
}

/// Deletes works with their files; a file that something else has stays there. They are found nowhere, and `POST /library/restore` brings
/// them back for 30 days. Needs `media.use`.
#[utoipa::path(delete, path = "", tag = "works", request_body = Selection,
    responses((status = 200, description = "They are gone.", body = Deleted)))]
async fn delete(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Body(Selection { ids }): Body<Selection>,
) -> Result<Json<Deleted>, Problem> {
    if ids.len() > MOST {
        return Err(Problem::of(model::FailureCode::TooMany));
    }
    let deleted = services.works.delete(&caller, &ids).await?;
    Ok(Json(Deleted { deleted }))
}

/// Tells which models make what, with their sizes, voices and prices. Needs `media.use`.
#[utoipa::path(get, path = "/offers", tag = "works",
    responses((status = 200, description = "What can be made.", body = Offers)))]
async fn offers(
    State(services): State<Services>,
    Bearer(caller): Bearer,
) -> Result<Json<Offers>, Problem> {
    Ok(Json(services.works.offers(&caller).await?))
}

/// Tells what a wish can cost at most. Needs `media.use`.
#[utoipa::path(post, path = "/quote", tag = "works", request_body = Wish,
    responses((status = 200, description = "At most so much.", body = Quote)))]
async fn quote(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Body(wish): Body<Wish>,
) -> Result<Json<Quote>, Problem> {
    let at_most = services.works.quote(&caller, &wish).await?;
    Ok(Json(Quote { at_most }))
}

/// Lists makings of a kind, newest first. Needs `media.use`.
#[utoipa::path(get, path = "", tag = "works", params(Makings),
    responses((status = 200, description = "A page of them.", body = Page<Making>)))]
async fn list(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Asked(asked): Asked<Makings>,
) -> Result<Json<Page<Making>>, Problem> {
    let page = services
        .works
        .makings(&caller, asked.kind, asked.after.as_deref())
        .await?;
    Ok(Json(page))
}

/// Has a wish made. It goes on by itself: ask for the making until it has ended. Needs `media.use`.
#[utoipa::path(post, path = "", tag = "works", request_body = Draft,
    responses((status = 202, description = "It is on its way.", body = Making)))]
async fn make(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Body(draft): Body<Draft>,
) -> Result<(StatusCode, Json<Making>), Problem> {
    let works = &services.works;
    let submission = draft
        .submission_id
        .unwrap_or_else(|| works.new_submission());
    let id = works.make(&caller, submission, &draft.wish).await?;
    let making = works.making(&caller, id).await?;
    Ok((StatusCode::ACCEPTED, Json(making)))
}

/// Tells how a making stands. Needs `media.use`.
#[utoipa::path(get, path = "/{id}", tag = "works", params(("id" = JobId, Path, description = "The making.")),
    responses((status = 200, description = "As it stands.", body = Making)))]
async fn find(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<JobId>,
) -> Result<Json<Making>, Problem> {
    Ok(Json(services.works.making(&caller, id).await?))
}

/// Asks a making to stop. What the upstream has begun may come to its end, and is paid for then. Needs `media.use`.
#[utoipa::path(post, path = "/{id}/cancel", tag = "works", params(("id" = JobId, Path, description = "The making.")),
    responses((status = 204, description = "It was asked to.")))]
async fn cancel(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<JobId>,
) -> Result<StatusCode, Problem> {
    services.works.cancel(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes once more what a making that failed or was stopped, and left nothing, was to make: as another making, with its own costs and
/// under the rules of now. Needs `media.use`.
#[utoipa::path(post, path = "/{id}/again", tag = "works", params(("id" = JobId, Path, description = "The making that came to nothing.")),
    request_body = Again, responses((status = 202, description = "The other making, which is on its way.", body = Making)))]
async fn again(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<JobId>,
    Body(Again { submission_id }): Body<Again>,
) -> Result<(StatusCode, Json<Making>), Problem> {
    let works = &services.works;
    let submission = submission_id.unwrap_or_else(|| works.new_submission());
    let id = works.again(&caller, submission, id).await?;
    let making = works.making(&caller, id).await?;
    Ok((StatusCode::ACCEPTED, Json(making)))
}

/// Forgets a making that has ended; its works stay. It is found nowhere from then on, and removed for good after 30 days. Needs
/// `media.use`.
#[utoipa::path(delete, path = "/{id}", tag = "works", params(("id" = JobId, Path, description = "The making.")),
    responses((status = 204, description = "It is forgotten.")))]
async fn forget(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<JobId>,
) -> Result<StatusCode, Problem> {
    services.works.forget(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
