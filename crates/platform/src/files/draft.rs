//! A content on its way into the file store: measured, hashed, shown to the scanner, and written in pieces. What is dropped
//! before it is whole is removed, whatever the reason. (FI-13)

use std::ops::Range;

use bytes::{Bytes, BytesMut};
use object_store::MultipartUpload;
use sha2::{Digest, Sha256};

use super::{
    Files, FilesError,
    blanks::Blanks,
    boxes::Boxes,
    elements::Elements,
    flac::Blocks,
    id3::Tags,
    kinds::{Layout, Type},
    ogg::Pages,
    passing::Walk,
    place::Object,
    scan::Scan,
    tail::Tail,
    tracks::Tracks,
    wave::Chunks,
};
use crate::{
    identity::token::hex,
    store::{Blob, Held},
};

/// Bytes of a piece: S3 wants 5 MiB at least and ten thousand pieces at most. Each upload that runs takes two of them.
const PIECE: usize = 5 * 1024 * 1024;

/// A content that is being written.
pub(super) struct Draft {
    files: Files,
    blob: Blob,
    pieces: Option<Box<dyn MultipartUpload>>,
    pending: BytesMut,
    hash: Sha256,
    bytes: u64,
    limit: u64,
    /// Bytes that are reserved for it; nothing where its upload has reserved them.
    held: Option<i64>,
    scan: Option<Scan>,
    /// What leaves out what makers say beside the content.
    walk: Option<Box<dyn Walk + Send + Sync>>,
    /// What is left out behind it.
    tail: Option<Tail>,
    /// What is left out once all was seen.
    tracks: Option<Tracks>,
    /// A part of a tag that had passed before the tag was known.
    passed: Option<Range<u64>>,
    is_kept: bool,
}

/// A content that is written.
pub(super) struct Written {
    /// In hex.
    pub(super) sha256: String,
    pub(super) bytes: u64,
}

impl Draft {
    /// Begins one of at most `limit` bytes.
    pub(super) async fn begin(
        files: &Files,
        blob: Blob,
        limit: u64,
        scan: Option<Scan>,
    ) -> Result<Self, FilesError> {
        let inner = &files.0;
        if !inner.db.begin_blob(blob, inner.clock.now()).await? {
            return Err(FilesError::NotFound);
        }
        Ok(Self {
            files: files.clone(),
            blob,
            pieces: None,
            pending: BytesMut::new(),
            hash: Sha256::new(),
            bytes: 0,
            limit,
            held: None,
            scan,
            walk: None,
            tail: None,
            tracks: None,
            passed: None,
            is_kept: false,
        })
    }

    /// Has room reserved for it: for all of it at once where its length is known, else for what comes as it comes. What is not kept gives
    /// it back.
    pub(super) async fn reserving(mut self, length: Option<u64>) -> Result<Self, FilesError> {
        self.held = Some(0);
        if let Some(length) = length {
            if length > self.limit {
                return Err(FilesError::TooLarge);
            }
            self.hold(length).await?;
        }
        Ok(self)
    }

    /// Reserves what is missing of so many bytes.
    async fn hold(&mut self, bytes: u64) -> Result<(), FilesError> {
        let bytes = i64::try_from(bytes).map_err(|_| FilesError::TooLarge)?;
        let Some(held) = self.held.filter(|held| *held < bytes) else {
            return Ok(());
        };
        let inner = &self.files.0;
        let held = inner
            .db
            .hold_for_blob(self.blob, bytes - held, inner.quota())
            .await?;
        match held {
            Held::Done => {
                self.held = Some(bytes);
                Ok(())
            }
            Held::QuotaUsedUp => Err(FilesError::StorageUsedUp),
            Held::Gone => Err(FilesError::NotFound),
        }
    }

    /// What is reserved for the one in whose place this one is written is reserved for this one.
    pub(super) async fn take_over(&mut self, other: &mut Self) -> Result<(), FilesError> {
        if let Some(held) = other.held {
            let db = &self.files.0.db;
            if !db.move_hold(other.blob, self.blob, held).await? {
                return Err(FilesError::NotFound);
            }
            (self.held, other.held) = (Some(held), Some(0));
        }
        Ok(())
    }

    /// Its content is of that type, and only what belongs to film or sound is kept of it. The scanner sees what was sent.
    pub(super) fn of(mut self, kind: &Type) -> Self {
        let Some(layout) = kind.layout() else {
            return self;
        };
        let walk: Box<dyn Walk + Send + Sync> = match layout {
            Layout::Boxes => Box::new(Boxes::default()),
            Layout::Elements => Box::new(Elements::default()),
            Layout::Frames => Box::new(Tags::default()),
            Layout::Blocks => Box::new(Blocks::default()),
            Layout::Pages => Box::new(Pages::default()),
            Layout::Chunks => Box::new(Chunks::default()),
        };
        self.walk = Some(walk);
        self.tail = matches!(layout, Layout::Frames | Layout::Blocks).then(Tail::default);
        self.tracks = (layout == Layout::Boxes).then(Tracks::default);
        self
    }

    /// Writes what came.
    pub(super) async fn write(&mut self, piece: Bytes) -> Result<(), FilesError> {
        self.bytes += piece.len() as u64;
        if self.bytes > self.limit {
            return Err(FilesError::TooLarge);
        }
        if let Some(scan) = &mut self.scan {
            scan.write(&piece).await?;
        }
        let piece = match &mut self.walk {
            Some(walk) => walk.pass(piece),
            None => piece,
        };
        let piece = self.see(piece);
        self.take(piece).await
    }

    /// What passes of what is kept.
    fn see(&mut self, piece: Bytes) -> Bytes {
        if let Some(tracks) = &mut self.tracks {
            tracks.see(&piece);
        }
        match &mut self.tail {
            Some(tail) => tail.pass(&piece),
            None => piece,
        }
    }

    async fn take(&mut self, mut piece: Bytes) -> Result<(), FilesError> {
        self.hash.update(&piece);
        while self.pending.len() + piece.len() >= PIECE {
            self.pending
                .extend_from_slice(&piece.split_to(PIECE - self.pending.len()));
            self.send().await?;
        }
        // Copied: what came may be a small part of something large that it would keep in memory.
        self.pending.extend_from_slice(&piece);
        Ok(())
    }

    /// Ends it. It is only removed no more once it is [kept](Draft::keep).
    pub(super) async fn finish(&mut self) -> Result<Written, FilesError> {
        if let Some(scan) = self.scan.take() {
            scan.finish().await?;
        }
        if let Some(walk) = &mut self.walk {
            let rest = walk.rest();
            let rest = self.see(rest);
            self.take(rest).await?;
        }
        if let Some(tail) = &mut self.tail {
            let (rest, passed) = tail.rest();
            self.passed = passed;
            self.take(rest).await?;
        }
        self.hold(self.bytes).await?;
        if self.pieces.is_none() {
            let content = self.pending.split().freeze();
            let place = &self.files.0.place;
            place
                .put(self.blob, Object::Content, content.into())
                .await?;
        } else {
            if !self.pending.is_empty() {
                self.send().await?;
            }
            if let Some(pieces) = &mut self.pieces {
                pieces.complete().await?;
            }
            self.pieces = None;
        }
        Ok(Written {
            sha256: hex(&std::mem::take(&mut self.hash).finalize()),
            bytes: self.bytes,
        })
    }

    /// What must not be kept of what is written, now that all of it was seen.
    pub(super) fn blanks(&mut self) -> Result<Option<Blanks>, FilesError> {
        if let Some(tracks) = self.tracks.take() {
            return tracks.finish();
        }
        let passed = self.passed.take();
        Ok(passed.map(|passed| Blanks::new(vec![passed], Vec::new())))
    }

    /// Which content it is.
    pub(super) fn blob(&self) -> Blob {
        self.blob
    }

    /// It belongs to a file from now on, or is known as one to remove.
    pub(super) fn keep(mut self) {
        self.is_kept = true;
    }

    async fn send(&mut self) -> Result<(), FilesError> {
        self.hold(self.bytes).await?;
        let piece = self.pending.split().freeze();
        let pieces = match &mut self.pieces {
            Some(pieces) => pieces,
            none => {
                let place = &self.files.0.place;
                none.insert(place.put_in_pieces(self.blob, Object::Content).await?)
            }
        };
        pieces.put_part(piece.into()).await?;
        Ok(())
    }
}

impl Drop for Draft {
    /// The sender left, or something failed. What is not removed here, because the process dies too, the purge removes.
    fn drop(&mut self) {
        if self.is_kept {
            return;
        }
        let (files, blob, pieces) = (self.files.clone(), self.blob, self.pieces.take());
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        runtime.spawn(async move {
            let inner = &files.0;
            // The row first: what was reserved is free again, however long the rest takes.
            let abandoned = inner.db.abandon_blob(blob, inner.clock.now()).await;
            if let Some(mut pieces) = pieces {
                let _ = pieces.abort().await;
            }
            match abandoned {
                Ok(true) => files.remove_objects(&[blob]).await,
                // Whoever asked left while the file was being made: the transaction has decided, and it is kept.
                Ok(false) => {}
                Err(error) => tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "an abandoned content is left to the purge"
                ),
            }
        });
    }
}
