//! Giving files out: whole, in part, or small.

use std::ops::Range;

use bytes::Bytes;
use model::{FileId, FileView, Medium, UserId};

use super::{ByteStream, Files, FilesError, kinds::Type, pictures, place::Object};
use crate::store::{Blob, KeptFile};

/// The longest sides of small pictures, in pixels. Few, so that nobody fills the store with sizes between.
const SIDES: [u32; 4] = [128, 256, 512, 1024];

/// A file whose content is about to be read.
#[derive(Clone)]
pub struct Content {
    /// The file.
    pub file: FileView,
    /// Names the content: another one has another tag.
    pub tag: String,
    files: Files,
    blob: Blob,
}

impl Content {
    /// Its length in bytes.
    pub fn len(&self) -> u64 {
        u64::try_from(self.file.bytes).unwrap_or(0)
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes of that range, which must lie within the content, as they are read.
    pub async fn stream(&self, range: Range<u64>) -> Result<ByteStream, FilesError> {
        let place = &self.files.0.place;
        let end = range.end.min(self.len());
        place
            .stream(self.blob, Object::Content, range.start, end)
            .await
    }
}

/// A small picture.
pub struct Thumbnail {
    /// Its file.
    pub bytes: Bytes,
    /// Its type.
    pub mime: &'static str,
    /// Names it: of another content, or of another size, the tag is another one.
    pub tag: String,
}

impl Files {
    /// One of the owner's files, whose content is about to be read.
    pub async fn content(&self, owner: UserId, id: FileId) -> Result<Content, FilesError> {
        let found = self.0.db.file(owner, id).await?;
        let KeptFile { view, blob, sha256 } = found.ok_or(FilesError::NotFound)?;
        Ok(Content {
            file: view,
            tag: sha256.get(..32).unwrap_or_default().to_owned(),
            files: self.clone(),
            blob: Blob { owner, id: blob },
        })
    }

    /// One of the owner's files with the bytes of that range (all of them for `None`) as they are read, and the range that they
    /// are of: what lies behind the end is left out.
    #[tracing::instrument(name = "files.open", skip_all, fields(file.id = %id))]
    pub async fn open(
        &self,
        owner: UserId,
        id: FileId,
        range: Option<Range<u64>>,
    ) -> Result<(FileView, ByteStream, Range<u64>), FilesError> {
        let content = self.content(owner, id).await?;
        let end = content.len();
        let range = range.unwrap_or(0..end);
        let range = range.start.min(end)..range.end.min(end);
        let stream = content.stream(range.clone()).await?;
        Ok((content.file, stream, range))
    }

    /// The whole content of one of the owner's files, if it has at most `limit` bytes.
    #[tracing::instrument(name = "files.read", skip_all, fields(file.id = %id))]
    pub async fn read(&self, owner: UserId, id: FileId, limit: u64) -> Result<Bytes, FilesError> {
        let content = self.content(owner, id).await?;
        if content.len() > limit {
            return Err(FilesError::TooLarge);
        }
        self.0.place.get(content.blob, Object::Content).await
    }

    /// A small picture of one of the owner's pictures, which fits into a square of at least `side` pixels (128, 256, 512 or
    /// 1024 are made). Made once, and kept beside the content.
    #[tracing::instrument(name = "files.thumbnail", skip_all, fields(file.id = %id))]
    pub async fn thumbnail(
        &self,
        owner: UserId,
        id: FileId,
        side: u32,
    ) -> Result<Thumbnail, FilesError> {
        let content = self.content(owner, id).await?;
        let kind = Type::named(&content.file.mime)
            .filter(|kind| kind.medium() == Some(Medium::Image))
            .ok_or(FilesError::NotFound)?;
        let larger = SIDES.into_iter().find(|known| *known >= side);
        let side = larger.unwrap_or(SIDES[SIDES.len() - 1]);
        let object = Object::Thumbnail(side);
        let place = &self.0.place;
        let bytes = if let Some(made) = place.find(content.blob, object).await? {
            made
        } else {
            let whole = place.get(content.blob, Object::Content).await?;
            let small = self
                .on_pictures(move || pictures::small(kind, &whole, side))
                .await?;
            let small = Bytes::from(small.ok_or(FilesError::Invalid)?);
            place
                .put(content.blob, object, small.clone().into())
                .await?;
            // Deleted meanwhile: then it was perhaps written after all else was removed.
            if !self.0.db.is_blob_kept(content.blob.id).await? {
                self.remove_objects(&[content.blob]).await;
                return Err(FilesError::NotFound);
            }
            small
        };
        Ok(Thumbnail {
            mime: pictures::small_mime(&bytes),
            tag: format!("{}-{side}", content.tag),
            bytes,
        })
    }
}
