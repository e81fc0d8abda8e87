//! Makings and works, as their owner sees them.

use std::collections::HashMap;

use model::{
    JobId, JobKind, JobState, Making, MakingStep, Page, Permission, SubmissionId, ToolCallId,
    WorkFilter, WorkId, WorkView,
};

use super::{Works, step::Step};
use crate::{Error, identity::Caller, search::asked_words, store::Job};

/// Makings of a page.
pub const MAKINGS: u32 = 20;
/// Works of a page.
const WORKS: u32 = 60;

impl Works {
    /// The caller's makings of a kind, newest first, a page after the given cursor. Transcripts are none.
    #[tracing::instrument(name = "api.works.makings", skip_all)]
    pub async fn makings(
        &self,
        caller: &Caller,
        kind: JobKind,
        after: Option<&str>,
    ) -> Result<Page<Making>, Error> {
        caller.require(Permission::MediaUse)?;
        let before = after.map(str::parse).transpose()?;
        if kind == JobKind::Transcript {
            return Ok(Page {
                items: Vec::new(),
                next: None,
            });
        }
        let owner = caller.user();
        let mut jobs = self.0.db.jobs(owner, kind, before, MAKINGS + 1).await?;
        let more = jobs.len() > MAKINGS as usize;
        jobs.truncate(MAKINGS as usize);
        let next = jobs.last().filter(|_| more).map(|job| job.id.to_string());
        Ok(Page {
            items: self.shown(&jobs).await?,
            next,
        })
    }

    /// One of the caller's makings.
    #[tracing::instrument(name = "api.works.making", skip_all)]
    pub async fn making(&self, caller: &Caller, id: JobId) -> Result<Making, Error> {
        caller.require(Permission::MediaUse)?;
        let job = self.0.db.making(caller.user(), id).await?;
        let shown = self.shown(&[job.ok_or(Error::NotFound)?]).await?;
        shown.into_iter().next().ok_or(Error::NotFound)
    }

    /// What came of a tool that a model called for the caller: the call's id was the submission's.
    #[tracing::instrument(name = "api.works.made_by", skip_all)]
    pub async fn made_by(&self, caller: &Caller, call: ToolCallId) -> Result<Making, Error> {
        caller.require(Permission::MediaUse)?;
        let submission = SubmissionId::from_uuid(call.as_uuid());
        let db = &self.0.db;
        let job = db.job_of_submission(caller.user(), submission).await?;
        self.making(caller, job.ok_or(Error::NotFound)?).await
    }

    /// The caller's works, newest first, a page after the given cursor.
    #[tracing::instrument(name = "api.works.library", skip_all)]
    pub async fn library(
        &self,
        caller: &Caller,
        filter: &WorkFilter,
        after: Option<&str>,
    ) -> Result<Page<WorkView>, Error> {
        caller.require(Permission::MediaUse)?;
        let before: Option<WorkId> = after.map(str::parse).transpose()?;
        let words = asked_words(filter.words.as_deref());
        let found = self
            .0
            .db
            .works(caller.user(), filter.kind, words, before, WORKS + 1);
        let mut works = found.await?;
        let more = works.len() > WORKS as usize;
        works.truncate(WORKS as usize);
        let next = works
            .last()
            .filter(|_| more)
            .map(|work| work.id.to_string());
        Ok(Page { items: works, next })
    }

    /// Jobs of one owner with what they made.
    pub(super) async fn shown(&self, jobs: &[Job]) -> Result<Vec<Making>, Error> {
        let Some(owner) = jobs.first().map(|job| job.owner) else {
            return Ok(Vec::new());
        };
        let ids = jobs.iter().map(|job| job.id);
        let span = ids.clone().min().zip(ids.max());
        let mut works: HashMap<JobId, Vec<WorkView>> = HashMap::new();
        if let Some((first, last)) = span {
            for work in self.0.db.works_of_jobs(owner, first, last).await? {
                if let Some(job) = work.job {
                    works.entry(job).or_default().push(work);
                }
            }
        }
        let shown = jobs.iter().filter_map(|job| {
            let works = works.remove(&job.id).unwrap_or_default();
            let shown = making(job, works);
            if shown.is_none() {
                tracing::error!(job.id = %job.id, "a job's wish can't be read");
            }
            shown
        });
        Ok(shown.collect())
    }
}

fn making(job: &Job, works: Vec<WorkView>) -> Option<Making> {
    let step = Step::read(&job.step);
    let failure = job.failure.as_deref();
    let at = match job.state {
        JobState::Queued => MakingStep::Waiting,
        JobState::Running => step.at.0,
        JobState::Succeeded | JobState::Failed | JobState::Cancelled => MakingStep::Ended,
    };
    Some(Making {
        id: job.id,
        wish: serde_json::from_str(&job.input).ok()?,
        state: job.state,
        step: at,
        done: step.done,
        cancel_asked: job.cancel_asked,
        works,
        failed: step.failed(),
        failure: failure.and_then(|failure| serde_json::from_str(failure).ok()),
        at_most: job.at_most,
        cost: job.cost.or(step.cost),
        created_at: job.created_at,
        ended_at: job.ended_at,
    })
}
