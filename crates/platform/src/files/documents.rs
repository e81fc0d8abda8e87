//! Documents among the files: read before they are kept, and what was read kept beside them.

use std::{
    io::{self, Read as _, Write as _},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};
use futures_util::{Stream, StreamExt};
use model::{
    DocumentText, DocumentView, FileId, FileView, Unread, UserId, document::SHOWN_AT_ONCE,
};
use serde::{Deserialize, Serialize};

use super::{
    Files, FilesError,
    kinds::Type,
    place::Object,
    take::{From, NewFile, interrupted},
    text,
};
use crate::{
    documents::{self, DocumentKind, Reading, Unreadable},
    store::{Blob, KeptFile},
};

/// A document waits so long for others that are read.
const PATIENCE: Duration = Duration::from_mins(1);
/// What was read is kept if it takes no more than this times the document and a bit: it counts in nobody's quota.
const TIMES: u64 = 2;
/// The bit, in bytes.
const BIT: u64 = 64 * 1024;
/// What was read has at most so many bytes when it is unpacked.
const UNPACKED: u64 = 32 * 1024 * 1024;

/// What is known of what is in a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Read {
    /// The text; empty where its pages are only pictures.
    Text(Reading),
    /// It takes too much to be read.
    TooComplex,
}

impl Read {
    /// The text, if there is some.
    pub(crate) fn text(&self) -> Result<&Reading, Unread> {
        match self {
            Self::Text(reading) if reading.text.is_empty() => Err(Unread::NoText),
            Self::Text(reading) => Ok(reading),
            Self::TooComplex => Err(Unread::TooComplex),
        }
    }

    fn view(&self, file: FileView) -> DocumentView {
        let reading = match self {
            Self::Text(reading) => Some(reading),
            Self::TooComplex => None,
        };
        let characters = reading.map_or(0, |reading| reading.text.chars().count());
        DocumentView {
            name: file.name,
            bytes: file.bytes,
            pages: reading.and_then(|reading| reading.pages),
            blank_pages: reading.map_or(0, |reading| reading.blank_pages),
            characters: u32::try_from(characters).unwrap_or(u32::MAX),
            is_cut: reading.is_some_and(|reading| reading.is_cut),
            unread: self.text().err(),
        }
    }
}

impl Files {
    /// What is known of one of the owner's documents.
    #[tracing::instrument(name = "files.document", skip_all, fields(file.id = %id))]
    pub async fn document_view(
        &self,
        owner: UserId,
        id: FileId,
    ) -> Result<DocumentView, FilesError> {
        let (file, read) = self.read_in(owner, id).await?;
        Ok(read.view(file))
    }

    /// A part of the text of one of the owner's documents, from that character on.
    #[tracing::instrument(name = "files.document_text", skip_all, fields(file.id = %id))]
    pub async fn document_text(
        &self,
        owner: UserId,
        id: FileId,
        from: u32,
    ) -> Result<DocumentText, FilesError> {
        let (file, read) = self.read_in(owner, id).await?;
        let document = read.view(file);
        let text = read.text().map_or("", |reading| reading.text.as_str());
        let from = from - from % SHOWN_AT_ONCE;
        let part = text.chars().skip(from as usize);
        let next = from.saturating_add(SHOWN_AT_ONCE);
        Ok(DocumentText {
            text: part.take(SHOWN_AT_ONCE as usize).collect(),
            previous: from.checked_sub(SHOWN_AT_ONCE),
            next: (next < document.characters).then_some(next),
            document,
        })
    }

    /// One of the owner's documents and what is in it. Read once, and kept beside the content.
    pub(crate) async fn read_in(
        &self,
        owner: UserId,
        id: FileId,
    ) -> Result<(FileView, Read), FilesError> {
        let found = self.0.db.file(owner, id).await?;
        let KeptFile { view, blob, .. } = found.ok_or(FilesError::NotFound)?;
        let kind = DocumentKind::of_mime(&view.mime).ok_or(FilesError::NotFound)?;
        let blob = Blob { owner, id: blob };
        let kept = self.0.place.find(blob, Object::Reading).await?;
        if let Some(kept) = kept
            && let Some(read) = tokio::task::spawn_blocking(move || unpacked(&kept)).await?
        {
            return Ok((view, read));
        }
        let read = self.read_anew(kind, blob).await?;
        self.note((blob, view.bytes), &read).await?;
        Ok((view, read))
    }

    /// A document: written as it comes, and read before it is kept, so that what can't be used is refused at once. One that waits for
    /// its turn takes no memory.
    pub(super) async fn document<E>(
        &self,
        owner: UserId,
        file: &NewFile,
        (kind, document): (&'static Type, DocumentKind),
        (head, mut bytes, limit): (
            BytesMut,
            impl Stream<Item = Result<Bytes, E>> + Send + Unpin,
            u64,
        ),
        from: From,
    ) -> Result<FileView, FilesError>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let limit = limit.min(documents::LARGEST);
        let scan = self.scan_of(file.kind).await?;
        let mut draft = self.draft(owner, (limit, scan), file.length, from).await?;
        draft.write(head.freeze()).await?;
        while let Some(piece) = bytes.next().await {
            draft.write(piece.map_err(interrupted)?).await?;
        }
        let written = draft.finish().await?;
        let read = self.read_anew(document, draft.blob()).await?;
        let view = self
            .keep_written(owner, file, kind, (draft, written), file.size, from)
            .await?;
        // Where the same content was kept already, its object is another one.
        let kept = self.0.db.file(owner, view.id).await?;
        if let Some(KeptFile { blob, .. }) = kept {
            let blob = Blob { owner, id: blob };
            let noted = self.note((blob, view.bytes), &read).await;
            if let Err(error) = noted {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "what was read is not kept, and read once more when it is asked for"
                );
            }
        }
        Ok(view)
    }

    async fn read_anew(&self, kind: DocumentKind, blob: Blob) -> Result<Read, FilesError> {
        let turn = tokio::time::timeout(PATIENCE, self.0.reading.acquire()).await;
        let _turn = turn
            .map_err(|_| FilesError::Overloaded)?
            .map_err(|_| FilesError::Overloaded)?;
        let content = self.0.place.get(blob, Object::Content).await?;
        let read = self.0.reader.read(kind, content).await;
        match read.map_err(FilesError::Reader)? {
            Ok(mut reading) => {
                // What reads is not trusted to have left out what nobody would see.
                reading.text.retain(text::is_shown);
                Ok(Read::Text(reading))
            }
            Err(Unreadable::TooComplex) => Ok(Read::TooComplex),
            Err(Unreadable::Locked) => Err(FilesError::Locked),
            Err(Unreadable::Damaged) => Err(FilesError::Invalid),
            Err(Unreadable::Mismatch) => Err(FilesError::TypeMismatch),
        }
    }

    /// Keeps what was read beside a content of so many bytes. Packed, it is hardly longer than what it was read in; where it is, a
    /// document is read anew each time.
    async fn note(&self, (blob, bytes): (Blob, i64), read: &Read) -> Result<(), FilesError> {
        let json = serde_json::to_vec(read).unwrap_or_default();
        let packed = tokio::task::spawn_blocking(move || packed(&json)).await?;
        let packed = packed.map_err(FilesError::Reader)?;
        if packed.len() as u64 > bytes.max(0).unsigned_abs().saturating_mul(TIMES) + BIT {
            return Ok(());
        }
        let place = &self.0.place;
        place.put(blob, Object::Reading, packed.into()).await?;
        // Deleted meanwhile: then it was perhaps written after all else was removed.
        if !self.0.db.is_blob_kept(blob.id).await? {
            self.remove_objects(&[blob]).await;
            return Err(FilesError::NotFound);
        }
        Ok(())
    }
}

fn packed(json: &[u8]) -> io::Result<Vec<u8>> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
    packed.write_all(json)?;
    packed.finish()
}

/// Nothing where it is not what this version keeps.
fn unpacked(kept: &[u8]) -> Option<Read> {
    let mut json = Vec::new();
    let mut kept = ZlibDecoder::new(kept).take(UNPACKED);
    kept.read_to_end(&mut json).ok()?;
    serde_json::from_slice(&json).ok()
}
