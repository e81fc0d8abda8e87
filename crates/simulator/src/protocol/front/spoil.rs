//! What goes wrong with an answer on its way out, whichever route gave it.

mod acts;
mod event;
mod json;

use std::{collections::VecDeque, error, fmt, future, time::Duration};

use axum::{
    body::{Body, BodyDataStream},
    response::Response,
};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use tokio_util::sync::CancellationToken;

use self::{
    acts::{Act, Ending},
    event::Spoiler,
};
use crate::{
    Fault, Strike,
    line::Line,
    protocol::{dialect::Dialect, reply::RequestId},
};

/// Where an answer is given.
#[derive(Clone, Debug)]
pub(super) struct Scene {
    pub(super) dialect: Dialect,
    pub(super) id: RequestId,
    pub(super) line: Line,
    pub(super) stop: CancellationToken,
}

/// The answer as it goes out when these faults strike.
pub(super) fn spoil(response: Response, strikes: Vec<Strike>, scene: &Scene) -> Response {
    let kind = response.headers().get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_packed = response.headers().contains_key(CONTENT_ENCODING);
    let shape = if is_packed {
        Shape::Bytes
    } else if kind.starts_with("text/event-stream") {
        Shape::Events
    } else if kind.starts_with("application/json") {
        Shape::Json
    } else {
        Shape::Bytes
    };
    if shape != Shape::Events && response.status().is_success() {
        let refusal = strikes.iter().find_map(|strike| match &strike.fault {
            Fault::ErrorEvent(refusal) => Some(refusal),
            _ => None,
        });
        // Without a stream the error is the answer.
        if let Some(refusal) = refusal {
            return scene.dialect.refuse(refusal, &scene.id);
        }
    }
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    let mut spoiler = Spoiler::new(strikes, shape, scene);
    let acts = spoiler.begin().into();
    let answer = Spoiled {
        body: body.into_data_stream(),
        unread: Vec::new(),
        spoiler,
        acts,
        body_ended: false,
        scene: scene.clone(),
    };
    let body = stream::unfold(answer, async |mut answer| {
        let bytes = answer.next().await?;
        Some((bytes, answer))
    });
    Response::from_parts(parts, Body::from_stream(body))
}

/// What a body consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Events,
    /// One document.
    Json,
    /// Anything else; only its bytes can go wrong.
    Bytes,
}

/// A body and what becomes of it.
struct Spoiled {
    body: BodyDataStream,
    /// The beginning of an event or of a document.
    unread: Vec<u8>,
    spoiler: Spoiler,
    acts: VecDeque<Act>,
    body_ended: bool,
    scene: Scene,
}

impl Spoiled {
    async fn next(&mut self) -> Option<Result<Bytes, axum::BoxError>> {
        let stop = self.scene.stop.clone();
        tokio::select! {
            () = stop.cancelled() => Some(Err(Broken.into())),
            bytes = self.advance() => bytes,
        }
    }

    async fn advance(&mut self) -> Option<Result<Bytes, axum::BoxError>> {
        loop {
            match self.acts.pop_front() {
                Some(Act::Say(bytes)) if bytes.is_empty() => {}
                Some(Act::Say(bytes)) => return Some(Ok(bytes)),
                Some(Act::Fill(0)) => {}
                Some(Act::Fill(count)) => {
                    let some = acts::filling(count);
                    self.acts.push_front(Act::Fill(count - some.len()));
                    return Some(Ok(some));
                }
                Some(Act::Wait(time)) => tokio::time::sleep(time).await,
                Some(Act::Repeat(bytes)) => {
                    self.acts.push_front(Act::Repeat(bytes.clone()));
                    // As fast as a model may be, but not so fast that nobody else gets to run.
                    tokio::time::sleep(Duration::from_millis(1)).await;
                    return Some(Ok(bytes));
                }
                Some(Act::End(ending)) => return self.end(ending).await,
                None if self.body_ended => return None,
                None => self.read().await,
            }
        }
    }

    async fn end(&mut self, ending: Ending) -> Option<Result<Bytes, axum::BoxError>> {
        self.acts.clear();
        self.body_ended = true;
        match ending {
            Ending::Proper => return None,
            Ending::Stall => future::pending().await,
            Ending::Cut => {}
            Ending::Reset => self.scene.line.reset_at_end(),
            Ending::StreamReset(code) => {
                return Some(Err(h2::Error::from(h2::Reason::from(code)).into()));
            }
        }
        // What was said so far must reach the line first.
        tokio::task::yield_now().await;
        Some(Err(Broken.into()))
    }

    async fn read(&mut self) {
        match self.body.next().await {
            Some(Ok(bytes)) if self.spoiler.shape == Shape::Bytes => {
                self.acts.extend(self.spoiler.bytes(bytes));
            }
            Some(Ok(bytes)) => {
                self.unread.extend_from_slice(&bytes);
                while self.spoiler.shape == Shape::Events
                    && let Some(event) = event::take(&mut self.unread)
                {
                    self.acts.extend(self.spoiler.event(event));
                }
            }
            Some(Err(_)) => {
                let rest = std::mem::take(&mut self.unread);
                self.acts.extend(self.spoiler.bytes(rest.into()));
                self.acts.push_back(Act::End(Ending::Cut));
            }
            None => {
                self.body_ended = true;
                let rest = std::mem::take(&mut self.unread);
                if !rest.is_empty() {
                    self.acts.extend(self.spoiler.event(rest));
                }
                self.acts.extend(self.spoiler.end());
            }
        }
    }
}

/// The body ends where it shouldn't.
#[derive(Debug)]
struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the simulator broke the answer off")
    }
}

impl error::Error for Broken {}
