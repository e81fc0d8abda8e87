//! More calls than there is room for.

use std::time::Duration;

use anyhow::Context;
use http::StatusCode;
use model::BuiltIn;
use platform::gateway::Weight;
use serde_json::{Value, json};
use simulator::Answer;
use tokio::task::JoinHandle;

use crate::support::{
    Api, ApiResponse, PASSWORD, TestApp, TestResult, answered, eventually, question, within,
};

/// A question whose answer begins and then waits until the simulator lets it go on.
async fn held(app: &TestApp, api: &Api) -> anyhow::Result<JoinHandle<anyhow::Result<ApiResponse>>> {
    let before = app.simulator.open_streams();
    app.simulator
        .next_answer(Answer::words(["Woven ", "cloth"]).held_after(1));
    let (api, mut body) = (api.clone(), question("qwen-plus"));
    body["stream"] = true.into();
    let asked = tokio::spawn(async move { api.post("/v1/chat/completions", body).await });
    app.upstream("a call", |account| account.open_streams() > before)
        .await?;
    Ok(asked)
}

/// The same question in every protocol, with what a refusal says in it.
fn protocols() -> [(&'static str, Value, &'static str, &'static str); 4] {
    let messages = json!([{ "role": "user", "content": "What is a loom?" }]);
    [
        (
            "/v1/chat/completions",
            question("qwen-plus"),
            "/error/code",
            "service_unavailable",
        ),
        (
            "/v1/images/generations",
            json!({ "model": "wan2.2-t2i-flash", "prompt": "A loom" }),
            "/error/code",
            "service_unavailable",
        ),
        (
            "/anthropic/v1/messages",
            json!({ "model": "qwen-plus", "max_tokens": 50, "messages": messages }),
            "/error/type",
            "overloaded_error",
        ),
        (
            "/api/v1/services/aigc/text-generation/generation",
            json!({ "model": "qwen-plus", "input": { "messages": messages } }),
            "/code",
            "ServiceUnavailable",
        ),
    ]
}

/// the excess is refused in each protocol's form with nothing left behind, what runs and what is light goes on, and
/// afterwards everything is admitted again.
#[tokio::test]
async fn what_there_is_no_room_for_is_refused_and_the_rest_goes_on() -> TestResult {
    let app = TestApp::start_with(|config| config.gateway.calls_at_once = 2).await?;
    let lin = app.program("lin").await?;
    let mei = app.program("mei").await?;
    let running = [held(&app, &lin.api).await?, held(&app, &mei.api).await?];
    for (path, body, place, code) in protocols() {
        let refused = mei.api.post(path, body).await?;
        assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert_eq!(refused.header("retry-after"), "1", "{path}");
        let said = refused.json();
        assert_eq!(said.pointer(place), Some(&code.into()), "{path}: {said}");
    }
    // Nobody was asked and nothing is reserved or booked.
    assert_eq!(app.simulator.received().len(), 2);
    eventually("the reservations of those that run", async || {
        let held = app.number("SELECT COUNT(*) FROM call_holds").await?;
        assert!(held <= 2, "{held}");
        Ok((held == 2).then_some(()))
    })
    .await?;
    assert_eq!(app.number("SELECT COUNT(*) FROM calls").await?, 0);

    let anyone = Api::of(&app)?;
    for path in ["/healthz", "/readyz", "/login"] {
        assert_eq!(anyone.get(path).await?.status, 200, "{path}");
    }
    anyone.log_in("lin", PASSWORD).await?.done()?;
    lin.api.get("/v1/models").await?.done()?;
    lin.api.get("/api/v1/tasks/unknown").await?.done()?;
    let cancel = lin.api.post("/api/v1/tasks/unknown/cancel", json!({}));
    assert_eq!(cancel.await?.status, 404);

    app.simulator.release();
    for asked in running {
        let answer = within("the end of a stream", async { asked.await? }).await?;
        let text = String::from_utf8_lossy(&answer.bytes).into_owned();
        assert!(text.ends_with("data: [DONE]\n\n"), "{text}");
    }
    for (path, body, ..) in protocols() {
        eventually("room again", async || {
            let answer = mei.api.post(path, body.clone()).await?;
            Ok(answer.status.is_success().then_some(()))
        })
        .await?;
    }
    Ok(())
}

/// What is light has room of its own, which has an end as well: the lists of models are refused with the rest beyond it.
#[tokio::test]
async fn lists_of_models_take_the_room_of_what_is_light() -> TestResult {
    let app = TestApp::start_with(|config| config.gateway.calls_at_once = 2).await?;
    let lin = app.program("lin").await?;
    let mut places = Vec::new();
    while let Ok(place) = app.gateway.enter("anyone", Weight::Light) {
        places.push(place);
    }
    assert_eq!(places.len(), 3);
    for path in [
        "/v1/models",
        "/v1/models/qwen-plus",
        "/compatible-mode/v1/models",
    ] {
        let refused = lin.api.get(path).await?;
        assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert_eq!(refused.header("retry-after"), "1", "{path}");
    }
    drop(places);
    for _ in 0..5 {
        lin.api.get("/v1/models").await?.done()?;
    }
    Ok(())
}

/// Whoever leaves makes room, and so does who is answered though they left.
#[tokio::test]
async fn who_leaves_makes_room_when_nothing_is_done_for_them_any_more() -> TestResult {
    let app = TestApp::start_with(|config| config.gateway.calls_at_once = 1).await?;
    let lin = app.program("lin").await?;
    let finishes = json!({ "finishes": true });
    let mei = app.program_with("mei", BuiltIn::Member, finishes).await?;
    let asked = held(&app, &lin.api).await?;
    asked.abort();
    let room = async || {
        let answer = lin.ask(&question("qwen-plus")).await?;
        Ok(answer.status.is_success().then_some(()))
    };
    eventually("room after who left", room).await?;

    let asked = held(&app, &mei.api).await?;
    asked.abort();
    let _ = asked.await;
    // The answer goes on, and so does its place.
    let refused = lin.ask(&question("qwen-plus")).await?;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    app.release().await?;
    eventually("room after what was finished", room).await
}

/// The cause is counted, and no label holds what callers write.
#[tokio::test]
async fn refusals_are_counted_by_what_there_is_too_little_of() -> TestResult {
    let app = TestApp::start_with(|config| {
        config.gateway.calls_at_once = 1;
        config.telemetry.metrics_addr = Some(([127, 0, 0, 1], 0).into());
    })
    .await?;
    let lin = app.program("lin").await?;
    let running = held(&app, &lin.api).await?;
    let refused = lin.ask(&question("qwen-plus")).await?;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    let addr = app.metrics.context("no metrics")?;
    let client = reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(30))
        .build()?;
    let shown = answered(client.get(format!("http://{addr}/metrics"))).await?;
    let text = String::from_utf8_lossy(&shown.bytes).into_owned();
    let counted = "liantai_calls_shed_total{cause=\"calls_at_once\"} ";
    assert!(text.contains(counted), "{text}");
    assert!(text.contains("liantai_runtime_delay_seconds"), "{text}");
    app.release().await?;
    within("the end of a stream", async { running.await? }).await?;
    Ok(())
}

/// whoever takes all that they get leaves room for somebody else.
#[tokio::test]
async fn one_key_does_not_take_all_the_room() -> TestResult {
    let app = TestApp::start_with(|config| config.gateway.calls_at_once = 20).await?;
    let hog = app.program("hog").await?;
    let mei = app.program("mei").await?;
    let mut running = Vec::new();
    for _ in 0..16 {
        running.push(held(&app, &hog.api).await?);
    }
    for (path, body, ..) in protocols() {
        let refused = hog.api.post(path, body).await?;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "{path}");
        assert_eq!(refused.header("retry-after"), "1", "{path}");
    }
    assert_eq!(app.simulator.received().len(), 16);
    running.push(held(&app, &mei.api).await?);
    for _ in 0..5 {
        mei.ask(&question("qwen-plus")).await?.done()?;
    }
    app.simulator.release();
    for asked in running {
        within("the end of a stream", async { asked.await? }).await?;
    }
    eventually("room again", async || {
        let answer = hog.ask(&question("qwen-plus")).await?;
        Ok(answer.status.is_success().then_some(()))
    })
    .await
}
