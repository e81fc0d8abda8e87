//! Files at Bailian: documents that a model reads there, and films that it fetches from there. Each is put there once for a while, and
//! removed when that is over or the file is gone.
//!
//! Sources: "qwen-long files" and "Files" for documents, "Temporary storage" for films.

use std::{io, time::Duration};

use bailian::{ErrorKind, Pieces, files::Purpose};
use futures_util::{FutureExt, StreamExt, TryStreamExt};
use model::{Attachment, FailureCode, FileId, Millis, ModelName, UserId};
use tokio::time::Instant;
use uuid::Uuid;

use super::{Generations, failure};
use crate::{
    files::FilesError,
    gateway::UPSTREAM,
    store::{CopyPlace, UpstreamCopy},
};

/// A document stays there for so long: conversations go on the next day.
const DOCUMENT_MS: i64 = 3 * Millis::DAY;
/// The temporary storage keeps a film for 48 hours.
const FILM_MS: i64 = 47 * 60 * 60 * 1000;
/// What is about to go is not used any more: an answer may take its time.
const RESERVE_MS: i64 = 60 * 60 * 1000;
/// How long a document may take to be read there, and how often one asks. Bailian says "some seconds".
const READING: Duration = Duration::from_mins(3);
const PAUSE: Duration = Duration::from_millis(500);
/// Copies that are looked at in one step.
const AT_ONCE: u32 = 200;

/// Why a file did not get there.
#[derive(Debug)]
pub(super) enum NoCopy {
    /// It is not there any more, here.
    Gone,
    /// It could not be put there, or not be read.
    Failed(FailureCode),
}

impl From<FilesError> for NoCopy {
    fn from(error: FilesError) -> Self {
        match error {
            FilesError::NotFound => Self::Gone,
            error => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "a file of a question could not be read"
                );
                Self::Failed(error.code())
            }
        }
    }
}

impl From<crate::store::Error> for NoCopy {
    fn from(error: crate::store::Error) -> Self {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "what is known of a file's copy could not be read"
        );
        Self::Failed(FailureCode::StoreUnavailable)
    }
}

impl From<bailian::Error> for NoCopy {
    fn from(error: bailian::Error) -> Self {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            upstream.request_id = error.request_id(),
            "a file of a question did not reach the upstream"
        );
        Self::Failed(match error.kind() {
            ErrorKind::InvalidParameter { .. } | ErrorKind::TooLarge => {
                FailureCode::DocumentRefused
            }
            kind => failure::code(kind),
        })
    }
}

impl Generations {
    /// The id of a document that was read there.
    pub(super) async fn document_there(
        &self,
        user: UserId,
        attachment: &Attachment,
    ) -> Result<String, NoCopy> {
        let place = CopyPlace {
            owner: user,
            file: attachment.file,
            upstream: UPSTREAM,
            reader: "",
        };
        if let Some(copy) = self.lasting(place).await? {
            match self.read_there(&copy.address).await {
                Ok(()) => return Ok(copy.address),
                // The account was changed, or somebody has cleared it.
                Err(error) if *error.kind() == ErrorKind::NotFound => {
                    self.0.db.forget_copy(copy.id).await?;
                }
                Err(error) => return Err(error.into()),
            }
        }
        let (this, file) = (self.clone(), attachment.clone());
        // Who leaves meanwhile must not leave something there that nobody knows of.
        let id = self.carried_out(async move { this.put_document(user, &file).await });
        let id = id.await?;
        self.read_there(&id).await?;
        Ok(id)
    }

    /// The address of a film, for that model.
    pub(super) async fn film_there(
        &self,
        user: UserId,
        model: &ModelName,
        attachment: &Attachment,
    ) -> Result<String, NoCopy> {
        let place = CopyPlace {
            owner: user,
            file: attachment.file,
            upstream: UPSTREAM,
            reader: model.as_str(),
        };
        if let Some(copy) = self.lasting(place).await? {
            return Ok(copy.address);
        }
        let inner = &*self.0;
        // What it is, the end of its name says.
        let end = match attachment.mime.as_str() {
            "video/quicktime" => "mov",
            "video/webm" => "webm",
            _ => "mp4",
        };
        let pieces = self.pieces(user, attachment.file).await?;
        let name = format!("film.{end}");
        let sent = inner.client.upload(model.as_str(), &name, pieces).await;
        let address = sent?.url;
        let expires_at = inner.clock.now().plus(FILM_MS);
        let id = inner.ids.next();
        // Of two that were put there at once, either will do: both go by themselves.
        inner
            .db
            .insert_copy(id, place, &address, expires_at)
            .await?;
        Ok(address)
    }

    /// The copy at that place that lasts for a while longer. One that does not is removed.
    async fn lasting(&self, place: CopyPlace<'_>) -> Result<Option<UpstreamCopy>, NoCopy> {
        let inner = &*self.0;
        let Some(copy) = inner.db.copy(place).await? else {
            return Ok(None);
        };
        if copy.expires_at.since(inner.clock.now()) > RESERVE_MS {
            return Ok(Some(copy));
        }
        self.remove_copy(&copy).await?;
        Ok(None)
    }

    async fn put_document(&self, user: UserId, attachment: &Attachment) -> Result<String, NoCopy> {
        let inner = &*self.0;
        let pieces = self.pieces(user, attachment.file).await?;
        let client = &inner.client;
        let sent = client.upload_file(Purpose::FileExtract, &attachment.name, pieces);
        let id = sent.await?.id;
        let place = CopyPlace {
            owner: user,
            file: attachment.file,
            upstream: UPSTREAM,
            reader: "",
        };
        let expires_at = inner.clock.now().plus(DOCUMENT_MS);
        let row = inner.ids.next();
        let is_first = inner.db.insert_copy(row, place, &id, expires_at).await;
        if matches!(is_first, Ok(true)) {
            return Ok(id);
        }
        // Another tab was faster, or nobody would remember it: this one is not needed.
        if let Err(error) = client.delete_file(&id).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "a copy that is not needed stays at the upstream"
            );
        }
        is_first?;
        let other = inner.db.copy(place).await?;
        let other = other.ok_or(NoCopy::Failed(FailureCode::UpstreamUnavailable))?;
        Ok(other.address)
    }

    /// Waits until a document was read there.
    async fn read_there(&self, id: &str) -> Result<(), bailian::Error> {
        let begun = Instant::now();
        loop {
            let file = self.0.client.file(id).await?;
            // Only these two are documented; of another one the answer tells more than we could.
            let is_being_read = file.status.as_deref() == Some("processing");
            if !is_being_read || begun.elapsed() > READING {
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// The file, read while it is sent and never whole in memory.
    async fn pieces(&self, user: UserId, file: FileId) -> Result<Pieces, NoCopy> {
        let files = self.0.files.clone();
        let length = files.content(user, file).await?.len();
        Ok(Pieces::new(length, move || {
            let files = files.clone();
            async move {
                let content = files.content(user, file).await.map_err(io::Error::other)?;
                let bytes = content.stream(0..length).await.map_err(io::Error::other)?;
                Ok(bytes.map_err(io::Error::other).boxed())
            }
            .boxed()
        }))
    }

    /// Carries on when whoever waits for it has left.
    async fn carried_out<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, NoCopy>> + Send + 'static,
    ) -> Result<T, NoCopy> {
        use tracing::Instrument as _;
        let work = self.0.runs.spawn(work.in_current_span());
        work.await
            .unwrap_or(Err(NoCopy::Failed(FailureCode::Internal)))
    }

    /// Removes what lies at Bailian of files that are gone, and what has been there for long enough. How many copies. (FI-17)
    #[tracing::instrument(name = "generation.remove_copies", skip_all)]
    pub async fn remove_copies(&self) -> Result<u64, crate::Error> {
        let inner = &*self.0;
        let now = inner.clock.now();
        let mut removed = 0;
        let mut after = (Millis::new(i64::MIN), Uuid::nil());
        loop {
            let expired = inner.db.expired_copies(after, now, AT_ONCE).await?;
            let Some(last) = expired.last() else { break };
            after = (last.expires_at, last.id);
            removed += self.remove_each(&expired).await;
        }
        let mut after = Uuid::nil();
        loop {
            let orphaned = inner.db.orphaned_copies(after, AT_ONCE).await?;
            let Some(last) = orphaned.last() else { break };
            after = last.id;
            removed += self.remove_each(&orphaned).await;
        }
        Ok(removed)
    }

    async fn remove_each(&self, copies: &[UpstreamCopy]) -> u64 {
        let mut removed = 0;
        for copy in copies {
            match self.remove_copy(copy).await {
                Ok(()) => removed += 1,
                // It is tried again the next time; the others must not wait for it.
                Err(NoCopy::Gone | NoCopy::Failed(_)) => {}
            }
        }
        removed
    }

    async fn remove_copy(&self, copy: &UpstreamCopy) -> Result<(), NoCopy> {
        let inner = &*self.0;
        // What was put there for one model goes by itself.
        if copy.reader.is_empty() && copy.upstream == UPSTREAM {
            match inner.client.delete_file(&copy.address).await {
                Ok(_) => {}
                Err(error) if *error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(inner.db.forget_copy(copy.id).await?)
    }
}
