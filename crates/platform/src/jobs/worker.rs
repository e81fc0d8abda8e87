//! Taking jobs and bringing them to their end.

use std::{sync::Arc, time::Duration};

use model::{FailureCode, JobFailure, JobState};
use tokio::{sync::Semaphore, time::sleep};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Desk, Jobs, Pause};
use crate::store::Job;

/// So long a process vouches for a job; another one takes it up after that.
const LEASE_MS: i64 = 20_000;
/// How often it does.
const RENEWAL: Duration = Duration::from_secs(5);
/// Who is not woken looks by themselves: for what other processes left, and for what is due later.
const LOOK: Duration = Duration::from_secs(2);
/// After a failure of the store.
const PAUSE: Duration = Duration::from_secs(1);
/// A job that has killed so many processes in a row will not be done by the next one.
const DEATHS: i64 = 20;

/// How a job ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) state: JobState,
    pub(crate) failure: Option<JobFailure>,
    /// What it cost, in micro-yuan.
    pub(crate) cost: Option<i64>,
}

impl Outcome {
    pub(crate) fn failed(failure: JobFailure) -> Self {
        Self {
            state: JobState::Failed,
            failure: Some(failure),
            cost: None,
        }
    }
}

/// Whoever knows how jobs are done.
pub(crate) trait Handler: Send + Sync + 'static {
    /// Goes on with a job from where it was left. May be dropped at any await; what was kept by the desk is what the next
    /// one begins with.
    fn work(&self, job: &Job, desk: &Desk) -> impl Future<Output = Result<Outcome, Pause>> + Send;

    /// Gives up a job that can't be brought to an end: what was reserved for it is settled.
    fn give_up(&self, job: &Job) -> impl Future<Output = Result<(), Pause>> + Send;
}

impl Jobs {
    /// Takes jobs and works on so many at once, of each person on `per_owner`, until `closing`; what is not done by then is left
    /// to others.
    pub(crate) async fn run<H: Handler>(
        &self,
        handler: Arc<H>,
        at_once: usize,
        per_owner: i64,
        closing: CancellationToken,
    ) {
        let places = Arc::new(Semaphore::new(at_once));
        let working = TaskTracker::new();
        while !closing.is_cancelled() {
            let place = closing.run_until_cancelled(Arc::clone(&places).acquire_owned());
            let Some(Ok(place)) = place.await else { break };
            let Some(taken) = closing.run_until_cancelled(self.take(per_owner)).await else {
                break;
            };
            let (jobs, handler, closing) = (self.clone(), Arc::clone(&handler), closing.clone());
            working.spawn(async move {
                jobs.work_on(&*handler, taken, closing).await;
                drop(place);
            });
        }
        working.close();
        working.wait().await;
        if let Err(error) = self.0.db.leave_jobs(&self.0.node).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "jobs wait until their leases run out"
            );
        }
    }

    /// Frees what earlier processes of this database worked on: right when this one is the only one.
    pub(crate) async fn free_all(&self) -> Result<u64, crate::store::Error> {
        self.0.db.free_jobs(&self.0.node).await
    }

    /// Waits for a job whose turn it is.
    async fn take(&self, per_owner: i64) -> Job {
        let inner = &*self.0;
        loop {
            let now = inner.clock.now();
            let until = now.plus(LEASE_MS);
            match inner.db.claim_job(&inner.node, until, now, per_owner).await {
                Ok(Some(job)) => return job,
                Ok(None) => {
                    let _ = tokio::time::timeout(LOOK, inner.waits.notified()).await;
                }
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "looking for jobs failed"
                    );
                    sleep(PAUSE).await;
                }
            }
        }
    }

    #[tracing::instrument(name = "job.work", skip_all, fields(job.id = %job.id, job.kind = job.kind.as_str()))]
    async fn work_on<H: Handler>(&self, handler: &H, job: Job, closing: CancellationToken) {
        self.tell(job.owner);
        let desk = self.desk(&job, closing.clone());
        let worked = async {
            if job.deaths > DEATHS {
                handler.give_up(&job).await?;
                return Ok(Outcome::failed(JobFailure {
                    code: FailureCode::Internal,
                    upstream_code: None,
                    reference: Some(job.id.to_string()),
                }));
            }
            handler.work(&job, &desk).await
        };
        let worked = tokio::select! {
            worked = worked => worked,
            () = desk.vouch(RENEWAL, LEASE_MS) => Err(Pause::Gone),
            () = desk.hear() => Err(Pause::Gone),
        };
        if let Err(error) = self.put_away(&job, worked).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "a job's end could not be kept; it is worked on again"
            );
        }
        self.tell(job.owner);
        // Its owner may have another one waiting.
        self.0.waits.notify_one();
    }

    async fn put_away(
        &self,
        job: &Job,
        worked: Result<Outcome, Pause>,
    ) -> Result<(), crate::store::Error> {
        let inner = &*self.0;
        let now = inner.clock.now();
        let taken = job.taken_by(&inner.node);
        match worked {
            Ok(outcome) => {
                let failure = outcome
                    .failure
                    .and_then(|failure| serde_json::to_string(&failure).ok());
                let end = (outcome.state, failure.as_deref(), outcome.cost);
                inner.db.end_job(job.id, taken, end, now).await?;
            }
            Err(Pause::Later(wait)) => {
                let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
                inner
                    .db
                    .postpone_job(job.id, taken, now.plus(wait), now)
                    .await?;
            }
            Err(Pause::Gone) => {}
        }
        Ok(())
    }
}
