//! The one task that writes: it takes what waits, hundreds of calls at once, writes it in one transaction, and answers.
//!
//! What can't be written is refused to whoever waits for it. What has happened already, the ends of calls, is kept in
//! memory and tried again until the store is back; nobody may begin anything meanwhile.

use std::{
    mem,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{
        mpsc::{self, UnboundedReceiver, UnboundedSender},
        oneshot,
    },
    task::yield_now,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

use super::{Bound, CallEnd, recovery::Lease};
use crate::store::{Batch, Db, Decision, Error, Hold, Opening, Then, refuses_values};

/// Steps that one transaction takes.
const AT_ONCE: usize = 512;

/// Steps that may wait before those who begin calls have to wait too.
const PROMPT: usize = 4_096;

/// How long a transaction that fails is tried again before whoever waits is told.
const PATIENCE: Duration = Duration::from_secs(2);

/// The pause before what is left over is tried once more.
const PAUSE: Duration = Duration::from_millis(500);

type Answer<T> = oneshot::Sender<Result<T, Error>>;

/// What is to be written.
enum Step {
    Open {
        hold: Arc<Hold>,
        bounds: Arc<[Bound]>,
        answer: Answer<Decision>,
    },
    OpenBehind(Arc<Hold>),
    Close {
        hold: Arc<Hold>,
        end: Arc<CallEnd>,
        answer: Option<Answer<()>>,
    },
    Forget(Arc<Hold>),
    Task {
        hold: Arc<Hold>,
        answer: Option<Answer<()>>,
    },
}

/// The other end of the writer's queue. Cheap to clone.
#[derive(Clone)]
pub(super) struct Writer {
    queue: UnboundedSender<Step>,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    waiting: AtomicUsize,
    failing: AtomicBool,
}

impl Writer {
    /// The queue, and what works on it until everything is written after `closing`.
    pub(super) fn new(
        db: Db,
        lease: Lease,
        closing: CancellationToken,
    ) -> (Self, impl Future<Output = ()>) {
        // Not bounded, because an end can't be refused. Those who begin calls wait when it grows.
        let (queue, steps) = mpsc::unbounded_channel();
        let state = Arc::new(State::default());
        let run = Run {
            db,
            lease,
            state: Arc::clone(&state),
        };
        (Self { queue, state }, run.until_closed(steps, closing))
    }

    /// Whether what is written behind will soon be there.
    pub(super) fn is_prompt(&self) -> bool {
        !self.state.failing.load(Ordering::Relaxed)
            && self.state.waiting.load(Ordering::Relaxed) < PROMPT
    }

    /// Steps that wait to be written.
    pub(super) fn waiting(&self) -> usize {
        self.state.waiting.load(Ordering::Relaxed)
    }

    /// Reserves, or says which budget is in the way.
    pub(super) async fn open(
        &self,
        hold: &Arc<Hold>,
        bounds: &Arc<[Bound]>,
    ) -> Result<Decision, Error> {
        let (answer, answered) = oneshot::channel();
        self.send(Step::Open {
            hold: Arc::clone(hold),
            bounds: Arc::clone(bounds),
            answer,
        });
        // Who leaves before the answer, or is told that it failed, will not make the call.
        let mut unheard = Unheard {
            writer: self,
            hold: Some(hold),
        };
        let decision = heard(answered).await?;
        unheard.hold = None;
        Ok(decision)
    }

    pub(super) fn open_behind(&self, hold: &Arc<Hold>) {
        self.send(Step::OpenBehind(Arc::clone(hold)));
    }

    pub(super) async fn close(&self, hold: Arc<Hold>, end: CallEnd) -> Result<(), Error> {
        let (answer, answered) = oneshot::channel();
        self.send(Step::Close {
            hold,
            end: Arc::new(end),
            answer: Some(answer),
        });
        heard(answered).await
    }

    pub(super) fn close_behind(&self, hold: Arc<Hold>, end: CallEnd) {
        self.send(Step::Close {
            hold,
            end: Arc::new(end),
            answer: None,
        });
    }

    /// Takes a reservation back of which nothing came.
    pub(super) fn forget(&self, hold: &Arc<Hold>) {
        self.send(Step::Forget(Arc::clone(hold)));
    }

    /// Has it wait for the task that it names.
    pub(super) async fn wait_for_task(&self, hold: Arc<Hold>) -> Result<(), Error> {
        let (answer, answered) = oneshot::channel();
        self.send(Step::Task {
            hold,
            answer: Some(answer),
        });
        heard(answered).await
    }

    fn send(&self, step: Step) {
        self.state.waiting.fetch_add(1, Ordering::Relaxed);
        // After the end of the writer the next process settles what is left; whoever waits is told by the answer.
        let _ = self.queue.send(step);
    }
}

async fn heard<T>(answered: oneshot::Receiver<Result<T, Error>>) -> Result<T, Error> {
    answered
        .await
        .unwrap_or_else(|_| Err(Error::Unavailable(sqlx::Error::WorkerCrashed)))
}

/// Takes a reservation back of which nobody heard.
struct Unheard<'a> {
    writer: &'a Writer,
    hold: Option<&'a Arc<Hold>>,
}

impl Drop for Unheard<'_> {
    fn drop(&mut self) {
        if let Some(hold) = self.hold {
            self.writer.forget(hold);
        }
    }
}

/// What runs.
struct Run {
    db: Db,
    lease: Lease,
    state: Arc<State>,
}

impl Run {
    async fn until_closed(
        mut self,
        mut queue: UnboundedReceiver<Step>,
        closing: CancellationToken,
    ) {
        let mut left: Vec<Step> = Vec::new();
        loop {
            let mut steps = mem::take(&mut left);
            let again = !steps.is_empty();
            tokio::select! {
                biased;
                taken = queue.recv_many(&mut steps, AT_ONCE), if !again => {
                    if taken == 0 {
                        break;
                    }
                }
                () = closing.cancelled(), if !queue.is_closed() => queue.close(),
                () = sleep(if again { PAUSE } else { Lease::RENEWAL }) => {}
            }
            if again {
                while steps.len() < AT_ONCE
                    && let Ok(step) = queue.try_recv()
                {
                    steps.push(step);
                }
            }
            left = self.settle(steps, again).await;
            if queue.is_empty() {
                self.db.rest_ledger().await;
            }
            // Those who were answered go first: what they do next still comes into the next transaction.
            yield_now().await;
            if !left.is_empty() && queue.is_closed() {
                tracing::error!(
                    calls = left.len(),
                    "calls that ended could not be booked; the next process estimates them"
                );
                break;
            }
        }
        self.lease.give_up().await;
    }

    /// Writes the steps and answers them. Those that are left to be tried again.
    async fn settle(&mut self, steps: Vec<Step>, again: bool) -> Vec<Step> {
        let count = steps.len();
        let left = match self.write(&steps, again).await {
            Ok(decisions) => {
                self.state.failing.store(false, Ordering::Relaxed);
                succeed(steps, decisions);
                Vec::new()
            }
            Err(error) if refuses_values(&error) => self.settle_one_by_one(steps).await,
            Err(error) => {
                self.state.failing.store(true, Ordering::Relaxed);
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    steps = count,
                    "booking calls failed, trying again"
                );
                fail(steps, &Arc::new(error))
            }
        };
        // What is left was counted and waits on.
        let done = count - left.len();
        self.state.waiting.fetch_sub(done, Ordering::Relaxed);
        left
    }

    /// One of them can't be kept: that must not hold up everybody's.
    async fn settle_one_by_one(&mut self, steps: Vec<Step>) -> Vec<Step> {
        let mut left = Vec::new();
        for step in steps {
            let step = vec![step];
            match self.write(&step, true).await {
                Ok(decisions) => succeed(step, decisions),
                Err(error) => {
                    let refused = refuses_values(&error);
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "booking a call failed"
                    );
                    let kept = fail(step, &Arc::new(error));
                    if !refused {
                        left.extend(kept);
                    }
                }
            }
        }
        left
    }

    /// Tries for some time.
    async fn write(&mut self, steps: &[Step], mut again: bool) -> Result<Vec<Decision>, Error> {
        let began = Instant::now();
        let mut wait = Duration::from_millis(10);
        loop {
            let error = match self.try_write(steps, again).await {
                Ok(decisions) => return Ok(decisions),
                Err(error) => error,
            };
            if refuses_values(&error) || began.elapsed() + wait > PATIENCE {
                return Err(error);
            }
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "booking calls failed, trying again"
            );
            again = true;
            sleep(wait).await;
            wait *= 2;
        }
    }

    async fn try_write(&mut self, steps: &[Step], again: bool) -> Result<Vec<Decision>, Error> {
        self.lease.keep().await?;
        if steps.is_empty() {
            return Ok(Vec::new());
        }
        let mut batch = Batch {
            again,
            then: if again { Then::Rest } else { Then::GoOn },
            ..Batch::default()
        };
        for step in steps {
            match step {
                Step::Open { hold, bounds, .. } => batch.openings.push(Opening {
                    hold: Arc::clone(hold),
                    bounds: Arc::clone(bounds),
                }),
                Step::OpenBehind(hold) => batch.openings.push(Opening {
                    hold: Arc::clone(hold),
                    bounds: Arc::default(),
                }),
                Step::Close { hold, end, .. } => {
                    batch.closings.push((Arc::clone(hold), Arc::clone(end)));
                }
                Step::Forget(hold) => batch.forgotten.push(Arc::clone(hold)),
                Step::Task { hold, .. } => batch.tasks.push(Arc::clone(hold)),
            }
        }
        self.db.commit_ledger(batch).await
    }
}

/// Tells everybody. Who no longer listens has taken back what they asked for.
fn succeed(steps: Vec<Step>, decisions: Vec<Decision>) {
    let mut decisions = decisions.into_iter();
    for step in steps {
        match step {
            Step::Open { answer, .. } => {
                if let Some(decision) = decisions.next() {
                    let _ = answer.send(Ok(decision));
                }
            }
            Step::OpenBehind(_) => {
                decisions.next();
            }
            Step::Close { answer, .. } | Step::Task { answer, .. } => {
                if let Some(answer) = answer {
                    let _ = answer.send(Ok(()));
                }
            }
            Step::Forget(_) => {}
        }
    }
}

/// Tells those who wait. What happened already is left.
fn fail(steps: Vec<Step>, error: &Arc<Error>) -> Vec<Step> {
    let mut left = Vec::with_capacity(steps.len());
    for step in steps {
        match step {
            Step::Open { answer, .. } => {
                let _ = answer.send(Err(shared(error)));
            }
            Step::OpenBehind(_) | Step::Forget(_) => left.push(step),
            Step::Close { hold, end, answer } => {
                if let Some(answer) = answer {
                    let _ = answer.send(Err(shared(error)));
                }
                left.push(Step::Close {
                    hold,
                    end,
                    answer: None,
                });
            }
            Step::Task { hold, answer } => {
                if let Some(answer) = answer {
                    let _ = answer.send(Err(shared(error)));
                }
                left.push(Step::Task { hold, answer: None });
            }
        }
    }
    left
}

/// An error that several are told.
#[derive(Debug, thiserror::Error)]
#[error("booking calls")]
struct Shared(#[source] Arc<Error>);

fn shared(error: &Arc<Error>) -> Error {
    let error = Shared(Arc::clone(error));
    Error::Unavailable(sqlx::Error::Io(std::io::Error::other(error)))
}
