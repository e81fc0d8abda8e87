//! Answers to programs that outlast the end of a process: it books them itself, and leaves nothing to the next one.

use anyhow::Context;
use http::Method;
use reqwest::Response;
use server::config::Config;
use simulator::Answer as Script;

use crate::support::{
    Api, Database, PASSWORD, Process, TestResult, eventually, question, upstream, within,
};

fn impatient(config: &mut Config) {
    config.server.drain_s = 1;
    config.works.embedding_model.clear();
}

/// What comes of a stream until these words have.
async fn read_until(stream: &mut Response, words: &str) -> anyhow::Result<String> {
    within(words, async {
        let mut told = String::new();
        while !told.contains(words) {
            let piece = stream.chunk().await?;
            let piece = piece.with_context(|| format!("it ended: {told}"))?;
            told.push_str(&String::from_utf8_lossy(&piece));
        }
        Ok(told)
    })
    .await
}

/// as when its caller leaves, a stream is paid for by what was relayed of it. What has not begun to be answered is cut and pays for
/// its question.
#[tokio::test]
async fn what_outlasts_the_drain_is_booked_for_what_was_relayed() -> TestResult {
    let (database, upstream) = (Database::sqlite()?, upstream().await?);
    let process = Process::start_with(&database, &upstream, None, impatient).await?;
    process.owned().await?;
    process.anonymous()?.register("lin").await?.done()?;
    let api = Api::by(process.anonymous()?);
    let tokens = api.log_in("lin", PASSWORD).await?.done()?;
    let api = api.bearing(tokens["access_token"].as_str().context("no token")?);

    upstream.next_answer(Script::words(["Woven ", "cloth ", "for all"]).held_after(2));
    let mut body = question("qwen-plus");
    body["stream"] = true.into();
    let streamed = api.request(Method::POST, "/v1/chat/completions");
    let mut stream = streamed.json(&body).send().await?;
    read_until(&mut stream, "cloth").await?;
    upstream.next_answer(Script::words(["never"]).held_after(0));
    let asking = api.clone();
    let asked = tokio::spawn(async move {
        let body = question("qwen-plus");
        asking.post("/v1/chat/completions", body).await
    });
    eventually("both calls", async || {
        let received = upstream.received();
        let asked = received
            .iter()
            .filter(|one| one.path.ends_with("/chat/completions"));
        Ok((asked.count() == 2).then_some(()))
    })
    .await?;

    process.terminate().await?;
    let rest = read_until(&mut stream, "restarted").await?;
    assert!(rest.contains("\"error\""), "{rest}");
    assert!(!rest.contains("[DONE]"), "{rest}");
    let ended = process.ended().await?;
    assert_eq!(ended.code, Some(0), "{}", ended.log);
    let asked = within("the other answer", async { Ok(asked.await?) }).await?;
    assert!(asked.is_err(), "{asked:?}");

    let count = async |sql: &str| database.number(sql).await;
    let relayed = "SELECT COUNT(*) FROM calls WHERE streamed AND outcome = 'interrupted' AND status = 200 \
         AND usage_source = 'estimated' AND input_tokens > 0 AND output_tokens > 0 AND cost > 0";
    let question_only = "SELECT COUNT(*) FROM calls WHERE NOT streamed AND outcome = 'cancelled' \
         AND usage_source = 'estimated' AND input_tokens > 0 AND output_tokens = 0 AND cost > 0";
    let (lines, held) = (
        "SELECT COUNT(*) FROM calls",
        "SELECT COUNT(*) FROM call_holds",
    );
    for (sql, expected) in [(relayed, 1), (question_only, 1), (lines, 2), (held, 0)] {
        assert_eq!(count(sql).await?, expected, "{sql}\n{}", ended.log);
    }

    let other = Process::start_with(&database, &upstream, None, impatient).await?;
    other.reconciles().await?;
    assert_eq!(count(lines).await?, 2);
    Ok(())
}

/// What ends by itself within the drain is whole.
#[tokio::test]
async fn a_stream_that_ends_within_the_drain_is_whole() -> TestResult {
    let (database, upstream) = (Database::sqlite()?, upstream().await?);
    let process = Process::start(&database, &upstream).await?;
    process.anonymous()?.register("lin").await?.done()?;
    let api = Api::by(process.anonymous()?);
    let tokens = api.log_in("lin", PASSWORD).await?.done()?;
    let api = api.bearing(tokens["access_token"].as_str().context("no token")?);
    upstream.next_answer(Script::words(["Woven ", "cloth"]).held_after(1));
    let mut body = question("qwen-plus");
    body["stream"] = true.into();
    let streamed = api.request(Method::POST, "/v1/chat/completions");
    let mut stream = streamed.json(&body).send().await?;
    read_until(&mut stream, "Woven").await?;
    process.terminate().await?;
    eventually("the process to leave", async || {
        Ok(process.log().contains("stopping").then_some(()))
    })
    .await?;
    upstream.release();
    read_until(&mut stream, "[DONE]").await?;
    let ended = process.ended().await?;
    assert_eq!(ended.code, Some(0), "{}", ended.log);
    let whole =
        "SELECT COUNT(*) FROM calls WHERE outcome = 'succeeded' AND usage_source = 'reported'";
    assert_eq!(database.number(whole).await?, 1);
    Ok(())
}
