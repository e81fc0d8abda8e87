//! Jobs whose process is killed at each of their steps: with SQLite the next process goes on, with Postgres another one that was
//! there. Whatever is made, there is one task at the upstream, one line in the log, and the right file.

use std::time::Duration;

use anyhow::{Context, ensure};
use bailian::{
    Client, ClientOptions,
    socket::realtime::{ClientEvent, ServerEvent, SpeechSession},
};
use http::Method;
use reqwest::multipart;
use serde_json::{Value, json};
use server::config::Config;
use simulator::{Fault, FaultOrder, Simulator, Strike};

use crate::support::{
    Api, Browser, Database, PASSWORD, Process, TestResult, answered, recording, upstream,
};

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

/// A model that answers at once leaves nothing by which its answer could be found: that is said, nothing stays reserved, and
/// whoever wants it again asks once more.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_a_killed_process_waited_for_is_not_paid_for_twice() -> TestResult {
    let (database, upstream) = (Database::sqlite()?, upstream().await?);
    let with_it = |config: &mut Config| {
        config.works.images = vec!["qwen-image-max".to_owned()];
    };
    let one = Process::start_with(&database, &upstream, Some("answered"), with_it).await?;
    let lin = Lin::at(&one).await?;
    let wish =
        json!({ "kind": "image", "model": "qwen-image-max", "prompt": "雾中的灯塔", "count": 1 });
    let lost = lin.make(wish.clone()).await?;
    stands_still(&one, 1).await?;
    one.kill().await?;

    let other = Process::start_with(&database, &upstream, None, with_it).await?;
    let lin = lin.at_another(&other).await?;
    let ended = lin.ended(&lost).await?;
    ensure!(ended["state"] == "failed", "{ended}");
    ensure!(ended["failure"]["code"] == "answer_lost", "{ended}");
    let held = "SELECT COUNT(*) FROM call_holds";
    ensure!(
        database.number(held).await? == 0,
        "something stays reserved"
    );

    let again = lin.make(wish).await?;
    let ended = lin.ended(&again).await?;
    ensure!(ended["state"] == "succeeded", "{ended}");
    for (outcome, times) in [("interrupted", 1), ("succeeded", 1)] {
        let calls = format!("SELECT COUNT(*) FROM calls WHERE outcome = '{outcome}'");
        ensure!(database.number(&calls).await? == times, "{outcome}");
    }
    other.reconciles().await
}

/// What a batch has reserved is nobody's who could die: the next process books it, once, for what the upstream billed.
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_of_a_killed_process_is_booked_by_the_next() -> TestResult {
    let (database, upstream) = (Database::sqlite()?, upstream().await?);
    let one = Process::start_with(&database, &upstream, None, quiet).await?;
    let lin = Lin::at(&one).await?;
    let body = json!({ "model": "qwen-plus", "max_tokens": 20, "messages": [{ "role": "user", "content": "雾中的灯塔" }] });
    let line =
        json!({ "custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": body });
    let file = multipart::Part::bytes(line.to_string().into_bytes()).file_name("nightly.jsonl");
    let form = multipart::Form::new()
        .text("purpose", "batch")
        .part("file", file);
    let upload = lin.api.request(Method::POST, "/v1/files").multipart(form);
    let file = answered(upload).await?.done()?;
    let wish = json!({ "input_file_id": file["id"], "endpoint": "/v1/chat/completions", "completion_window": "24h" });
    let batch = lin.api.post("/v1/batches", wish).await?.done()?;
    let held = "SELECT COUNT(*) FROM call_holds WHERE task_id LIKE 'batch:%' AND amount > 0";
    ensure!(database.number(held).await? == 1, "nothing is reserved");
    one.kill().await?;

    let other = Process::start_with(&database, &upstream, None, quiet).await?;
    let lin = lin.at_another(&other).await?;
    let path = format!("/v1/batches/{}", batch["id"].as_str().context("no id")?);
    for _ in 0..2 {
        let now = lin.api.get(&path).await?.done()?;
        ensure!(now["status"] == "completed", "{now}");
    }
    ensure!(
        database.number(held).await? == 0,
        "something stays reserved"
    );
    let received = upstream.received();
    let billed = received.iter().filter(|one| one.path.ends_with("/batches"));
    let billed: u64 = billed
        .filter_map(|one| one.billed.as_ref())
        .map(|billed| billed.input_tokens + billed.output_tokens)
        .sum();
    let used = "SELECT CAST(SUM(input_tokens + output_tokens) AS BIGINT) FROM calls WHERE operation = 'batch' AND outcome = 'succeeded' AND priced AND cost > 0";
    ensure!(
        u64::try_from(database.number(used).await?)? == billed,
        "{billed}"
    );
    ensure!(billed > 0, "nothing was billed");
    other.reconciles().await
}

/// What a line of a killed process had used nobody knows: the next one ends its call, for nothing, and nothing stays reserved.
#[tokio::test(flavor = "multi_thread")]
async fn a_line_of_a_killed_process_is_settled_by_the_next() -> TestResult {
    let (database, upstream) = (Database::sqlite()?, upstream().await?);
    let one = Process::start_with(&database, &upstream, None, quiet).await?;
    Lin::at(&one).await?;
    let api = Api::by(one.anonymous()?);
    let tokens = api.log_in("lin", PASSWORD).await?.done()?;
    let token = tokens["access_token"].as_str().context("no token")?;
    let client = Client::new(ClientOptions::new(format!("http://{}", one.addr()?), token))?;
    let (speak, mut sound) = client.realtime("qwen3-tts-flash-realtime").await?;
    let session = SpeechSession::new("Cherry").committed_by_client();
    speak.send(ClientEvent::session(session)).await?;
    speak.send(ClientEvent::append_text("A loom.")).await?;
    speak.send(ClientEvent::CommitText).await?;
    while let Some(event) = sound.next().await? {
        if matches!(event, ServerEvent::Audio { .. }) {
            break;
        }
    }
    let held = "SELECT COUNT(*) FROM call_holds";
    until("its call is reserved", async || {
        Ok(database.number(held).await? == 1)
    })
    .await?;
    one.kill().await?;

    let other = Process::start_with(&database, &upstream, None, quiet).await?;
    let settled = "SELECT COUNT(*) FROM calls WHERE operation = 'realtime' AND outcome = 'interrupted' \
         AND input_tokens = 0 AND cost = 0";
    ensure!(database.number(settled).await? == 1, "it was not settled");
    ensure!(
        database.number(held).await? == 0,
        "something stays reserved"
    );
    other.reconciles().await
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

/// Somebody with a browser and a program.
struct Lin {
    browser: Browser,
    api: Api,
}

impl Lin {
    async fn at(process: &Process) -> anyhow::Result<Self> {
        process.owned().await?;
        let browser = process.anonymous()?;
        browser.register("lin").await?.done()?;
        Self::logged_in(browser, process).await
    }

    async fn at_another(&self, process: &Process) -> anyhow::Result<Self> {
        Self::logged_in(process.again(&self.browser)?, process).await
    }

    /// A token is good for the site that it names, and each process here has an address of its own.
    async fn logged_in(browser: Browser, process: &Process) -> anyhow::Result<Self> {
        let api = Api::by(process.anonymous()?);
        let tokens = api.log_in("lin", PASSWORD).await?.done()?;
        let token = tokens["access_token"].as_str().context("no token")?;
        Ok(Self {
            api: api.bearing(token),
            browser,
        })
    }

    async fn begin(&self, kind: Kind, recording: &str) -> anyhow::Result<String> {
        let wish = match kind {
            Kind::Image => {
                json!({ "kind": "image", "model": "wan2.2-t2i-flash", "prompt": "雾中的灯塔", "count": 1, "seed": 7 })
            }
            Kind::Video => {
                json!({ "kind": "video", "model": "wan2.2-t2v-plus", "prompt": "海浪", "lines": 480, "seconds": 5 })
            }
            Kind::Speech => {
                let text = "从前有一座山。".repeat(80);
                json!({ "kind": "speech", "model": "qwen3-tts-flash", "text": text, "voice": "Cherry", "format": "wav" })
            }
            Kind::Transcript => {
                let wish = json!({ "wish": { "file": recording, "translate_to": "en" } });
                let begun = self.api.post("/rest/v1/transcripts", wish).await?;
                let id = begun.text("id");
                begun.done()?;
                return Ok(id);
            }
        };
        self.make(wish).await
    }

    async fn make(&self, wish: Value) -> anyhow::Result<String> {
        let made = self.api.post("/rest/v1/makings", json!({ "wish": wish }));
        let made = made.await?;
        let id = made.text("id");
        made.done()?;
        Ok(id)
    }

    async fn ended(&self, id: &str) -> anyhow::Result<Value> {
        let path = format!("/rest/v1/makings/{id}");
        let mut now = Value::Null;
        until("it has ended", async || {
            now = self.api.get(&path).await?.done()?;
            let state = now["state"].as_str().unwrap_or_default();
            Ok(matches!(state, "succeeded" | "failed" | "cancelled"))
        })
        .await?;
        Ok(now)
    }

    /// It ends well, and what was made is what was wished for.
    async fn is_whole(&self, kind: Kind, id: &str) -> TestResult {
        if kind == Kind::Transcript {
            return self.is_written_down(id).await;
        }
        let ended = self.ended(id).await?;
        ensure!(ended["state"] == "succeeded", "{ended}");
        let works = ended["works"].as_array().context("no works")?;
        ensure!(works.len() == 1, "{ended}");
        let (mime, at, begin) = match kind {
            Kind::Image => ("image/png", 0_usize, &b"\x89PNG"[..]),
            Kind::Video => ("video/mp4", 4, &b"ftyp"[..]),
            Kind::Speech | Kind::Transcript => ("audio/wav", 0, &b"RIFF"[..]),
        };
        ensure!(works[0]["mime"] == mime, "{ended}");
        let file = works[0]["file"].as_str().context("no file")?.parse()?;
        let content = self.browser.content(file).await?;
        ensure!(
            content.body.get(at..at + 4) == Some(begin),
            "{}",
            content.status
        );
        Ok(())
    }

    async fn is_written_down(&self, id: &str) -> TestResult {
        let path = format!("/rest/v1/transcripts/{id}");
        let mut now = Value::Null;
        until("nothing is done for it any more", async || {
            now = self.api.get(&path).await?.done()?;
            Ok(now["line"]["job"].is_null())
        })
        .await?;
        ensure!(now["line"]["state"] == "ready", "{now}");
        let some = |list: &Value| list.as_array().is_some_and(|list| !list.is_empty());
        ensure!(some(&now["sentences"]), "{now}");
        ensure!(some(&now["notes"]["chapters"]), "{now}");
        ensure!(now["translations"] == json!(["en"]), "{now}");
        Ok(())
    }
}
