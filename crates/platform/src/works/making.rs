//! Bringing a wish to its end, from wherever the process before has left it.

use std::time::Duration;

use bailian::{
    Error as UpstreamError, ErrorKind,
    audio::{Speech, counted, counted_as},
    capability::ModelCard,
    media::MediaUsage,
};
use model::{
    CallOutcome, FailureCode, JobFailure, JobKind, JobState, MakingStep, SpeechWish, Wish,
};

use super::{
    Works,
    asking::{self, AskError, Asked, ask_of, failure_of},
    lost::Lost,
    parts::parts,
    step::{At, Part, Step},
};
use crate::{
    gateway::{JobEnd, ObjectKind, UPSTREAM},
    jobs::{Desk, Following, Handler, Outcome, Pause, Seen},
    store::Job,
};

/// The longest, for images and for videos ("Polling advice").
const LONGEST_FOR_IMAGES: Duration = Duration::from_secs(5);
const LONGEST_FOR_VIDEOS: Duration = Duration::from_secs(10);
/// The upstream keeps a task for so long; nothing can be learned after that.
const KEPT_MS: i64 = 24 * 60 * 60 * 1000;
/// Characters that a model with short texts speaks at once ("Speech").
const PART: usize = 500;
/// The same for the others, as they count ("Limits").
pub(super) const LONG_PART: usize = 20_000;
/// Of a text that is longer: some minutes of sound, which are joined in memory.
const JOINED_PART: usize = 4_000;

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
            step: Step::read(&job.step),
        };
        making.run().await
    }

    async fn give_up(&self, job: &Job) -> Result<(), Pause> {
        if job.kind == JobKind::Transcript {
            return self.0.0.transcripts.give_up(job).await;
        }
        let end = JobEnd::of(CallOutcome::Interrupted);
        Ok(self.0.0.gateway.settle_job(job.id, end).await?)
    }
}

fn of_ours(code: FailureCode, job: &Job) -> JobFailure {
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
    card: &'a ModelCard,
    pub(super) step: Step,
}

/// The making goes on, or has ended.
type Next = Result<(), Outcome>;

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
        // Booked again by whoever comes after a process that died here; once counts.
        self.settle(JobEnd {
            usage: self.step.usage.clone(),
            upstream_request_id: self.step.request_id.clone(),
            ..JobEnd::of(CallOutcome::Succeeded)
        })
        .await?;
        let fetched = self.fetch().await?;
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
        Ok(self.works.0.gateway.settle_job(self.job.id, end).await?)
    }

    async fn keep(&mut self, at: MakingStep) -> Result<(), Pause> {
        self.step.at = At(at);
        self.desk.keep(&self.step).await
    }

    /// Ends it with nothing: what was reserved is free, what was used so far is booked.
    async fn fail(&self, end: JobEnd, failure: JobFailure) -> Result<Next, Pause> {
        self.settle(end).await?;
        Ok(Err(Outcome {
            cost: self.step.cost,
            ..Outcome::failed(failure)
        }))
    }

    async fn called_off(&self) -> Result<Next, Pause> {
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
                match self.works.lost_task(self.job, self.card, at).await? {
                    Lost::Found(id) => {
                        self.step.found = true;
                        self.has_task(id, None).await?;
                    }
                    Lost::NeverBegun => self.step.asked_at = None,
                    Lost::Unknown => {
                        return self.is_unknown().await;
                    }
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
        self.step.asked_at = Some(self.works.0.clock.now());
        self.keep(MakingStep::Asking).await?;
        let asked = self.works.hand_in(self.job.owner, self.wish, self.card);
        match asked.await {
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
            _ if asking::is_task(self.card) && may_have_begun(error) => {
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

    /// Writes down whose task it is.
    async fn claim(&self, id: &str) -> Result<(), Pause> {
        let inner = &*self.works.0;
        let (kind, now) = (ObjectKind::Task.as_str(), inner.clock.now());
        inner
            .db
            .insert_upstream_object(kind, id, self.job.owner, None, UPSTREAM, now)
            .await?;
        Ok(())
    }

    /// Ends it because nobody can tell what became of it.
    async fn is_unknown(&self) -> Result<Next, Pause> {
        let failure = of_ours(FailureCode::UpstreamInterrupted, self.job);
        self.fail(JobEnd::of(CallOutcome::Interrupted), failure)
            .await
    }

    /// What came of it is known from here on, and lies at the upstream for a day.
    async fn has_results(
        &mut self,
        results: Vec<Part>,
        usage: Option<MediaUsage>,
    ) -> Result<(), Pause> {
        let ask = ask_of(self.wish);
        let gateway = &self.works.0.gateway;
        self.step.cost = usage
            .as_ref()
            .and_then(|usage| gateway.cost_of_job(ask.model, ask.operation, usage));
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
            self.claim(id).await?;
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
                    self.claim(id).await?;
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

    /// Speaks the text, part after part. A part that was asked for by a process that died is asked for again: it can't be
    /// found, and is a page at most.
    async fn speak(&mut self, wish: &SpeechWish) -> Result<Next, Pause> {
        let any_form = super::offers::speaks_any_form(self.card);
        let parts = if !any_form {
            parts(&wish.text, PART, |_| 1)
        } else if counted(wish.text.trim()) <= LONG_PART {
            vec![wish.text.trim()]
        } else {
            parts(&wish.text, JOINED_PART, counted_as)
        };
        let client = self.works.0.gateway.client().clone();
        for part in parts.iter().skip(self.step.spoken.len()) {
            if self.desk.cancelled().is_cancelled() {
                return self.called_off().await;
            }
            let mut speech = Speech::new(&wish.model, *part, &wish.voice);
            if any_form {
                speech = speech.format(wish.format.as_str());
                speech.rate = wish.speed.map(|speed| f64::from(speed) / 100.0);
            }
            self.keep(MakingStep::Working).await?;
            let answer = match client.speak(&speech).await {
                Ok(answer) => answer,
                Err(error) => return self.not_spoken(&error).await,
            };
            self.step.request_id = answer.request_id;
            self.step.spoken.push(answer.output.audio.url);
            self.add_usage(answer.usage);
            self.step.done = Some((count(self.step.spoken.len()), count(parts.len())));
            self.keep(MakingStep::Working).await?;
        }
        let made = self.step.spoken.iter().map(|url| Part::Made {
            url: url.clone(),
            actual_prompt: None,
        });
        let (made, usage) = (made.collect(), self.step.usage.clone());
        self.has_results(made, usage).await?;
        Ok(Ok(()))
    }

    async fn not_spoken(&mut self, error: &UpstreamError) -> Result<Next, Pause> {
        if let ErrorKind::Throttled { .. } | ErrorKind::CircuitOpen = error.kind() {
            let wait = error.retry_after().unwrap_or(Duration::from_secs(5));
            return Err(Pause::Later(wait.min(Duration::from_mins(5))));
        }
        let end = JobEnd {
            usage: self.step.usage.clone(),
            ..JobEnd::failed(error)
        };
        self.fail(end, failure_of(error)).await
    }

    fn add_usage(&mut self, usage: Option<MediaUsage>) {
        let Some(usage) = usage else { return };
        let so_far = self.step.usage.get_or_insert_default();
        so_far.characters = match (so_far.characters, usage.characters) {
            (None, None) => None,
            (before, now) => Some(before.unwrap_or(0) + now.unwrap_or(0)),
        };
        let ask = ask_of(self.wish);
        self.step.cost = self
            .works
            .0
            .gateway
            .cost_of_job(ask.model, ask.operation, so_far);
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

fn count(parts: usize) -> u32 {
    u32::try_from(parts).unwrap_or(u32::MAX)
}
