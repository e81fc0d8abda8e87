//! Working on a transcript, from wherever the process before has left it.

mod handing;

use std::time::Duration;

use bailian::{
    Error as UpstreamError, ErrorKind,
    media::{Item, MediaUsage},
    task::Finished,
};
use model::{
    CallOutcome, FailureCode, JobFailure, JobState,
    transcript::{NotesState, TranscriptState, TranscriptStep},
};
use serde_json::Value;

use super::{
    Transcripts, hearing,
    step::{At, Hearing, Order, Step},
};
use crate::{
    gateway::{JobEnd, JobTariff},
    jobs::{Desk, Following, Halt, Handler, Outcome, Pause, Seen, halt},
    store::{Found, Job, NewTranscript},
    works::failure_of,
};

/// The longest pause between two questions about a task ("Polling advice").
const LONGEST: Duration = Duration::from_secs(5);
/// The upstream keeps a task and its result for so long.
const KEPT_MS: i64 = 24 * 60 * 60 * 1000;

impl Handler for Transcripts {
    async fn work(&self, job: &Job, desk: &Desk) -> Result<Outcome, Pause> {
        let Ok(order) = serde_json::from_str::<Order>(&job.input) else {
            self.give_up(job).await?;
            return Ok(Outcome::failed(of_ours(FailureCode::Internal, job)));
        };
        let making = Making {
            transcripts: self,
            job,
            desk,
            order: &order,
            tariff: self.0.gateway.tariff_of_job(job.id).await?,
            step: Step::read(&job.step),
        };
        Box::pin(making.run()).await
    }

    async fn give_up(&self, job: &Job) -> Result<(), Pause> {
        let inner = &*self.0;
        if let Ok(order) = serde_json::from_str::<Order>(&job.input) {
            let failure = of_ours(FailureCode::Internal, job);
            let (owner, id) = (job.owner, order.transcript);
            let state = TranscriptState::Failed;
            inner
                .db
                .fail_transcript(owner, id, state, Some(&failure), None)
                .await?;
        }
        let end = JobEnd::of(CallOutcome::Interrupted);
        Ok(inner.gateway.settle_job(job.id, end).await?)
    }
}

pub(super) fn of_ours(code: FailureCode, job: &Job) -> JobFailure {
    JobFailure {
        code,
        upstream_code: None,
        reference: Some(job.id.to_string()),
    }
}

/// One job, being worked on.
pub(super) struct Making<'a> {
    pub(super) transcripts: &'a Transcripts,
    pub(super) job: &'a Job,
    pub(super) desk: &'a Desk,
    pub(super) order: &'a Order,
    /// What listening costs, as long as that is not booked.
    pub(super) tariff: Option<JobTariff<'a>>,
    pub(super) step: Step,
}

/// The work goes on, or has ended.
type Next = Result<(), Outcome>;

impl Making<'_> {
    async fn run(mut self) -> Result<Outcome, Pause> {
        if let Some(hearing) = &self.order.hear
            && !self.step.heard
            && let Err(outcome) = self.hear(hearing).await?
        {
            return Ok(outcome);
        }
        if self.order.note && !self.step.noted {
            self.note().await?;
        }
        if let Some(language) = &self.order.translate {
            self.translate(language).await?;
        }
        Ok(Outcome {
            state: JobState::Succeeded,
            failure: None,
            cost: self.step.cost,
        })
    }

    pub(super) async fn keep(&mut self, at: TranscriptStep) -> Result<(), Pause> {
        self.step.at = At(at);
        self.desk.keep(&self.step).await
    }

    async fn hear(&mut self, hearing: &Hearing) -> Result<Next, Pause> {
        if !self.step.begun {
            self.begin(hearing).await?;
        }
        if self.step.results.is_none() {
            if self.step.task.is_none()
                && let Err(outcome) = self.ask(hearing).await?
            {
                return Ok(Err(outcome));
            }
            if let Some(id) = self.step.task.clone()
                && let Err(outcome) = self.follow(&id).await?
            {
                return Ok(Err(outcome));
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
        self.fetch(hearing).await
    }

    /// Whoever asked may have died before the transcript had a row.
    async fn begin(&mut self, hearing: &Hearing) -> Result<(), Pause> {
        let inner = &*self.transcripts.0;
        let wish = serde_json::to_string(self.order).unwrap_or_default();
        let new = NewTranscript {
            id: self.order.transcript,
            owner: self.job.owner,
            job: self.job.id,
            file: hearing.file,
            title: &hearing.title,
            wish: &wish,
            language: hearing.language.as_deref().unwrap_or_default(),
            duration_ms: hearing.duration_ms,
            now: self.job.created_at,
        };
        match inner.db.insert_transcript(&new).await {
            Ok(_) => {}
            // The recording was deleted meanwhile: what follows says so.
            Err(error) if error.is_conflict() => {}
            Err(error) => return Err(error.into()),
        }
        self.step.begun = true;
        self.keep(TranscriptStep::Uploading).await
    }

    async fn settle(&self, end: JobEnd) -> Result<(), Pause> {
        Ok(self
            .transcripts
            .0
            .gateway
            .settle_job(self.job.id, end)
            .await?)
    }

    /// Ends it with nothing: what was reserved is free.
    async fn fail(&self, end: JobEnd, failure: JobFailure) -> Result<Next, Pause> {
        self.settle(end).await?;
        let (owner, id) = (self.job.owner, self.order.transcript);
        let state = TranscriptState::Failed;
        let db = &self.transcripts.0.db;
        db.fail_transcript(owner, id, state, Some(&failure), self.step.cost)
            .await?;
        Ok(Err(Outcome {
            cost: self.step.cost,
            ..Outcome::failed(failure)
        }))
    }

    async fn called_off(&self) -> Result<Next, Pause> {
        self.settle(JobEnd::of(CallOutcome::Cancelled)).await?;
        let (owner, id) = (self.job.owner, self.order.transcript);
        let state = TranscriptState::Cancelled;
        let db = &self.transcripts.0.db;
        db.fail_transcript(owner, id, state, None, None).await?;
        Ok(Err(Outcome {
            state: JobState::Cancelled,
            failure: None,
            cost: None,
        }))
    }

    async fn has_task(&mut self, id: String, request_id: Option<String>) -> Result<(), Pause> {
        self.step.task = Some(id);
        self.step.request_id = request_id;
        self.keep(TranscriptStep::Pending).await
    }

    /// Ends it because nobody can tell what became of it.
    async fn is_unknown(&self) -> Result<Next, Pause> {
        let failure = of_ours(FailureCode::UpstreamInterrupted, self.job);
        self.fail(JobEnd::of(CallOutcome::Interrupted), failure)
            .await
    }

    /// Asks for the task until it has ended.
    async fn follow(&mut self, id: &str) -> Result<Next, Pause> {
        if !self.step.found {
            self.desk.claim(id).await?;
        }
        let client = self.transcripts.0.gateway.client();
        let mut following = Following::new(client, self.desk, id, LONGEST);
        loop {
            match following.look().await? {
                Seen::Ended(Ok(finished)) => {
                    // Somebody else's must never be shown here.
                    if self.step.found && !self.is_of_this(&finished.output) {
                        return self.is_unknown().await;
                    }
                    self.desk.claim(id).await?;
                    return self.has_ended(finished).await;
                }
                Seen::Ended(Err(error)) if *error.kind() == ErrorKind::TaskCanceled => {
                    return self.called_off().await;
                }
                Seen::Ended(Err(error)) => {
                    return self.fail(JobEnd::failed(&error), failure_of(&error)).await;
                }
                Seen::Goes { pending, .. } => {
                    let at = if pending {
                        TranscriptStep::Pending
                    } else {
                        TranscriptStep::Working
                    };
                    if self.step.at != At(at) {
                        self.keep(at).await?;
                    }
                }
                Seen::Nothing => {}
            }
            let now = self.transcripts.0.clock.now();
            if self.step.asked_at.is_some_and(|at| now.since(at) > KEPT_MS) {
                return self.is_unknown().await;
            }
            following.rest().await?;
        }
    }

    /// Whether a task heard this recording: it names where that lies, which nobody else knows.
    fn is_of_this(&self, output: &Value) -> bool {
        let Some((address, _)) = &self.step.uploaded else {
            return false;
        };
        let place = address.trim_start_matches("oss://");
        let results = output.get("results").and_then(Value::as_array);
        let mut heard = results.into_iter().flatten().chain(output.get("result"));
        heard.any(|file| {
            let named = file.get("file_url").and_then(Value::as_str);
            named.is_some_and(|named| named.contains(place))
        })
    }

    /// Where the text lies is known from here on, for a day.
    async fn has_ended(&mut self, finished: Finished<Value>) -> Result<Next, Pause> {
        let address = match address_of(finished.output, self.job) {
            Ok(address) => address,
            Err(failure) => return self.fail(JobEnd::of(CallOutcome::Failed), failure).await,
        };
        if self.order.hear.is_none() {
            return Ok(Ok(()));
        }
        let usage: MediaUsage = finished.usage;
        if let Some(tariff) = &self.tariff {
            self.step.cost = tariff.cost(&usage);
        }
        self.step.usage = Some(usage);
        self.step.results = Some(address);
        self.keep(TranscriptStep::Fetching).await?;
        Ok(Ok(()))
    }

    /// Fetches the text and keeps its sentences.
    async fn fetch(&mut self, hearing: &Hearing) -> Result<Next, Pause> {
        let inner = &*self.transcripts.0;
        let address = self.step.results.clone().unwrap_or_default();
        let fetched = inner.gateway.client().transcript(&address);
        let heard = match self.desk.unless_gone(fetched).await? {
            Ok(transcript) => hearing::heard(transcript),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "a text could not be fetched"
                );
                let gone = matches!(
                    error.kind(),
                    ErrorKind::PermissionDenied | ErrorKind::NotFound | ErrorKind::TooLarge
                );
                return if gone || *error.kind() == ErrorKind::Malformed {
                    // It was paid for; settling it again changes nothing.
                    self.fail(JobEnd::failed(&error), failure_of(&error)).await
                } else {
                    Err(later(&error))
                };
            }
        };
        let spoken = hearing.language.clone().or(heard.language);
        let found = Found {
            language: spoken.as_deref().unwrap_or_default(),
            duration_ms: heard.duration_ms.max(hearing.duration_ms),
            speakers: &heard.speakers,
            sentences: &heard.sentences,
            cost: self.step.cost,
        };
        let (owner, id) = (self.job.owner, self.order.transcript);
        inner.db.forget_translations(id).await?;
        if !inner.db.keep_sentences(owner, id, &found).await? {
            // It was deleted meanwhile, and nobody is to be told.
            return Ok(Err(Outcome {
                state: JobState::Cancelled,
                failure: None,
                cost: self.step.cost,
            }));
        }
        if self.order.note {
            let state = NotesState::Making;
            inner
                .db
                .note_transcript(owner, id, state, None, None)
                .await?;
        }
        self.step.heard = true;
        let next = if self.order.note {
            TranscriptStep::Noting
        } else {
            TranscriptStep::Translating
        };
        self.keep(next).await?;
        Ok(Ok(()))
    }
}

/// Where the text lies of the one file that was handed in.
fn address_of(output: Value, job: &Job) -> Result<String, JobFailure> {
    let missing = || of_ours(FailureCode::UpstreamUnreadable, job);
    if let Ok(one) =
        serde_json::from_value::<bailian::audio::FileTranscriptionOutput>(output.clone())
    {
        return one.result.transcription_url.ok_or_else(missing);
    }
    let many: bailian::audio::TranscriptionOutput =
        serde_json::from_value(output).map_err(|_| missing())?;
    match many.results.into_iter().next().ok_or_else(missing)? {
        Item::Done(file) => file.transcription_url.ok_or_else(missing),
        Item::Failed(failure) => Err(failure_of(&failure.error())),
    }
}

pub(super) fn later(error: &UpstreamError) -> Pause {
    let wait = error.retry_after().unwrap_or(Duration::from_secs(5));
    Pause::Later(wait.min(Duration::from_mins(5)))
}
