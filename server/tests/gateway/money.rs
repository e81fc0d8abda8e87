//! Budgets and limits, over real HTTP.

use futures_util::future::join_all;
use http::Method;
use model::BuiltIn;
use serde_json::json;
use simulator::{Answer, Usage};

use crate::support::{TestApp, TestResult, answered, question, within};

/// of many calls at once exactly as many reach the upstream as the budget pays for.
#[tokio::test]
async fn a_budget_is_never_overspent() -> TestResult {
    let app = TestApp::start().await?;
    let probe = app.program("probe").await?;
    app.database.execute("INSERT INTO budgets (scope, scope_id, period, limit_amount, updated_at) VALUES ('site', '', 'total', 1000000000, 0)").await?;
    app.simulator
        .next_answer(Answer::words(["a"]).held_after(0));
    let api = probe.api.clone();
    let asked = tokio::spawn(async move {
        api.post("/v1/chat/completions", question("qwen-plus"))
            .await
    });
    app.upstream("a call", |account| account.open_streams() > 0)
        .await?;
    let price = app
        .number("SELECT CAST(SUM(amount) AS BIGINT) FROM call_holds")
        .await?;
    app.simulator.release();
    asked.await??.done()?;
    assert!(price > 0);
    app.database.execute("DELETE FROM budgets").await?;

    let budget = price * 10 + price / 2;
    let lin = app
        .program_with(
            "lin",
            BuiltIn::Member,
            json!({ "budget_per_month": budget }),
        )
        .await?;
    let before = app.simulator.received().len();
    let slow = "500ms".parse()?;
    app.simulator
        .change_options(|options| options.latency = slow);
    let calls = join_all((0..60).map(|_| {
        let api = lin.api.clone();
        async move {
            api.post("/v1/chat/completions", question("qwen-plus"))
                .await
        }
    }));
    let answers = calls.await.into_iter().collect::<Result<Vec<_>, _>>()?;
    let served = answers.iter().filter(|answer| answer.status == 200).count();
    let refused: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status == 429)
        .collect();
    assert_eq!((served, refused.len()), (10, 50));
    assert_eq!(app.simulator.received().len() - before, 10);
    assert!(
        refused
            .iter()
            .all(|answer| answer.json()["error"]["code"] == "insufficient_quota")
    );
    assert!(
        refused
            .iter()
            .all(|answer| answer.header("x-should-retry") == "false")
    );
    assert_eq!(app.number("SELECT COUNT(*) FROM call_holds").await?, 0);
    let differ = "SELECT (SELECT CAST(SUM(cost) AS BIGINT) FROM calls) - (SELECT spent FROM spending WHERE scope = 'site' AND period = 'total')";
    assert_eq!(app.number(differ).await?, 0);
    Ok(())
}

/// What an answer says that it used is believed as far as it can be true: a limit of each text is none of many, and reasoning is not
/// as short as the answer was asked to be.
#[tokio::test]
async fn what_may_be_true_is_paid_for() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.program("lin").await?;
    let text = "loom ".repeat(3_000);
    let texts = json!({ "model": "text-embedding-v4", "input": vec![text; 10] });
    let vectors = lin.api.post("/v1/embeddings", texts).await?.done()?;
    let tokens = vectors["usage"]["total_tokens"].as_i64().unwrap_or(0);
    assert!(tokens > 8_192, "{tokens}");
    let usage = Usage {
        prompt_tokens: 10,
        completion_tokens: 5_000,
        reasoning_tokens: 4_990,
        cached_tokens: 0,
    };
    app.simulator
        .next_answer(Answer::words(["one"]).usage(usage));
    lin.ask(&question("qwen3.7-max")).await?.done()?;
    for (operation, used) in [
        ("embedding", format!("input_tokens = {tokens}")),
        ("chat", "output_tokens = 5000".to_owned()),
    ] {
        let booked = format!(
            "SELECT COUNT(*) FROM calls WHERE operation = '{operation}' AND usage_source = 'reported' AND {used} AND cost > 0"
        );
        assert_eq!(app.number(&booked).await?, 1, "{used}");
    }
    Ok(())
}

/// what a provider does not read makes no call cheaper than it can become.
#[tokio::test]
async fn a_field_of_another_protocol_reserves_no_less() -> TestResult {
    let app = TestApp::start().await?;
    let draft = json!({ "budget_per_month": 1_000 });
    let lin = app.program_with("lin", BuiltIn::Member, draft).await?;
    let messages = json!([{ "role": "user", "content": "What is a loom?" }]);
    let native = "/api/v1/services/aigc/text-generation/generation";
    for (path, wish) in [
        (
            "/v1/chat/completions",
            json!({ "model": "qwen-plus", "max_output_tokens": 1, "parameters": { "max_tokens": 1 }, "messages": messages }),
        ),
        (
            native,
            json!({ "model": "qwen-plus", "max_tokens": 1, "input": { "messages": messages } }),
        ),
    ] {
        let refused = lin.api.post(path, wish).await?;
        assert_eq!(refused.status, 429, "{path}: {}", refused.json());
    }
    assert_eq!(app.simulator.received().len(), 0);
    let short = json!({ "model": "qwen-plus", "max_tokens": 1, "messages": messages });
    lin.ask(&short).await?.done()?;
    Ok(())
}

/// what texts behind an address come to nobody knows before: who has a budget can't have them fetched, others can.
#[tokio::test]
async fn what_has_no_bound_is_not_had_within_a_budget() -> TestResult {
    let app = TestApp::start().await?;
    let draft = json!({ "budget_per_month": 1_000_000_000 });
    let lin = app.program_with("lin", BuiltIn::Member, draft).await?;
    let path = "/api/v1/services/embeddings/text-embedding/text-embedding";
    let wish = json!({
        "model": "text-embedding-async-v2",
        "input": { "url": "http://127.0.0.1:9/lines.txt" },
    });
    let asked = |program: &crate::support::Program| {
        let request = program.api.request(Method::POST, path);
        let request = request.header("x-dashscope-async", "enable");
        answered(request.json(&wish))
    };
    let refused = asked(&lin).await?;
    assert_eq!(refused.status, 403, "{}", refused.json());
    assert_eq!(refused.json()["code"], "AccessDenied");
    assert!(app.simulator.received().is_empty());
    assert_eq!(app.number("SELECT COUNT(*) FROM call_holds").await?, 0);
    let mei = app.program("mei").await?;
    asked(&mei).await?;
    let received = app.simulator.received();
    assert!(received.iter().any(|request| request.path == path));
    Ok(())
}

/// A minute's requests, with what is left in each protocol's own headers.
#[tokio::test]
async fn more_than_a_minutes_requests_are_refused() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app
        .program_with("lin", BuiltIn::Member, json!({ "requests_per_minute": 3 }))
        .await?;
    for left in ["2", "1", "0"] {
        let answer = lin.ask(&question("qwen-plus")).await?;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("x-ratelimit-remaining-requests"), left);
    }
    let refused = lin.ask(&question("qwen-plus")).await?;
    assert_eq!(refused.status, 429);
    let wait: u64 = refused.header("retry-after").parse()?;
    assert!((1..=20).contains(&wait), "{wait}");
    assert_eq!(refused.json()["error"]["code"], "rate_limit_exceeded");
    assert_eq!(refused.header("x-ratelimit-limit-requests"), "3");
    assert_eq!(refused.header("x-ratelimit-remaining-requests"), "0");
    assert!(refused.header("x-ratelimit-reset-requests").ends_with('s'));
    let message = json!({ "model": "qwen-plus", "max_tokens": 5, "messages": [{ "role": "user", "content": "Hi" }] });
    let refused = lin.api.post("/v1/messages", message).await?;
    assert_eq!(refused.json()["error"]["type"], "rate_limit_error");
    assert_eq!(refused.header("anthropic-ratelimit-requests-limit"), "3");
    assert_eq!(
        refused.header("anthropic-ratelimit-requests-remaining"),
        "0"
    );
    let reset = refused.header("anthropic-ratelimit-requests-reset");
    assert!(reset.contains('T') && reset.ends_with('Z'), "{reset}");
    // What is translated is refused in the same way.
    let picture = json!({ "model": "wan2.2-t2i-flash", "prompt": "A loom" });
    let refused = lin.api.post("/v1/images/generations", picture).await?;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.header("x-ratelimit-remaining-requests"), "0");
    // So is a line, before it is open: where clients of WebSockets read answers at all, they read these.
    let path = "/api-ws/v1/realtime?model=qwen3-asr-flash-realtime";
    let line = lin.api.request(Method::GET, path);
    let line = line
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    let refused = answered(line).await?;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.text("code"), "Throttling.RateQuota");
    let wait: u64 = refused.header("retry-after").parse()?;
    assert!((1..=20).contains(&wait), "{wait}");
    assert_eq!(refused.header("x-ratelimit-limit-requests"), "3");
    assert_eq!(refused.header("x-ratelimit-remaining-requests"), "0");
    assert!(refused.header("x-ratelimit-reset-requests").ends_with('s'));
    assert_eq!(app.number("SELECT COUNT(*) FROM calls").await?, 3);
    Ok(())
}

/// What a key may have run at once.
#[tokio::test]
async fn more_than_a_key_may_ask_at_once_is_refused() -> TestResult {
    let app = TestApp::start().await?;
    let limits = json!({ "at_once": 1, "requests_per_minute": 600 });
    let lin = app.program_with("lin", BuiltIn::Member, limits).await?;
    app.simulator
        .next_answer(Answer::words(["one"]).held_after(0));
    let api = lin.api.clone();
    let asked = tokio::spawn(async move {
        api.post("/v1/chat/completions", question("qwen-plus"))
            .await
    });
    app.upstream("a call", |account| account.open_streams() > 0)
        .await?;
    let refused = lin.ask(&question("qwen-plus")).await?;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(refused.header("x-ratelimit-limit-requests"), "600");
    app.simulator.release();
    let first = within("the first answer", async { asked.await? }).await?;
    assert_eq!(first.status, 200);
    lin.ask(&question("qwen-plus")).await?.done()?;
    assert_eq!(app.number("SELECT COUNT(*) FROM calls").await?, 2);
    Ok(())
}

/// Pages and programs spend the same money.
#[tokio::test]
async fn a_page_spends_of_the_same_budgets() -> TestResult {
    let app = TestApp::start().await?;
    let mei = app.user("mei").await?;
    mei.ask("What is a loom?").await?;
    crate::support::eventually("the bookings", async || {
        let booked = "SELECT COUNT(*) FROM calls WHERE protocol = 'page' AND outcome = 'succeeded' AND usage_source = 'reported' AND cost > 0";
        Ok((app.number(booked).await? == 2).then_some(()))
    })
    .await?;
    app.database.execute("INSERT INTO budgets (scope, scope_id, period, limit_amount, updated_at) VALUES ('site', '', 'day', 1, 0)").await?;
    let before = app.asked_of_upstream().len();
    mei.ask("And a shuttle?").await?;
    crate::support::eventually("the refusal", async || {
        let failed = "SELECT COUNT(*) FROM messages WHERE status = 'failed'";
        Ok((app.number(failed).await? == 1).then_some(()))
    })
    .await?;
    assert_eq!(app.asked_of_upstream().len(), before);
    Ok(())
}

/// What came of a page's answer is paid for, also when it broke off before its figures.
#[tokio::test]
async fn a_broken_answer_of_a_page_is_paid_for_as_far_as_it_came() -> TestResult {
    let app = TestApp::start().await?;
    let mei = app.user("mei").await?;
    let broken = Answer::words(["one ", "two ", "three"]);
    app.simulator
        .next_answer(broken.fails_after(2, simulator::Fault::Cut(40)));
    mei.ask("What is a loom?").await?;
    crate::support::eventually("the booking", async || {
        let booked = "SELECT COUNT(*) FROM calls WHERE protocol = 'page' AND outcome = 'failed' AND usage_source = 'estimated' AND output_tokens > 0 AND cost > 0";
        Ok((app.number(booked).await? == 1).then_some(()))
    })
    .await
}

/// What the members of a group may ask, they may ask together.
#[tokio::test]
async fn a_groups_limit_is_that_of_all_its_members() -> TestResult {
    let app = TestApp::start().await?;
    let (lin, mei, tao) = (
        app.program("lin").await?,
        app.program("mei").await?,
        app.program("tao").await?,
    );
    app.database
        .execute(
            "INSERT INTO groups (id, name, name_key, description, requests_per_minute, created_at, updated_at) \
             VALUES ('01990000-0000-7000-8000-00000000000a', 'Shift', 'shift', '', 5, 0, 0); \
             INSERT INTO group_members (group_id, user_id, added_at) \
             SELECT '01990000-0000-7000-8000-00000000000a', id, 0 FROM users \
             WHERE email_key IN ('lin@example.com', 'mei@example.com')",
        )
        .await?;
    let mut served = 0;
    for program in [&lin, &mei].repeat(4) {
        let answer = program.ask(&question("qwen-plus")).await?;
        match answer.status.as_u16() {
            200 => served += 1,
            status => {
                assert_eq!(status, 429);
                assert!(
                    answer.json()["error"]["message"]
                        .to_string()
                        .contains("your group")
                );
            }
        }
    }
    assert_eq!(served, 5);
    tao.ask(&question("qwen-plus")).await?.done()?;
    Ok(())
}
