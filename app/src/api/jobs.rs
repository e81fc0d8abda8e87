//! Everybody's jobs, for administrators.

use leptos::prelude::*;
use model::{JobLine, Page};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// What is asked for, as the page's address says it. Empty fields ask for everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct JobsForm {
    /// The name of a state.
    pub state: String,
    /// The name of a kind.
    pub kind: String,
    /// A person's id.
    pub person: String,
    /// Where the page begins.
    pub after: String,
}

/// All that the page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobsView {
    /// How many wait.
    pub waiting: i64,
    /// How many are worked on.
    pub running: i64,
    /// A page of those asked for, newest first.
    pub lines: Page<JobLine>,
}

/// Everybody's jobs.
#[server(prefix = "/fn", endpoint = "jobs.list", output = super::encoding::Answer)]
pub async fn load_jobs(form: JobsForm) -> Result<JobsView, AppError> {
    use model::{JobFilter, JobKind, JobState};

    use crate::glue;
    let caller = glue::caller().await?;
    let works = glue::services()?.works;
    let owner = match form.person.trim() {
        "" => None,
        id => Some(glue::parse_id(id)?),
    };
    let filter = JobFilter {
        kind: glue::parse_optional(&form.kind, JobKind::from_name)?,
        state: glue::parse_optional(&form.state, JobState::from_name)?,
        owner,
    };
    let after = Some(form.after.as_str()).filter(|after| !after.is_empty());
    let (waiting, running) = works.jobs_unfinished(&caller).await.map_err(glue::refuse)?;
    let lines = works.jobs(&caller, &filter, after).await;
    Ok(JobsView {
        waiting,
        running,
        lines: lines.map_err(glue::refuse)?,
    })
}

/// Asks anybody's job to stop.
#[server(prefix = "/fn", endpoint = "jobs.stop", output = super::encoding::Answer)]
pub async fn stop_job(id: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let services = glue::services()?;
    let audit = services.identity.audit();
    services
        .works
        .stop_job(&caller, audit, glue::parse_id(&id)?)
        .await
        .map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

/// Has anybody's job that failed done once more.
#[server(prefix = "/fn", endpoint = "jobs.again", output = super::encoding::Answer)]
pub async fn do_job_again(id: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let services = glue::services()?;
    let audit = services.identity.audit();
    services
        .works
        .job_again(&caller, audit, glue::parse_id(&id)?)
        .await
        .map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

/// Puts anybody's job that waits before all others; with nothing in `first` back among them.
#[server(prefix = "/fn", endpoint = "jobs.first", output = super::encoding::Answer)]
pub async fn put_job_first(id: String, #[server(default)] first: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let services = glue::services()?;
    let audit = services.identity.audit();
    services
        .works
        .put_job_first(&caller, audit, glue::parse_id(&id)?, !first.is_empty())
        .await
        .map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}
