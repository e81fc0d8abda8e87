//! Diagrams that stand in answers, over HTTP: drawn by a process of the binary that bounds itself, and shown in a frame that runs nothing.

use std::time::{Duration, Instant};

use http::StatusCode;
use model::{DiagramSource, Drawing, FailureCode};

use crate::support::{Browser, Reply, TestApp, TestResult};

const DRAW: &str = "messages.draw_diagram";

async fn drawing(browser: &Browser, source: &str) -> anyhow::Result<Drawing> {
    let reply = browser.call(DRAW, &[("source", source)]).await?;
    reply.json()
}

/// IO-10, IO-11.
#[tokio::test]
async fn a_diagram_is_drawn_for_who_is_signed_in_and_leads_nowhere() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let source = "flowchart TD\n  A[开始] --> B[\"<script>alert(1)</script>\"]\n  click A href \"javascript:alert(1)\"\n  \
                  style B fill:\"red\" onload=\"alert(1)\"";
    let Drawing::Drawn(svg) = drawing(&lin, source).await? else {
        anyhow::bail!("it was not drawn");
    };
    assert!(svg.starts_with("<svg ") && svg.contains("开始"), "{svg}");
    for hostile in ["<script", "href", "onload", "<a", "style="] {
        assert!(!svg.contains(hostile), "{hostile} in {svg}");
    }
    let Drawing::Misunderstood(message) = drawing(&lin, "flowchart TD\n  A[open --> B").await?
    else {
        anyhow::bail!("it was understood");
    };
    assert!(message.contains("line 2"), "{message}");
    let longest = "x".repeat(DiagramSource::MAX);
    assert!(matches!(
        drawing(&lin, &longest).await?,
        Drawing::Misunderstood(_)
    ));
    for (source, code) in [
        ((longest + "x").as_str(), FailureCode::DiagramTooLong),
        ("pie\0", FailureCode::BadRequest),
    ] {
        let refused = lin.call(DRAW, &[("source", source)]).await?;
        assert_eq!(refused.failure()?, code);
    }
    let stranger = app.anonymous()?;
    let refused = stranger.call(DRAW, &[("source", "pie\n\"a\": 1")]).await?;
    assert_eq!(refused.failure()?, FailureCode::SignInNeeded);
    Ok(())
}

/// IO-10: what never ends is ended, what eats memory gets none, and neither keeps others waiting for long.
#[tokio::test]
async fn a_diagram_that_takes_too_much_is_given_up() -> TestResult {
    let app = TestApp::start().await?;
    let (lin, eve) = (app.user("lin").await?, app.user("eve").await?);
    let days = "monday, tuesday, wednesday, thursday, friday, weekends";
    let endless =
        format!("gantt\n  dateFormat YYYY-MM-DD\n  excludes {days}\n  A :a, 2024-01-01, 99999999d");
    let vast = "radar-beta\n  axis a,b,c\n  curve x{1,2,3}\n  ticks 4000000000";
    let began = Instant::now();
    let (first, second) = tokio::join!(drawing(&lin, &endless), drawing(&eve, vast));
    assert_eq!(first?, Drawing::Undrawable);
    assert_eq!(second?, Drawing::Undrawable);
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "{:?}",
        began.elapsed()
    );
    assert!(matches!(
        drawing(&eve, "pie\n  \"a\" : 1").await?,
        Drawing::Drawn(_)
    ));
    Ok(())
}

/// IO-10.
#[tokio::test]
async fn the_frame_of_diagrams_runs_nothing_but_itself() -> TestResult {
    let app = TestApp::start().await?;
    let frame = Reply::to(app.anonymous()?.get("/sandbox/diagram")).await?;
    assert_eq!(frame.status, StatusCode::OK);
    let policy = frame.header("content-security-policy").unwrap_or_default();
    assert!(
        policy.starts_with("sandbox allow-scripts; default-src 'none'; script-src 'sha256-"),
        "{policy}"
    );
    assert!(policy.contains("frame-ancestors 'self'"), "{policy}");
    for open in ["unsafe", "same-origin", "img-src", "connect-src", "http"] {
        assert!(!policy.contains(open), "{open} in {policy}");
    }
    Ok(())
}
