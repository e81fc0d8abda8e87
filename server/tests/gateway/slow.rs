//! Bodies that come too slowly.

use futures_util::future::try_join_all;
use platform::gateway::Weight;

use crate::support::{Line, TestApp, TestResult, eventually, question};

/// How many more calls of somebody there is room for.
fn room(app: &TestApp) -> usize {
    let mut places = Vec::new();
    while let Ok(place) = app.gateway.enter("anyone", Weight::Call) {
        places.push(place);
    }
    places.len()
}

/// CO-07: whether it is read whole, field by field or while it is handed on, in each protocol's form.
#[tokio::test]
async fn a_body_that_stops_coming_is_refused_with_408_and_gives_its_place_back() -> TestResult {
    let app = TestApp::start_with(|config| {
        config.gateway.body_timeout_s = 1;
        config.gateway.calls_at_once = 50;
    })
    .await?;
    let lin = app.program("lin").await?;
    let before = room(&app);
    let json = ("application/json", "{\"model\":");
    let form = (
        "multipart/form-data; boundary=loom",
        "--loom\r\ncontent-disposition: form-data; name=\"model\"\r\n\r\nqwen",
    );
    let openai = "\"code\":\"invalid_parameter_error\"";
    let begun = [
        ("/v1/chat/completions", json, openai),
        ("/v1/images/generations", json, openai),
        (
            "/anthropic/v1/messages",
            json,
            "\"type\":\"invalid_request_error\"",
        ),
        (
            "/api/v1/services/aigc/text-generation/generation",
            json,
            "\"code\":\"InvalidParameter\"",
        ),
        ("/v1/audio/transcriptions", form, openai),
        // Too large to be kept, so that it is handed on while it comes.
        ("/v1/files", form, openai),
    ];
    let refused = begun.map(|(path, (kind, begun), code)| {
        let (addr, key) = (app.addr, lin.key.clone());
        async move {
            let mut line = Line::to(addr).await?;
            line.send(&format!(
                "POST {path} HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {key}\r\n\
                 content-type: {kind}\r\ncontent-length: 2000000\r\n\r\n{begun}"
            ))
            .await?;
            let said = line.closed().await?;
            assert!(said.starts_with("HTTP/1.1 408 "), "{path}: {said}");
            assert!(said.contains(code), "{path}: {said}");
            anyhow::Ok(())
        }
    });
    try_join_all(refused).await?;
    eventually("all places", async || {
        Ok((room(&app) == before).then_some(()))
    })
    .await?;
    assert_eq!(app.number("SELECT COUNT(*) FROM call_holds").await?, 0);
    // What comes in time is answered.
    lin.ask(&question("qwen-plus")).await?.done()?;
    Ok(())
}
