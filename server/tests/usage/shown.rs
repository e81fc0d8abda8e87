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
    for (number, outcome, code) in [(1, "succeeded", ""), (2, "refused", "InvalidParameter")] {
        let call = format!(
            "INSERT INTO calls VALUES ('01990000-0000-7000-8000-00000000000{number}', {}, {owner}, '', 'openai', 'chat', \
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
    let boss = api.bearing(&boss.access);
    let site = boss.get("/rest/v1/admin/usage?by=user").await?.done()?;
    assert_eq!(site["shares"][0]["name"], "lin");
    let refused = lin.get("/rest/v1/usage?days=0").await?;
    assert_eq!(refused.code(), "invalid_number");
    Ok(())
}
