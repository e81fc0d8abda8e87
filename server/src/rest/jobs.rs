//! Everybody's jobs, for administrators: how they go, never what was wished for.

use axum::{Json, extract::State};
use http::StatusCode;
use model::{JobFilter, JobId, JobKind, JobLine, JobState, Page, UserId};
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
        .routes(routes!(list))
        .routes(routes!(stop))
        .routes(routes!(put_first))
        .routes(routes!(again))
}

/// Which jobs.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Of this kind only.
    #[param(inline)]
    kind: Option<JobKind>,
    /// In this state only.
    #[param(inline)]
    state: Option<JobState>,
    /// This person's only.
    owner: Option<UserId>,
    /// What the page before gave as `next`.
    after: Option<String>,
}

/// Jobs, and how many are not done.
#[derive(Serialize, ToSchema)]
struct Jobs {
    /// How many wait.
    waiting: i64,
    /// How many are worked on.
    running: i64,
    /// A page of those asked for, newest first.
    lines: Page<JobLine>,
}

/// Where a job stands among those that wait.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = JobPlace)]
struct Place {
    /// Whether it goes before all that were not put first.
    first: bool,
}

/// Lists everybody's jobs, newest first. Needs `jobs.read`.
#[utoipa::path(get, path = "", tag = "jobs", params(Which),
    responses((status = 200, description = "A page of them.", body = Jobs)))]
async fn list(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    Asked(which): Asked<Which>,
) -> Result<Json<Jobs>, Problem> {
    let filter = JobFilter {
        kind: which.kind,
        state: which.state,
        owner: which.owner,
    };
    let works = &services.works;
    let (waiting, running) = works.jobs_unfinished(&caller).await?;
    let lines = works.jobs(&caller, &filter, which.after.as_deref()).await?;
    Ok(Json(Jobs {
        waiting,
        running,
        lines,
    }))
}

/// Asks anybody's job to stop. What the upstream has begun may come to its end, and is paid for then. Needs `jobs.write`.
#[utoipa::path(post, path = "/{id}/stop", tag = "jobs", params(("id" = JobId, Path, description = "The job.")),
    responses((status = 204, description = "It was asked to.")))]
async fn stop(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<JobId>,
) -> Result<StatusCode, Problem> {
    let audit = services.identity.audit();
    services.works.stop_job(&caller, audit, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts a job that waits before all others, or back among them. Needs `jobs.write`.
#[utoipa::path(put, path = "/{id}/place", tag = "jobs", params(("id" = JobId, Path, description = "The job.")),
    request_body = Place, responses((status = 204, description = "There it stands.")))]
async fn put_first(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<JobId>,
    Body(place): Body<Place>,
) -> Result<StatusCode, Problem> {
    let audit = services.identity.audit();
    services
        .works
        .put_job_first(&caller, audit, id, place.first)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Has a job that failed done once more, at its owner's cost and as far as they may have it done now. Asked for twice, it is done once;
/// what was stopped stays stopped. Needs `jobs.write`.
#[utoipa::path(post, path = "/{id}/again", tag = "jobs", params(("id" = JobId, Path, description = "The job that failed.")),
    responses((status = 202, description = "Another job for the same is on its way.")))]
async fn again(
    State(services): State<Services>,
    Bearer(caller): Bearer,
    At(id): At<JobId>,
) -> Result<StatusCode, Problem> {
    let audit = services.identity.audit();
    services.works.job_again(&caller, audit, id).await?;
    Ok(StatusCode::ACCEPTED)
}
