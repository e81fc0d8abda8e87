//! What makes a browser careful is in every answer.

use anyhow::Context;
use http::{Method, StatusCode};

use crate::support::{Reply, TestApp, TestResult};

const ALWAYS: [(&str, &str); 4] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
];

/// The nonce in a page's policy.
fn nonce(page: &Reply) -> Option<String> {
    let (_, rest) = page
        .header("content-security-policy")?
        .split_once("'nonce-")?;
    let (nonce, _) = rest.split_once('\'')?;
    Some(nonce.to_owned())
}

/// The opening tags of the page's scripts.
fn scripts(html: &str) -> Vec<&str> {
    let tags = html.split("<script").skip(1);
    tags.filter_map(|rest| rest.split('>').next()).collect()
}

#[tokio::test]
async fn every_kind_of_answer_carries_them() -> TestResult {
    let app = TestApp::start_with(|config| config.server.max_body_bytes = 1_000).await?;
    let lin = app.user("lin").await?;
    let get = |path: &str| lin.get(path);
    let post = |path: &str| lin.post(path);
    let too_large = "a".repeat(2_000);
    let missing = "/events/conversations/00000000-0000-0000-0000-000000000000";
    for (name, request, status) in [
        ("a page", get("/"), StatusCode::OK),
        ("no page", get("/nowhere"), StatusCode::NOT_FOUND),
        ("no file", get("/pkg/nothing.js"), StatusCode::NOT_FOUND),
        ("no events", get(missing), StatusCode::NOT_FOUND),
        ("a function", post("/fn/conversations.list"), StatusCode::OK),
        (
            "a stranger's call",
            app.anonymous()?.post("/fn/conversations.list"),
            StatusCode::UNAUTHORIZED,
        ),
        ("no function", post("/fn/nothing"), StatusCode::BAD_REQUEST),
        (
            "another site's call",
            post("/fn/identity.sign_out").header("origin", "https://evil.example"),
            StatusCode::FORBIDDEN,
        ),
        (
            "a body too large",
            post("/fn/conversations.list").body(too_large),
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
        ("health", get("/healthz"), StatusCode::OK),
    ] {
        let reply = Reply::to(request).await?;
        assert_eq!(reply.status, status, "{name}: {}", reply.text());
        for (header, value) in ALWAYS {
            assert_eq!(reply.header(header), Some(value), "{header} of {name}");
        }
        let policy = reply.header("content-security-policy").unwrap_or_default();
        assert!(policy.starts_with("default-src 'none'"), "{name}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{name}");
        assert!(!policy.contains("unsafe-inline"), "{name}");
        assert!(reply.header("x-request-id").is_some(), "{name}");
    }
    Ok(())
}

#[tokio::test]
async fn an_event_stream_carries_them_too_and_is_not_collected_by_proxies() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let asked = lin.ask("你好").await?;
    let path = format!("/events/conversations/{}", asked.conversation);
    let stream = lin.get(&path).send().await?;
    let header = |name| stream.headers().get(name).map(http::HeaderValue::as_bytes);
    for (name, value) in ALWAYS {
        assert_eq!(header(name), Some(value.as_bytes()), "{name}");
    }
    assert_eq!(header("content-type"), Some(&b"text/event-stream"[..]));
    assert_eq!(header("x-accel-buffering"), Some(&b"no"[..]));
    assert_eq!(header("cache-control"), Some(&b"no-store"[..]));
    assert_eq!(header("content-encoding"), None);
    Ok(())
}

#[tokio::test]
async fn every_page_has_a_nonce_of_its_own_on_every_script() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let asked = lin.ask("你好").await?;
    lin.ended_answer(asked.conversation).await?;
    let conversation = format!("/c/{}", asked.conversation);
    let mut seen = Vec::new();
    for (browser, path) in [
        (app.anonymous()?, "/login"),
        (app.anonymous()?, "/login"),
        (lin.clone(), "/"),
        (lin.clone(), conversation.as_str()),
        (lin, "/nowhere"),
    ] {
        let page = Reply::to(browser.get(path)).await?;
        let (nonce, html) = (nonce(&page).context("no nonce")?, page.text());
        let expected = format!("nonce=\"{nonce}\"");
        let scripts = scripts(&html);
        assert!(!scripts.is_empty(), "{path}");
        for script in scripts {
            assert!(script.contains(&expected), "{path}: <script{script}>");
        }
        assert!(!html.contains(" style=\""), "{path}: the policy forbids it");
        assert!(!seen.contains(&nonce), "{path}: {nonce} again");
        seen.push(nonce);
    }
    Ok(())
}

#[tokio::test]
async fn nothing_of_a_person_is_kept_by_a_cache() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    for path in ["/", "/login", "/nowhere", "/fn/identity.session"] {
        let reply = Reply::to(lin.get(path)).await?;
        assert_eq!(reply.header("cache-control"), Some("no-store"), "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn https_is_demanded_only_where_it_is_served() -> TestResult {
    let plain = TestApp::start().await?;
    let reply = Reply::to(plain.anonymous()?.get("/login")).await?;
    assert_eq!(reply.header("strict-transport-security"), None);
    let https = TestApp::start_with(|config| {
        config.server.public_url = Some("https://ai.example.com".to_owned());
    })
    .await?;
    let browser = https.anonymous()?;
    for (method, path) in [(Method::GET, "/login"), (Method::POST, "/fn/nothing")] {
        let url = format!("{}{path}", browser.origin);
        let reply = Reply::to(browser.request(method, &url)).await?;
        assert!(
            reply.header("strict-transport-security").is_some(),
            "{path}"
        );
    }
    Ok(())
}

/// CF-03.
#[tokio::test]
async fn what_the_policy_refused_is_reported_to_us_and_a_report_is_short() -> TestResult {
    let app = TestApp::start().await?;
    let stranger = app.anonymous()?;
    let page = Reply::to(stranger.get("/login")).await?;
    let policy = page.header("content-security-policy").context("none")?;
    assert!(policy.contains("report-uri /csp-reports"), "{policy}");
    let report =
        r#"{"csp-report":{"effective-directive":"img-src","blocked-uri":"https://x.example"}}"#;
    for (body, status) in [
        (report.to_owned(), StatusCode::NO_CONTENT),
        ("not JSON".to_owned(), StatusCode::BAD_REQUEST),
        ("x".repeat(20_000), StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let reply = Reply::to(stranger.post("/csp-reports").body(body)).await?;
        assert_eq!(reply.status, status);
    }
    Ok(())
}
