//! Gives an answer step by step. Dropping the body is all it takes to end it.

use std::{error, fmt, future, time::Duration};

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use tokio::time::{Instant, sleep_until};

use super::transmit::Step;
use crate::{Answer, Billed, Handle, line::Line, state::Pass, tokens};

/// What an answer costs, as a whole and when it is broken off.
#[derive(Debug)]
pub(crate) struct Bill {
    whole: Billed,
    /// What is streamed; nothing when it comes in one piece.
    pieces: Vec<String>,
}

impl Bill {
    /// For an answer in one piece.
    pub(crate) fn whole(whole: Billed) -> Self {
        let pieces = Vec::new();
        Self { whole, pieces }
    }

    /// For a stream of these answers.
    pub(crate) fn streamed(whole: Billed, answers: Vec<Answer>) -> Self {
        let pieces = answers
            .into_iter()
            .flat_map(|answer| answer.reasoning.into_iter().chain(answer.words))
            .collect();
        Self { whole, pieces }
    }

    /// When only so many pieces were sent: what was generated is paid, and the whole prompt.
    fn broken_off(&self, sent: usize) -> Option<Billed> {
        let said = self
            .pieces
            .get(..sent)
            .filter(|_| sent < self.pieces.len())?;
        let output: u64 = said
            .iter()
            .map(|piece| u64::from(tokens::count(piece)))
            .sum();
        let mut billed = self.whole.clone();
        billed.output_tokens = billed.output_tokens.min(output);
        Some(billed)
    }
}

/// An answer that is being given.
pub(crate) struct Playing {
    steps: Box<dyn Iterator<Item = Step> + Send>,
    handle: Handle,
    pass: Pass,
    line: Line,
    /// Pauses are counted from here and not from their own start, so that small ones don't add up to a drift.
    due: Instant,
    bill: Option<Bill>,
    sent: usize,
}

impl Playing {
    pub(crate) fn new(
        steps: Box<dyn Iterator<Item = Step> + Send>,
        handle: Handle,
        pass: Pass,
        line: Line,
        bill: Option<Bill>,
    ) -> Self {
        if let Some(bill) = &bill {
            handle.bill(pass, bill.whole.clone());
        }
        Self {
            steps,
            handle,
            pass,
            line,
            due: Instant::now(),
            bill,
            sent: 0,
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
                Step::Sent => {
                    self.sent += 1;
                    self.handle.sent_piece(self.pass);
                }
                // A timer, even one that is due, costs up to its own tick of a millisecond.
                Step::Wait(Duration::ZERO) => tokio::task::yield_now().await,
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

impl Drop for Playing {
    fn drop(&mut self) {
        let bill = self.bill.as_ref();
        if let Some(billed) = bill.and_then(|bill| bill.broken_off(self.sent)) {
            self.handle.bill(self.pass, billed);
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
