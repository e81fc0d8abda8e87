//! What was used, as pages, files and the interface show it.

use http::{StatusCode, header};
use model::BuiltIn;
use platform::{Clock as _, SystemClock};

use crate::support::{Api, PASSWORD, TestApp, TestResult, answered, databases};

const EIGHT_HOURS: i64 = 8 * 60 * 60 * 1000;

/// Two calls of that person today, one of which was refused.
async fn calls_of(app: &TestApp, name: &str) -> TestResult {
    let now = SystemClock.now();
    let day = (now.get() + EIGHT_HOURS) / model::Millis::DAY;
    let owner = format!("(SELECT id FROM users WHERE email_key = '{name}@example.com')");
    let sums = format!(
        "INSERT INTO usage_days VALUES ({day}, {owner}, '', 'qwen-plus', 'chat', 2, 1, 1200, 34, 0, 0, 0, 0, 0, 12300)"
    );
    app.database.execute(&sums).await?;
    // Ids tell when they were made.
    let id = format!("{:012x}", now.get());
    let id = format!("{}-{}", &id[..8], &id[8..]);
    for (number, outcome, code) in [(1, "succeeded", ""), (2, "refused", "InvalidParameter")] {
        let call = format!(
            "INSERT INTO calls VALUES ('{id}-7000-8000-00000000000{number}', {}, {owner}, '', 'openai', 'chat', \
             'qwen-plus', 'qwen-plus', 'bailian', FALSE, '{outcome}', 200, '{code}', 600, 17, 0, 0, 0, 0, 0, 'reported', \
             6150, TRUE, 100, 900, 'r-{number}', NULL)",
            now.get()
        );
        app.database.execute(&call).await?;
    }
    Ok(())
}

#[tokio::test]
async fn one_sees_what_one_used_without_scripts() -> TestResult {
    for database in databases().await? {
        let app = TestApp::start_on(database).await?;
        let lin = app.user("lin").await?;
        calls_of(&app, "lin").await?;
        let page = answered(lin.get("/usage?days=7&measure=cost")).await?;
        assert_eq!(page.status, StatusCode::OK);
        let html = String::from_utf8(page.bytes.to_vec())?;
        for shown in [
            "¥0.0123",
            "1,234",
            "role=\"img\"",
            "InvalidParameter",
            "class=\"chart__band\"",
        ] {
            assert!(html.contains(shown), "{shown}: {html}");
        }
        let page = answered(lin.get("/usage?failed=1")).await?;
        let html = String::from_utf8(page.bytes.to_vec())?;
        assert!(html.contains("r-2") && !html.contains("r-1"), "{html}");
        let absurd = answered(lin.get("/usage?key=x")).await?;
        assert_eq!(absurd.status, StatusCode::BAD_REQUEST);
        for (days, shown, hidden) in [
            ("from=2020-01-01&to=2099-12-31", "r-1", "no such calls"),
            ("from=2020-01-01", "r-2", "no such calls"),
            ("to=2020-01-01", "There are no such calls.", "r-1"),
            ("from=2099-12-31", "There are no such calls.", "r-2"),
            ("failed=1&to=2099-12-31", "r-2", "r-1"),
            (
                "from=2026-02-02&to=2026-02-01",
                "a last one that is not before it",
                "r-1",
            ),
        ] {
            let page = answered(lin.get(&format!("/usage?{days}"))).await?;
            assert_eq!(page.status, StatusCode::OK, "{days}");
            let html = String::from_utf8(page.bytes.to_vec())?;
            assert!(html.contains(shown), "{days}: {html}");
            assert!(!html.contains(hidden), "{days}: {html}");
        }
        let absurd = answered(lin.get("/usage?from=2026-02-30")).await?;
        assert_eq!(absurd.status, StatusCode::UNPROCESSABLE_ENTITY);
        for (days, lines) in [("to=2020-01-01", 1), ("from=2020-01-01&to=2099-12-31", 3)] {
            let file = answered(lin.get(&format!("/usage/export?{days}"))).await?;
            let csv = String::from_utf8(file.bytes.to_vec())?;
            assert_eq!(csv.lines().count(), lines, "{days}: {csv}");
        }

        let file = answered(lin.get("/usage/export?failed=1")).await?;
        assert_eq!(file.header(header::CONTENT_TYPE), "text/csv; charset=utf-8");
        let csv = String::from_utf8(file.bytes.to_vec())?;
        assert_eq!(csv.lines().count(), 2, "{csv}");
        assert!(csv.contains("\"0.006150\""), "{csv}");
    }
    Ok(())
}

#[tokio::test]
async fn who_called_nothing_is_told_how_to() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let page = answered(lin.get("/usage")).await?;
    let html = String::from_utf8(page.bytes.to_vec())?;
    let address = format!("{}/v1/chat/completions", lin.origin);
    assert!(html.contains(&address), "{html}");
    Ok(())
}

#[tokio::test]
async fn everybodys_usage_is_for_those_who_may_see_it() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let boss = app.person("boss", BuiltIn::Auditor).await?;
    calls_of(&app, "lin").await?;
    let page = answered(boss.get("/admin/usage")).await?;
    let html = String::from_utf8(page.bytes.to_vec())?;
    assert!(html.contains("¥0.0123") && html.contains("r-1"), "{html}");
    let own = answered(boss.get("/usage")).await?;
    let html = String::from_utf8(own.bytes.to_vec())?;
    assert!(!html.contains("¥0.0123") && !html.contains("r-1"), "{html}");
    let file = answered(boss.get("/admin/usage/export")).await?;
    assert_eq!(String::from_utf8(file.bytes.to_vec())?.lines().count(), 3);
    let refused = answered(lin.get("/admin/usage/export")).await?;
    assert_eq!(
        refused.header(header::LOCATION),
        "/admin/usage?problem=forbidden"
    );
    let stranger = answered(app.anonymous()?.get("/usage/export")).await?;
    assert_eq!(stranger.header(header::LOCATION), "/login?next=%2Fusage");
    Ok(())
}

#[tokio::test]
async fn programs_read_the_same_sums() -> TestResult {
    let app = TestApp::start().await?;
    app.user("lin").await?;
    let boss = app.device("boss", BuiltIn::Operator).await?;
    calls_of(&app, "lin").await?;
    let api = Api::of(&app)?;
    let tokens = api.log_in("lin", PASSWORD).await?;
    let lin = api.bearing(&tokens.text("access_token"));
    let own = lin.get("/rest/v1/usage?days=2").await?.done()?;
    assert_eq!(own["total"]["cost"], 12_300);
    assert_eq!(own["days"][1]["sum"]["calls"], 2);
    assert_eq!(own["bands"][0]["cost"][1], 12_300);
    let calls = lin.get("/rest/v1/usage/calls?failed=true").await?.done()?;
    assert_eq!(calls["items"][0]["request_id"], "r-2");
    assert_eq!(calls["items"][1], serde_json::Value::Null);
    let now = SystemClock.now().get();
    let of = |from: i64, to: i64| format!("/rest/v1/usage/calls?from={from}&to={to}");
    for (asked, count) in [
        (of(0, 1), 0),
        (of(now - model::Millis::DAY, now + 1), 2),
        (of(now + 1, i64::MAX), 0),
    ] {
        let calls = lin.get(&asked).await?.done()?;
        assert_eq!(
            calls["items"].as_array().map(Vec::len),
            Some(count),
            "{asked}"
        );
    }
    let refused = lin.get(&of(5, 5)).await?;
    assert_eq!(refused.code(), "invalid_period");
    let refused = lin.get("/rest/v1/usage/export?from=6&to=5").await?;
    assert_eq!(refused.code(), "invalid_period");
    assert_eq!(
        lin.get("/rest/v1/usage/calls?from=today").await?.status,
        400
    );
    let boss = api.bearing(&boss.access);
    let none = boss.get("/rest/v1/admin/usage/calls?to=1").await?.done()?;
    assert_eq!(none["items"], serde_json::json!([]));
    let site = boss.get("/rest/v1/admin/usage?by=user").await?.done()?;
    assert_eq!(site["shares"][0]["name"], "lin");
    let refused = lin.get("/rest/v1/usage?days=0").await?;
    assert_eq!(refused.code(), "invalid_number");
    Ok(())
}
