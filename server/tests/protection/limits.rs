//! Bodies that are too large, and clients that are too slow.

use futures_util::stream;
use http::StatusCode;
use model::{Draft, FailureCode};
use platform::identity::LineKind;
use reqwest::Body;

use crate::support::{FUNCTIONS, Line, Reply, TestApp, TestResult, eventually};

const LIMIT: usize = 64 * 1024;

async fn start() -> anyhow::Result<TestApp> {
    TestApp::start_with(|config| config.server.max_body_bytes = LIMIT).await
}

/// The beginning of a form, then nothing but one letter.
fn too_much() -> String {
    format!("text={}", "a".repeat(LIMIT))
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_with_its_length_known() -> TestResult {
    let app = start().await?;
    let lin = app.user("lin").await?;
    for path in FUNCTIONS
        .iter()
        .map(crate::support::Function::path)
        .chain(["/".to_owned(), "/nowhere".to_owned()])
    {
        let request = lin.post(&path);
        let request = request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(too_much());
        let reply = Reply::to(request).await?;
        assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_in_chunks_too() -> TestResult {
    let app = start().await?;
    let lin = app.user("lin").await?;
    for function in FUNCTIONS {
        if function.name == "identity.session" {
            continue;
        }
        let text = too_much().into_bytes();
        let pieces: Vec<std::io::Result<Vec<u8>>> = text
            .chunks(4 * 1024)
            .map(|piece| Ok(piece.to_vec()))
            .collect();
        let request = lin.post(&function.path());
        let request = request
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .body(Body::wrap_stream(stream::iter(pieces)));
        let reply = Reply::to(request).await?;
        assert_eq!(
            reply.status,
            StatusCode::PAYLOAD_TOO_LARGE,
            "{}: {}",
            function.name,
            reply.text()
        );
    }
    Ok(())
}

#[tokio::test]
async fn what_fits_is_taken() -> TestResult {
    let app = start().await?;
    let lin = app.user("lin").await?;
    let text = "字".repeat(LIMIT / 9 - 100);
    let draft = [("text", text.as_str())];
    lin.call("conversations.save_draft", &draft).await?.done()?;
    let kept: Draft = lin.call("conversations.draft", &[]).await?.json()?;
    assert_eq!(kept.text, text);
    Ok(())
}

#[tokio::test]
async fn a_client_that_does_not_finish_its_headers_is_let_go() -> TestResult {
    let app = TestApp::start_with(|config| config.server.header_timeout_s = 1).await?;
    let mut line = Line::to(app.addr).await?;
    line.send("GET / HTTP/1.1\r\nhost: test\r\nx-slow: ")
        .await?;
    let said = line.closed().await?;
    assert!(!said.contains(" 200 "), "{said}");

    let mut idle = Line::to(app.addr).await?;
    idle.send("G").await?;
    idle.closed().await?;
    Ok(())
}

/// Many tabs and devices are nothing unusual, and a thousand streams of one person are; nobody else's count.
#[tokio::test]
async fn one_person_watches_with_so_many_pages_at_once() -> TestResult {
    let app = TestApp::start().await?;
    let (lin, tao) = (app.user("lin").await?, app.user("tao").await?);
    let mut open = Vec::new();
    for page in 0..LineKind::Events.most() {
        let stream = lin.get("/events/jobs").send().await?;
        assert_eq!(stream.status(), StatusCode::OK, "{page}");
        open.push(stream);
    }
    let refused = lin.get("/events/jobs").send().await?;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(refused.text().await?, FailureCode::TooManyOpen.as_str());
    let others = tao.get("/events/jobs").send().await?;
    assert_eq!(others.status(), StatusCode::OK);

    open.pop();
    eventually("room for another page", async || {
        let stream = lin.get("/events/jobs").send().await?;
        Ok((stream.status() == StatusCode::OK).then_some(()))
    })
    .await
}
