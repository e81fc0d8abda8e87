//! Answers that come piece by piece.

use std::time::Duration;

use anyhow::Context;
use serde_json::{Value, json};
use simulator::{Answer, Fault, FaultOrder, Strike, Usage};

use crate::support::{TestApp, TestResult, answered, question};

fn streamed(options: Option<Value>) -> Value {
    let mut body = question("qwen-plus");
    body["stream"] = true.into();
    if let Some(options) = options {
        body["stream_options"] = options;
    }
    body
}

fn text(answer: &crate::support::ApiResponse) -> String {
    String::from_utf8_lossy(&answer.bytes).into_owned()
}

const USAGE: Usage = Usage {
    prompt_tokens: 11,
    completion_tokens: 7,
    reasoning_tokens: 0,
    cached_tokens: 3,
};

/// What was asked for by us alone is taken out again; what the caller asked for is theirs.
#[tokio::test]
async fn figures_reach_only_who_asked_for_them_and_are_always_booked() -> TestResult {
    let app = TestApp::start().await?;
    let program = app.program("lin").await?;
    for (options, seen) in [
        (None, 0),
        (Some(json!({ "include_usage": false })), 0),
        (Some(json!({ "include_usage": true })), 1),
    ] {
        app.simulator
            .next_answer(Answer::words(["Woven ", "cloth"]).usage(USAGE));
        let answer = program.ask(&streamed(options.clone())).await?;
        let text = text(&answer);
        assert_eq!(
            text.matches("\"prompt_tokens\"").count(),
            seen,
            "{options:?}: {text}"
        );
        assert!(text.ends_with("data: [DONE]\n\n"), "{text}");
    }
    let booked = "SELECT COUNT(*) FROM calls WHERE input_tokens = 11 AND output_tokens = 7 AND cached_tokens = 3 \
         AND usage_source = 'reported' AND outcome = 'succeeded' AND cost > 0";
    assert_eq!(app.number(booked).await?, 3);
    Ok(())
}

/// a stream that breaks off ends in an error and never as if it were whole; what came is paid for, once.
#[tokio::test]
async fn a_stream_that_breaks_off_says_so() -> TestResult {
    let app = TestApp::start().await?;
    let program = app.program("lin").await?;
    let faults = [
        Fault::Cut(40),
        Fault::Reset(40),
        Fault::EndsEarly,
        Fault::ErrorEvent(simulator::Refusal::internal()),
    ];
    for fault in faults {
        app.simulator
            .next_answer(Answer::words(["one ", "two ", "three"]).fails_after(2, fault.clone()));
        let text = text(&program.ask(&streamed(None)).await?);
        assert!(text.contains("\"error\""), "{fault:?}: {text}");
        assert!(!text.contains("[DONE]"), "{fault:?}: {text}");
        assert!(text.contains("one "), "{fault:?}: {text}");
    }
    let failed = "SELECT COUNT(*) FROM calls WHERE outcome = 'failed' AND usage_source = 'estimated' AND output_tokens > 0";
    assert_eq!(app.number(failed).await?, 4);
    assert_eq!(app.number("SELECT COUNT(*) FROM call_holds").await?, 0);
    Ok(())
}

/// The events of OpenAI's responses say what they are, and so does the one that ends a stream that broke off.
#[tokio::test]
async fn a_response_that_breaks_off_says_so_in_an_event_of_its_kind() -> TestResult {
    let app = TestApp::start().await?;
    let program = app.program("lin").await?;
    app.simulator
        .next_answer(Answer::words(["one ", "two ", "three"]).fails_after(2, Fault::Cut(40)));
    let body = json!({ "model": "qwen-plus", "input": "What is a loom?", "stream": true });
    let text = text(&program.api.post("/v1/responses", body).await?);
    let last = text.rsplit_once("event: error\ndata: ");
    let (before, last) = last.with_context(|| text.clone())?;
    assert!(!before.contains("response.completed"), "{text}");
    let event: Value = serde_json::from_str(last)?;
    assert_eq!(event["type"], "error");
    assert_eq!(event["code"], "upstream_error");
    assert_eq!(event["message"], event["error"]["message"]);
    Ok(())
}

/// no figures came with a whole answer.
#[tokio::test]
async fn figures_that_do_not_come_are_reckoned_and_marked() -> TestResult {
    let app = TestApp::start().await?;
    let program = app.program("lin").await?;
    app.simulator
        .next_answer(Answer::words(["Woven ", "cloth"]).fails_after(0, Fault::NoUsage));
    let answer = text(&program.ask(&streamed(None)).await?);
    assert!(answer.ends_with("data: [DONE]\n\n"), "{answer}");
    let estimated = "SELECT COUNT(*) FROM calls WHERE outcome = 'succeeded' AND usage_source = 'estimated' AND output_tokens > 0";
    assert_eq!(app.number(estimated).await?, 1);
    Ok(())
}

/// who leaves stops the upstream, before the first byte, in the middle, and while a whole answer is awaited.
#[tokio::test]
async fn who_leaves_stops_the_upstream() -> TestResult {
    let app = TestApp::start().await?;
    let program = app.program("lin").await?;
    for (held, is_streamed) in [(0, true), (1, true), (0, false)] {
        app.simulator
            .next_answer(Answer::words(["a", "b", "c"]).held_after(held));
        let mut body = question("qwen-plus");
        body["stream"] = is_streamed.into();
        let api = program.api.clone();
        let asked = tokio::spawn(async move { api.post("/v1/chat/completions", body).await });
        app.upstream("a call", |account| account.open_streams() > 0)
            .await?;
        asked.abort();
        app.upstream("the cancellation", |account| account.open_streams() == 0)
            .await?;
    }
    crate::support::eventually("the bookings", async || {
        let cancelled = "SELECT COUNT(*) FROM calls WHERE outcome = 'cancelled' AND usage_source = 'estimated' AND cost > 0";
        Ok((app.number(cancelled).await? == 3).then_some(()))
    })
    .await?;
    assert_eq!(app.number("SELECT COUNT(*) FROM call_holds").await?, 0);
    Ok(())
}

/// A key that says so has its answers read to the end and pays for all of them, beside one that has them called off.
#[tokio::test]
async fn who_leaves_may_have_it_finished() -> TestResult {
    let app = TestApp::start().await?;
    let draft = serde_json::json!({ "finishes": true });
    let lin = app
        .program_with("lin", model::BuiltIn::Member, draft)
        .await?;
    let mei = app.program("mei").await?;
    for (held, is_streamed) in [(0, true), (1, true), (0, false)] {
        let mut body = question("qwen-plus");
        body["stream"] = is_streamed.into();
        let mut asked = Vec::new();
        for (count, program) in [&lin, &mei].into_iter().enumerate() {
            app.simulator
                .next_answer(Answer::words(["a", "b", "c"]).held_after(held));
            let (api, body) = (program.api.clone(), body.clone());
            asked.push(tokio::spawn(async move {
                api.post("/v1/chat/completions", body).await
            }));
            app.upstream("a call", |account| account.open_streams() > count)
                .await?;
        }
        for asked in asked {
            asked.abort();
        }
        // Of the two that left one is called off, and the other goes on when the model does.
        app.upstream("the cancellation", |account| account.open_streams() == 1)
            .await?;
        app.simulator.release();
        app.upstream("the end", |account| account.open_streams() == 0)
            .await?;
    }
    crate::support::eventually("the bookings", async || {
        let finished =
            "SELECT COUNT(*) FROM calls WHERE outcome = 'succeeded' AND usage_source = 'reported'";
        Ok((app.number(finished).await? == 3).then_some(()))
    })
    .await?;
    Ok(())
}

/// Also before the upstream has begun to answer. What is kept and booked is the answer itself, as if it had come at once.
#[tokio::test]
async fn who_waits_for_a_head_hears_comments() -> TestResult {
    let app = TestApp::start_with(|config| config.gateway.keep_alive_s = 1).await?;
    let program = app.program("lin").await?;
    app.simulator.order_faults(FaultOrder::once(Strike {
        fault: Fault::SlowStart(Duration::from_millis(2_500)),
        after: 0,
    }));
    let ask = || {
        let request = program
            .api
            .request(http::Method::POST, "/v1/chat/completions");
        let request = request.header("idempotency-key", "slow-1");
        answered(request.json(&streamed(None)))
    };
    let (late, again) = (ask().await?, ask().await?);
    for answer in [&late, &again] {
        assert_eq!(answer.status, 200);
        assert!(
            answer
                .header("content-type")
                .starts_with("text/event-stream")
        );
        assert!(!answer.header("x-liantai-request-id").is_empty());
    }
    let (late, again_said) = (text(&late), text(&again));
    assert!(late.starts_with(": keep-alive\n\n"), "{late}");
    assert_eq!(late.trim_start_matches(": keep-alive\n\n"), again_said);
    assert!(late.ends_with("data: [DONE]\n\n"), "{late}");
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(app.simulator.received().len(), 1);
    let booked =
        "SELECT COUNT(*) FROM calls WHERE outcome = 'succeeded' AND usage_source = 'reported'";
    assert_eq!(app.number(booked).await?, 1);
    Ok(())
}

/// Comments keep the connection alive while the upstream is silent.
#[tokio::test]
async fn silence_is_filled_with_comments() -> TestResult {
    let app = TestApp::start_with(|config| config.gateway.keep_alive_s = 1).await?;
    let program = app.program("lin").await?;
    app.simulator
        .next_answer(Answer::words(["a", "b"]).held_after(1));
    let request = program
        .api
        .request(http::Method::POST, "/v1/chat/completions")
        .json(&streamed(None));
    let mut answer = request.send().await?;
    let mut seen = String::new();
    while !seen.contains(": keep-alive\n\n") {
        let piece =
            crate::support::within("a comment", async { Ok(answer.chunk().await?) }).await?;
        seen.push_str(&String::from_utf8_lossy(&piece.unwrap_or_default()));
    }
    app.simulator.release();
    while let Some(piece) = answer.chunk().await? {
        seen.push_str(&String::from_utf8_lossy(&piece));
    }
    assert!(seen.ends_with("data: [DONE]\n\n"), "{seen}");
    Ok(())
}
