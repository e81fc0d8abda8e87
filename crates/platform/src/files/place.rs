//! Where contents are: a folder, or what speaks S3. Each content has a name of its own, below its owner's, that was never used
//! before; its objects are the content, thumbnails, or parts of an upload. Only this module knows how they are laid out.

mod s3;

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use object_store::{
    GetOptions, GetRange, GetResultPayload, MultipartUpload, ObjectStore, ObjectStoreExt,
    PutPayload, local::LocalFileSystem, memory::InMemory, path::Path as Key,
};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

pub use s3::S3Options;

use super::{ByteStream, FilesError};
use crate::store::Blob;

/// Bytes of a piece that is read from a disk at once.
const READ: usize = 128 * 1024;

/// The file store. Cheap to clone.
#[derive(Clone, Debug)]
pub struct FilePlace {
    store: Arc<dyn ObjectStore>,
    /// Where the folder is, if it is one.
    folder: Option<Arc<PathBuf>>,
}

/// One object of a content.
#[derive(Clone, Copy, Debug)]
pub(super) enum Object<'a> {
    /// The content itself.
    Content,
    /// A small picture of it, with that longest side.
    Thumbnail(u32),
    /// What was read in it.
    Reading,
    /// A part of an upload.
    Part(&'a str),
}

impl FilePlace {
    /// A folder, which is made for its owner's eyes only where it is not there: nobody else reaches what is in it.
    pub fn folder(folder: &Path) -> io::Result<Self> {
        make_private(folder)?;
        let store = LocalFileSystem::new_with_prefix(folder).map_err(io::Error::other)?;
        Ok(Self {
            // What was acknowledged is there after a power cut.
            store: Arc::new(store.with_fsync(true)),
            folder: Some(Arc::new(folder.to_path_buf())),
        })
    }

    /// A bucket of a store that speaks S3.
    pub fn s3(options: &S3Options) -> Result<Self, FilesError> {
        Ok(Self {
            store: s3::connect(options)?,
            folder: None,
        })
    }

    /// This process's memory, for tests.
    pub fn memory() -> Self {
        Self {
            store: Arc::new(InMemory::new()),
            folder: None,
        }
    }

    /// Stores a small object at once.
    pub(super) async fn put(
        &self,
        blob: Blob,
        object: Object<'_>,
        content: PutPayload,
    ) -> Result<(), FilesError> {
        self.store.put(&key(blob, object), content).await?;
        Ok(())
    }

    /// Begins an object that comes in pieces: all but the last must be of one size, at least 5 MiB.
    pub(super) async fn put_in_pieces(
        &self,
        blob: Blob,
        object: Object<'_>,
    ) -> Result<Box<dyn MultipartUpload>, FilesError> {
        Ok(self.store.put_multipart(&key(blob, object)).await?)
    }

    /// Removes one object.
    pub(super) async fn delete(&self, blob: Blob, object: Object<'_>) -> Result<(), FilesError> {
        Ok(self.store.delete(&key(blob, object)).await?)
    }

    /// A whole object.
    pub(super) async fn get(&self, blob: Blob, object: Object<'_>) -> Result<Bytes, FilesError> {
        Ok(self.store.get(&key(blob, object)).await?.bytes().await?)
    }

    /// A whole object, if it is there.
    pub(super) async fn find(
        &self,
        blob: Blob,
        object: Object<'_>,
    ) -> Result<Option<Bytes>, FilesError> {
        match self.get(blob, object).await {
            Ok(content) => Ok(Some(content)),
            Err(FilesError::Place(object_store::Error::NotFound { .. })) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Bytes `from..to` of an object, as they are read.
    pub(super) async fn stream(
        &self,
        blob: Blob,
        object: Object<'_>,
        from: u64,
        to: u64,
    ) -> Result<ByteStream, FilesError> {
        if from >= to {
            return Ok(futures_util::stream::empty().boxed());
        }
        let options = GetOptions {
            range: Some(GetRange::Bounded(from..to)),
            ..GetOptions::default()
        };
        let found = self.store.get_opts(&key(blob, object), options).await?;
        match found.payload {
            // The store's own stream takes a thread for every 8 KiB.
            GetResultPayload::File(file, _) => {
                let mut file = tokio::fs::File::from_std(file);
                file.seek(io::SeekFrom::Start(from))
                    .await
                    .map_err(unreadable)?;
                let pieces = ReaderStream::with_capacity(file.take(to - from), READ);
                Ok(pieces.map_err(unreadable).boxed())
            }
            GetResultPayload::Stream(pieces) => Ok(pieces.map_err(FilesError::from).boxed()),
        }
    }

    /// Removes all objects of the content, also what a process that died has left half-written.
    pub(super) async fn remove(&self, blob: Blob) -> Result<(), FilesError> {
        if let Some(folder) = &self.folder {
            let owner = folder.join(blob.owner.to_string());
            let objects = owner.join(blob.id.to_string());
            let removed = tokio::task::spawn_blocking(move || remove_folder(&owner, &objects));
            return removed.await?.map_err(unreadable);
        }
        let below = Key::from_iter([blob.owner.to_string(), blob.id.to_string()]);
        let objects = self.store.list(Some(&below)).map_ok(|meta| meta.location);
        let removed = self.store.delete_stream(objects.boxed());
        removed
            .try_for_each(|_| std::future::ready(Ok(())))
            .await
            .or_else(|error| match error {
                object_store::Error::NotFound { .. } => Ok(()),
                error => Err(error.into()),
            })
    }

    /// How many objects there are, for tests.
    #[cfg(test)]
    pub(super) async fn count(&self) -> usize {
        self.store.list(None).count().await
    }
}

fn key(blob: Blob, object: Object<'_>) -> Key {
    let name = match object {
        Object::Content => "content".to_owned(),
        Object::Thumbnail(side) => format!("thumbnail-{side}"),
        // Another number where documents are read in another way, so that they are read anew.
        Object::Reading => "reading-2".to_owned(),
        Object::Part(name) => name.to_owned(),
    };
    Key::from_iter([blob.owner.to_string(), blob.id.to_string(), name])
}

fn unreadable(error: io::Error) -> FilesError {
    FilesError::Place(object_store::Error::Generic {
        store: "the folder",
        source: Box::new(error),
    })
}

fn remove_folder(owner: &Path, objects: &Path) -> io::Result<()> {
    match std::fs::remove_dir_all(objects) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    // Only an empty one can be removed; whoever writes at this moment makes it anew.
    let _ = std::fs::remove_dir(owner);
    Ok(())
}

#[cfg(unix)]
fn make_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)
}
