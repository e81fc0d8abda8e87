//! Answers that are read to their end and paid for when whoever asked has left, because their key says so. What they used is
//! then what the upstream says and no estimate; and a request that is made again under its `Idempotency-Key` has an answer.

use axum::{
    body::{Body, HttpBody},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::StreamExt;
use http::StatusCode;
use tokio::sync::mpsc;

/// Pieces that wait for a slow caller; then the upstream waits too.
const AHEAD: usize = 16;

/// The answer; if it `finishes`, made in a task of its own that goes on when nobody waits for it any more.
pub(super) async fn answered(
    answering: impl Future<Output = Response> + Send + 'static,
    finishes: bool,
) -> Response {
    if !finishes {
        return answering.await;
    }
    let (sender, receiver) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        if let Err(unheard) = sender.send(driven(answering.await)) {
            drain(unheard).await;
        }
    });
    let failed = |_| StatusCode::INTERNAL_SERVER_ERROR.into_response();
    receiver.await.unwrap_or_else(failed)
}

/// The same answer, whose body is read on when the reader leaves.
fn driven(response: Response) -> Response {
    let (parts, body) = response.into_parts();
    if HttpBody::size_hint(&body).exact().is_some() {
        return Response::from_parts(parts, body);
    }
    let (sender, receiver) = mpsc::channel::<Result<Bytes, axum::Error>>(AHEAD);
    tokio::spawn(async move {
        let mut pieces = body.into_data_stream();
        while let Some(piece) = pieces.next().await {
            // Whoever has left hears nothing, and the rest is read all the same.
            let _unheard = sender.send(piece).await;
        }
    });
    let pieces = futures_util::stream::unfold(receiver, async |mut receiver| {
        let piece = receiver.recv().await?;
        Some((piece, receiver))
    });
    Response::from_parts(parts, Body::from_stream(pieces))
}

async fn drain(response: Response) {
    let mut pieces = response.into_body().into_data_stream();
    while pieces.next().await.is_some() {}
}
