//! Reading an answer's body within its limits of time and size.

use std::time::Duration;

use bytes::Bytes;
use reqwest::Response;
use tokio::time::{Instant, timeout_at};

use crate::client::{Arrival, Lease};
use crate::sse::{Decoder, Event};
use crate::{Error, ErrorKind, Phase};

/// Until when a call may wait for what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadlines {
    pub(crate) first_byte: Instant,
    pub(crate) total: Instant,
    pub(crate) idle: Duration,
}

impl Deadlines {
    /// When patience ends, and in which phase.
    pub(crate) fn next(&self, began: bool) -> (Instant, Phase) {
        self.since(Instant::now(), began)
    }

    /// The same for somebody who waits since then.
    fn since(&self, then: Instant, began: bool) -> (Instant, Phase) {
        let (until, phase) = if began {
            (then + self.idle, Phase::Idle)
        } else {
            (self.first_byte, Phase::FirstByte)
        };
        if self.total <= until {
            (self.total, Phase::Total)
        } else {
            (until, phase)
        }
    }
}

/// A body being read. Dropping it closes the upstream's stream.
#[derive(Debug)]
pub(crate) struct Body {
    response: Response,
    deadlines: Deadlines,
    began: bool,
    /// Since when the next piece is awaited.
    silent_since: Option<Instant>,
    left: usize,
    lease: Lease,
}

/// What came within a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Bytes, as the network delivered them.
    Bytes(Bytes),
    /// Nothing yet.
    Silence,
    /// The end.
    End,
}

impl Body {
    pub(crate) fn new(arrival: Arrival, max_bytes: usize) -> Self {
        Self {
            response: arrival.response,
            deadlines: arrival.deadlines,
            began: false,
            silent_since: None,
            left: max_bytes,
            lease: arrival.lease,
        }
    }

    /// Lets it take so long from now on, in place of the time of a whole call. Pieces must still come in theirs.
    pub(crate) fn lasting(mut self, total: Duration) -> Self {
        self.deadlines.total = Instant::now() + total;
        self
    }

    /// The next piece, as the network delivered it.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        let (until, phase) = self.deadlines.next(self.began);
        let read = timeout_at(until, self.response.chunk()).await;
        self.took_in(read.map_err(|_| Error::timeout(phase))?)
    }

    /// The same, for somebody who wants to be told of silence. Silence before and after being told is one.
    pub(crate) async fn next_within(&mut self, wait: Duration) -> Result<Piece, Error> {
        let now = Instant::now();
        let since = *self.silent_since.get_or_insert(now);
        let (until, phase) = self.deadlines.since(since, self.began);
        let soon = now + wait;
        match timeout_at(until.min(soon), self.response.chunk()).await {
            Ok(read) => {
                self.silent_since = None;
                Ok(self.took_in(read)?.map_or(Piece::End, Piece::Bytes))
            }
            Err(_) if soon < until => Ok(Piece::Silence),
            Err(_) => Err(Error::timeout(phase)),
        }
    }

    fn took_in(&mut self, read: reqwest::Result<Option<Bytes>>) -> Result<Option<Bytes>, Error> {
        let piece = read.map_err(|error| {
            Error::new(ErrorKind::Interrupted, "the answer broke off")
                .with_source(error.without_url())
        })?;
        let Some(piece) = piece else { return Ok(None) };
        self.began = true;
        self.left = self
            .left
            .checked_sub(piece.len())
            .ok_or_else(|| Error::new(ErrorKind::TooLarge, "the answer is larger than allowed"))?;
        Ok(Some(piece))
    }

    /// Tells the pacing what the answer took.
    pub(crate) fn took(&mut self, tokens: u32) {
        if self.lease.reservation.counts_tokens() {
            self.lease.reservation.used(tokens);
        }
    }

    /// Everything that is left.
    pub(crate) async fn all(mut self) -> Result<Vec<u8>, Error> {
        let mut all = Vec::new();
        while let Some(piece) = self.chunk().await? {
            all.extend_from_slice(&piece);
        }
        self.lease.note(&all);
        Ok(all)
    }
}

/// What is kept of a body that holds no event, to find an error in it.
const MAX_PROLOGUE_BYTES: usize = 64 * 1024;

/// A body read as events.
#[derive(Debug)]
pub(crate) struct Events {
    body: Option<Body>,
    decoder: Decoder,
    ready: std::collections::VecDeque<Event>,
    /// The body so far, until its first event.
    prologue: Option<Vec<u8>>,
}

/// How a stream of events goes on.
#[derive(Debug)]
pub(crate) enum Next {
    Event(Event),
    /// The last event, which lacks its empty line and may be cut.
    Unfinished(Event),
    /// The end of a body without any event.
    NoEvents(Vec<u8>),
    End,
}

impl Events {
    pub(crate) fn new(body: Body, max_event_bytes: usize) -> Self {
        Self {
            body: Some(body),
            decoder: Decoder::new(max_event_bytes),
            ready: std::collections::VecDeque::new(),
            prologue: Some(Vec::new()),
        }
    }

    pub(crate) async fn next(&mut self) -> Result<Next, Error> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Ok(Next::Event(event));
            }
            let Some(body) = &mut self.body else {
                return Ok(Next::End);
            };
            let Some(piece) = body.chunk().await? else {
                self.body = None;
                let last = self.decoder.finish();
                return Ok(match (last, self.prologue.take()) {
                    (Some(event), _) => Next::Unfinished(event),
                    (None, Some(prologue)) => Next::NoEvents(prologue),
                    (None, None) => Next::End,
                });
            };
            if let Some(prologue) = &mut self.prologue {
                let room = MAX_PROLOGUE_BYTES - prologue.len();
                prologue.extend_from_slice(&piece[..piece.len().min(room)]);
            }
            let events = self.decoder.feed(&piece);
            let events =
                events.map_err(|error| Error::new(ErrorKind::TooLarge, error.to_string()))?;
            if !events.is_empty() {
                self.prologue = None;
            }
            for event in events.iter().filter(|event| event.data.contains("usage")) {
                body.lease.note(event.data.as_bytes());
            }
            self.ready.extend(events);
        }
    }
}
