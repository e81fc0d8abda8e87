//! Answers that come piece by piece: each event leaves as soon as it is whole, and what it says of usage is noted in
//! passing. Nothing is kept: who reads slowly slows Bailian down.
//!
//! While Bailian is silent, comments keep the connection alive. The end leaves only after the call is booked. A stream that
//! breaks off ends in an error of its protocol, never as if it were whole.

use std::{collections::VecDeque, time::Duration};

use axum::body::Body;
use bailian::relay::{Answer, Piece, Relayed};
use bytes::Bytes;
use http::StatusCode;
use model::Operation;
use platform::gateway::{
    Ending, Running,
    scan::{AnswerScan, Ended, Event, EventKind, UsageShape},
};
use tokio_util::sync::CancellationToken;

use super::{refusal::Refusal, relay::Context, spoken::has_sound, table::Dialect};

/// A comment, which every reader of events skips.
pub(super) const ALIVE: Bytes = Bytes::from_static(b": keep-alive\n\n");

/// After the last event, the upstream's connection is worth waiting for this long, to be used again.
const LINGER: Duration = Duration::from_millis(50);

struct Meter {
    context: Context,
    running: Option<Running>,
    right_ended: CancellationToken,
    /// Cancelled when this process ends.
    leaving: CancellationToken,
    answer: Answer,
    status: StatusCode,
    scan: AnswerScan,
    events: Vec<Event>,
    ready: VecDeque<Bytes>,
    strips_usage: bool,
    keep_alive: Duration,
    noted: Noted,
    over: bool,
}

/// What is known of the stream so far.
#[derive(Default)]
struct Noted {
    /// The object that it tells of was kept.
    kept: bool,
    /// Text is spoken, and sound of it came.
    sounds: bool,
}

/// The stream on its way to the caller. Dropping it closes Bailian's.
pub(super) fn body(
    context: Context,
    running: Running,
    answer: Relayed,
    strips_usage: bool,
    keep_alive: Duration,
    leaving: CancellationToken,
) -> Body {
    // Boxed, because it moves with each event.
    let meter = Box::new(Meter {
        right_ended: running.right_ended(),
        leaving,
        running: Some(running),
        scan: AnswerScan::new(context.route.shape),
        context,
        answer: answer.body,
        status: answer.status,
        events: Vec::new(),
        ready: VecDeque::new(),
        strips_usage,
        keep_alive,
        noted: Noted::default(),
        over: false,
    });
    Body::from_stream(futures_util::stream::unfold(
        meter,
        |mut meter| async move {
            let piece = meter.next().await?;
            Some((Ok::<_, std::convert::Infallible>(piece), meter))
        },
    ))
}

impl Meter {
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(bytes) = self.ready.pop_front() {
                return Some(bytes);
            }
            if self.over {
                return None;
            }
            let piece = tokio::select! {
                biased;
                () = self.right_ended.cancelled() => {
                    self.stop().await;
                    continue;
                }
                () = self.leaving.cancelled() => {
                    self.leave().await;
                    continue;
                }
                piece = self.answer.next_within(self.keep_alive) => piece,
            };
            match piece {
                Ok(Piece::Bytes(bytes)) => self.take(bytes).await,
                Ok(Piece::Silence) => return Some(ALIVE),
                Ok(Piece::End) => self.finish().await,
                Err(error) => {
                    let refusal = Refusal::of_upstream(&error, self.context.chinese);
                    self.break_off(Ending::failed(&error), &refusal).await;
                }
            }
        }
    }

    async fn take(&mut self, piece: Bytes) {
        let mut events = std::mem::take(&mut self.events);
        if self.scan.feed(piece, &mut events).is_err() {
            let refusal = Refusal::answer_too_large(self.context.chinese);
            self.break_off(Ending::broken(self.status.as_u16()), &refusal)
                .await;
            return;
        }
        let mut done = false;
        let speaks = self.operation() == Some(Operation::Speech);
        for event in events.drain(..) {
            if speaks && !self.noted.sounds {
                self.noted.sounds = has_sound(&event.bytes);
            }
            match event.kind {
                EventKind::UsageOnly if self.strips_usage => {}
                EventKind::Done => {
                    done = true;
                    self.ready.push_back(event.bytes);
                    break;
                }
                _ => self.ready.push_back(event.bytes),
            }
        }
        self.events = events;
        if !self.noted.kept && self.context.makes().is_some() {
            self.keep_object().await;
        }
        if done {
            // The caller sees the end only when the call is booked.
            let last = self.ready.pop_back();
            self.finish().await;
            if !self.over {
                return;
            }
            self.ready.extend(last);
        }
    }

    /// What a stream makes (a stored response, an application's session) is named in one of its first events.
    async fn keep_object(&mut self) {
        let Some((kind, places)) = self.context.makes() else {
            return;
        };
        let found = self
            .ready
            .iter()
            .find_map(|event| super::objects::id_in_event(event, places));
        let Some(id) = found else { return };
        self.noted.kept = true;
        let kept = self.context.keep_object(kind, &id).await;
        if let Err(error) = kept {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "whose something is could not be kept"
            );
        }
    }

    /// Bailian said all: books it, and only then lets the end through.
    async fn finish(&mut self) {
        let (ended, _) = self.scan.finish();
        // Bailian's own streams of sound say nothing at their end.
        let is_cut = ended == Ended::Cut && !self.ends_silently();
        let mut ending = match ended {
            Ended::Whole | Ended::Cut if !is_cut => Ending::succeeded(self.status.as_u16()),
            _ => Ending::broken(self.status.as_u16()),
        };
        if let Some(failure) = self.scan.failure() {
            ending.code.clone_from(&failure.code);
            ending.upstream_request_id.clone_from(&failure.request_id);
        }
        if is_cut {
            let refusal = Refusal::cut(self.context.chinese);
            self.break_off(ending, &refusal).await;
            return;
        }
        ending.is_partial = ended == Ended::Failed;
        ending.reported = self.scan.reported();
        ending.output_bytes = self.scan.output_bytes();
        ending.has_sound = self.noted.sounds;
        let Some(running) = self.running.take() else {
            self.over = true;
            return;
        };
        let (booked, ()) = tokio::join!(running.close(ending), linger(&mut self.answer));
        if let Err(error) = booked {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "a call could not be booked"
            );
            self.ready.clear();
            self.say(&Refusal::of(&error.into(), self.context.chinese));
        }
        self.over = true;
    }

    fn ends_silently(&self) -> bool {
        self.context.route.dialect == Dialect::Native
            && !matches!(
                self.operation(),
                Some(Operation::Chat | Operation::Application)
            )
    }

    fn operation(&self) -> Option<Operation> {
        self.running.as_ref().map(Running::operation)
    }

    /// What the caller came in by has ended.
    async fn stop(&mut self) {
        let refusal = Refusal::right_ended(self.context.chinese);
        self.break_off(Ending::cancelled(), &refusal).await;
    }

    /// This process ends: what came until now is booked by itself, as nobody could later.
    async fn leave(&mut self) {
        let refusal = Refusal::leaving(self.context.chinese);
        let ending = Ending::interrupted(self.status.as_u16());
        self.break_off(ending, &refusal).await;
    }

    async fn break_off(&mut self, mut ending: Ending, refusal: &Refusal) {
        ending.output_bytes = self.scan.output_bytes();
        ending.has_sound = self.noted.sounds;
        ending.is_partial = true;
        ending.reported = self.scan.reported();
        if let Some(running) = self.running.take()
            && let Err(error) = running.close(ending).await
        {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "a call could not be booked"
            );
        }
        self.say(refusal);
        self.over = true;
    }

    /// The last event, in the form of what is spoken.
    fn say(&mut self, refusal: &Refusal) {
        let (route, request_id) = (&self.context.route, &self.context.request_id);
        let event = match route.shape {
            UsageShape::Responses => refusal.response_event(request_id),
            UsageShape::OpenAi | UsageShape::Native | UsageShape::Anthropic => {
                refusal.event(route.dialect, request_id)
            }
        };
        self.ready.push_back(event);
    }
}

impl Drop for Meter {
    /// The caller left, or reads nothing more while this process ends: what came until now is what counts.
    fn drop(&mut self) {
        if let Some(running) = &mut self.running {
            let so_far = running.so_far();
            if self.leaving.is_cancelled() {
                *so_far = Ending::interrupted(self.status.as_u16());
            }
            so_far.status = Some(self.status.as_u16());
            so_far.reported = self.scan.reported();
            so_far.output_bytes = self.scan.output_bytes();
            so_far.is_partial = true;
        }
    }
}

/// Reads what follows the last event, so that the connection can serve the next call.
async fn linger(answer: &mut Answer) {
    let rest = async { while let Ok(Some(_)) = answer.chunk().await {} };
    let _ = tokio::time::timeout(LINGER, rest).await;
}

/// Bytes that are neither events nor JSON, as they come.
pub(super) fn bytes(running: Running, answer: Relayed) -> Body {
    let state = (Some(running), answer);
    Body::from_stream(futures_util::stream::unfold(
        state,
        |(mut running, mut answer)| async move {
            // A body that ends in an error ends before its length: nobody takes it for whole.
            let broken = match answer.body.chunk().await {
                Ok(Some(piece)) => return Some((Ok(piece), (running, answer))),
                Ok(None) => {
                    let status = answer.status.as_u16();
                    let booked = running.take()?.close(Ending::succeeded(status)).await;
                    std::io::Error::other(booked.err()?)
                }
                Err(error) => {
                    let booked = running.take()?.close(Ending::failed(&error)).await;
                    booked
                        .err()
                        .map_or_else(|| std::io::Error::other(error), std::io::Error::other)
                }
            };
            Some((Err(broken), (None, answer)))
        },
    ))
}
