//! Several accounts at Bailian that share the work.

use std::collections::{BTreeMap, BTreeSet};

use http::{Method, StatusCode};
use serde_json::json;
use server::config::{BailianConfig, UpstreamConfig};
use simulator::{Options, Refusal, Simulator};

use crate::support::{TestApp, TestResult, answered, config, eventually, question};

/// A server with two accounts, each at a simulator of its own.
async fn two() -> anyhow::Result<(TestApp, Simulator)> {
    two_with(|_| {}).await
}

/// The same, each of which may be asked as `change` says.
async fn two_with(change: impl FnOnce(&mut BailianConfig)) -> anyhow::Result<(TestApp, Simulator)> {
    let options = config(&crate::support::Database::sqlite()?)
        .simulator
        .options();
    // Equal seeds would give equal ids, so that one would know what the other has made.
    let seed = options.seed + 1;
    let second = Simulator::start(Options { seed, ..options }).await?;
    let url = second.base_url().to_owned();
    let app = TestApp::start_with(|config| {
        let upstream = UpstreamConfig {
            api_key: "sk-second".to_owned().into(),
            base_url: Some(url),
            workspace: None,
            account: None,
            weight: 1,
            priority: 0,
            models: Vec::new(),
            requests_per_minute: None,
            tokens_per_minute: None,
            model_limits: BTreeMap::new(),
        };
        config
            .bailian
            .upstreams
            .insert("second".to_owned(), upstream);
        change(&mut config.bailian);
    })
    .await?;
    Ok((app, second))
}

#[tokio::test]
async fn calls_are_shared_out_and_the_log_says_who_answered() -> TestResult {
    let (app, second) = two().await?;
    let lin = app.program("lin").await?;
    for _ in 0..10 {
        lin.ask(&question("qwen-plus")).await?.done()?;
    }
    let received = (
        app.simulator.received().len(),
        second.handle().received().len(),
    );
    assert_eq!(received, (5, 5));
    assert_eq!(
        app.number("SELECT COUNT(*) FROM calls WHERE upstream = 'second'")
            .await?,
        5
    );
    assert_eq!(
        app.number("SELECT COUNT(*) FROM calls WHERE upstream = 'bailian'")
            .await?,
        5
    );
    Ok(())
}

/// A wrong key and a throttled one are passed over; a caller's own fault is nobody's.
#[tokio::test]
async fn one_that_refuses_is_passed_over() -> TestResult {
    for (refusal, stays) in [
        (Refusal::too_many_requests().retry_after(3_600), false),
        (Refusal::invalid_key(), false),
        (Refusal::inspected_input(), true),
    ] {
        let (app, second) = two().await?;
        let lin = app.program("lin").await?;
        app.simulator.refuse_with(refusal);
        let first = lin.ask(&question("qwen-plus")).await?;
        assert_eq!(first.status.is_success(), !stays, "{:?}", first.json());
        for _ in 0..4 {
            lin.ask(&question("qwen-plus")).await?.done()?;
        }
        let at_second = second.handle().received().len();
        assert_eq!(at_second, if stays { 2 } else { 5 });
    }
    Ok(())
}

/// Nor is it anybody's that somebody asks for a task where there are none, though Bailian says that access is denied.
#[tokio::test]
async fn who_asks_in_a_way_that_there_is_not_denies_it_to_nobody_else() -> TestResult {
    let (app, _second) = two().await?;
    let (lin, mei) = (app.program("lin").await?, app.program("mei").await?);
    let messages = json!([{ "role": "user", "content": "What is a loom?" }]);
    let wish = json!({ "model": "qwen-plus", "input": { "messages": messages } });
    let path = "/api/v1/services/aigc/text-generation/generation";
    for _ in 0..2 {
        let request = mei.api.request(Method::POST, path);
        let request = request.header("x-dashscope-async", "enable").json(&wish);
        let refused = answered(request).await?;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert_eq!(refused.text("code"), "AccessDenied");
    }
    for _ in 0..4 {
        lin.ask(&question("qwen-plus")).await?.done()?;
    }
    Ok(())
}

/// What was made at one is asked for there.
#[tokio::test]
async fn things_are_where_they_were_made() -> TestResult {
    let (app, second) = two().await?;
    let lin = app.program("lin").await?;
    let wish = json!({ "model": "wan2.2-t2i-flash", "input": { "prompt": "A loom" }, "parameters": { "n": 1, "size": "1024*1024" } });
    let path = "/api/v1/services/aigc/text2image/image-synthesis";
    let mut tasks = BTreeSet::new();
    for _ in 0..4 {
        let request = lin.api.request(Method::POST, path);
        let request = request.header("x-dashscope-async", "enable").json(&wish);
        let begun = answered(request).await?.done()?;
        let task = begun["output"]["task_id"].as_str().unwrap_or_default();
        assert!(tasks.insert(task.to_owned()), "{task} was made twice");
        let state = lin
            .api
            .get(&format!("/api/v1/tasks/{task}"))
            .await?
            .done()?;
        assert_ne!(state["output"]["task_status"], "UNKNOWN");
    }
    let begun_at = |received: Vec<simulator::Received>| {
        let begun = received.iter();
        begun
            .filter(|request| request.path.contains("image-synthesis"))
            .count()
    };
    assert_eq!(begun_at(app.simulator.received()), 2);
    assert_eq!(begun_at(second.handle().received()), 2);
    Ok(())
}

/// Who leaves while nobody's turn has come has asked nobody: the same may be sent again.
#[tokio::test]
async fn what_waited_for_its_turn_was_not_asked() -> TestResult {
    let (app, second) = two_with(|bailian| {
        bailian.requests_per_minute = Some(1);
        bailian.wait_at_most_ms = 120_000;
        for upstream in bailian.upstreams.values_mut() {
            upstream.requests_per_minute = Some(1);
        }
    })
    .await?;
    let lin = app.program("lin").await?;
    for _ in 0..2 {
        lin.ask(&question("qwen-plus")).await?.done()?;
    }
    let picture = json!({ "model": "qwen-image", "prompt": "A loom" });
    for (path, body) in [
        ("/v1/chat/completions", question("qwen-plus")),
        ("/v1/images/generations", picture),
    ] {
        let request = lin.api.request(Method::POST, path);
        let request = request.header("idempotency-key", "a").json(&body);
        let asked = tokio::spawn(answered(request));
        eventually("the reservation", async || {
            let held = app.number("SELECT COUNT(*) FROM call_holds").await?;
            Ok((held == 1).then_some(()))
        })
        .await?;
        asked.abort();
        eventually("that it may be made", async || {
            let kept = app.number("SELECT COUNT(*) FROM idempotency_keys");
            Ok((kept.await? == 0).then_some(()))
        })
        .await?;
        eventually("the booking", async || {
            let held = app.number("SELECT COUNT(*) FROM call_holds").await?;
            Ok((held == 0).then_some(()))
        })
        .await?;
    }
    let received = second.handle().received().len() + app.simulator.received().len();
    assert_eq!(received, 2);
    let free = "SELECT COUNT(*) FROM calls WHERE outcome = 'cancelled' AND usage_source = 'none' AND cost = 0";
    assert_eq!(app.number(free).await?, 2, "nothing was used");
    Ok(())
}

/// The one with most left is asked, whatever the weights; when all are used up the caller is told when to come again, and
/// with a longer queue is answered.
#[tokio::test]
async fn the_account_with_most_left_is_asked_and_none_beyond_its_limits() -> TestResult {
    let (app, second) = two_with(|bailian| {
        bailian.weight = 100;
        bailian.requests_per_minute = Some(6);
        bailian.wait_at_most_ms = 0;
        for upstream in bailian.upstreams.values_mut() {
            upstream.requests_per_minute = Some(6);
        }
    })
    .await?;
    let lin = app.program("lin").await?;
    for _ in 0..2 {
        lin.ask(&question("qwen-plus")).await?.done()?;
    }
    let received = || {
        (
            app.simulator.received().len(),
            second.handle().received().len(),
        )
    };
    assert_eq!(received(), (1, 1));
    let refused = lin.ask(&question("qwen-plus")).await?;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    let wait: u64 = refused.header("retry-after").parse()?;
    assert!((1..=10).contains(&wait), "{wait}");
    assert_eq!(received(), (1, 1));
    assert_eq!(app.number("SELECT COUNT(*) FROM call_holds").await?, 0);

    let (app, _second) = two_with(|bailian| {
        bailian.requests_per_minute = Some(120);
        bailian.wait_at_most_ms = 30_000;
    })
    .await?;
    let lin = app.program("lin").await?;
    for _ in 0..6 {
        lin.ask(&question("qwen-plus")).await?.done()?;
    }
    Ok(())
}
