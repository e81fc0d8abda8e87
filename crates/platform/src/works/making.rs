//! Bringing a wish to its end, from wherever the process before has left it.

use std::time::Duration;

use bailian::{Error as UpstreamError, ErrorKind, capability::ModelCard, media::MediaUsage};
use model::{CallOutcome, FailureCode, JobFailure, JobKind, JobState, MakingStep, Wish};

use super::{
    Works,
    asking::{self, AskError, Asked, failure_of},
    lost::Lost,
    step::{At, Part, Step},
};
use crate::{
    gateway::{JobEnd, JobTariff},
    jobs::{Desk, Following, Halt, Handler, Outcome, Pause, Seen, halt},
    store::Job,
};

/// The longest, for images and for videos ("Polling advice").
const LONGEST_FOR_IMAGES: Duration = Duration::from_secs(5);
const LONGEST_FOR_VIDEOS: Duration = Duration::from_secs(10);
/// The upstream keeps a task for so long; nothing can be learned after that.
const KEPT_MS: i64 = 24 * 60 * 60 * 1000;

/// Makes works.
pub(super) struct Maker(pub(super) Works);

impl Handler for Maker {
    async fn work(&self, job: &Job, desk: &Desk) -> Result<Outcome, Pause> {
        let works = &self.0;
        if job.kind == JobKind::Transcript {
            return Box::pin(works.0.transcripts.work(job, desk)).await;
        }
        let Ok(wish) = serde_json::from_str::<Wish>(&job.input) else {
            self.give_up(job).await?;
            return Ok(Outcome::failed(of_ours(FailureCode::Internal, job)));
        };
        let Some(card) = works.0.gateway.card(wish.model()) else {
            self.give_up(job).await?;
            return Ok(Outcome::failed(of_ours(FailureCode::UnknownModel, job)));
        };
        let making = Making {
            works,
            job,
            desk,
            wish: &wish,
            card,
            tariff: works.0.gateway.tariff_of_job(job.id).await?,
            step: Step::read(&job.step),
        };
        Box::pin(making.run()).await
    }

    async fn give_up(&self, job: &Job) -> Result<(), Pause> {
        if job.kind == JobKind::Transcript {
            return self.0.0.transcripts.give_up(job).await;
        }
        let end = JobEnd::of(CallOutcome::Interrupted);
        Ok(self.0.0.gateway.settle_job(job.id, end).await?)
    }
}

pub(super) fn of_ours(code: FailureCode, job: &Job) -> JobFailure {
    JobFailure {
        code,
        upstream_code: None,
        reference: Some(job.id.to_string()),
    }
}

/// One wish, being made.
pub(super) struct Making<'a> {
    pub(super) works: &'a Works,
    pub(super) job: &'a Job,
    pub(super) desk: &'a Desk,
    pub(super) wish: &'a Wish,
    pub(super) card: &'a ModelCard,
    /// What its call costs, as long as that is not booked.
    pub(super) tariff: Option<JobTariff<'a>>,
    pub(super) step: Step,
}

/// The making goes on, or has ended.
pub(super) type Next = Result<(), Outcome>;

impl Making<'_> {
    async fn run(mut self) -> Result<Outcome, Pause> {
        if self.step.results.is_none() {
            let asked = match self.wish {
                Wish::Speech(speech) => self.speak(speech).await?,
                _ => self.ask().await?,
            };
            if let Err(outcome) = asked {
                return Ok(outcome);
            }
        }
        halt(Halt::Settling, self.job.id).await;
        // Booked again by whoever comes after a process that died here; once counts.
        self.settle(JobEnd {
            usage: self.step.usage.clone(),
            upstream_request_id: self.step.request_id.clone(),
            ..JobEnd::of(CallOutcome::Succeeded)
        })
        .await?;
        // Large, and held while what was made is fetched.
        let fetched = Box::pin(self.fetch()).await?;
        let made = Outcome {
            state: JobState::Succeeded,
            failure: None,
            cost: self.step.cost,
        };
        Ok(match fetched {
            Ok(()) => made,
            Err(failure) => Outcome {
                state: JobState::Failed,
                failure: Some(failure),
                ..made
            },
        })
    }

    async fn settle(&self, end: JobEnd) -> Result<(), Pause> {
        let end = JobEnd {
            estimated: self.step.estimated,
            ..end
        };
        Ok(self.works.0.gateway.settle_job(self.job.id, end).await?)
    }

    pub(super) async fn keep(&mut self, at: MakingStep) -> Result<(), Pause> {
        self.step.at = At(at);
        self.desk.keep(&self.step).await
    }

    /// Ends it with nothing: what was reserved is free, what was used so far is booked.
    pub(super) async fn fail(&self, end: JobEnd, failure: JobFailure) -> Result<Next, Pause> {
        self.settle(end).await?;
        Ok(Err(Outcome {
            cost: self.step.cost,
            ..Outcome::failed(failure)
        }))
    }

    pub(super) async fn called_off(&self) -> Result<Next, Pause> {
        self.settle(JobEnd {
            usage: self.step.usage.clone(),
            ..JobEnd::of(CallOutcome::Cancelled)
        })
        .await?;
        Ok(Err(Outcome {
            state: JobState::Cancelled,
            failure: None,
            cost: self.step.cost,
        }))
    }

    /// Hands the wish in and waits for what comes of it.
    async fn ask(&mut self) -> Result<Next, Pause> {
        if self.step.task.is_none() {
            if let Some(at) = self.step.asked_at {
                // The process that asked did not live to hear the answer.
                match self
                    .works
                    .lost_task(self.job, (self.wish, self.card), at)
                    .await?
                {
                    Lost::Found(id) => {
                        self.step.found = true;
                        self.has_task(id, None).await?;
                    }
                    Lost::NeverBegun => self.step.asked_at = None,
                    Lost::Unknown if asking::is_task(self.wish, self.card) => {
                        return self.is_unknown().await;
                    }
                    Lost::Unknown => return self.is_lost().await,
                }
            }
            if self.step.task.is_none()
                && let Err(outcome) = self.hand_in().await?
            {
                return Ok(Err(outcome));
            }
        }
        match self.step.task.clone() {
            Some(id) => self.follow(&id).await,
            // It was answered at once.
            None => Ok(Ok(())),
        }
    }

    async fn hand_in(&mut self) -> Result<Next, Pause> {
        if self.desk.cancelled().is_cancelled() {
            return self.called_off().await;
        }
        if !self.desk.may_begin().await? {
            return self.is_closed_to().await;
        }
        self.step.asked_at = Some(self.works.0.clock.now());
        self.keep(MakingStep::Asking).await?;
        halt(Halt::Asking, self.job.id).await;
        let asked = self.works.hand_in(self.job.owner, self.wish, self.card);
        let asked = asked.await;
        halt(Halt::Answered, self.job.id).await;
        match asked {
            Ok(Asked::Task { id, request_id }) => {
                self.has_task(id, request_id).await?;
                Ok(Ok(()))
            }
            Ok(Asked::Done {
                results,
                usage,
                request_id,
            }) => {
                self.step.request_id = request_id;
                self.has_results(results, usage).await?;
                Ok(Ok(()))
            }
            Err(AskError::Files(error)) => {
                let failure = of_ours(error.code(), self.job);
                self.fail(JobEnd::of(CallOutcome::Cancelled), failure).await
            }
            Err(AskError::Upstream(error)) => self.refused(&error).await,
        }
    }

    /// What a refusal or a failure means to a wish that was handed in.
    async fn refused(&mut self, error: &UpstreamError) -> Result<Next, Pause> {
        tracing::warn!(
            error = error as &dyn std::error::Error,
            "a wish was not taken"
        );
        match error.kind() {
            ErrorKind::Throttled { .. } | ErrorKind::CircuitOpen => {
                // Nothing was begun: its turn comes later.
                self.step.asked_at = None;
                self.keep(MakingStep::Waiting).await?;
                let wait = error.retry_after().unwrap_or(Duration::from_secs(5));
                Err(Pause::Later(wait.min(Duration::from_mins(5))))
            }
            // Whether it was begun nobody knows: whoever comes next looks for it.
            _ if asking::is_task(self.wish, self.card) && may_have_begun(error) => {
                Err(Pause::Later(Duration::from_secs(3)))
            }
            _ => self.fail(JobEnd::failed(error), failure_of(error)).await,
        }
    }

    async fn has_task(&mut self, id: String, request_id: Option<String>) -> Result<(), Pause> {
        self.step.task = Some(id);
        self.step.request_id = request_id;
        self.keep(MakingStep::Pending).await
    }

    /// Ends it because nobody can tell what became of it.
    async fn is_unknown(&self) -> Result<Next, Pause> {
        let failure = of_ours(FailureCode::UpstreamInterrupted, self.job);
        self.fail(JobEnd::of(CallOutcome::Interrupted), failure)
            .await
    }

    /// Ends it because whoever asked may not have things made any more; what was made until then is booked.
    pub(super) async fn is_closed_to(&self) -> Result<Next, Pause> {
        let end = JobEnd {
            usage: self.step.usage.clone(),
            ..JobEnd::of(CallOutcome::Cancelled)
        };
        let failure = of_ours(FailureCode::Forbidden, self.job);
        self.fail(end, failure).await
    }

    /// Ends it because it was answered at once, and whoever was answered is dead. No key makes the upstream answer again what
    /// it has answered, and to ask once more would be to pay twice without having been asked to.
    async fn is_lost(&self) -> Result<Next, Pause> {
        let failure = of_ours(FailureCode::AnswerLost, self.job);
        self.fail(JobEnd::of(CallOutcome::Interrupted), failure)
            .await
    }

    /// What came of it is known from here on, and lies at the upstream for a day.
    pub(super) async fn has_results(
        &mut self,
        results: Vec<Part>,
        usage: Option<MediaUsage>,
    ) -> Result<(), Pause> {
        if let Some(tariff) = &self.tariff {
            self.step.cost = usage.as_ref().and_then(|usage| tariff.cost(usage));
        }
        self.step.usage = usage;
        self.step.results = Some(results);
        self.keep(MakingStep::Fetching).await
    }

    /// Asks for the task until it has ended.
    async fn follow(&mut self, id: &str) -> Result<Next, Pause> {
        let longest = if self.job.kind == JobKind::Video {
            LONGEST_FOR_VIDEOS
        } else {
            LONGEST_FOR_IMAGES
        };
        if !self.step.found {
            self.desk.claim(id).await?;
        }
        let client = self.works.0.gateway.client();
        let mut following = Following::new(client, self.desk, id, longest);
        loop {
            match following.look().await? {
                Seen::Ended(Ok(finished)) => {
                    // Somebody else's must never be shown here.
                    if self.step.found && !asking::is_of(&finished.output, self.wish) {
                        return self.is_unknown().await;
                    }
                    self.desk.claim(id).await?;
                    let results = asking::results_of(finished.output);
                    // The upstream's last word on how far it was came before its end.
                    if let Some((made, _)) = &mut self.step.done {
                        *made = count(results.iter().filter(|part| part.is_made()).count());
                    }
                    self.has_results(results, Some(finished.usage)).await?;
                    return Ok(Ok(()));
                }
                Seen::Ended(Err(error)) if *error.kind() == ErrorKind::TaskCanceled => {
                    return self.called_off().await;
                }
                Seen::Ended(Err(error)) => {
                    return self.fail(JobEnd::failed(&error), failure_of(&error)).await;
                }
                Seen::Goes { pending, done } => {
                    let at = if pending {
                        MakingStep::Pending
                    } else {
                        MakingStep::Working
                    };
                    if (self.step.at, self.step.done) != (At(at), done) {
                        self.step.done = done;
                        self.keep(at).await?;
                    }
                }
                Seen::Nothing => {}
            }
            if self.is_forgotten() {
                return self.is_unknown().await;
            }
            following.rest().await?;
        }
    }

    fn is_forgotten(&self) -> bool {
        let now = self.works.0.clock.now();
        self.step.asked_at.is_some_and(|at| now.since(at) > KEPT_MS)
    }
}

/// Whether the upstream may have begun with what it did not confirm.
pub(crate) fn may_have_begun(error: &UpstreamError) -> bool {
    match error.kind() {
        ErrorKind::Timeout { .. }
        | ErrorKind::Connection
        | ErrorKind::Interrupted
        | ErrorKind::Malformed
        | ErrorKind::Unavailable => true,
        _ => error.status().is_some_and(|status| status >= 500),
    }
}

pub(super) fn count(parts: usize) -> u32 {
    u32::try_from(parts).unwrap_or(u32::MAX)
}
