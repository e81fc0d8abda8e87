//! What a killed process had asked for and can't be gone on with: the next one books it, and nothing stays reserved.

use anyhow::{Context, ensure};
use bailian::{
    Client, ClientOptions,
    socket::realtime::{ClientEvent, ServerEvent, SpeechSession},
};
use http::Method;
use reqwest::multipart;
use serde_json::json;
use server::config::Config;

use super::{Lin, quiet, stands_still, until};
use crate::support::{Api, Database, PASSWORD, Process, TestResult, answered, upstream};

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
