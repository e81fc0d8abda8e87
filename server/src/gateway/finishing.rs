//! Answers that are read to their end and paid for when whoever asked has left, because their key says so. What they used is
//! then what the upstream says and no estimate; and a request that is made again under its `Idempotency-Key` has an answer.

use axum::{
    body::{Body, HttpBody},
    response::Response,
};
use bytes::Bytes;
use futures_util::StreamExt;
use tokio::sync::mpsc;

/// Pieces that wait for a slow caller; then the upstream waits too.
const AHEAD: usize = 16;

/// The answer; if it `finishes`, made in a task of its own that goes on when nobody waits for it any more. Should that task fail,
/// what is told instead.
pub(super) async fn answered(
    answering: impl Future<Output = Response> + Send + 'static,
    finishes: bool,
    instead: impl FnOnce() -> Response,
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
    receiver.await.unwrap_or_else(|_| instead())
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

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;
    use crate::gateway::{refusal::Refusal, table::Dialect};

    #[tokio::test]
    async fn a_task_that_fails_is_told_in_the_protocols_form() {
        let fails = async move {
            tokio::task::yield_now().await;
            panic!("on purpose")
        };
        let instead = || Refusal::internal(false).response(Dialect::Anthropic, "r");
        let response = answered(fails, true, instead).await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let said = axum::body::to_bytes(response.into_body(), 10_000).await;
        let said: serde_json::Value = serde_json::from_slice(&said.unwrap()).unwrap();
        assert_eq!(said["error"]["type"], "api_error");
    }
}
