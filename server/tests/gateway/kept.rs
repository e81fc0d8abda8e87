//! Answers that are kept because a key says so, and those that members of a group share.

use http::Method;
use model::BuiltIn;
use serde_json::{Value, json};

use crate::support::{Program, TestApp, TestResult, answered, eventually, question};

const CACHE: &str = "x-liantai-cache";
const GIVEN_AGAIN: &str = "SELECT COUNT(*) FROM calls WHERE usage_source = 'cached' AND cost = 0 AND input_tokens = 0 AND outcome = 'succeeded'";

async fn keeping(app: &TestApp, name: &str, more: Value) -> anyhow::Result<Program> {
    let mut draft = json!({ "cache_seconds": 300 });
    if let (Value::Object(draft), Value::Object(more)) = (&mut draft, more) {
        draft.extend(more);
    }
    app.program_with(name, BuiltIn::Member, draft).await
}

#[tokio::test]
async fn what_a_key_keeps_is_given_again_unless_a_request_says_otherwise() -> TestResult {
    let app = TestApp::start().await?;
    let lin = keeping(&app, "lin", json!({})).await?;
    let body = question("qwen-plus");
    let first = lin.ask(&body).await?;
    assert_eq!((first.status.as_u16(), first.header(CACHE)), (200, "miss"));
    let before = app.simulator.received().len();
    let again = lin.ask(&body).await?;
    assert_eq!(again.header(CACHE), "hit");
    assert_eq!(again.bytes, first.bytes);
    assert_eq!(app.simulator.received().len(), before);
    // The same in another form is another question.
    let other = answered(
        lin.api
            .request(Method::POST, "/v1/chat/completions?x=1")
            .json(&body),
    );
    assert_eq!(other.await?.header(CACHE), "miss");
    // A request has the last word: this one is neither answered by what was kept nor kept.
    let fresh = async || {
        let request = lin.api.request(Method::POST, "/v1/chat/completions");
        answered(request.header(CACHE, "0").json(&body)).await
    };
    for _ in 0..2 {
        let fresh = fresh().await?;
        assert_eq!((fresh.status.as_u16(), fresh.header(CACHE)), (200, ""));
        assert_ne!(fresh.bytes, first.bytes);
    }
    assert_eq!(lin.ask(&body).await?.bytes, first.bytes);
    // What is never kept is asked each time, and nobody is refused for their key's sake.
    let wish = json!({ "model": "qwen-plus", "input": "What is a loom?" });
    let response = lin.api.post("/v1/responses", wish).await?;
    assert_eq!(
        (response.status.as_u16(), response.header(CACHE)),
        (200, "")
    );
    // Each is a call in the log, and costs nothing.
    eventually("the log", async || {
        Ok((app.number(GIVEN_AGAIN).await? == 2).then_some(()))
    })
    .await?;
    let all = "SELECT CAST(SUM(calls) AS BIGINT) FROM usage_days";
    let lines = "SELECT COUNT(*) FROM calls";
    assert_eq!(app.number(all).await?, app.number(lines).await?);
    assert_eq!(app.number("SELECT COUNT(*) FROM call_holds").await?, 0);
    Ok(())
}

/// What is given again counts as a request of the minute, and needs no money.
#[tokio::test]
async fn what_is_given_again_is_within_the_limits_and_beyond_the_budget() -> TestResult {
    let app = TestApp::start().await?;
    let lin = keeping(&app, "lin", json!({ "requests_per_minute": 3 })).await?;
    let body = question("qwen-plus");
    lin.ask(&body).await?.done()?;
    app.database.execute("INSERT INTO budgets (scope, scope_id, period, limit_amount, updated_at) VALUES ('site', '', 'total', 0, 0)").await?;
    let mei = app.program("mei").await?;
    eventually("the budget", async || {
        let refused = mei.ask(&question("qwen-plus")).await?;
        Ok((refused.status.as_u16() == 429).then_some(()))
    })
    .await?;
    for _ in 0..2 {
        assert_eq!(lin.ask(&body).await?.header(CACHE), "hit");
    }
    eventually("the limit", async || {
        let answer = lin.ask(&body).await?;
        Ok((answer.status.as_u16() == 429).then_some(()))
    })
    .await
}

#[tokio::test]
async fn a_groups_members_share_answers_where_it_says_so_and_nobody_else_does() -> TestResult {
    let app = TestApp::start().await?;
    let none = || json!({});
    let (lin, mei, tao) = (
        keeping(&app, "lin", none()).await?,
        keeping(&app, "mei", none()).await?,
        keeping(&app, "tao", none()).await?,
    );
    let other = json!({ "models": ["qwen-max"] });
    let nian = keeping(&app, "nian", other).await?;
    app.database
        .execute(
            "INSERT INTO groups (id, name, name_key, description, created_at, updated_at) \
             VALUES ('01990000-0000-7000-8000-00000000000a', 'Shift', 'shift', '', 0, 0); \
             INSERT INTO group_members (group_id, user_id, added_at) \
             SELECT '01990000-0000-7000-8000-00000000000a', id, 0 FROM users \
             WHERE email_key IN ('lin@example.com', 'mei@example.com', 'nian@example.com')",
        )
        .await?;
    let body = question("qwen-plus");
    let mut own = Vec::new();
    for program in [&lin, &mei, &tao] {
        let answer = program.ask(&body).await?;
        assert_eq!(answer.header(CACHE), "miss");
        own.push(answer.bytes);
    }
    app.database
        .execute("UPDATE groups SET shares_answers = TRUE")
        .await?;
    // What was each one's own before stays theirs: the first to ask now is answered anew.
    let shared = eventually("the group to share", async || {
        let answer = lin.ask(&body).await?;
        Ok((answer.header(CACHE) == "miss").then_some(answer.bytes))
    })
    .await?;
    eventually("the other member to be given it", async || {
        let answer = mei.ask(&body).await?;
        Ok((answer.header(CACHE) == "hit" && answer.bytes == shared).then_some(()))
    })
    .await?;
    assert_eq!(tao.ask(&body).await?.bytes, own[2]);
    // Whose key is not for the model is refused as ever.
    let refused = nian.ask(&body).await?;
    assert_eq!((refused.status.as_u16(), refused.header(CACHE)), (404, ""));
    app.database
        .execute("DELETE FROM group_members WHERE user_id IN (SELECT id FROM users WHERE email_key = 'mei@example.com')")
        .await?;
    eventually("who left to be alone again", async || {
        let answer = mei.ask(&body).await?;
        Ok((answer.bytes == own[1]).then_some(()))
    })
    .await
}
