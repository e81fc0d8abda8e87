//! Works: images, videos and spoken texts, from the wish to the file. A wish becomes a job; what it can cost is reserved when it
//! is wished for, and booked when it is known what came of it.

mod again;
mod asking;
mod dictation;
mod fetch;
mod governing;
mod listing;
mod lost;
mod making;
mod offers;
mod parts;
mod speaking;
mod step;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod watch;
mod wav;

use std::sync::Arc;

use model::{
    FailureCode, JobId, JobKind, Millis, Offers, Permission, SubmissionId, UserId, Wish, WorkId,
};
use tokio_util::sync::CancellationToken;

use crate::{
    Clock, Error, Ids,
    files::Files,
    gateway::{Gateway, JobEnd},
    identity::{Caller, IdentityError},
    jobs::{Jobs, Stopped},
    store::{Allowance, Db, HandedIn, NewJob},
    transcripts::{Transcripts, TranscriptsOptions},
};

pub(crate) use asking::failure_of;
pub use dictation::{Ears, HERTZ, Heard, LONGEST_S, Utterance};
pub use listing::MAKINGS;
pub(crate) use making::may_have_begun;
pub use watch::Changed;

/// What the operator decides of works.
#[derive(Clone, Debug)]
pub struct WorksOptions {
    /// Models for images, in the order in which they are offered.
    pub images: Vec<String>,
    /// Models for videos.
    pub videos: Vec<String>,
    /// Models for speech.
    pub speech: Vec<String>,
    /// The model that listens while somebody speaks.
    pub dictation: String,
    /// Transcripts, which are jobs like works.
    pub transcripts: TranscriptsOptions,
    /// The model by which works and transcripts are found by what they mean; `None` where they are found by words alone.
    pub embedding_model: Option<String>,
    /// The model that puts what was found so in order; `None` where the nearest is the first.
    pub rerank_model: Option<String>,
    /// Whether a link to something shared may work until it is taken back.
    pub endless_shares: bool,
    /// Jobs that this process works on at once; 0 leaves them to other processes.
    pub jobs_at_once: usize,
    /// Jobs of a person that are worked on at once; further ones wait.
    pub jobs_per_person: u32,
    /// Jobs of a person that may wait.
    pub waiting_per_person: u32,
}

impl Default for WorksOptions {
    fn default() -> Self {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            images: names(&[
                "wan2.2-t2i-flash",
                "wan2.2-t2i-plus",
                "wan2.6-t2i",
                "qwen-image-plus",
                "wanx-v1",
                "wanx2.1-imageedit",
                "wan2.5-i2i-preview",
            ]),
            videos: names(&[
                "wan2.2-t2v-plus",
                "wan2.5-t2v-preview",
                "wan2.2-i2v-flash",
                "wan2.5-i2v-preview",
            ]),
            speech: names(&["cosyvoice-v3-flash", "qwen3-tts-flash"]),
            dictation: "paraformer-realtime-v2".to_owned(),
            transcripts: TranscriptsOptions::default(),
            embedding_model: Some("text-embedding-v4".to_owned()),
            rerank_model: None,
            endless_shares: false,
            jobs_at_once: 100,
            jobs_per_person: 4,
            waiting_per_person: 50,
        }
    }
}

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Works(Arc<Inner>);

struct Inner {
    db: Db,
    gateway: Gateway,
    files: Files,
    jobs: Jobs,
    transcripts: Transcripts,
    clock: Arc<dyn Clock>,
    ids: Ids,
    options: WorksOptions,
}

/// What the service is built of.
pub(crate) struct WorksParts {
    pub(crate) db: Db,
    pub(crate) gateway: Gateway,
    pub(crate) files: Files,
    pub(crate) jobs: Jobs,
    pub(crate) transcripts: Transcripts,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Ids,
}

impl Works {
    pub(crate) fn new(parts: WorksParts, options: WorksOptions) -> Self {
        Self(Arc::new(Inner {
            db: parts.db,
            gateway: parts.gateway,
            files: parts.files,
            jobs: parts.jobs,
            transcripts: parts.transcripts,
            clock: parts.clock,
            ids: parts.ids,
            options,
        }))
    }

    /// An id for a submission whose sender has none.
    pub fn new_submission(&self) -> SubmissionId {
        SubmissionId::from_uuid(self.0.ids.next())
    }

    /// What the caller can have made here.
    #[tracing::instrument(name = "api.works.offers", skip_all)]
    pub async fn offers(&self, caller: &Caller) -> Result<Offers, Error> {
        caller.require(Permission::MediaUse)?;
        let allowance = self.0.db.allowance(caller.user()).await?;
        Ok(self.offered(&allowance))
    }

    /// The most that a wish can cost, in micro-yuan; `None` where there is no price. Refuses what can't be made.
    #[tracing::instrument(name = "api.works.quote", skip_all)]
    pub async fn quote(&self, caller: &Caller, wish: &Wish) -> Result<Option<i64>, Error> {
        caller.require(Permission::MediaUse)?;
        let allowance = self.allowed(caller.user(), wish).await?;
        self.check(&allowance, wish)?;
        Ok(self.0.gateway.quote(&asking::ask_of(wish)))
    }

    /// Has a wish made. Its money is reserved when this returns; the same submission again is the same job, and is refused where that was
    /// deleted since.
    #[tracing::instrument(name = "api.works.make", skip_all)]
    pub async fn make(
        &self,
        caller: &Caller,
        submission: SubmissionId,
        wish: &Wish,
    ) -> Result<JobId, Error> {
        caller.require(Permission::MediaUse)?;
        self.make_for(caller.user(), submission, wish).await
    }

    /// The same for somebody who may.
    async fn make_for(
        &self,
        owner: UserId,
        submission: SubmissionId,
        wish: &Wish,
    ) -> Result<JobId, Error> {
        let inner = &*self.0;
        let allowance = self.allowed(owner, wish).await?;
        if let Some(id) = self.submitted(owner, submission).await? {
            return Ok(id);
        }
        self.check(&allowance, wish)?;
        // What could not be kept would be paid for all the same.
        inner.files.require_room(owner).await?;
        for file in asking::files_of(wish) {
            let view = inner.files.view(owner, file).await?;
            asking::check_size(wish, &view)?;
        }
        // Looked at before anything is reserved, and once more where it is kept: others may come at the same moment.
        let waiting_at_most = i64::from(inner.options.waiting_per_person);
        if inner.db.unfinished_jobs(owner).await? >= waiting_at_most {
            return Err(Error::Refused(FailureCode::TooMany));
        }
        let input =
            serde_json::to_string(wish).map_err(|_| Error::Refused(FailureCode::InvalidText))?;
        let ask = asking::ask_of(wish);
        let id = JobId::from_uuid(inner.ids.next());
        inner.gateway.reserve_job(owner, id, &ask).await?;
        let job = NewJob {
            id,
            submission,
            owner,
            kind: wish.kind(),
            priority: 0,
            model: wish.model(),
            input: &input,
            at_most: inner.gateway.quote(&ask),
            waiting_at_most,
            takes_up: None,
            now: inner.clock.now(),
        };
        let kept = inner.jobs.submit(&job).await;
        // Another press of the same button was faster, others were, or it can't be kept: what was reserved is free again.
        if !matches!(kept, Ok(HandedIn::New(_))) {
            let end = JobEnd::of(model::CallOutcome::Cancelled);
            inner.gateway.settle_job(id, end).await?;
        }
        match kept? {
            HandedIn::New(id) | HandedIn::Before(id) => Ok(id),
            HandedIn::TooMany | HandedIn::TakenUp => Err(Error::Refused(FailureCode::TooMany)),
        }
    }

    /// The job that this submission made before. One that its owner took off their pages is neither brought back nor paid once more by a
    /// request that comes late; who wants it anew presses the button again.
    async fn submitted(
        &self,
        owner: UserId,
        submission: SubmissionId,
    ) -> Result<Option<JobId>, Error> {
        let db = &self.0.db;
        let Some(id) = db.job_of_submission(owner, submission).await? else {
            return Ok(None);
        };
        let job = db.job(owner, id).await?;
        let job = job.ok_or(Error::Refused(FailureCode::DeletedSince))?;
        match job.kind {
            JobKind::Image | JobKind::Video | JobKind::Speech => Ok(Some(id)),
            // A transcript was asked for by that name.
            JobKind::Transcript => Err(Error::NotFound),
        }
    }

    /// Asks a job of the caller's to stop. One that nobody works on yet is over at once; what has begun at the upstream may come
    /// to its end, and is then there and paid for.
    #[tracing::instrument(name = "api.works.cancel", skip_all)]
    pub async fn cancel(&self, caller: &Caller, id: JobId) -> Result<(), Error> {
        caller.require(Permission::MediaUse)?;
        let (inner, owner) = (&*self.0, caller.user());
        // A transcript's is stopped with that. What a job is for never changes, so that the look may come first.
        inner.db.making(owner, id).await?.ok_or(Error::NotFound)?;
        let stopped = inner.jobs.stop(&inner.gateway, owner, id).await?;
        there(stopped)
    }

    /// Takes a job of the caller's that has ended off their pages; what it made stays in the library. It can be brought back for 30 days,
    /// by the moment that is told.
    #[tracing::instrument(name = "api.works.forget", skip_all)]
    pub async fn forget(&self, caller: &Caller, id: JobId) -> Result<Millis, Error> {
        caller.require(Permission::MediaUse)?;
        let at = self.0.clock.now();
        let forgotten = self.0.db.hide_making(caller.user(), id, at).await?;
        forgotten.then_some(at).ok_or(Error::NotFound)
    }

    /// The same, and deletes what it made.
    #[tracing::instrument(name = "api.works.remove", skip_all)]
    pub async fn remove(&self, caller: &Caller, id: JobId) -> Result<Millis, Error> {
        caller.require(Permission::MediaUse)?;
        let (db, at) = (&self.0.db, self.0.clock.now());
        let removed = db.hide_making_with_works(caller.user(), id, at).await?;
        removed.then_some(at).ok_or(Error::NotFound)
    }

    /// Puts jobs of the owner's back that were taken off at that moment. How many.
    pub(crate) async fn bring_back(&self, owner: UserId, at: Millis) -> Result<u64, Error> {
        let inner = &*self.0;
        let now = inner.clock.now();
        let restored = inner.db.restore_makings(owner, at, now).await?;
        inner.jobs.tell(owner);
        Ok(restored)
    }

    /// Deletes works of the caller's with their files; a file that something else has stays there as an upload. They can be brought back
    /// for 30 days. How many works there were.
    #[tracing::instrument(name = "api.works.delete", skip_all)]
    pub async fn delete(&self, caller: &Caller, works: &[WorkId]) -> Result<u64, Error> {
        self.discard(caller, works, self.0.clock.now()).await
    }

    /// The same at that moment.
    pub(crate) async fn discard(
        &self,
        caller: &Caller,
        works: &[WorkId],
        at: Millis,
    ) -> Result<u64, Error> {
        caller.require(Permission::MediaUse)?;
        if works.is_empty() {
            return Ok(0);
        }
        Ok(self.0.db.hide_works(caller.user(), works, at).await?)
    }

    /// Works on jobs of all kinds until `closing`. `alone` says that no other process shares the database: then what others left is
    /// free at once.
    pub async fn run_jobs(&self, alone: bool, closing: CancellationToken) {
        let options = &self.0.options;
        if options.jobs_at_once == 0 {
            return;
        }
        if alone && let Err(error) = self.0.jobs.free_all().await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "jobs of ended processes wait until their leases run out"
            );
        }
        let handler = Arc::new(making::Maker(self.clone()));
        self.0
            .jobs
            .run(
                handler,
                options.jobs_at_once,
                i64::from(options.jobs_per_person),
                closing,
            )
            .await;
    }

    async fn allowed(&self, owner: UserId, wish: &Wish) -> Result<Allowance, Error> {
        let allowance = self.0.db.allowance(owner).await?;
        let models = &self.0.options;
        let offered = match wish {
            Wish::Image(_) => &models.images,
            Wish::Video(_) => &models.videos,
            Wish::Speech(_) => &models.speech,
        };
        let is_offered = offered.iter().any(|name| name == wish.model());
        if !is_offered || !allowance.allows(wish.model()) {
            return Err(Error::UnknownModel);
        }
        Ok(allowance)
    }
}

/// Refuses where there was nothing to stop.
fn there(stopped: Stopped) -> Result<(), Error> {
    match stopped {
        Stopped::AtOnce | Stopped::Asked => Ok(()),
        Stopped::NotThere => Err(Error::NotFound),
    }
}

impl From<crate::gateway::GatewayError> for Error {
    fn from(error: crate::gateway::GatewayError) -> Self {
        use crate::gateway::GatewayError as E;
        match error {
            E::Store(error) => Self::Store(error),
            E::Identity(error) => Self::Identity(error),
            E::OverBudget { .. } | E::NoPrice | E::QuotaUsedUp { .. } => {
                Self::Identity(IdentityError::Refused(FailureCode::QuotaUsedUp))
            }
            E::NoModel | E::UnknownModel { .. } => Self::UnknownModel,
            _ => Self::Overloaded,
        }
    }
}
