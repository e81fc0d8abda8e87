//! Handing a recording in: it is put where the model can read it, and asked about once.

use std::{io, time::Duration};

use bailian::{
    Error as UpstreamError, ErrorKind, Pieces,
    audio::{FileTranscription, Transcription},
    task::Task,
};
use futures_util::{FutureExt, StreamExt, TryStreamExt};
use model::{
    CallOutcome, FailureCode,
    transcript::{Speakers, TranscriptStep},
};

use super::{Making, Next, later, of_ours};
use crate::{
    files::FilesError,
    gateway::JobEnd,
    jobs::{Halt, Lost, Outcome, Pause, halt, lost_task},
    transcripts::step::Hearing,
    works::{failure_of, may_have_begun},
};

/// A recording lies at the upstream for two days; one that has lain so long is put there anew.
const UPLOADED_MS: i64 = 40 * 60 * 60 * 1000;
/// Its only model that hears one file and not a list begins so.
const OF_ONE_FILE: &str = "qwen3-asr-flash-filetrans";

impl Making<'_> {
    /// Hands the recording in, unless a process that died has.
    pub(super) async fn ask(&mut self, hearing: &Hearing) -> Result<Next, Pause> {
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
        if !self.desk.may_begin().await? {
            let failure = of_ours(FailureCode::Forbidden, self.job);
            return self.fail(JobEnd::of(CallOutcome::Cancelled), failure).await;
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
        halt(Halt::Asking, self.job.id).await;
        let submitted = submit(inner.gateway.client(), hearing, address).await;
        halt(Halt::Answered, self.job.id).await;
        match submitted {
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
