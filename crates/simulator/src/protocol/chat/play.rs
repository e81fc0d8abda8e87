//! Gives an answer step by step. Dropping the body is all it takes to end it.

use std::{error, fmt, future};

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use tokio::time::{Instant, sleep_until};

use super::transmit::Step;
use crate::{Handle, line::Line, state::Pass};

/// An answer that is being given.
pub(crate) struct Playing {
    steps: Box<dyn Iterator<Item = Step> + Send>,
    handle: Handle,
    pass: Pass,
    line: Line,
    /// Pauses are counted from here and not from their own start, so that small ones don't add up to a drift.
    due: Instant,
}

impl Playing {
    pub(crate) fn new(
        steps: Box<dyn Iterator<Item = Step> + Send>,
        handle: Handle,
        pass: Pass,
        line: Line,
    ) -> Self {
        Self {
            steps,
            handle,
            pass,
            line,
            due: Instant::now(),
        }
    }

    pub(crate) fn into_body(self) -> Body {
        Body::from_stream(stream::unfold(self, async |mut playing| {
            let bytes = playing.next().await?;
            Some((bytes, playing))
        }))
    }

    async fn next(&mut self) -> Option<Result<Bytes, Broken>> {
        let stop = self.handle.stopping().clone();
        tokio::select! {
            () = stop.cancelled() => Some(Err(Broken)),
            bytes = self.advance() => bytes,
        }
    }

    async fn advance(&mut self) -> Option<Result<Bytes, Broken>> {
        loop {
            match self.steps.next()? {
                Step::Say(bytes) if bytes.is_empty() => {}
                Step::Say(bytes) => return Some(Ok(bytes)),
                Step::Sent => self.handle.sent_piece(self.pass),
                Step::Wait(time) => {
                    self.due += time;
                    sleep_until(self.due).await;
                }
                Step::Hold => {
                    self.handle.released(self.pass).await;
                    self.due = Instant::now();
                }
                Step::Stall => future::pending().await,
                Step::Cut => return Some(end().await),
                Step::Reset => {
                    self.line.reset_at_end();
                    return Some(end().await);
                }
            }
        }
    }
}

/// Lets what was said so far reach the line, then breaks off.
async fn end() -> Result<Bytes, Broken> {
    tokio::task::yield_now().await;
    Err(Broken)
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
