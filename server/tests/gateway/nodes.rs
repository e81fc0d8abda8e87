//! Two processes over one database: limits, money and things are those of both together.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;
use http::Method;
use model::BuiltIn;
use serde_json::json;

use crate::support::{
    Api, ApiResponse as Response, Database, Program, TestApp, TestResult, answered, eventually,
    question,
};

/// Two processes that share everything, and nothing where this machine has nothing to share.
async fn two() -> anyhow::Result<Option<(TestApp, TestApp)>> {
    let Some(database) = Database::shared().await? else {
        return Ok(None);
    };
    if database.redis.is_none() {
        return Ok(None);
    }
    let one = TestApp::start_on(database).await?;
    let other = one.another().await?;
    Ok(Some((one, other)))
}

/// The same program, at the other process.
fn there(program: &Program, app: &TestApp) -> anyhow::Result<Api> {
    Ok(Api::of(app)?.bearing(&program.key))
}

/// How many of so many calls at once were answered, half of them by each.
async fn answered_of(count: usize, apis: [&Api; 2]) -> anyhow::Result<usize> {
    let calls = (0..count).map(|n| {
        let api = apis[n % 2].clone();
        async move {
            api.post("/v1/chat/completions", question("qwen-plus"))
                .await
        }
    });
    let answers = join_all(calls).await;
    let answers = answers.into_iter().collect::<Result<Vec<_>, _>>()?;
    let strange = answers
        .iter()
        .find(|answer| !matches!(answer.status.as_u16(), 200 | 429));
    assert!(strange.is_none(), "{:?}", strange.map(Response::json));
    Ok(answers.iter().filter(|answer| answer.status == 200).count())
}

#[tokio::test]
async fn a_limit_holds_for_both_together() -> TestResult {
    let Some((one, other)) = two().await? else {
        return Ok(());
    };
    let draft = json!({ "requests_per_minute": 7 });
    let lin = one.program_with("lin", BuiltIn::Member, draft).await?;
    let elsewhere = there(&lin, &other)?;
    assert_eq!(answered_of(30, [&lin.api, &elsewhere]).await?, 7);
    Ok(())
}

/// R-60, with two processes.
#[tokio::test]
async fn a_budget_is_never_overspent_by_both_together() -> TestResult {
    let Some((one, other)) = two().await? else {
        return Ok(());
    };
    let probe = one.program("probe").await?;
    one.database.execute("INSERT INTO budgets (scope, scope_id, period, limit_amount, updated_at) VALUES ('site', '', 'total', 1000000000, 0)").await?;
    one.simulator
        .next_answer(simulator::Answer::words(["a"]).held_after(0));
    let api = probe.api.clone();
    let asked = tokio::spawn(async move {
        api.post("/v1/chat/completions", question("qwen-plus"))
            .await
    });
    one.upstream("a call", |account| account.open_streams() > 0)
        .await?;
    let price = one
        .number("SELECT CAST(SUM(amount) AS BIGINT) FROM call_holds")
        .await?;
    one.simulator.release();
    asked.await??.done()?;
    one.database.execute("DELETE FROM budgets").await?;
    let draft = json!({ "budget_per_month": price * 10 + price / 2 });
    let lin = one.program_with("lin", BuiltIn::Member, draft).await?;
    let elsewhere = there(&lin, &other)?;
    // Whoever is let through stands there until all others were refused: what has ended costs less than was reserved for it.
    for _ in 0..60 {
        one.simulator
            .next_answer(simulator::Answer::words(["a"]).held_after(0));
    }
    let before = one.simulator.received().len();
    let refused = AtomicUsize::new(0);
    let calls = (0..60).map(|n| {
        let api = if n % 2 == 0 { &lin.api } else { &elsewhere };
        let asked = api.post("/v1/chat/completions", question("qwen-plus"));
        let refused = &refused;
        async move {
            let answer = asked.await?;
            refused.fetch_add(usize::from(answer.status == 429), Ordering::Relaxed);
            anyhow::Ok(answer.status)
        }
    });
    let freed = async {
        let stood = eventually("the others' refusal", async || {
            Ok((refused.load(Ordering::Relaxed) >= 50).then_some(()))
        });
        let stood = stood.await;
        one.simulator.release();
        stood
    };
    let (statuses, freed) = tokio::join!(join_all(calls), freed);
    freed?;
    let statuses = statuses.into_iter().collect::<Result<Vec<_>, _>>()?;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 10);
    assert_eq!(one.simulator.received().len() - before, 10);
    let held = "SELECT COUNT(*) FROM call_holds";
    assert_eq!(one.number(held).await?, 0);
    Ok(())
}

/// A task that one process began is asked for at the other, by whoever made it and nobody else, and booked once.
#[tokio::test]
async fn what_one_process_began_the_other_goes_on_with() -> TestResult {
    let Some((one, other)) = two().await? else {
        return Ok(());
    };
    let (lin, mei) = (one.program("lin").await?, one.program("mei").await?);
    let wish = json!({ "model": "wan2.2-t2i-flash", "input": { "prompt": "A loom" }, "parameters": { "n": 1, "size": "1024*1024" } });
    let path = "/api/v1/services/aigc/text2image/image-synthesis";
    one.simulator.hold_tasks();
    let request = lin.api.request(Method::POST, path);
    let request = request.header("x-dashscope-async", "enable").json(&wish);
    let begun = answered(request).await?.done()?;
    let task = begun["output"]["task_id"].as_str().unwrap_or_default();
    let path = format!("/api/v1/tasks/{task}");
    one.simulator.finish_tasks();
    let theirs = there(&mei, &other)?.get(&path).await?.done()?;
    assert_eq!(theirs["output"]["task_status"], "UNKNOWN");
    let elsewhere = there(&lin, &other)?;
    let asked = [&elsewhere, &lin.api, &elsewhere, &lin.api].map(|api| api.get(&path));
    for answer in join_all(asked).await {
        assert_eq!(answer?.done()?["output"]["task_status"], "SUCCEEDED");
    }
    let booked = "SELECT COUNT(*) FROM calls WHERE operation = 'image' AND cost > 0";
    assert_eq!(one.number(booked).await?, 1);
    Ok(())
}

/// What one process has kept the other gives again.
#[tokio::test]
async fn a_kept_answer_is_both_processes() -> TestResult {
    let Some((one, other)) = two().await? else {
        return Ok(());
    };
    let draft = json!({ "cache_seconds": 300 });
    let lin = one.program_with("lin", BuiltIn::Member, draft).await?;
    let elsewhere = there(&lin, &other)?;
    let body = question("qwen-plus");
    let first = lin.ask(&body).await?;
    assert_eq!(first.header("x-liantai-cache"), "miss");
    let again = elsewhere.post("/v1/chat/completions", body).await?;
    assert_eq!(again.header("x-liantai-cache"), "hit");
    assert_eq!(again.bytes, first.bytes);
    Ok(())
}
