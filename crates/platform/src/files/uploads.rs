//! Uploads that go on after a cut connection. What comes is stored in parts of a bounded size, each an object of its own, so
//! whatever arrived stays; when all is there, the parts are streamed into one content like any other file's. Memory holds two
//! parts of an upload, however long it is, and no part of it is on a disk of this machine when files are in S3.

mod deferred;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use model::{FailureCode, FileId, FileName, Medium, Millis, UploadId, UserId};
use tracing::Instrument;

use super::{Files, FilesError, NewFile, kinds, pictures, place::Object};
use crate::store::{Advanced, Begun, Blob, KeptUpload, NewPart, NewUpload};

/// Bytes of a part at most.
const PART: usize = 4 * 1024 * 1024;

/// An upload is kept for so long after the last bytes came.
const KEPT_MS: i64 = 24 * 60 * 60 * 1000;

/// How far an upload is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadStatus {
    /// Which.
    pub id: UploadId,
    /// Bytes that will come; not known yet where that is told with the end.
    pub length: Option<i64>,
    /// Bytes that came.
    pub offset: i64,
    /// Until when it waits for more.
    pub expires_at: Millis,
    /// The file that it became.
    pub file: Option<FileId>,
    /// Why it became none.
    pub failure: Option<FailureCode>,
}

impl UploadStatus {
    fn of(id: UploadId, kept: &KeptUpload) -> Self {
        Self {
            id,
            length: (!kept.deferred).then_some(kept.length),
            offset: kept.received,
            expires_at: kept.expires_at,
            file: kept.file,
            failure: kept.failure.as_deref().and_then(|code| code.parse().ok()),
        }
    }
}

impl Files {
    /// Begins an upload of `length` bytes and reserves them.
    #[tracing::instrument(name = "files.begin_upload", skip_all)]
    pub async fn begin_upload(
        &self,
        owner: UserId,
        name: &FileName,
        declared: Option<&str>,
        length: u64,
    ) -> Result<UploadStatus, FilesError> {
        let inner = &self.0;
        if length > inner.largest_upload {
            return Err(FilesError::TooLarge);
        }
        if length == 0 {
            return Err(FilesError::Invalid);
        }
        let now = inner.clock.now();
        let upload = NewUpload {
            id: UploadId::from_uuid(inner.ids.next()),
            owner,
            name: name.as_str(),
            declared: declared.unwrap_or_default(),
            length: Some(i64::try_from(length).map_err(|_| FilesError::TooLarge)?),
            is_recording: false,
            expires_at: now.plus(KEPT_MS),
        };
        self.begun(&upload, now).await
    }

    async fn begun(&self, upload: &NewUpload<'_>, now: Millis) -> Result<UploadStatus, FilesError> {
        let inner = &self.0;
        match inner.db.begin_upload(upload, inner.quota(), now).await? {
            Begun::Done => self.upload(upload.owner, upload.id).await,
            Begun::QuotaUsedUp => Err(FilesError::StorageUsedUp),
            Begun::TooMany => Err(FilesError::TooMany),
        }
    }

    /// How far one of the owner's uploads is.
    pub async fn upload(&self, owner: UserId, id: UploadId) -> Result<UploadStatus, FilesError> {
        Ok(UploadStatus::of(id, &self.kept_upload(owner, id).await?))
    }

    /// Takes bytes that begin at `offset`. With the last ones the upload becomes a file, or fails for good. Goes on to its end
    /// also when whoever asked leaves, so that what arrived is kept.
    #[tracing::instrument(name = "files.append", skip_all, fields(upload.id = %id))]
    pub async fn append<E>(
        &self,
        owner: UserId,
        id: UploadId,
        offset: i64,
        bytes: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
    ) -> Result<UploadStatus, FilesError>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let bytes = bytes.map_err(|error| FilesError::Interrupted(error.into()));
        let files = self.clone();
        let work = async move {
            let appended = files.receive(owner, id, offset, bytes).await;
            let ended = match appended {
                Ok(true) => files.assemble(owner, id).await,
                Ok(false) => Ok(()),
                Err(error) => Err(error),
            };
            if let Err(error) = ended {
                if error.is_final() && !files.keeps_what_came(owner, id, &error).await {
                    files.give_up(owner, id, error.code()).await?;
                }
                return Err(error);
            }
            files.upload(owner, id).await
        };
        tokio::spawn(work.in_current_span()).await?
    }

    /// Ends one of the owner's uploads. A file that it became stays.
    #[tracing::instrument(name = "files.end_upload", skip_all)]
    pub async fn end_upload(&self, owner: UserId, id: UploadId) -> Result<(), FilesError> {
        let inner = &self.0;
        if !inner.db.end_upload(owner, id, inner.clock.now()).await? {
            return Err(FilesError::NotFound);
        }
        self.remove_objects(&[parts_of(owner, id)]).await;
        Ok(())
    }

    async fn kept_upload(&self, owner: UserId, id: UploadId) -> Result<KeptUpload, FilesError> {
        let now = self.0.clock.now();
        let found = self.0.db.upload(owner, id, now).await?;
        found.ok_or(FilesError::NotFound)
    }

    /// Stores what comes. Whether all is there and no file yet.
    async fn receive(
        &self,
        owner: UserId,
        id: UploadId,
        offset: i64,
        bytes: impl Stream<Item = Result<Bytes, FilesError>>,
    ) -> Result<bool, FilesError> {
        let upload = self.kept_upload(owner, id).await?;
        let status = UploadStatus::of(id, &upload);
        if let Some(failure) = status.failure {
            return Err(FilesError::Ended(failure));
        }
        if offset != upload.received {
            return Err(FilesError::WrongOffset {
                at: upload.received,
            });
        }
        let mut at = offset;
        let mut part = BytesMut::new();
        let mut bytes = std::pin::pin!(bytes);
        let ended = loop {
            match bytes.next().await {
                None => break Ok(()),
                Some(Err(error)) => break Err(error),
                Some(Ok(mut piece)) => {
                    let arrived = at + len(&part) + len(&piece);
                    if arrived > self.longest(&upload) {
                        break Err(FilesError::TooLarge);
                    }
                    while part.len() + piece.len() >= PART {
                        part.extend_from_slice(&piece.split_to(PART - part.len()));
                        at = self.store_part(owner, id, &upload, at, &mut part).await?;
                    }
                    part.extend_from_slice(&piece);
                }
            }
        };
        if !part.is_empty() {
            at = self.store_part(owner, id, &upload, at, &mut part).await?;
        }
        match ended {
            // More than was said came: what was said is kept, and the upload may still be ended or gone on with.
            Err(FilesError::TooLarge) if !upload.deferred => {
                Err(FilesError::Interrupted("more than its length".into()))
            }
            Err(error) => Err(error),
            Ok(()) => Ok(!upload.deferred && at == upload.length && upload.file.is_none()),
        }
    }

    /// Stores a part. Where the next one begins.
    async fn store_part(
        &self,
        owner: UserId,
        id: UploadId,
        upload: &KeptUpload,
        at: i64,
        part: &mut BytesMut,
    ) -> Result<i64, FilesError> {
        let inner = &self.0;
        let part = part.split().freeze();
        let bytes = len(&part);
        // What can't become a file is refused when its beginning is here, not after gigabytes.
        if at == 0 && (part.len() >= kinds::ENOUGH || (!upload.deferred && bytes == upload.length))
        {
            let name = FileName::parse(&upload.name)?;
            let kind = kinds::agreed(&part, &name, Some(&upload.declared))?;
            let largest = i64::try_from(pictures::LARGEST).unwrap_or(i64::MAX);
            if kind.medium() == Some(Medium::Image) && upload.length > largest {
                return Err(FilesError::TooLarge);
            }
        }
        // A name of its own: of two who send from the same place, the one that comes second overwrites nothing.
        let object = format!("part-{}", inner.ids.next());
        let blob = parts_of(owner, id);
        inner
            .place
            .put(blob, Object::Part(&object), part.into())
            .await?;
        let stored = NewPart {
            starts_at: at,
            bytes,
            object: &object,
        };
        let expires_at = inner.clock.now().plus(KEPT_MS);
        let advanced = if upload.deferred {
            let (db, quota) = (&inner.db, inner.quota());
            db.advance_deferred_upload(owner, id, &stored, quota, expires_at)
                .await?
        } else if inner
            .db
            .advance_upload(owner, id, &stored, expires_at)
            .await?
        {
            Advanced::Done
        } else {
            Advanced::Elsewhere
        };
        if advanced == Advanced::Done {
            return Ok(at + bytes);
        }
        inner.place.delete(blob, Object::Part(&object)).await?;
        if advanced == Advanced::QuotaUsedUp {
            return Err(FilesError::StorageUsedUp);
        }
        // Ended meanwhile, or somebody else went on with it.
        let now = self.kept_upload(owner, id).await;
        if now.is_err() {
            self.remove_objects(&[blob]).await;
        }
        let now = now?;
        if now.received == at {
            return Err(FilesError::TooMany);
        }
        Err(FilesError::WrongOffset { at: now.received })
    }

    /// Makes the file of the parts.
    async fn assemble(&self, owner: UserId, id: UploadId) -> Result<(), FilesError> {
        let upload = self.kept_upload(owner, id).await?;
        let parts = self.0.db.upload_parts(id).await?;
        let blob = parts_of(owner, id);
        let files = self.clone();
        let bytes = stream::iter(parts).then(move |(object, _)| {
            let files = files.clone();
            async move { files.0.place.get(blob, Object::Part(&object)).await }
        });
        let declared = Some(upload.declared).filter(|declared| !declared.is_empty());
        let file = NewFile::upload(FileName::parse(&upload.name)?, declared);
        let (length, from) = (upload.length.unsigned_abs(), Some((id, upload.length)));
        self.take_in(owner, file, bytes, length, from).await?;
        Ok(())
    }

    async fn give_up(
        &self,
        owner: UserId,
        id: UploadId,
        code: FailureCode,
    ) -> Result<(), FilesError> {
        let inner = &self.0;
        let now = inner.clock.now();
        if inner.db.fail_upload(owner, id, code.as_str(), now).await? {
            self.remove_objects(&[parts_of(owner, id)]).await;
        }
        Ok(())
    }
}

/// The content that the parts of an upload are objects of.
fn parts_of(owner: UserId, id: UploadId) -> Blob {
    Blob {
        owner,
        id: id.as_uuid(),
    }
}

fn len(bytes: &[u8]) -> i64 {
    i64::try_from(bytes.len()).unwrap_or(i64::MAX)
}
