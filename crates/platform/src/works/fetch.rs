//! Results become files: fetched before the upstream's addresses end, each once.

use std::time::Duration;

use bailian::{Error as UpstreamError, ErrorKind};
use bytes::Bytes;
use futures_util::{Stream, stream};
use model::{FailureCode, FileName, JobFailure, JobKind, Wish, WorkId};

use super::{making::Making, step::Part, wav};
use crate::{
    files::{FilesError, NewFile},
    jobs::Pause,
    store::NewWork,
};

/// The largest result that is kept.
const LARGEST: usize = 2 * 1024 * 1024 * 1024;
/// The largest part of a spoken text.
const LARGEST_PART: usize = 64 * 1024 * 1024;
/// What a result's file is called at most, in characters of its prompt.
const NAME: usize = 40;

/// Why a result is not kept.
enum NotKept {
    /// It is not there any more, or can't be kept.
    Never(JobFailure),
    /// It will be there later.
    Later,
}

impl Making<'_> {
    /// Fetches what was not yet, also what was deleted since. Fails when nothing could be kept, or when something can't be kept here.
    pub(super) async fn fetch(&mut self) -> Result<Result<(), JobFailure>, Pause> {
        let db = &self.works.0.db;
        // What a process kept that died before it said so.
        let made = db.places_made(self.job.owner, self.job.id).await?;
        self.step.kept.extend(made);
        let results = self.step.results.clone().unwrap_or_default();
        if self.job.kind == JobKind::Speech {
            if self.step.kept.contains(&0) {
                return Ok(Ok(()));
            }
            let fetched = self.fetch_speech(&results).await?;
            if fetched.is_ok() {
                self.has_kept(0).await?;
            }
            return Ok(fetched);
        }
        let mut failed = None;
        for (position, part) in (0_u32..).zip(&results) {
            let (url, actual_prompt) = match part {
                Part::Made { url, actual_prompt } => (url, actual_prompt.as_deref()),
                Part::Failed(failure) => {
                    failed = failed.or(Some(failure.clone()));
                    continue;
                }
            };
            if self.step.kept.contains(&position) {
                continue;
            }
            match self.fetch_one(position, url, actual_prompt).await? {
                Ok(()) => self.has_kept(position).await?,
                Err(failure) => {
                    failed = Some(failure.clone());
                    if let Some(parts) = &mut self.step.results {
                        parts[position as usize] = Part::Failed(failure);
                    }
                    self.desk.keep(&self.step).await?;
                }
            }
        }
        let nothing = || JobFailure {
            code: FailureCode::UpstreamUnreadable,
            upstream_code: None,
            reference: self.step.request_id.clone(),
        };
        Ok(if self.step.kept.is_empty() {
            Err(failed.unwrap_or_else(nothing))
        } else {
            Ok(())
        })
    }

    /// Keeps that a result has become a work. Its owner may remove that for good while the others are fetched.
    async fn has_kept(&mut self, position: u32) -> Result<(), Pause> {
        self.step.kept.insert(position);
        self.desk.keep(&self.step).await
    }

    async fn fetch_one(
        &self,
        position: u32,
        url: &str,
        actual_prompt: Option<&str>,
    ) -> Result<Result<(), JobFailure>, Pause> {
        let client = self.works.0.gateway.client();
        let kept = async {
            let download = client.download(url, LARGEST).await.map_err(of_upstream)?;
            let pieces = stream::unfold(Some(download), |download| async move {
                let mut download = download?;
                match download.chunk().await {
                    Ok(Some(piece)) => Some((Ok(piece), Some(download))),
                    Ok(None) => None,
                    Err(error) => Some((Err(error), None)),
                }
            });
            self.keep_file(position, actual_prompt, pieces).await
        };
        Self::or_later(self.desk.unless_gone(kept).await?)
    }

    fn or_later(kept: Result<(), NotKept>) -> Result<Result<(), JobFailure>, Pause> {
        match kept {
            Ok(()) => Ok(Ok(())),
            Err(NotKept::Never(failure)) => Ok(Err(failure)),
            Err(NotKept::Later) => Err(Pause::Later(Duration::from_secs(10))),
        }
    }

    /// Keeps a file and the work that it is: both, or none.
    async fn keep_file<E: std::error::Error + Send + Sync + 'static>(
        &self,
        position: u32,
        actual_prompt: Option<&str>,
        pieces: impl Stream<Item = Result<Bytes, E>> + Send,
    ) -> Result<(), NotKept> {
        let inner = &*self.works.0;
        let work = NewWork {
            id: WorkId::from_uuid(inner.ids.next()),
            job: self.job.id,
            position,
            kind: self.job.kind,
            prompt: self.wish.prompt().to_owned(),
            actual_prompt: actual_prompt.map(str::to_owned),
            model: self.wish.model().to_owned(),
        };
        let new = NewFile {
            duration_ms: self.duration_ms(),
            work: Some(work),
            ..NewFile::work(self.file_name(position)?)
        };
        let stored = inner
            .files
            .store(self.job.owner, new, pieces, LARGEST as u64)
            .await;
        match stored {
            // Where it is there, another process was faster.
            Ok(_) | Err(FilesError::There) => Ok(()),
            Err(error) => Err(self.of_files(&error)),
        }
    }

    fn of_files(&self, error: &FilesError) -> NotKept {
        tracing::warn!(
            error = error as &dyn std::error::Error,
            "a result could not be kept"
        );
        let code = error.code();
        if matches!(
            code,
            FailureCode::StoreUnavailable
                | FailureCode::FilesUnavailable
                | FailureCode::ScannerUnavailable
                | FailureCode::BadRequest
        ) {
            return NotKept::Later;
        }
        NotKept::Never(JobFailure {
            code,
            upstream_code: None,
            reference: Some(self.job.id.to_string()),
        })
    }

    /// The beginning of the prompt, with what the file is.
    fn file_name(&self, position: u32) -> Result<FileName, NotKept> {
        let prompt = self.wish.prompt().trim().chars();
        let words: String = prompt
            .take(NAME)
            .map(|c| if c.is_alphanumeric() { c } else { ' ' })
            .collect();
        let ending = match self.wish {
            Wish::Image(_) => "png",
            Wish::Video(_) => "mp4",
            Wish::Speech(wish) => wish.format.as_str(),
        };
        let number = position + 1;
        let name = format!("{} {number}.{ending}", words.trim());
        FileName::parse(name).map_err(|_| NotKept::Later)
    }

    /// How long a video is, where the upstream has said so.
    fn duration_ms(&self) -> Option<i64> {
        let usage = self
            .step
            .usage
            .as_ref()
            .filter(|_| self.job.kind == JobKind::Video)?;
        let seconds = usage.video_duration.or(usage.duration)?;
        let ms = (seconds * 1_000.0).round();
        #[expect(clippy::cast_possible_truncation, reason = "within its bounds")]
        let whole = ms as i64;
        (1.0..86_400_000.0).contains(&ms).then_some(whole)
    }

    /// The parts of a text become one recording.
    async fn fetch_speech(&mut self, results: &[Part]) -> Result<Result<(), JobFailure>, Pause> {
        let urls: Vec<&str> = results
            .iter()
            .filter_map(|part| match part {
                Part::Made { url, .. } => Some(url.as_str()),
                Part::Failed(_) => None,
            })
            .collect();
        if let [url] = urls[..] {
            return self.fetch_one(0, url, None).await;
        }
        let kept = async {
            let mut joined = wav::Joined::new().map_err(|_| NotKept::Later)?;
            for url in urls {
                let client = self.works.0.gateway.client();
                let part = client.download(url, LARGEST_PART).await;
                let part = part.map_err(of_upstream)?.bytes().await;
                let added = joined.add(&part.map_err(of_upstream)?);
                added.map_err(|_| {
                    NotKept::Never(JobFailure {
                        code: FailureCode::UpstreamUnreadable,
                        upstream_code: None,
                        reference: self.step.request_id.clone(),
                    })
                })?;
            }
            let pieces = joined.pieces().map_err(|_| NotKept::Later)?;
            self.keep_file(0, None, pieces).await
        };
        let kept = self.desk.unless_gone(kept).await?;
        Self::or_later(kept)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "what `map_err` takes")]
fn of_upstream(error: UpstreamError) -> NotKept {
    tracing::warn!(
        error = &error as &dyn std::error::Error,
        "a result could not be fetched"
    );
    match error.kind() {
        // Its address has ended, or leads nowhere.
        ErrorKind::PermissionDenied
        | ErrorKind::NotFound
        | ErrorKind::TooLarge
        | ErrorKind::InvalidParameter { .. }
        | ErrorKind::UnexpectedRedirect => NotKept::Never(super::asking::failure_of(&error)),
        _ => NotKept::Later,
    }
}
