//! Jobs, as their owner and those who look for a task see them.

use model::{JobId, JobKind, Millis, UserId};

use super::{Job, Row};
use crate::store::{Db, Result, on_pool};

pub(super) const FIND: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM jobs WHERE id = $1 AND owner_id = $2 AND deleted_at IS NULL"
);
/// What is done for a transcript is seen as that.
pub(super) const MAKING: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM jobs WHERE id = $1 AND owner_id = $2 AND kind <> 'transcript' AND deleted_at IS NULL"
);
pub(super) const PAGE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM jobs WHERE owner_id = $1 AND kind = $2 AND id < $3 AND deleted_at IS NULL ORDER BY id DESC LIMIT $4"
);
pub(super) const CHANGED: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM jobs WHERE owner_id = $1 AND updated_at >= $2 AND deleted_at IS NULL ORDER BY updated_at LIMIT $3"
);
pub(super) const SINCE: &str = "
    SELECT COUNT(*) FROM jobs WHERE owner_id = $1 AND kind = $2 AND id > $3 AND input = $4";
pub(super) const OPEN: &str = "SELECT COUNT(*) FROM jobs WHERE id = $1 AND ended_at IS NULL";
pub(super) const RUNNING_STEPS: &str = "SELECT step FROM jobs WHERE state IN ('queued', 'running') AND ended_at IS NULL AND model = $1";

/// Greater than every id.
const NEWEST: &str = "g";

impl Db {
    /// One of the owner's jobs.
    #[tracing::instrument(name = "store.jobs.find", skip_all)]
    pub(crate) async fn job(&self, owner: UserId, id: JobId) -> Result<Option<Job>> {
        let row: Option<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(FIND)
            .bind(id.to_string())
            .bind(owner.to_string())
            .fetch_optional(pool)
            .await?);
        row.map(Job::try_from).transpose()
    }

    /// One of the owner's jobs that makes works.
    #[tracing::instrument(name = "store.jobs.making", skip_all)]
    pub(crate) async fn making(&self, owner: UserId, id: JobId) -> Result<Option<Job>> {
        let row: Option<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(MAKING)
            .bind(id.to_string())
            .bind(owner.to_string())
            .fetch_optional(pool)
            .await?);
        row.map(Job::try_from).transpose()
    }

    /// Whether the job's owner has asked for the very same since.
    #[tracing::instrument(name = "store.jobs.asked_since", level = "debug", skip_all)]
    pub(crate) async fn asked_since(&self, job: &Job) -> Result<bool> {
        let count: i64 = on_pool!(self.reader(), |pool| sqlx::query_scalar(SINCE)
            .bind(job.owner.to_string())
            .bind(job.kind.as_str())
            .bind(job.id.to_string())
            .bind(job.input.as_str())
            .fetch_one(pool)
            .await?);
        Ok(count > 0)
    }

    /// The owner's jobs of a kind, newest first, those before `before`.
    #[tracing::instrument(name = "store.jobs.page", skip_all)]
    pub(crate) async fn jobs(
        &self,
        owner: UserId,
        kind: JobKind,
        before: Option<JobId>,
        limit: u32,
    ) -> Result<Vec<Job>> {
        let before = before.map_or_else(|| NEWEST.to_owned(), |id| id.to_string());
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(PAGE)
            .bind(owner.to_string())
            .bind(kind.as_str())
            .bind(before)
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        found.into_iter().map(Job::try_from).collect()
    }

    /// The owner's jobs that changed at that time or later, in the order of their changes.
    #[tracing::instrument(name = "store.jobs.changed", level = "debug", skip_all)]
    pub(crate) async fn changed_jobs(
        &self,
        owner: UserId,
        since: Millis,
        limit: u32,
    ) -> Result<Vec<Job>> {
        let found: Vec<Row> = on_pool!(self.reader(), |pool| sqlx::query_as(CHANGED)
            .bind(owner.to_string())
            .bind(since.get())
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        found.into_iter().map(Job::try_from).collect()
    }

    /// Whether there is such a job that has not ended, whoever's it is.
    #[tracing::instrument(name = "store.jobs.is_open", skip_all)]
    pub(crate) async fn job_is_open(&self, id: JobId) -> Result<bool> {
        let count: i64 = on_pool!(self.reader(), |pool| sqlx::query_scalar(OPEN)
            .bind(id.to_string())
            .fetch_one(pool)
            .await?);
        Ok(count > 0)
    }

    /// How far the jobs that have not ended and ask this model have come.
    #[tracing::instrument(name = "store.jobs.running_steps", skip_all)]
    pub(crate) async fn running_steps(&self, model: &str) -> Result<Vec<String>> {
        Ok(on_pool!(self.reader(), |pool| sqlx::query_scalar(
            RUNNING_STEPS
        )
        .bind(model)
        .fetch_all(pool)
        .await?))
    }
}
