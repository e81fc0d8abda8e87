//! Several accounts at Bailian that share the work.

use http::Method;
use serde_json::json;
use server::config::UpstreamConfig;
use simulator::{Refusal, Simulator};

use crate::support::{TestApp, TestResult, answered, config, question};

/// A server with two accounts, each at a simulator of its own.
async fn two() -> anyhow::Result<(TestApp, Simulator)> {
    let second = Simulator::start(
        config(&crate::support::Database::sqlite()?)
            .simulator
            .options(),
    )
    .await?;
    let url = second.base_url().to_owned();
    let app = TestApp::start_with(|config| {
        let upstream = UpstreamConfig {
            api_key: "sk-second".to_owned().into(),
            base_url: Some(url),
            workspace: None,
            weight: 1,
            priority: 0,
            models: Vec::new(),
        };
        config
            .bailian
            .upstreams
            .insert("second".to_owned(), upstream);
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

/// What was made at one is asked for there, and files are all at the first.
#[tokio::test]
async fn things_are_where_they_were_made() -> TestResult {
    let (app, second) = two().await?;
    let lin = app.program("lin").await?;
    let wish = json!({ "model": "wan2.2-t2i-flash", "input": { "prompt": "A loom" }, "parameters": { "n": 1, "size": "1024*1024" } });
    let path = "/api/v1/services/aigc/text2image/image-synthesis";
    for _ in 0..4 {
        let request = lin.api.request(Method::POST, path);
        let request = request.header("x-dashscope-async", "enable").json(&wish);
        let begun = answered(request).await?.done()?;
        let task = begun["output"]["task_id"].as_str().unwrap_or_default();
        let state = lin
            .api
            .get(&format!("/api/v1/tasks/{task}"))
            .await?
            .done()?;
        assert_ne!(state["output"]["task_status"], "UNKNOWN");
    }
    assert!(
        second
            .handle()
            .received()
            .iter()
            .any(|request| request.path.contains("image-synthesis"))
    );
    let before = second.handle().received().len();
    for _ in 0..3 {
        let file =
            reqwest::multipart::Part::bytes(b"A loom weaves.".to_vec()).file_name("loom.txt");
        let form = reqwest::multipart::Form::new()
            .text("purpose", "file-extract")
            .part("file", file);
        let request = lin.api.request(Method::POST, "/v1/files").multipart(form);
        answered(request).await?.done()?;
    }
    let listed = lin.api.get("/v1/files").await?.done()?;
    assert_eq!(listed["data"].as_array().map(Vec::len), Some(3));
    assert_eq!(second.handle().received().len(), before);
    Ok(())
}
