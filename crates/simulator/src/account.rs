//! The account's record: what was received, how it ended, what it cost, and what to answer next.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use serde_json::Value;

use crate::{
    Answer,
    totals::{Total, Totals},
};

/// Older requests are forgotten, so that a demonstration can run for weeks.
const REMEMBERED: usize = 512;
/// Of all bodies that are remembered together; requests beyond it keep everything else.
const REMEMBERED_BYTES: usize = 64 << 20;

/// The account as tests see it.
#[derive(Debug, Default)]
pub struct Account {
    received: VecDeque<Received>,
    received_bytes: usize,
    pub(crate) script: VecDeque<Answer>,
    pub(crate) open_streams: usize,
    arrivals: u64,
    pub(crate) releases: u64,
    totals: Totals,
}

impl Account {
    /// The requests so far (the newest 512), in the order of arrival.
    pub fn received(&self) -> impl DoubleEndedIterator<Item = &Received> + ExactSizeIterator {
        self.received.iter()
    }

    /// Answers that are being given at this moment.
    pub fn open_streams(&self) -> usize {
        self.open_streams
    }

    /// The sums by key and model over all requests since the start, those that are forgotten too.
    pub fn totals(&self) -> Vec<Total> {
        self.totals.all()
    }

    /// Writes down a request.
    pub(crate) fn arrive(&mut self, arrival: Arrival, at: Duration) -> Pass {
        let key = self.totals.key(&arrival.key);
        self.totals.arrived(key, &arrival.model);
        let pass = Pass {
            ordinal: self.arrivals,
            releases: self.releases,
            key,
        };
        self.arrivals += 1;
        self.open_streams += 1;
        self.received_bytes += arrival.bytes;
        self.received.push_back(Received {
            ordinal: pass.ordinal,
            at,
            ended: None,
            method: arrival.method,
            path: arrival.path,
            key: arrival.key,
            model: arrival.model,
            headers: arrival.headers,
            body: arrival.body,
            bytes: arrival.bytes,
            sent: 0,
            outcome: Outcome::Open,
            status: None,
            billed: None,
        });
        if self.received.len() > REMEMBERED
            && let Some(forgotten) = self.received.pop_front()
        {
            self.received_bytes -= forgotten.bytes;
        }
        if self.received_bytes > REMEMBERED_BYTES {
            self.forget_bodies();
        }
        pass
    }

    pub(crate) fn answered_with(&mut self, pass: Pass, status: u16) {
        if let Some(entry) = self.entry(pass) {
            entry.status = Some(status);
        }
    }

    pub(crate) fn sent_piece(&mut self, pass: Pass) {
        if let Some(entry) = self.entry(pass) {
            entry.sent += 1;
        }
    }

    /// Writes down what a request costs, and gives what it was thought to cost before.
    pub(crate) fn bill(&mut self, pass: Pass, billed: Billed) -> Option<Billed> {
        let before = self.entry(pass).and_then(|entry| entry.billed.take());
        self.totals.billed(pass.key, before.as_ref(), &billed);
        if let Some(entry) = self.entry(pass) {
            entry.billed = Some(billed);
        }
        before
    }

    pub(crate) fn end(&mut self, pass: Pass, ending: &Ending) {
        self.open_streams -= 1;
        let Ending {
            model,
            status,
            outcome,
            at,
        } = ending;
        self.totals.ended(pass.key, model, *status, *outcome);
        if let Some(entry) = self.entry(pass) {
            entry.outcome = *outcome;
            entry.ended = Some(*at);
        }
    }

    /// Forgets the requests so far; the totals stay.
    pub(crate) fn forget(&mut self) {
        self.received.clear();
        self.received_bytes = 0;
    }

    fn forget_bodies(&mut self) {
        for entry in &mut self.received {
            if self.received_bytes <= REMEMBERED_BYTES {
                return;
            }
            self.received_bytes -= std::mem::take(&mut entry.bytes);
            entry.body = Arc::new(Value::Null);
        }
    }

    fn entry(&mut self, pass: Pass) -> Option<&mut Received> {
        let place = pass.ordinal.checked_sub(self.received.front()?.ordinal)?;
        self.received.get_mut(usize::try_from(place).ok()?)
    }
}

/// A request as it came in.
#[derive(Clone, Debug)]
pub struct Received {
    /// The place in the order of arrival, from 0.
    pub ordinal: u64,
    /// When it arrived, since the simulator's start.
    pub at: Duration,
    /// When its answer ended, since the simulator's start.
    pub ended: Option<Duration>,
    /// `GET`, `POST`, ….
    pub method: String,
    /// The path without the host.
    pub path: String,
    /// The beginning of the key; empty without one.
    pub key: String,
    /// The body's model; empty without one.
    pub model: String,
    /// Names in lower case; of the key only the beginning.
    pub headers: Vec<(String, String)>,
    /// The body, or null when it was empty or not JSON.
    pub body: Arc<Value>,
    bytes: usize,
    /// Chunks of reasoning and words that were sent so far.
    pub sent: usize,
    /// How it ended.
    pub outcome: Outcome,
    /// The status that was answered, once it was.
    pub status: Option<u16>,
    /// What it cost, once that is known.
    pub billed: Option<Billed>,
}

impl Received {
    /// The value of a header, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// What a request costs, in the units of its model's price.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Billed {
    /// The model, as asked for.
    pub model: String,
    /// Tokens of the question, cached ones included.
    pub input_tokens: u64,
    /// Tokens of the answer, reasoning included.
    pub output_tokens: u64,
    /// Tokens of the question that came from the cache.
    pub cached_tokens: u64,
    /// Pictures that were made.
    pub images: u32,
    /// Seconds of sound or film that were made or heard.
    pub seconds: f64,
    /// Characters that were spoken.
    pub characters: u64,
}

/// How an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is being given.
    Open,
    /// It was given to its end.
    Answered,
    /// The simulator broke it off, by a fault or by shutting down.
    Broken,
    /// The client left before the end.
    ClientLeft {
        /// How long after the request.
        after: Duration,
    },
}

/// What is known of a request when it arrives.
#[derive(Debug, Default)]
pub(crate) struct Arrival {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) key: String,
    pub(crate) model: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Arc<Value>,
    /// The body's size.
    pub(crate) bytes: usize,
}

/// What is known of an answer when it ends.
#[derive(Debug)]
pub(crate) struct Ending {
    pub(crate) model: String,
    pub(crate) status: Option<u16>,
    pub(crate) outcome: Outcome,
    pub(crate) at: Duration,
}

/// What a route needs to know about the request that it answers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pass {
    pub(crate) ordinal: u64,
    pub(crate) releases: u64,
    key: u32,
}
