//! Working on a transcript, from wherever the process before has left it.

use std::{io, time::Duration};

use bailian::{
    Error as UpstreamError, ErrorKind, Pieces,
    audio::{FileTranscription, Transcription},
    media::{Item, MediaUsage},
    task::{Finished, Task},
};
use futures_util::{FutureExt, StreamExt, TryStreamExt};
use model::{
    CallOutcome, FailureCode, JobFailure, JobState,
    transcript::{NotesState, Speakers, TranscriptState, TranscriptStep},
};
use serde_json::Value;

use super::{
    Transcripts, hearing,
    step::{At, Hearing, Order, Step},
};
use crate::{
    files::FilesError,
    gateway::{JobEnd, ObjectKind, UPSTREAM},
    jobs::{Desk, Following, Handler, Lost, Outcome, Pause, Seen, lost_task},
    store::{Found, Job, NewTranscript},
    works::{failure_of, may_have_begun},
};

/// The longest pause between two questions about a task ("Polling advice").
const LONGEST: Duration = Duration::from_secs(5);
/// The upstream keeps a task and its result for so long.
const KEPT_MS: i64 = 24 * 60 * 60 * 1000;
/// A recording lies at the upstream for two days; one that has lain so long is put there anew.
const UPLOADED_MS: i64 = 40 * 60 * 60 * 1000;
/// Its only model that hears one file and not a list begins so.
const OF_ONE_FILE: &str = "qwen3-asr-flash-filetrans";

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
            step: Step::read(&job.step),
        };
        making.run().await
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

    /// Hands the recording in, unless a process that died has.
    async fn ask(&mut self, hearing: &Hearing) -> Result<Next, Pause> {
        let inner = &*self.transcripts.0;
        if let Some(at) = self.step.asked_at {
            let times = (at, inner.clock.now());
            match lost_task(&inner.gateway, &inner.db, self.job, &hearing.model, times).await? {
                Lost::Found(id) => {
                    self.step.found = true;
                    self.has_task(id, None).await?;
                    return Ok(Ok(()));
                }
                Lost::NeverBegun => self.step.asked_at = None,
                Lost::Unknown => return self.is_unknown().await,
            }
        }
        if self.desk.cancelled().is_cancelled() {
            return self.called_off().await;
        }
        let address = match self.upload(hearing).await? {
            Ok(address) => address,
            Err(outcome) => return Ok(Err(outcome)),
        };
        if self.desk.cancelled().is_cancelled() {
            return self.called_off().await;
        }
        self.step.asked_at = Some(inner.clock.now());
        self.keep(TranscriptStep::Asking).await?;
        match submit(inner.gateway.client(), hearing, address).await {
            Ok((id, request_id)) => {
                self.has_task(id, request_id).await?;
                Ok(Ok(()))
            }
            Err(error) => self.refused(&error).await,
        }
    }

    /// Puts the recording where the model can read it, piece by piece. Doing that twice does no harm.
    async fn upload(&mut self, hearing: &Hearing) -> Result<Result<String, Outcome>, Pause> {
        let inner = &*self.transcripts.0;
        let now = inner.clock.now();
        if let Some((address, at)) = &self.step.uploaded
            && now.since(*at) < UPLOADED_MS
        {
            return Ok(Ok(address.clone()));
        }
        self.keep(TranscriptStep::Uploading).await?;
        let (owner, file) = (self.job.owner, hearing.file);
        let view = match inner.files.view(owner, file).await {
            Ok(view) => view,
            Err(error) => return self.no_file(&error).await,
        };
        let files = inner.files.clone();
        let length = u64::try_from(view.bytes).unwrap_or(0);
        let pieces = Pieces::new(length, move || {
            let files = files.clone();
            async move {
                let content = files.content(owner, file).await.map_err(io::Error::other)?;
                let bytes = content.stream(0..length).await.map_err(io::Error::other)?;
                Ok(bytes.map_err(io::Error::other).boxed())
            }
            .boxed()
        });
        // The end of the name tells the upstream what it is.
        let name = view
            .name
            .rsplit_once('.')
            .map_or("recording", |(_, end)| end);
        let name = format!("recording.{name}");
        let client = inner.gateway.client();
        let sent = client.upload(&hearing.model, &name, pieces);
        let sent = tokio::select! {
            sent = self.desk.unless_gone(sent) => sent?,
            () = self.desk.cancelled().cancelled() => {
                let Err(outcome) = self.called_off().await? else {
                    return Err(Pause::Gone);
                };
                return Ok(Err(outcome));
            }
        };
        match sent {
            Ok(uploaded) => {
                self.step.uploaded = Some((uploaded.url.clone(), now));
                Ok(Ok(uploaded.url))
            }
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "a recording did not reach the upstream"
                );
                match error.kind() {
                    ErrorKind::TooLarge
                    | ErrorKind::InvalidParameter { .. }
                    | ErrorKind::PermissionDenied
                    | ErrorKind::NotFound => {
                        let end = JobEnd::failed(&error);
                        let ended = self.fail(end, failure_of(&error)).await?;
                        ended.map_or_else(|outcome| Ok(Err(outcome)), |()| Err(Pause::Gone))
                    }
                    _ => Err(later(&error)),
                }
            }
        }
    }

    async fn no_file(&self, error: &FilesError) -> Result<Result<String, Outcome>, Pause> {
        let code = error.code();
        if matches!(
            code,
            FailureCode::StoreUnavailable | FailureCode::FilesUnavailable
        ) {
            return Err(Pause::Later(Duration::from_secs(10)));
        }
        let end = JobEnd::of(CallOutcome::Cancelled);
        let ended = self.fail(end, of_ours(code, self.job)).await?;
        ended.map_or_else(|outcome| Ok(Err(outcome)), |()| Err(Pause::Gone))
    }

    /// What a refusal or a failure means to a recording that was handed in.
    async fn refused(&mut self, error: &UpstreamError) -> Result<Next, Pause> {
        tracing::warn!(
            error = error as &dyn std::error::Error,
            "a recording was not taken"
        );
        match error.kind() {
            ErrorKind::Throttled { .. } | ErrorKind::CircuitOpen => {
                // Nothing was begun: its turn comes later.
                self.step.asked_at = None;
                self.keep(TranscriptStep::Waiting).await?;
                Err(later(error))
            }
            // Whether it was begun nobody knows: whoever comes next looks for it.
            _ if may_have_begun(error) => Err(Pause::Later(Duration::from_secs(3))),
            _ => self.fail(JobEnd::failed(error), failure_of(error)).await,
        }
    }

    async fn has_task(&mut self, id: String, request_id: Option<String>) -> Result<(), Pause> {
        self.step.task = Some(id);
        self.step.request_id = request_id;
        self.keep(TranscriptStep::Pending).await
    }

    /// Writes down whose task it is.
    async fn claim(&self, id: &str) -> Result<(), Pause> {
        let inner = &*self.transcripts.0;
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

    /// Asks for the task until it has ended.
    async fn follow(&mut self, id: &str) -> Result<Next, Pause> {
        if !self.step.found {
            self.claim(id).await?;
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
                    self.claim(id).await?;
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
        let Some(hearing) = &self.order.hear else {
            return Ok(Ok(()));
        };
        let gateway = &self.transcripts.0.gateway;
        let usage: MediaUsage = finished.usage;
        self.step.cost = gateway.cost_of_job(&hearing.model, super::OPERATION, &usage);
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

/// Hands a recording in. The task's id and the request's.
async fn submit(
    client: &bailian::Client,
    hearing: &Hearing,
    address: String,
) -> Result<(String, Option<String>), UpstreamError> {
    fn named<O>(task: Task<O>) -> (String, Option<String>) {
        (task.id, task.request_id)
    }
    if hearing.model.starts_with(OF_ONE_FILE) {
        let mut request = FileTranscription::new(address).enable_words(true);
        request.model.clone_from(&hearing.model);
        request.language.clone_from(&hearing.language);
        return Ok(named(client.submit_file_transcription(&request).await?));
    }
    let mut request = Transcription::new(&hearing.model, [address]);
    let parameters = &mut request.parameters;
    parameters.language_hints = hearing.language.clone().map(|language| vec![language]);
    parameters.vocabulary_id.clone_from(&hearing.vocabulary);
    match hearing.speakers {
        Speakers::Off => {}
        Speakers::Auto => parameters.diarization_enabled = Some(true),
        Speakers::Count(count) => {
            parameters.diarization_enabled = Some(true);
            parameters.speaker_count = Some(count);
        }
    }
    Ok(named(client.submit_transcription(&request).await?))
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
