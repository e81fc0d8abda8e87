//! What a call costs in the ledger: `cargo run --release -p platform --example ledger -- --seconds 5 --tasks 64`.
//!
//! So many tasks reserve and book one call after the other, each bound by a budget of its key, its owner and the site,
//! on a SQLite file of its own or the empty database that `--url` names. At the end the ledger is compared with itself.

use std::{
    error::Error,
    fs,
    io::{self, Write},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use jiff::tz::TimeZone;
use model::{
    ApiKeyId, BudgetPeriod, BudgetScope, CallId, CallOutcome, CallUsage, Operation, Protocol,
    UsageSource, UserId,
};
use platform::{
    Clock, Ids, Ledger, SystemClock,
    audit::Audit,
    ledger::{Bound, CallEnd, NewCall},
    store::{Db, DbOptions},
    vault::Vault,
};
use tracing::{
    Metadata, Subscriber,
    span::{Attributes, Id, Record},
};
use uuid::Uuid;

/// Keys of one owner.
const KEYS: usize = 4;

/// Kernel ticks a second in `/proc`: the same on every Linux.
const TICKS: f64 = 100.0;

type Failed = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let arguments: Vec<String> = std::env::args().collect();
    let value = |name: &str, otherwise: &str| {
        let at = arguments.iter().position(|argument| argument == name);
        let value = at.and_then(|at| arguments.get(at + 1));
        value.map_or_else(|| otherwise.to_owned(), Clone::clone)
    };
    let time = Duration::from_secs(value("--seconds", "5").parse()?);
    let tasks: usize = value("--tasks", "64").parse()?;
    let commits = Commits::default();
    tracing::subscriber::set_global_default(commits.clone())?;

    let folder = tempfile::tempdir()?;
    let file = format!("sqlite://{}", folder.path().join("ledger.db").display());
    let options = DbOptions {
        url: value("--url", &file),
        connections: 4,
    };
    let db = Db::open(&options).await?;
    db.migrate().await?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let audit = Audit::new(
        db.clone(),
        Arc::clone(&clock),
        &Vault::new(&Vault::new_key())?,
    );
    let ids = Ids::new(Arc::clone(&clock));
    let node = ids.next().to_string();
    let ledger = Ledger::start(db.clone(), clock, audit, node, TimeZone::UTC);
    let callers: Vec<Caller> = (0..tasks)
        .map(|task| Caller::new(&ledger, &ids, task))
        .collect();

    let (cpu, began) = (cpu()?, Instant::now());
    let end = began + time;
    let running: Vec<_> = callers
        .into_iter()
        .map(|caller| tokio::spawn(caller.call_until(end)))
        .collect();
    let (mut opens, mut closes) = (Vec::new(), Vec::new());
    for task in running {
        let (opened, closed) = task.await??;
        opens.extend(opened);
        closes.extend(closed);
    }
    let elapsed = began.elapsed().as_secs_f64();
    let cpu = self::cpu()? - cpu;

    let calls = figure(closes.len());
    let transactions = commits.0.load(Ordering::Relaxed);
    let mut out = io::stdout().lock();
    writeln!(out, "calls/s             {:.0}", calls / elapsed)?;
    writeln!(out, "CPU per call        {:.1} µs", cpu / calls * 1e6)?;
    writeln!(out, "processors busy     {:.2}", cpu / elapsed)?;
    writeln!(
        out,
        "calls/transaction   {:.1}",
        calls / figure(usize::try_from(transactions)?)
    )?;
    for (name, mut times) in [("open ", opens), ("close", closes)] {
        times.sort_unstable();
        let at = |percent: usize| times.get((times.len() * percent / 100).min(times.len() - 1));
        writeln!(
            out,
            "{name} P50, P99      {:?}, {:?}",
            at(50).unwrap_or(&time),
            at(99).unwrap_or(&time)
        )?;
    }
    drop(out);
    let differs = ledger.reconcile().await?;
    ledger.close_down().await;
    db.close().await;
    if differs.is_empty() {
        Ok(())
    } else {
        Err(format!("the ledger does not agree with itself: {differs:?}").into())
    }
}

/// Who calls.
struct Caller {
    ledger: Ledger,
    ids: Ids,
    key: ApiKeyId,
    owner: UserId,
    budgets: Arc<[Bound]>,
}

/// How long each opening and each end took.
type Times = (Vec<Duration>, Vec<Duration>);

impl Caller {
    fn new(ledger: &Ledger, ids: &Ids, task: usize) -> Self {
        let number = |number: usize| Uuid::from_u128(u128::try_from(number).unwrap_or_default());
        let key = ApiKeyId::from_uuid(number(task + 1));
        let owner = UserId::from_uuid(number(task / KEYS + 1));
        let bound = |scope, id| Bound {
            scope,
            id,
            period: BudgetPeriod::Month,
            limit: i64::MAX / 2,
        };
        Self {
            ledger: ledger.clone(),
            ids: ids.clone(),
            key,
            owner,
            budgets: [
                bound(BudgetScope::Key, key.to_string()),
                bound(BudgetScope::User, owner.to_string()),
                bound(BudgetScope::Site, String::new()),
            ]
            .into(),
        }
    }

    async fn call_until(self, end: Instant) -> Result<Times, Failed> {
        let (mut opens, mut closes) = (Vec::new(), Vec::new());
        while Instant::now() < end {
            let call = self.call();
            let began = Instant::now();
            let open = self.ledger.open(call).await?;
            opens.push(began.elapsed());
            let began = Instant::now();
            open.close(answered()).await?;
            closes.push(began.elapsed());
        }
        Ok((opens, closes))
    }

    fn call(&self) -> NewCall {
        let id = self.ids.next();
        NewCall {
            id: CallId::from_uuid(id),
            started_at: SystemClock.now(),
            owner: self.owner,
            key: Some(self.key),
            groups: Vec::new(),
            protocol: Protocol::OpenAi,
            operation: Operation::Chat,
            model: "qwen-plus".to_owned(),
            served_model: "qwen-plus".to_owned(),
            upstream: "bailian".to_owned(),
            streamed: false,
            request_id: id.to_string(),
            at_most: Some(1_000),
            floor_cost: 10,
            floor_tokens: 5,
            budgets: Arc::clone(&self.budgets),
        }
    }
}

fn answered() -> CallEnd {
    CallEnd {
        outcome: CallOutcome::Succeeded,
        status: Some(200),
        code: None,
        usage: CallUsage {
            input_tokens: 7,
            output_tokens: 3,
            ..CallUsage::default()
        },
        usage_source: UsageSource::Reported,
        cost: 12,
        priced: true,
        first_byte_ms: Some(3),
        duration_ms: 9,
        upstream_request_id: Some("0f8fad5b-d9cb-469f-a165-70867728950e".to_owned()),
        served_model: None,
        upstream: None,
    }
}

/// Seconds of processor time that this process took, the kernel's work for it included.
fn cpu() -> Result<f64, Failed> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The second field is the program's name, which may hold anything.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks: Result<Vec<f64>, _> = ticks.map(str::parse).collect();
    Ok(ticks?.iter().sum::<f64>() / TICKS)
}

/// A count to reckon with.
fn figure(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Counts the ledger's transactions by their spans.
#[derive(Clone, Default)]
struct Commits(Arc<AtomicU64>);

impl Subscriber for Commits {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.name() == "store.ledger.commit"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(self.0.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &tracing::Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}
