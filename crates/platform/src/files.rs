//! What people keep: files that they upload, and works that models make for them.
//!
//! A file is a row with an owner, and a content that is written once and never changed. Contents are objects below their owner's
//! id, under generated names; what is the same is kept once by each owner and never shared between owners. Every question has
//! the owner in it, so a stranger's file looks like one that never was.

mod attached;
mod blanks;
mod boxes;
mod documents;
mod draft;
mod elements;
mod error;
mod expire;
mod flac;
mod id3;
mod kinds;
mod ogg;
mod passing;
mod pictures;
mod place;
mod purge;
mod read;
mod scan;
mod strip;
mod tail;
mod take;
#[cfg(test)]
mod tests;
pub(crate) mod text;
mod tracks;
mod uploads;
mod wave;

use std::{pin::Pin, sync::Arc};

use bytes::Bytes;
use futures_util::Stream;
use model::{FileFilter, FileId, FileName, FileView, Page, StorageUsed, UserId};
use tokio::sync::Semaphore;

pub(crate) use documents::Read;
pub use error::FilesError;
pub use expire::KeptFor;
pub use place::{FilePlace, S3Options};
pub use read::{Content, Thumbnail};
pub use take::NewFile;
pub use uploads::UploadStatus;

use crate::{
    Clock, Ids,
    audit::Audit,
    documents::DocumentReader,
    store::{Blob, Db, Quota},
};
use kinds::Type;

/// Files that one call may delete.
const DELETED_AT_ONCE: usize = 500;

/// Pictures that are decoded at once: each takes up to half a gigabyte while it is.
const PICTURES_AT_ONCE: usize = 2;

/// Documents that are read at once, each by a process of its own.
const DOCUMENTS_AT_ONCE: usize = 2;

/// What pictures that are on their way in may take together, in KiB.
const ROOM: usize = 256 * 1024;

/// Bytes of a content as they are read.
pub type ByteStream = Pin<Box<dyn Stream<Item = Result<Bytes, FilesError>> + Send>>;

/// Where files are, and how much may be kept.
#[derive(Clone, Debug)]
pub struct FilesOptions {
    /// The folder or bucket.
    pub place: FilePlace,
    /// The largest upload, in bytes.
    pub largest_upload: u64,
    /// Bytes that one person may keep; `None` is without a limit.
    pub person_bytes: Option<i64>,
    /// Files that one person may keep; `None` is without a limit.
    pub person_files: Option<i64>,
    /// Where clamd listens, like `127.0.0.1:3310`, if uploads are to be scanned.
    pub clamd: Option<String>,
    /// How long files are kept.
    pub kept: KeptFor,
    /// Who reads documents.
    pub reader: DocumentReader,
}

impl FilesOptions {
    /// In this process's memory and without limits, for tests.
    pub fn in_memory() -> Self {
        Self {
            place: FilePlace::memory(),
            largest_upload: 64 * 1024 * 1024,
            person_bytes: None,
            person_files: None,
            clamd: None,
            kept: KeptFor::default(),
            reader: DocumentReader::Here,
        }
    }
}

/// Keeps files. Cheap to clone.
#[derive(Clone)]
pub struct Files(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Arc<dyn Clock>,
    ids: Ids,
    audit: Audit,
    place: FilePlace,
    largest_upload: u64,
    person_bytes: Option<i64>,
    person_files: Option<i64>,
    clamd: Option<String>,
    kept: KeptFor,
    reader: DocumentReader,
    reading: Semaphore,
    decoding: Semaphore,
    room: Arc<Semaphore>,
}

impl Inner {
    fn quota(&self) -> Quota {
        Quota {
            bytes: self.person_bytes.unwrap_or(i64::MAX),
            files: self.person_files.unwrap_or(i64::MAX),
        }
    }
}

impl Files {
    /// Files that are kept so.
    pub fn new(
        db: Db,
        clock: Arc<dyn Clock>,
        ids: Ids,
        audit: Audit,
        options: FilesOptions,
    ) -> Self {
        Self(Arc::new(Inner {
            db,
            clock,
            ids,
            audit,
            place: options.place,
            largest_upload: options.largest_upload,
            person_bytes: options.person_bytes,
            person_files: options.person_files,
            clamd: options.clamd,
            kept: options.kept,
            reader: options.reader,
            reading: Semaphore::new(DOCUMENTS_AT_ONCE),
            decoding: Semaphore::new(PICTURES_AT_ONCE),
            room: Arc::new(Semaphore::new(ROOM)),
        }))
    }

    /// The largest upload, in bytes.
    pub fn largest_upload(&self) -> u64 {
        self.0.largest_upload
    }

    /// One of the owner's files.
    pub async fn view(&self, owner: UserId, id: FileId) -> Result<FileView, FilesError> {
        let found = self.0.db.file(owner, id).await?;
        found.map(|file| file.view).ok_or(FilesError::NotFound)
    }

    /// A page of the owner's files, the newest first. `after` is the `next` of the page before; at most `limit` files.
    #[tracing::instrument(name = "files.list", skip_all)]
    pub async fn list(
        &self,
        owner: UserId,
        after: Option<&str>,
        filter: FileFilter,
        limit: u32,
    ) -> Result<Page<FileView>, FilesError> {
        let after = after.map(str::parse).transpose()?;
        let mut items = self.0.db.files(owner, after, filter, limit + 1).await?;
        let more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let next = items.last().filter(|_| more);
        let next = next.map(|file| file.id.to_string());
        Ok(Page { items, next })
    }

    /// Calls one of the owner's files something else; an extension must still fit the content.
    #[tracing::instrument(name = "files.rename", skip_all)]
    pub async fn rename(
        &self,
        owner: UserId,
        id: FileId,
        name: &FileName,
    ) -> Result<FileView, FilesError> {
        let mut file = self.view(owner, id).await?;
        let kind = Type::named(&file.mime).ok_or(FilesError::TypeRefused)?;
        let name = kind.complete(name)?;
        if !self.0.db.rename_file(owner, id, &name).await? {
            return Err(FilesError::NotFound);
        }
        file.name = name.into();
        Ok(file)
    }

    /// Deletes those of the files that are the owner's, with what was made of them, for good. How many they were. What was deleted and can
    /// be brought back is not among them.
    #[tracing::instrument(name = "files.delete", skip_all)]
    pub async fn delete(&self, owner: UserId, ids: &[FileId]) -> Result<u64, FilesError> {
        let inner = &self.0;
        let mut deleted = 0;
        for ids in ids.chunks(DELETED_AT_ONCE) {
            let now = inner.clock.now();
            let (gone, free) = inner.db.delete_files(owner, ids, now).await?;
            deleted += gone;
            self.remove_objects(&free).await;
        }
        Ok(deleted)
    }

    /// Those of the files that the owner has.
    pub(crate) async fn still_there(
        &self,
        owner: UserId,
        ids: &[FileId],
    ) -> Result<Vec<FileId>, FilesError> {
        let mut there = Vec::new();
        for id in ids {
            if self.0.db.file(owner, *id).await?.is_some() {
                there.push(*id);
            }
        }
        Ok(there)
    }

    /// How much the owner keeps, and how much they may.
    pub async fn used(&self, owner: UserId) -> Result<StorageUsed, FilesError> {
        let (bytes, files) = self.0.db.storage_used(owner).await?;
        Ok(StorageUsed {
            bytes,
            files,
            bytes_deleted: self.0.db.discarded_bytes(owner).await?,
            bytes_at_most: self.0.person_bytes,
            files_at_most: self.0.person_files,
            days_kept: self.0.kept.days,
            recording_days_kept: self.0.kept.recording_days,
        })
    }

    /// Runs what decodes pictures off the async threads, a few at a time.
    async fn on_pictures<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, FilesError> {
        let turn = self.0.decoding.acquire().await;
        let _turn = turn.map_err(|_| FilesError::Overloaded)?;
        let span = tracing::Span::current();
        Ok(tokio::task::spawn_blocking(move || span.in_scope(work)).await?)
    }

    /// Removes the objects of contents that nothing refers to. What fails is left to the purge, which knows of them.
    pub(crate) async fn remove_objects(&self, blobs: &[Blob]) {
        for blob in blobs {
            if let Err(error) = self.0.place.remove(*blob).await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    blob.id = %blob.id,
                    "a deleted content is left to the purge"
                );
            }
        }
    }
}
