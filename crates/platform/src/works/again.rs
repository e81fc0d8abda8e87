//! What came to nothing is made once more: the same wish, under the rules of now, as a making of its own.

use model::{JobId, JobKind, JobState, Making, Permission, SubmissionId, UserId, Wish};

use super::Works;
use crate::{Error, audit::Audit, identity::Caller, store::Job};

impl Works {
    /// Makes once more what a making of the caller's was to make, if it came to nothing. It is another making, and reserved and paid
    /// like one; the same submission again is the same one, and is refused where that was deleted since.
    #[tracing::instrument(name = "api.works.again", skip_all)]
    pub async fn again(
        &self,
        caller: &Caller,
        submission: SubmissionId,
        id: JobId,
    ) -> Result<JobId, Error> {
        caller.require(Permission::MediaUse)?;
        let (db, owner) = (&self.0.db, caller.user());
        // Whoever did not hear the answer may have forgotten the first one meanwhile.
        if let Some(known) = self.submitted(owner, submission).await? {
            return Ok(known);
        }
        let job = db.making(owner, id).await?.ok_or(Error::NotFound)?;
        let wish = self.wish_for_nothing(job).await?;
        self.make_for(owner, submission, &wish).await
    }

    /// Has anybody's job that failed done once more, at its owner's cost and as far as they may have it done now, and writes that
    /// down. Once: asked for again, it is the same job. What its owner stopped stays stopped, and what they have asked for again since is
    /// theirs.
    #[tracing::instrument(name = "api.works.job_again", skip_all)]
    pub async fn job_again(&self, caller: &Caller, audit: &Audit, id: JobId) -> Result<(), Error> {
        let inner = &*self.0;
        let record = audit.by(caller, "job.again").on("job", id.to_string());
        if let Err(error) = caller.require(Permission::JobsWrite) {
            audit.write(record.refused()).await?;
            return Err(error.into());
        }
        let owner = inner.db.owner_of_job(id).await?.ok_or(Error::NotFound)?;
        let job = inner.db.job(owner, id).await?.ok_or(Error::NotFound)?;
        if job.state != JobState::Failed || !self.may_have_things_made(owner).await? {
            return Err(Error::NotFound);
        }
        // The job is known by the one that it is for.
        let submission = SubmissionId::from_uuid(id.as_uuid());
        let known = inner.db.job_of_submission(owner, submission).await?;
        // The line is written before anything is begun: what can't be written down does not happen. What is refused then, as for want
        // of money, was asked for all the same.
        if known.is_some() {
            audit.write(record).await?;
        } else if job.kind == JobKind::Transcript {
            audit.write(record).await?;
            let transcripts = &inner.transcripts;
            transcripts.job_again(owner, submission, &job).await?;
        } else {
            // The owner has tried again since, and may have stopped that.
            if inner.db.asked_since(&job).await? {
                return Err(Error::NotFound);
            }
            let wish = self.wish_for_nothing(job).await?;
            audit.write(record).await?;
            self.make_for(owner, submission, &wish).await?;
        }
        Ok(())
    }

    async fn may_have_things_made(&self, owner: UserId) -> Result<bool, Error> {
        let db = &self.0.db;
        let is_here = db.user(owner).await?.is_some_and(|user| !user.disabled);
        let permissions = db.access(owner).await?.permissions;
        Ok(is_here && permissions.contains(Permission::MediaUse))
    }

    /// What a job was to make that came to nothing.
    async fn wish_for_nothing(&self, job: Job) -> Result<Wish, Error> {
        let shown = self.shown(&[job]).await?;
        let making = shown.into_iter().find(Making::came_to_nothing);
        making.map(|making| making.wish).ok_or(Error::NotFound)
    }
}
