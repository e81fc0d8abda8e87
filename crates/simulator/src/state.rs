//! What the pretended account knows: what to answer next, what was received, how many streams are open.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use bytes::Bytes;
use http::{HeaderMap, header::AUTHORIZATION};
use serde_json::Value;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{
    Answer, Options, Refusal,
    batches::Batches,
    dice::Dice,
    enrolled::Enrolled,
    files::Files,
    memories::Memories,
    models::Model,
    protocol::Responses,
    results::{RESULT_LIFE, Results},
    sessions::Sessions,
    sound::Memory,
    tasks::Tasks,
    temporary_keys::TemporaryKeys,
    uploads::Uploads,
};

/// Older requests are forgotten, so that a demonstration can run for weeks.
const REMEMBERED: usize = 512;

/// The account as tests see it.
#[derive(Debug, Default)]
pub struct Account {
    received: VecDeque<Received>,
    script: VecDeque<Answer>,
    open_streams: usize,
    arrivals: u64,
    releases: u64,
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

    fn entry(&mut self, ordinal: u64) -> Option<&mut Received> {
        let place = ordinal.checked_sub(self.received.front()?.ordinal)?;
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
    /// `GET`, `POST`, ….
    pub method: String,
    /// The path without the host.
    pub path: String,
    /// Names in lower case; of the key only the beginning.
    pub headers: Vec<(String, String)>,
    /// The body, or null when it was empty or not JSON.
    pub body: Value,
    /// Chunks of reasoning and words that were sent so far.
    pub sent: usize,
    /// How it ended.
    pub outcome: Outcome,
    /// The status that was answered, once it was.
    pub status: Option<u16>,
    /// What it cost, once that is known.
    pub billed: Option<Billed>,
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

impl Received {
    /// The value of a header, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
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

/// Speaks to a running simulator. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Handle(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    account: watch::Sender<Account>,
    options: Options,
    models: Vec<Model>,
    started: Instant,
    stop: CancellationToken,
    addr: SocketAddr,
    results: Results,
    responses: Responses,
    tasks: Tasks,
    uploads: Uploads,
    files: Files,
    batches: Batches,
    spoken: Arc<Memory>,
    enrolled: Enrolled,
    temporary_keys: TemporaryKeys,
    sessions: Sessions,
    memories: Memories,
}

impl Handle {
    pub(crate) fn new(options: Options, models: Vec<Model>, addr: SocketAddr) -> Self {
        let account = watch::Sender::new(Account::default());
        Self(Arc::new(Shared {
            account,
            options,
            models,
            started: Instant::now(),
            stop: CancellationToken::new(),
            addr,
            results: Results::default(),
            responses: Responses::default(),
            tasks: Tasks::default(),
            files: Files::default(),
            batches: Batches::default(),
            uploads: Uploads::default(),
            spoken: Arc::default(),
            enrolled: Enrolled::default(),
            temporary_keys: TemporaryKeys::default(),
            sessions: Sessions::default(),
            memories: Memories::default(),
        }))
    }

    /// Gives this answer to the next chat request that passes validation; several are given in order.
    pub fn next_answer(&self, answer: Answer) {
        self.0
            .account
            .send_modify(|account| account.script.push_back(answer));
    }

    /// Refuses the next chat request that passes validation.
    pub fn refuse_with(&self, refusal: Refusal) {
        self.next_answer(Answer::refusal(refusal));
    }

    /// Lets every answer go on that is held, or will be held, by a request that has arrived by now.
    pub fn release(&self) {
        self.0.account.send_modify(|account| account.releases += 1);
    }

    /// The requests so far (the newest 512), in the order of arrival.
    pub fn received(&self) -> Vec<Received> {
        self.0.account.borrow().received.iter().cloned().collect()
    }

    /// Answers that are being given at this moment.
    pub fn open_streams(&self) -> usize {
        self.0.account.borrow().open_streams
    }

    /// Waits, without polling, until the account is as `condition` says.
    pub async fn wait_until(&self, condition: impl FnMut(&Account) -> bool) {
        // The sender lives as long as `self`, so waiting can only end with the condition.
        let _ = self.0.account.subscribe().wait_for(condition).await;
    }

    pub(crate) fn options(&self) -> &Options {
        &self.0.options
    }

    pub(crate) fn models(&self) -> &[Model] {
        &self.0.models
    }

    /// The answers and conversations that are kept.
    pub(crate) fn responses(&self) -> &Responses {
        &self.0.responses
    }

    /// The object store.
    pub(crate) fn results(&self) -> &Results {
        &self.0.results
    }

    /// The files that were uploaded, and those that batches made.
    pub(crate) fn files(&self) -> &Files {
        &self.0.files
    }

    /// The files of requests that are worked through.
    pub(crate) fn batches(&self) -> &Batches {
        &self.0.batches
    }

    /// The asynchronous tasks.
    pub(crate) fn tasks(&self) -> &Tasks {
        &self.0.tasks
    }

    /// The permissions to upload.
    pub(crate) fn uploads(&self) -> &Uploads {
        &self.0.uploads
    }

    /// Keeps every task that is submitted from now on in `PENDING`, until it is run or finished by hand.
    pub fn hold_tasks(&self) {
        self.tasks().hold();
    }

    /// Takes up every task that waits: it is `RUNNING`, and when it was held, it runs until it is finished by hand.
    pub fn run_tasks(&self) {
        self.tasks().run();
    }

    /// Finishes every task that was submitted by now.
    pub fn finish_tasks(&self) {
        self.tasks().finish();
    }

    /// What was spoken here, so that it can be understood.
    pub(crate) fn spoken(&self) -> &Arc<Memory> {
        &self.0.spoken
    }

    /// The account's own voices and hot words.
    pub(crate) fn enrolled(&self) -> &Enrolled {
        &self.0.enrolled
    }

    /// What is remembered of users.
    pub(crate) fn memories(&self) -> &Memories {
        &self.0.memories
    }

    /// What applications remember.
    pub(crate) fn sessions(&self) -> &Sessions {
        &self.0.sessions
    }

    /// Keys that stand in for the account's own.
    pub(crate) fn temporary_keys(&self) -> &TemporaryKeys {
        &self.0.temporary_keys
    }

    /// The origin, without a path.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.0.addr)
    }

    /// Stores a result and gives the address that serves it until it expires.
    pub(crate) fn publish(
        &self,
        path: &str,
        content_type: &str,
        bytes: impl Into<Bytes>,
    ) -> String {
        self.results().put(path, content_type, bytes, RESULT_LIFE);
        format!(
            "{}/results/{path}?Expires={}&OSSAccessKeyId=LTAI5tSimulated&Signature={}",
            self.origin(),
            unix_seconds() + RESULT_LIFE.as_secs(),
            self.signature(path),
        )
    }

    /// What the address of a result must carry.
    pub(crate) fn signature(&self, path: &str) -> String {
        Dice::new(self.options().seed).and(path).hex(27)
    }

    /// Writes down what a request costs.
    pub(crate) fn bill(&self, pass: Pass, billed: Billed) {
        self.0.account.send_modify(|account| {
            if let Some(entry) = account.entry(pass.ordinal) {
                entry.billed = Some(billed);
            }
        });
    }

    pub(crate) fn stopping(&self) -> &CancellationToken {
        &self.0.stop
    }

    /// Writes down a request that has just arrived.
    pub(crate) fn arrive(
        &self,
        method: String,
        path: String,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Visit {
        let at = self.0.started.elapsed();
        let headers = headers.iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (
                name.as_str().to_owned(),
                if name == AUTHORIZATION {
                    without_tail(&value)
                } else {
                    value
                },
            )
        });
        let headers = headers.collect();
        let body = serde_json::from_slice(body).unwrap_or(Value::Null);
        let mut pass = Pass {
            ordinal: 0,
            releases: 0,
        };
        self.0.account.send_modify(|account| {
            pass = Pass {
                ordinal: account.arrivals,
                releases: account.releases,
            };
            let ordinal = account.arrivals;
            account.arrivals += 1;
            account.open_streams += 1;
            let outcome = Outcome::Open;
            account.received.push_back(Received {
                ordinal,
                at,
                method,
                path,
                headers,
                body,
                sent: 0,
                outcome,
                status: None,
                billed: None,
            });
            if account.received.len() > REMEMBERED {
                account.received.pop_front();
            }
        });
        Visit {
            handle: self.clone(),
            pass,
            since: Instant::now(),
            open: true,
        }
    }

    pub(crate) fn scripted_answer(&self) -> Option<Answer> {
        let mut answer = None;
        self.0.account.send_if_modified(|account| {
            answer = account.script.pop_front();
            answer.is_some()
        });
        answer
    }

    pub(crate) fn sent_piece(&self, pass: Pass) {
        self.0.account.send_modify(|account| {
            if let Some(entry) = account.entry(pass.ordinal) {
                entry.sent += 1;
            }
        });
    }

    pub(crate) async fn released(&self, pass: Pass) {
        self.wait_until(|account| account.releases > pass.releases)
            .await;
    }
}

/// What a route needs to know about the request that it answers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pass {
    ordinal: u64,
    releases: u64,
}

impl Pass {
    /// The chance of this request: faults, ids.
    pub(crate) fn dice(self, seed: u64) -> Dice {
        Dice::new(seed).and(&self.ordinal.to_string())
    }
}

/// A request whose answer is not finished. Dropping it means that the client has left.
#[derive(Debug)]
pub(crate) struct Visit {
    handle: Handle,
    pass: Pass,
    since: Instant,
    open: bool,
}

impl Visit {
    pub(crate) fn pass(&self) -> Pass {
        self.pass
    }

    /// The request has become a connection that goes on by itself; whoever holds the place decides when it ends.
    pub(crate) fn move_to(self, place: &VisitPlace) {
        *place.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(self);
    }

    /// Writes down the status that is being answered.
    pub(crate) fn answered_with(&self, status: u16) {
        self.handle.0.account.send_modify(|account| {
            if let Some(entry) = account.entry(self.pass.ordinal) {
                entry.status = Some(status);
            }
        });
    }

    pub(crate) fn end(&mut self, outcome: Outcome) {
        if !std::mem::take(&mut self.open) {
            return;
        }
        self.handle.0.account.send_modify(|account| {
            account.open_streams -= 1;
            if let Some(entry) = account.entry(self.pass.ordinal) {
                entry.outcome = outcome;
            }
        });
    }
}

/// Where the visit of a connection goes that outlives its request.
#[derive(Clone, Debug, Default)]
pub(crate) struct VisitPlace(Arc<Mutex<Option<Visit>>>);

impl VisitPlace {
    /// The connection was ended as it should. Otherwise the client has left when the last place is dropped.
    pub(crate) fn end(&self, outcome: Outcome) {
        let mut visit = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(visit) = visit.as_mut() {
            visit.end(outcome);
        }
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let broken = self.handle.stopping().is_cancelled();
        let left = Outcome::ClientLeft {
            after: self.since.elapsed(),
        };
        self.end(if broken { Outcome::Broken } else { left });
    }
}

/// `Bearer sk-0b7…`: enough to tell keys apart, too little to use one.
fn without_tail(authorization: &str) -> String {
    let shown: String = authorization.chars().take("Bearer sk-".len() + 3).collect();
    format!("{shown}…")
}

/// Seconds since 1970, for stamps such as `created`.
#[expect(
    clippy::disallowed_methods,
    reason = "a real service stamps its answers with the real time"
)]
pub(crate) fn unix_seconds() -> u64 {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
