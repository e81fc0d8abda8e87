//! Bodies that come too slowly, are too long or are none.

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

/// IO-23: what is too long, or breaks off, is its sender's fault: they are told so, and it is held against the upstream by nobody, so
/// that all others are answered.
#[tokio::test]
async fn a_body_that_is_none_takes_the_upstream_from_nobody() -> TestResult {
    let app = TestApp::start_with(|config| config.gateway.max_body_bytes = 64 * 1024).await?;
    let lin = app.program("lin").await?;
    let form = "multipart/form-data; boundary=loom";
    let long = format!("19000\r\n{}\r\n0\r\n\r\n", "a".repeat(0x19000));
    for _ in 0..6 {
        for (path, kind, length, body, status) in [
            ("/v1/files", form, "content-length: 70000", "", "413"),
            (
                "/v1/files",
                form,
                "transfer-encoding: chunked",
                &*long,
                "413",
            ),
            (
                "/api/v1/files",
                form,
                "transfer-encoding: chunked",
                &*long,
                "413",
            ),
            (
                "/v1/files",
                form,
                "transfer-encoding: chunked",
                "4\r\n--lo\r\nzz\r\n",
                "",
            ),
            (
                "/v1/embeddings",
                "application/json",
                "transfer-encoding: chunked",
                &*long,
                "413",
            ),
        ] {
            let mut line = Line::to(app.addr).await?;
            // Who refuses may close before all was sent.
            let _ = line
                .send(&format!(
                    "POST {path} HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {}\r\nconnection: close\r\n\
                     content-type: {kind}\r\n{length}\r\n\r\n{body}",
                    lin.key
                ))
                .await;
            let said = line.closed().await?;
            assert!(said.contains(status), "{path}: {said}");
            // Where the server only closes, nothing is said; never is it told as the upstream's.
            assert!(!said.starts_with("HTTP/1.1 5"), "{path}: {said}");
        }
    }
    lin.ask(&question("qwen-plus")).await?.done()?;
    assert_eq!(app.number("SELECT COUNT(*) FROM call_holds").await?, 0);
    Ok(())
}
