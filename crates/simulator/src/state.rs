//! The handle: how tests and routes speak to the pretended account and to everything around it.

use std::{
    net::SocketAddr,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant, SystemTime},
};

use bytes::Bytes;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub(crate) use crate::account::{Billed, Pass};
use crate::{
    Account, Answer, FaultOrder, Options, Outcome, Received, Refusal, Total,
    account::{Arrival, Ending},
    batches::Batches,
    dice::Dice,
    enrolled::Enrolled,
    files::Files,
    fixed::Fixed,
    limits::Limiter,
    meeting::Meetings,
    memories::Memories,
    models::Model,
    owners::Owners,
    prompts::Prompts,
    protocol::Responses,
    results::{RESULT_LIFE, Results},
    sessions::Sessions,
    sound::Memory,
    strikes::FaultOrders,
    tasks::Tasks,
    temporary_keys::TemporaryKeys,
    uploads::Uploads,
    visit::Visit,
};

/// Speaks to a running simulator. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Handle(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    account: watch::Sender<Account>,
    options: RwLock<Arc<Options>>,
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
    owners: Owners,
    memories: Memories,
    fault_orders: FaultOrders,
    prompts: Prompts,
    limiter: Limiter,
    meetings: Meetings,
    fixed: Fixed,
}

impl Handle {
    pub(crate) fn new(options: Options, models: Vec<Model>, addr: SocketAddr) -> Self {
        let account = watch::Sender::new(Account::default());
        Self(Arc::new(Shared {
            account,
            options: RwLock::new(Arc::new(options)),
            models,
            started: Instant::now(),
            stop: CancellationToken::new(),
            addr,
            results: Results::default(),
            responses: Responses::default(),
            tasks: Tasks::default(),
            files: Files::default(),
            batches: Batches::default(),
            prompts: Prompts::default(),
            uploads: Uploads::default(),
            spoken: Arc::default(),
            enrolled: Enrolled::default(),
            temporary_keys: TemporaryKeys::default(),
            sessions: Sessions::default(),
            owners: Owners::default(),
            memories: Memories::default(),
            fault_orders: FaultOrders::default(),
            limiter: Limiter::default(),
            meetings: Meetings::default(),
            fixed: Fixed::default(),
        }))
    }

    /// Gives this answer to the next chat request that passes validation; several are given in order.
    pub fn next_answer(&self, answer: Answer) {
        self.change(|account| account.script.push_back(answer));
    }

    /// Refuses the next chat request that passes validation.
    pub fn refuse_with(&self, refusal: Refusal) {
        self.next_answer(Answer::refusal(refusal));
    }

    /// Lets faults strike requests to come, on any route.
    pub fn order_faults(&self, order: FaultOrder) {
        self.0.fault_orders.add(order);
    }

    /// Calls off every fault that was ordered and has not struck.
    pub fn call_off_faults(&self) {
        self.0.fault_orders.clear();
    }

    /// Meetings that were listened to.
    pub(crate) fn meetings(&self) -> &Meetings {
        &self.0.meetings
    }

    /// The answer that load tests get.
    pub(crate) fn fixed(&self) -> &Fixed {
        &self.0.fixed
    }

    pub(crate) fn limiter(&self) -> &Limiter {
        &self.0.limiter
    }

    pub(crate) fn fault_orders(&self) -> &FaultOrders {
        &self.0.fault_orders
    }

    /// Lets every answer go on that is held, or will be held, by a request that has arrived by now.
    pub fn release(&self) {
        self.change(|account| account.releases += 1);
    }

    /// The requests so far (the newest 512), in the order of arrival.
    pub fn received(&self) -> Vec<Received> {
        self.0.account.borrow().received().cloned().collect()
    }

    /// Answers that are being given at this moment.
    pub fn open_streams(&self) -> usize {
        self.0.account.borrow().open_streams()
    }

    /// The sums by key and model over all requests since the start.
    pub fn totals(&self) -> Vec<Total> {
        self.0.account.borrow().totals()
    }

    /// Waits, without polling, until the account is as `condition` says.
    pub async fn wait_until(&self, condition: impl FnMut(&Account) -> bool) {
        // The sender lives as long as `self`, so waiting can only end with the condition.
        let _ = self.0.account.subscribe().wait_for(condition).await;
    }

    /// How the simulator behaves at this moment.
    pub fn options(&self) -> Arc<Options> {
        let options = self.0.options.read();
        options.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Behaves otherwise from now on. Its address can't be changed.
    pub fn change_options(&self, change: impl FnOnce(&mut Options)) {
        let mut options = self
            .0
            .options
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        change(Arc::make_mut(&mut options));
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

    /// The context cache.
    pub(crate) fn prompts(&self) -> &Prompts {
        &self.0.prompts
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

    /// Whose things are.
    pub(crate) fn owners(&self) -> &Owners {
        &self.0.owners
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
        let tokens = |billed: &Billed| billed.input_tokens + billed.output_tokens;
        let (model, now) = (billed.model.clone(), tokens(&billed));
        let mut before = None;
        self.change(|account| before = account.bill(pass, billed));
        let more = now.saturating_sub(before.as_ref().map_or(0, tokens));
        let limits = self.options().limits;
        self.limiter()
            .charge(limits, &model, more, tokio::time::Instant::now());
    }

    pub(crate) fn stopping(&self) -> &CancellationToken {
        &self.0.stop
    }

    /// Writes down a request that has just arrived.
    pub(crate) fn arrive(&self, arrival: Arrival) -> Visit {
        let model = arrival.model.clone();
        let mut pass = Pass::default();
        let at = self.uptime();
        self.change(|account| pass = account.arrive(arrival, at));
        Visit::new(self.clone(), pass, model, at)
    }

    /// Writes down a request together with its answer.
    pub(crate) fn answer_at_once(&self, arrival: Arrival, billed: Billed) -> Pass {
        let ending = Ending {
            model: arrival.model.clone(),
            status: Some(200),
            outcome: Outcome::Answered,
            at: self.uptime(),
        };
        let mut pass = Pass::default();
        self.change(|account| {
            pass = account.arrive(arrival, ending.at);
            account.answered_with(pass, 200);
            account.bill(pass, billed);
            account.end(pass, &ending);
        });
        pass
    }

    /// The time since the start.
    pub(crate) fn uptime(&self) -> Duration {
        self.0.started.elapsed()
    }

    /// Changes the account and tells everybody who waits for a change.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Account)) {
        self.0.account.send_modify(change);
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
        self.change(|account| account.sent_piece(pass));
    }

    pub(crate) async fn released(&self, pass: Pass) {
        self.wait_until(|account| account.releases > pass.releases)
            .await;
    }
}

impl Pass {
    /// The chance of this request: faults, ids.
    pub(crate) fn dice(self, seed: u64) -> Dice {
        Dice::new(seed).and(&self.ordinal.to_string())
    }
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
