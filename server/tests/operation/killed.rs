//! Jobs whose process is killed at each of their steps: with SQLite the next process goes on, with Postgres another one that was
//! there. Whatever is made, there is one task at the upstream, one line in the log, and the right file.

mod booked;
mod lin;

use std::time::Duration;

use anyhow::{Context, ensure};
use server::config::Config;
use simulator::{Fault, FaultOrder, Simulator, Strike};

use crate::support::{Api, Browser, Database, Process, TestResult, recording, upstream};

use lin::Lin;

/// Another process takes a job up after the lease of a dead one: twenty seconds, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(100);

/// What is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Image,
    Video,
    /// A text of two parts, each of which is answered at once.
    Speech,
    Transcript,
}

const ALL: &[Kind] = &[Kind::Image, Kind::Video, Kind::Speech, Kind::Transcript];

/// What holds the jobs at a step.
#[derive(Clone, Copy, Debug)]
enum Hold {
    /// The process itself stands still.
    Halt(&'static str),
    /// The upstream's tasks wait.
    Tasks,
    /// What is below this path is not answered.
    Path(&'static str),
    /// This model is not.
    Model(&'static str),
}

/// One test for each step, so that what fails says where.
macro_rules! killed {
    ($($step:ident: $hold:expr, $kinds:expr;)*) => { $(
        mod $step {
            use super::*;

            #[tokio::test(flavor = "multi_thread")]
            async fn the_next_process_finishes_it() -> TestResult {
                finished_once(Database::sqlite()?, $hold, $kinds).await
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn another_process_finishes_it() -> TestResult {
                match Database::shared().await? {
                    Some(database) => finished_once(database, $hold, $kinds).await,
                    None => Ok(()),
                }
            }
        }
    )* };
}

killed! {
    asking: Hold::Halt("asking"), ALL;
    answered: Hold::Halt("answered"), ALL;
    polling: Hold::Tasks, &[Kind::Image, Kind::Video, Kind::Transcript];
    downloading: Hold::Path("/results/"), ALL;
    settling: Hold::Halt("settling"), ALL;
    notes: Hold::Model("qwen-plus"), &[Kind::Transcript];
    translating: Hold::Model("qwen-mt-turbo"), &[Kind::Transcript];
}

async fn finished_once(database: Database, hold: Hold, kinds: &[Kind]) -> TestResult {
    let upstream = upstream().await?;
    let halt = match hold {
        Hold::Halt(at) => Some(at),
        Hold::Tasks => {
            upstream.hold_tasks();
            None
        }
        Hold::Path(path) => {
            upstream.order_faults(never_answered(path, None));
            None
        }
        Hold::Model(model) => {
            upstream.order_faults(never_answered("", Some(model)));
            None
        }
    };
    let one = Process::start_with(&database, &upstream, halt, quiet).await?;
    let lin = Lin::at(&one).await?;
    let file = lin.browser.keep("weekly.wav", recording(9)).await?;
    let mut made = Vec::new();
    for kind in kinds {
        made.push((*kind, lin.begin(*kind, &file.id.to_string()).await?));
    }
    reached(&one, &database, &upstream, hold, kinds.len())
        .await
        .with_context(|| one.log())?;

    let second = database.again()?;
    let other = if database.is_postgres() {
        let with_its_files = |config: &mut Config| {
            quiet(config);
            let folder = database.folder.path();
            config.security.master_key_file = folder.join("master.key");
            config.files.folder = folder.join("files");
        };
        let other = Process::start_with(&second, &upstream, None, with_its_files).await?;
        one.kill().await?;
        goes_on(&upstream);
        other
    } else {
        one.kill().await?;
        goes_on(&upstream);
        Process::start_with(&database, &upstream, None, quiet).await?
    };

    let lin = lin.at_another(&other).await?;
    for (kind, id) in &made {
        lin.is_whole(*kind, id)
            .await
            .with_context(|| format!("{kind:?}\n{}", other.log()))?;
    }
    is_there_once(&database, &upstream, hold, kinds).await?;
    other.reconciles().await
}

/// Waits until that many jobs are held.
async fn reached(
    process: &Process,
    database: &Database,
    upstream: &Simulator,
    hold: Hold,
    jobs: usize,
) -> TestResult {
    match hold {
        Hold::Halt(_) => stands_still(process, jobs).await,
        Hold::Tasks => {
            let known = "SELECT COUNT(*) FROM jobs WHERE step LIKE '%\"task\":\"%'";
            let wanted = i64::try_from(jobs)?;
            until("the tasks are known", async || {
                Ok(database.number(known).await? == wanted)
            })
            .await
        }
        Hold::Path(_) | Hold::Model(_) => {
            let waits = |request: &simulator::Received| match hold {
                Hold::Path(path) => request.path.starts_with(path),
                Hold::Model(model) => request.model == model,
                Hold::Halt(_) | Hold::Tasks => false,
            };
            until("all are asked for", async || {
                let received = upstream.received();
                Ok(received.iter().filter(|one| waits(one)).count() >= jobs)
            })
            .await
        }
    }
}

/// What is read for the search by meaning would be asked for beside the jobs; and a database is all that they need.
fn quiet(config: &mut Config) {
    let plain = Config::default();
    config.works.embedding_model.clear();
    config.redis = plain.redis;
    config.identity.sessions = plain.identity.sessions;
    config.gateway.limits = plain.gateway.limits;
    config.gateway.answers = plain.gateway.answers;
}

/// One task at the upstream, one line in the log and nothing reserved for each, and no file too many.
async fn is_there_once(
    database: &Database,
    upstream: &Simulator,
    hold: Hold,
    kinds: &[Kind],
) -> TestResult {
    let count = async |sql: &str| database.number(sql).await;
    let all = i64::try_from(kinds.len())?;
    let spoken = i64::from(kinds.contains(&Kind::Speech));
    // Bailian's list of them.
    let account = Api::by(Browser::new(upstream.base_url().to_owned())?).bearing("sk-of-a-test");
    let listed = account.get("/api/v1/tasks?page_size=100").await?.done()?;
    ensure!(listed["total"] == all - spoken, "{listed}");
    let calls = "SELECT COUNT(*) FROM calls WHERE operation <> 'chat'";
    ensure!(count(calls).await? == all, "calls");
    let well = format!("{calls} AND outcome = 'succeeded' AND priced AND cost > 0");
    ensure!(count(&well).await? == all, "calls that went well");
    // The part that was asked for twice is booked twice, and said to be reckoned.
    let twice = matches!(hold, Hold::Halt("asking" | "answered"));
    let reckoned = format!("{calls} AND usage_source = 'estimated'");
    ensure!(
        count(&reckoned).await? == if twice { spoken } else { 0 },
        "reckoned"
    );
    let held = "SELECT COUNT(*) FROM call_holds WHERE task_id <> ''";
    ensure!(count(held).await? == 0, "something stays reserved");
    let works = all - i64::from(kinds.contains(&Kind::Transcript));
    ensure!(count("SELECT COUNT(*) FROM works").await? == works, "works");
    // The recording is one.
    ensure!(
        count("SELECT COUNT(*) FROM files").await? == works + 1,
        "files"
    );
    Ok(())
}

/// Nothing is held any more. Before the next process asks for anything: a request that is held by then stays held, for longer than any
/// patience. With Postgres it waits for a lease first; with SQLite it asks at once.
fn goes_on(upstream: &Simulator) {
    upstream.call_off_faults();
    upstream.finish_tasks();
}

fn never_answered(path: &str, model: Option<&str>) -> FaultOrder {
    FaultOrder {
        times: None,
        path: path.to_owned(),
        model: model.map(ToOwned::to_owned),
        ..FaultOrder::once(Strike {
            fault: Fault::SlowStart(Duration::from_mins(10)),
            after: 0,
        })
    }
}

async fn stands_still(process: &Process, jobs: usize) -> TestResult {
    until("the jobs stand still", async || {
        Ok(process.log().matches("a job stands still").count() >= jobs)
    })
    .await
    .with_context(|| process.log())
}

async fn until(what: &str, mut reached: impl AsyncFnMut() -> anyhow::Result<bool>) -> TestResult {
    let waiting = async {
        while !reached().await? {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    };
    tokio::time::timeout(PATIENCE, waiting)
        .await
        .with_context(|| format!("waited in vain until {what}"))?
}
