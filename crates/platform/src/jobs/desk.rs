//! What whoever works on a job has at hand.

use std::{future::pending, time::Duration};

use model::{JobId, Permission, UserId};
use serde::Serialize;
use tokio::{
    sync::broadcast::error::RecvError,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

use super::Jobs;
use crate::{
    gateway::{ObjectKind, UPSTREAM},
    store::{self, Job, Taken},
};

/// Why the work stops without being at its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Pause {
    /// The job is another process's, or this one is on its way out: nothing more may be done for it here.
    #[error("the job is not this process's any more")]
    Gone,
    /// It is to be taken up again later.
    #[error("the job goes on in {0:?}")]
    Later(Duration),
}

impl From<store::Error> for Pause {
    /// The store comes back, and the step that was kept last is still right.
    fn from(error: store::Error) -> Self {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "a job waits for the store"
        );
        Self::Later(Duration::from_secs(5))
    }
}

/// The place at which one job is worked on.
pub(crate) struct Desk {
    jobs: Jobs,
    id: JobId,
    /// How often it was taken by then: who takes it later has more.
    attempts: i64,
    owner: UserId,
    /// This process is on its way out, or the lease is lost.
    gone: CancellationToken,
    /// Whoever asked for it does not want it any more.
    cancelled: CancellationToken,
}

impl Desk {
    pub(super) fn new(jobs: Jobs, job: &Job, closing: CancellationToken) -> Self {
        let cancelled = CancellationToken::new();
        if job.cancel_asked {
            cancelled.cancel();
        }
        Self {
            jobs,
            id: job.id,
            attempts: job.attempts,
            owner: job.owner,
            gone: closing,
            cancelled,
        }
    }

    fn taken(&self) -> Taken<'_> {
        Taken {
            node: &self.jobs.0.node,
            attempts: self.attempts,
        }
    }

    /// Ends when the job is not wanted any more.
    pub(crate) fn cancelled(&self) -> &CancellationToken {
        &self.cancelled
    }

    /// Whether something may still be begun for whoever asked: their account is open, and they may have things made. What has begun is
    /// followed to its end all the same, for it is paid.
    pub(crate) async fn may_begin(&self) -> Result<bool, Pause> {
        let db = &self.jobs.0.db;
        Ok(db.may_still(self.owner, Permission::MediaUse).await?)
    }

    /// Keeps how far the work has come; returns when that is durable. What follows may rely on it.
    pub(crate) async fn keep(&self, step: &(impl Serialize + Sync)) -> Result<(), Pause> {
        let inner = &*self.jobs.0;
        // A step is made of texts and numbers, which always can be written.
        let step = serde_json::to_string(step).unwrap_or_default();
        let now = inner.clock.now();
        if !inner.db.step_job(self.id, self.taken(), &step, now).await? {
            return Err(Pause::Gone);
        }
        self.jobs.tell(self.owner);
        Ok(())
    }

    /// Writes down whose task at the upstream it is that does this job.
    pub(crate) async fn claim(&self, task: &str) -> Result<(), Pause> {
        let inner = &*self.jobs.0;
        let (kind, now) = (ObjectKind::Task.as_str(), inner.clock.now());
        inner
            .db
            .insert_upstream_object(kind, task, self.owner, None, UPSTREAM, now)
            .await?;
        Ok(())
    }

    /// Waits so long; where `heed_cancel` says so, no longer than until the job is not wanted any more.
    pub(crate) async fn wait(&self, time: Duration, heed_cancel: bool) -> Result<(), Pause> {
        tokio::select! {
            () = self.gone.cancelled() => Err(Pause::Gone),
            () = self.cancelled.cancelled(), if heed_cancel => Ok(()),
            () = sleep(time) => Ok(()),
        }
    }

    /// Does something that can be done again by somebody else, unless the work stops meanwhile.
    pub(crate) async fn unless_gone<T>(&self, work: impl Future<Output = T>) -> Result<T, Pause> {
        self.gone.run_until_cancelled(work).await.ok_or(Pause::Gone)
    }

    /// Vouches for the job again and again. Returns when it is lost.
    pub(super) async fn vouch(&self, every: Duration, lease_ms: i64) {
        let inner = &*self.jobs.0;
        let mut vouched = Instant::now();
        loop {
            sleep(every).await;
            let until = inner.clock.now().plus(lease_ms);
            match inner.db.renew_job(self.id, self.taken(), until).await {
                Ok(Some(cancel)) => {
                    vouched = Instant::now();
                    if cancel && !self.cancelled.is_cancelled() {
                        self.cancelled.cancel();
                    }
                }
                Ok(None) => return,
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "vouching for a job failed"
                    );
                    // Somebody else may have it by now.
                    if vouched.elapsed() >= Duration::from_millis(lease_ms.unsigned_abs()) {
                        return;
                    }
                }
            }
        }
    }

    /// Hears at once of what is asked in this process; of what another one was asked the next renewal tells.
    pub(super) async fn hear(&self) {
        let mut changes = self.jobs.changes();
        loop {
            match changes.recv().await {
                Ok(change) if change.called_off == Some(self.id) => self.cancelled.cancel(),
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => pending().await,
            }
        }
    }
}
