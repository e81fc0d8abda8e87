//! The file of a batch is read while it is handed on: what the batch can cost is known before it is made, and Bailian gives its file
//! back to nobody. How fast it is read is how fast it is taken; nothing of it is kept but the line that is being read.

use std::{convert::Infallible, time::Duration};

use axum::{
    body::Body,
    extract::{FromRequest, Multipart, Request, multipart::Field},
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http::request::Parts;
use platform::gateway::{BatchFault, BatchFile, Gateway};
use tokio::{sync::mpsc, task::JoinHandle};

/// Pieces that wait to be read.
const WAITING: usize = 4;
/// Bytes of a purpose that are looked at.
const LONGEST_PURPOSE: usize = 64;
/// The answer about a file comes after its last byte; what is left to read then is one line.
const PATIENCE: Duration = Duration::from_secs(10);

/// What was read of a file: what it asks, or why no batch can be made of it.
pub(super) type Read = Result<BatchFile, BatchFault>;

/// A form that is being read beside its way on.
#[derive(Debug)]
pub(super) struct Reading(JoinHandle<Option<Read>>);

impl Reading {
    /// What was read, once all was handed on; `None` where it is no file of a batch, or no form that everybody reads alike.
    pub(super) async fn end(self) -> Option<Read> {
        let read = tokio::time::timeout(PATIENCE, self.0).await;
        read.ok()?.ok()?
    }
}

/// Reads a form that has come whole.
pub(super) fn within(gateway: &Gateway, parts: &Parts, form: Bytes) -> Reading {
    let reading = read(gateway.clone(), parts.clone(), Body::from(form));
    Reading(tokio::spawn(reading))
}

/// The same body, read on the side.
pub(super) fn beside<B, E>(
    gateway: &Gateway,
    parts: &Parts,
    body: B,
) -> (
    impl Stream<Item = Result<Bytes, E>> + Send + use<B, E>,
    Reading,
)
where
    B: Stream<Item = Result<Bytes, E>> + Send + Unpin,
    E: Send,
{
    let (there, here) = mpsc::channel(WAITING);
    let copied = stream::unfold((body, there), |(mut body, there)| async move {
        let piece = body.next().await?;
        if let Some(copy) = piece.as_ref().ok().cloned() {
            // Whoever has read enough does not hear of the rest.
            let _unheard = there.send(copy).await;
        }
        Some((piece, (body, there)))
    });
    let pieces = stream::unfold(here, |mut here| async move {
        let piece = here.recv().await?;
        Some((Ok::<_, Infallible>(piece), here))
    });
    let reading = read(gateway.clone(), parts.clone(), Body::from_stream(pieces));
    (copied, Reading(tokio::spawn(reading)))
}

async fn read(gateway: Gateway, parts: Parts, form: Body) -> Option<Read> {
    let request = Request::from_parts(parts, form);
    let mut form = Multipart::from_request(request, &()).await.ok()?;
    let (mut file, mut purpose) = (None, None);
    while let Some(field) = form.next_field().await.ok()? {
        // What stands twice is read differently by different readers.
        let name = field.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "file" if file.is_none() => file = Some(lines(&gateway, field).await?),
            "purpose" if purpose.is_none() => purpose = Some(word(field).await?),
            "file" | "purpose" => return None,
            _ => {}
        }
    }
    file.filter(|_| purpose.as_deref() == Some("batch"))
}

async fn lines(gateway: &Gateway, mut field: Field<'_>) -> Option<Read> {
    let mut reading = gateway.read_batch_file();
    while let Some(piece) = field.chunk().await.ok()? {
        gateway.holds_more().ok()?;
        reading.take(&piece);
    }
    Some(reading.end())
}

async fn word(mut field: Field<'_>) -> Option<String> {
    let mut word = Vec::new();
    while let Some(piece) = field.chunk().await.ok()? {
        word.extend_from_slice(&piece);
        if word.len() > LONGEST_PURPOSE {
            return None;
        }
    }
    String::from_utf8(word).ok()
}
