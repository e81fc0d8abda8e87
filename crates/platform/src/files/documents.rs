//! Documents among the files: read before they are kept, and what was read kept beside them.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::Stream;
use model::{
    DocumentText, DocumentView, FileId, FileView, Unread, UserId, document::SHOWN_AT_ONCE,
};
use serde::{Deserialize, Serialize};

use super::{
    Files, FilesError,
    draft::Draft,
    kinds::Type,
    place::Object,
    take::{From, NewFile},
    text,
};
use crate::{
    documents::{self, DocumentKind, Reading, Unreadable},
    store::{Blob, KeptFile},
};

/// A document waits so long for others that are read.
const PATIENCE: Duration = Duration::from_secs(60);

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
        let place = &self.0.place;
        if let Some(kept) = place.find(blob, Object::Reading).await?
            && let Ok(read) = serde_json::from_slice(&kept)
        {
            return Ok((view, read));
        }
        let content = place.get(blob, Object::Content).await?;
        let read = self.read_anew(kind, content).await?;
        self.note(blob, &read).await?;
        Ok((view, read))
    }

    /// A document: gathered and read before it is written, so that what can't be used is refused at once.
    pub(super) async fn document<E>(
        &self,
        owner: UserId,
        file: &NewFile,
        (kind, document): (&'static Type, DocumentKind),
        (head, bytes, limit): (
            BytesMut,
            impl Stream<Item = Result<Bytes, E>> + Send + Unpin,
            u64,
        ),
        from: From,
    ) -> Result<FileView, FilesError>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let sent = (head, bytes, limit.min(documents::LARGEST));
        let (whole, room) = self.gathered(file.kind, sent).await?;
        let whole = whole.freeze();
        let read = self.read_anew(document, whole.clone()).await?;
        let mut draft = Draft::begin(self, self.next_blob(owner), u64::MAX, None).await?;
        draft.write(whole).await?;
        let view = self.keep(owner, file, kind, draft, file.size, from).await?;
        drop(room);
        // Where the same content was kept already, its object is another one.
        let kept = self.0.db.file(owner, view.id).await?;
        if let Some(KeptFile { blob, .. }) = kept {
            let noted = self.note(Blob { owner, id: blob }, &read).await;
            if let Err(error) = noted {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "what was read is not kept, and read once more when it is asked for"
                );
            }
        }
        Ok(view)
    }

    async fn read_anew(&self, kind: DocumentKind, content: Bytes) -> Result<Read, FilesError> {
        let turn = tokio::time::timeout(PATIENCE, self.0.reading.acquire()).await;
        let _turn = turn
            .map_err(|_| FilesError::Overloaded)?
            .map_err(|_| FilesError::Overloaded)?;
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

    async fn note(&self, blob: Blob, read: &Read) -> Result<(), FilesError> {
        let json = serde_json::to_vec(read).unwrap_or_default();
        let place = &self.0.place;
        place.put(blob, Object::Reading, json.into()).await?;
        // Deleted meanwhile: then it was perhaps written after all else was removed.
        if !self.0.db.is_blob_kept(blob.id).await? {
            self.remove_objects(&[blob]).await;
            return Err(FilesError::NotFound);
        }
        Ok(())
    }
}
