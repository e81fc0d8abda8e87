//! Everybody's jobs, for administrators: how they go, never what was wished for.

use model::{JobFilter, JobId, JobLine, Page, Permission};

use super::Works;
use crate::{Error, audit::Audit, identity::Caller, jobs::Stopped, people::readable};

/// Jobs of a page.
const PAGE: u32 = 50;

impl Works {
    /// A page of everybody's jobs, newest first, after the given cursor.
    #[tracing::instrument(name = "api.works.jobs", skip_all)]
    pub async fn jobs(
        &self,
        caller: &Caller,
        filter: &JobFilter,
        after: Option<&str>,
    ) -> Result<Page<JobLine>, Error> {
        readable(caller, Permission::JobsRead)?;
        let before: Option<JobId> = after.map(str::parse).transpose()?;
        let mut lines = self.0.db.job_lines(filter, before, PAGE + 1).await?;
        let more = lines.len() > PAGE as usize;
        lines.truncate(PAGE as usize);
        let next = lines
            .last()
            .filter(|_| more)
            .map(|line| line.id.to_string());
        Ok(Page { items: lines, next })
    }

    /// How many jobs wait, and how many are worked on.
    #[tracing::instrument(name = "api.works.jobs_unfinished", skip_all)]
    pub async fn jobs_unfinished(&self, caller: &Caller) -> Result<(i64, i64), Error> {
        readable(caller, Permission::JobsRead)?;
        Ok(self.0.db.unfinished_by_state().await?)
    }

    /// Puts anybody's job that waits before all others, or back among them, and writes that down. What is put first is taken up in
    /// the order of asking, and still only as many at once as its owner may have.
    #[tracing::instrument(name = "api.works.put_job_first", skip_all)]
    pub async fn put_job_first(
        &self,
        caller: &Caller,
        audit: &Audit,
        id: JobId,
        first: bool,
    ) -> Result<(), Error> {
        let record = audit.by(caller, "job.put_first").on("job", id.to_string());
        let record = record.with(&serde_json::json!({ "first": first }));
        if let Err(error) = caller.require(Permission::JobsWrite) {
            audit.write(record.refused()).await?;
            return Err(error.into());
        }
        if !self.0.db.put_job_first(id, first, &record).await? {
            return Err(Error::NotFound);
        }
        Ok(())
    }

    /// Asks anybody's job to stop, and writes that down.
    #[tracing::instrument(name = "api.works.stop_job", skip_all)]
    pub async fn stop_job(&self, caller: &Caller, audit: &Audit, id: JobId) -> Result<(), Error> {
        let inner = &*self.0;
        let record = audit.by(caller, "job.stop").on("job", id.to_string());
        if let Err(error) = caller.require(Permission::JobsWrite) {
            audit.write(record.refused()).await?;
            return Err(error.into());
        }
        let owner = inner.db.owner_of_job(id).await?.ok_or(Error::NotFound)?;
        let job = inner.db.job(owner, id).await?;
        if job.is_none_or(|job| job.state.is_final()) {
            return Err(Error::NotFound);
        }
        // Before it is done: what can't be written down does not happen. Should it end by itself meanwhile, the line says what was asked.
        audit.write(record).await?;
        let stopped = inner.jobs.stop(&inner.gateway, owner, id).await?;
        super::there(stopped)?;
        if stopped == Stopped::AtOnce {
            inner.transcripts.called_off(owner, id).await?;
        }
        Ok(())
    }
}
