//! A content on its way into the file store: measured, hashed, shown to the scanner, and written in pieces. What is dropped
//! before it is whole is removed, whatever the reason. (FI-13)

use bytes::{Bytes, BytesMut};
use object_store::MultipartUpload;
use sha2::{Digest, Sha256};

use super::{
    Files, FilesError, blanks::Blanks, boxes::Boxes, elements::Elements, passing::Walk,
    place::Object, scan::Scan, tracks::Tracks,
};
use crate::{identity::token::hex, store::Blob};

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
    scan: Option<Scan>,
    boxes: Option<(Boxes, Tracks)>,
    elements: Option<Elements>,
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
            scan,
            boxes: None,
            elements: None,
            is_kept: false,
        })
    }

    /// It is a file in boxes, and only what belongs to film or sound is kept of them. The scanner sees what was sent.
    pub(super) fn in_boxes(mut self) -> Self {
        self.boxes = Some((Boxes::default(), Tracks::default()));
        self
    }

    /// It is a file in elements, of which the same is true.
    pub(super) fn in_elements(mut self) -> Self {
        self.elements = Some(Elements::default());
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
        let piece = match (&mut self.boxes, &mut self.elements) {
            (Some((boxes, tracks)), _) => {
                let piece = boxes.pass(piece);
                tracks.see(&piece);
                piece
            }
            (None, Some(elements)) => elements.pass(piece),
            (None, None) => piece,
        };
        self.take(piece).await
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
        let rest = match (&mut self.boxes, &mut self.elements) {
            (Some((boxes, tracks)), _) => {
                let rest = boxes.rest();
                tracks.see(&rest);
                rest
            }
            (None, Some(elements)) => elements.rest(),
            (None, None) => Bytes::new(),
        };
        self.take(rest).await?;
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
        match self.boxes.take() {
            Some((_, tracks)) => tracks.finish(),
            None => Ok(None),
        }
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
            if let Some(mut pieces) = pieces {
                let _ = pieces.abort().await;
            }
            let inner = &files.0;
            match inner.db.abandon_blob(blob, inner.clock.now()).await {
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
