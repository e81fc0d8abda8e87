//! Taking a file in.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use model::{FileId, FileKind, FileName, FileView, Medium, UploadId, UserId};
use tokio::sync::OwnedSemaphorePermit;

use super::{
    Files, FilesError,
    blanks::Blanks,
    draft::{Draft, Written},
    kinds::{self, Type},
    pictures,
    place::Object,
    scan::Scan,
};
use crate::{
    documents::DocumentKind,
    store::{Blob, Keep, Kept, NewWork},
};

/// What is said about a file that comes in.
#[derive(Clone, Debug)]
pub struct NewFile {
    /// What it is called; an extension must fit the content, a missing one is added.
    pub name: FileName,
    /// Where it comes from. Only uploads are shown to the scanner.
    pub kind: FileKind,
    /// The type that its sender says, if any; it must fit the content.
    pub declared: Option<String>,
    /// A film's width and height in pixels, where the caller knows them. Those of pictures are measured.
    pub size: Option<(u32, u32)>,
    /// A film's or sound's duration in milliseconds, where the caller knows it.
    pub duration_ms: Option<i64>,
    /// Its bytes, where its sender has told how many come: room for all of them is reserved at once.
    pub length: Option<u64>,
    /// The work that it becomes: kept with it, or not at all.
    pub(crate) work: Option<NewWork>,
}

impl NewFile {
    /// A work that a model made.
    pub fn work(name: FileName) -> Self {
        Self {
            name,
            kind: FileKind::Work,
            declared: None,
            size: None,
            duration_ms: None,
            length: None,
            work: None,
        }
    }

    /// An upload, with the type that its sender says.
    pub fn upload(name: FileName, declared: Option<String>) -> Self {
        Self {
            kind: FileKind::Upload,
            declared,
            ..Self::work(name)
        }
    }

    /// The same, of which its sender has told how long it is.
    #[must_use]
    pub fn of_length(self, length: Option<u64>) -> Self {
        Self { length, ..self }
    }
}

/// The upload that a file comes from: its bytes were reserved.
pub(super) type From = Option<(UploadId, i64)>;

impl Files {
    /// Takes a file of at most `limit` bytes in for its owner and gives what was made of it. What is sent is written as it comes:
    /// a film is never whole in memory, a picture (which is cleaned first) is. A failed one leaves nothing.
    #[tracing::instrument(name = "files.store", skip_all, fields(user.id = %owner))]
    pub async fn store<E>(
        &self,
        owner: UserId,
        file: NewFile,
        bytes: impl Stream<Item = Result<Bytes, E>> + Send,
        limit: u64,
    ) -> Result<FileView, FilesError>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        // Refused before it is sent, where it can't be kept anyway.
        self.require_room(owner).await?;
        self.take_in(owner, file, bytes, limit, None).await
    }

    /// Refuses where nothing more can be kept for that person.
    pub(crate) async fn require_room(&self, owner: UserId) -> Result<(), FilesError> {
        let used = self.used(owner).await?;
        let free = used.bytes_at_most.map(|most| most - used.bytes);
        let full = used.files_at_most.is_some_and(|most| used.files >= most);
        if full || free.is_some_and(|free| free <= 0) {
            return Err(FilesError::StorageUsedUp);
        }
        Ok(())
    }

    pub(super) async fn take_in<E>(
        &self,
        owner: UserId,
        file: NewFile,
        bytes: impl Stream<Item = Result<Bytes, E>> + Send,
        limit: u64,
        from: From,
    ) -> Result<FileView, FilesError>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let mut bytes = Box::pin(bytes);
        let mut head = BytesMut::new();
        while head.len() < kinds::ENOUGH {
            let Some(piece) = bytes.next().await else {
                break;
            };
            head.extend_from_slice(&piece.map_err(interrupted)?);
        }
        if head.len() as u64 > limit {
            return Err(FilesError::TooLarge);
        }
        let kind = kinds::agreed(&head, &file.name, file.declared.as_deref())?;
        let taken = if let Some(document) = DocumentKind::of_mime(kind.mime) {
            self.document(owner, &file, (kind, document), (head, bytes, limit), from)
                .await
        } else if kind.medium() == Some(Medium::Image) {
            let limit = limit.min(pictures::LARGEST);
            self.picture(owner, &file, kind, (head, bytes, limit), from)
                .await
        } else {
            let head = futures_util::stream::once(async { Ok(head.freeze()) });
            let rest = bytes.map(|piece| piece.map_err(interrupted));
            self.stream(owner, &file, kind, (head.chain(rest), limit), from)
                .await
        };
        if let Err(FilesError::Infected { signature }) = &taken {
            self.note_infected(owner, signature).await?;
        }
        taken
    }

    /// A film or sound: written as it comes.
    async fn stream(
        &self,
        owner: UserId,
        file: &NewFile,
        kind: &'static Type,
        (bytes, limit): (impl Stream<Item = Result<Bytes, FilesError>> + Send, u64),
        from: From,
    ) -> Result<FileView, FilesError> {
        let scan = self.scan_of(file.kind).await?;
        let draft = self.draft(owner, (limit, scan), file.length, from).await?;
        let mut draft = draft.of(kind);
        let mut bytes = Box::pin(bytes);
        while let Some(piece) = bytes.next().await {
            draft.write(piece?).await?;
        }
        self.keep(owner, file, kind, draft, file.size, from).await
    }

    /// A picture: gathered, looked at and cleaned before it is written.
    async fn picture<E>(
        &self,
        owner: UserId,
        file: &NewFile,
        kind: &'static Type,
        sent: (
            BytesMut,
            impl Stream<Item = Result<Bytes, E>> + Send + Unpin,
            u64,
        ),
        from: From,
    ) -> Result<FileView, FilesError>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (whole, room) = self.gathered(file.kind, sent).await?;
        let cleaned = self
            .on_pictures(move || pictures::cleaned(kind, &whole))
            .await?;
        drop(room);
        let cleaned = cleaned.ok_or(FilesError::Invalid)?;
        let size = Some((cleaned.width, cleaned.height));
        let mut draft = self.draft(owner, (u64::MAX, None), None, from).await?;
        draft.write(cleaned.file.into()).await?;
        self.keep(owner, file, kind, draft, size, from).await
    }

    /// All that is sent, scanned, and the room in memory that it takes.
    async fn gathered<E>(
        &self,
        kind: FileKind,
        (mut whole, mut bytes, limit): (
            BytesMut,
            impl Stream<Item = Result<Bytes, E>> + Send + Unpin,
            u64,
        ),
    ) -> Result<(BytesMut, OwnedSemaphorePermit), FilesError>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let mut room = self.room(whole.len())?;
        while let Some(piece) = bytes.next().await {
            let piece = piece.map_err(interrupted)?;
            room.merge(self.room(piece.len())?);
            whole.extend_from_slice(&piece);
            if whole.len() as u64 > limit {
                return Err(FilesError::TooLarge);
            }
        }
        // The scanner sees what was sent, not what we made of it.
        if let Some(mut scan) = self.scan_of(kind).await? {
            for piece in whole.chunks(1024 * 1024) {
                scan.write(piece).await?;
            }
            scan.finish().await?;
        }
        Ok((whole, room))
    }

    /// What was written becomes a file.
    async fn keep(
        &self,
        owner: UserId,
        file: &NewFile,
        kind: &'static Type,
        mut draft: Draft,
        size: Option<(u32, u32)>,
        from: From,
    ) -> Result<FileView, FilesError> {
        let mut written = draft.finish().await?;
        if let Some(blanks) = draft.blanks()? {
            (draft, written) = self.written_anew(&mut draft, written.bytes, blanks).await?;
        }
        self.keep_written(owner, file, kind, (draft, written), size, from)
            .await
    }

    /// What is written to its end becomes a file.
    pub(super) async fn keep_written(
        &self,
        owner: UserId,
        file: &NewFile,
        kind: &'static Type,
        (draft, written): (Draft, Written),
        size: Option<(u32, u32)>,
        from: From,
    ) -> Result<FileView, FilesError> {
        let name = kind.complete(&file.name)?;
        let inner = &self.0;
        let now = inner.clock.now();
        let view = FileView {
            id: FileId::from_uuid(inner.ids.next()),
            name: name.into(),
            kind: file.kind,
            mime: kind.mime.to_owned(),
            bytes: i64::try_from(written.bytes).map_err(|_| FilesError::TooLarge)?,
            width: size.map(|(width, _)| width),
            height: size.map(|(_, height)| height),
            duration_ms: file.duration_ms,
            created_at: now,
        };
        let keep = Keep {
            owner,
            blob: draft.blob().id,
            sha256: &written.sha256,
            view: &view,
            upload: from,
            work: file.work.as_ref(),
            quota: inner.quota(),
            now,
        };
        match inner.db.keep_file(&keep).await? {
            Kept::Done(spare) => {
                draft.keep();
                self.remove_objects(&spare).await;
                Ok(view)
            }
            Kept::QuotaUsedUp => Err(FilesError::StorageUsedUp),
            Kept::Gone => Err(FilesError::NotFound),
            Kept::There => Err(FilesError::There),
        }
    }

    /// What was written once more, without what must not be kept of it. The first goes with its draft.
    async fn written_anew(
        &self,
        first: &mut Draft,
        bytes: u64,
        mut blanks: Blanks,
    ) -> Result<(Draft, Written), FilesError> {
        let blob = first.blob();
        let mut second = Draft::begin(self, self.next_blob(blob.owner), u64::MAX, None).await?;
        second.take_over(first).await?;
        let place = &self.0.place;
        let mut pieces = place.stream(blob, Object::Content, 0, bytes).await?;
        while let Some(piece) = pieces.next().await {
            second.write(blanks.pass(piece?)).await?;
        }
        let written = second.finish().await?;
        Ok((second, written))
    }

    /// Begins to write a content. Room for it is reserved unless the upload that it is of has done so.
    pub(super) async fn draft(
        &self,
        owner: UserId,
        (limit, scan): (u64, Option<Scan>),
        length: Option<u64>,
        from: From,
    ) -> Result<Draft, FilesError> {
        let draft = Draft::begin(self, self.next_blob(owner), limit, scan).await?;
        if from.is_some() {
            return Ok(draft);
        }
        draft.reserving(length).await
    }

    /// Room in memory for so many bytes of pictures that come in.
    fn room(&self, bytes: usize) -> Result<OwnedSemaphorePermit, FilesError> {
        let kib = u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.0.room).try_acquire_many_owned(kib);
        room.map_err(|_| FilesError::Overloaded)
    }

    fn next_blob(&self, owner: UserId) -> Blob {
        Blob {
            owner,
            id: self.0.ids.next(),
        }
    }

    pub(super) async fn scan_of(&self, kind: FileKind) -> Result<Option<Scan>, FilesError> {
        match (&self.0.clamd, kind) {
            (Some(addr), FileKind::Upload) => Scan::begin(addr).await.map(Some),
            (None, _) | (_, FileKind::Work) => Ok(None),
        }
    }

    async fn note_infected(&self, owner: UserId, signature: &str) -> Result<(), FilesError> {
        let audit = &self.0.audit;
        let record = audit.about(owner, "file.infected");
        let details = serde_json::json!({ "signature": signature });
        audit
            .write(record.on("user", owner).with(&details).refused())
            .await?;
        Ok(())
    }
}

/// What a stream failed with: of our own making, or the sender's.
pub(super) fn interrupted(
    error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> FilesError {
    match error.into().downcast::<FilesError>() {
        Ok(own) => *own,
        Err(senders) => FilesError::Interrupted(senders),
    }
}
