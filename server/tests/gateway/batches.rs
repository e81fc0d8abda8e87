//! What a batch can cost is reserved when it is made, and what it did cost is booked once when it ends.

use http::Method;
use model::BuiltIn;
use serde_json::{Value, json};
use simulator::{Fault, FaultOrder, Strike};

use crate::support::{Database, Program, TestApp, TestResult, answered};

const HELD: &str =
    "SELECT COUNT(*) FROM call_holds WHERE task_id LIKE 'batch:%' AND amount > 0 AND priced";

pub(super) fn line(id: u32, model: &str) -> String {
    let body = json!({
        "model": model,
        "max_tokens": 40,
        "messages": [{ "role": "user", "content": "What is a loom?" }],
    });
    let line = json!({ "custom_id": id.to_string(), "method": "POST", "url": "/v1/chat/completions", "body": body });
    format!("{line}\n")
}

pub(super) async fn upload(
    program: &Program,
    purpose: &'static str,
    file: String,
) -> anyhow::Result<String> {
    let name = if purpose == "batch" {
        "nightly.jsonl"
    } else {
        "nightly.txt"
    };
    let file = reqwest::multipart::Part::bytes(file.into_bytes()).file_name(name);
    let form = reqwest::multipart::Form::new()
        .part("file", file)
        .text("purpose", purpose);
    let request = program
        .api
        .request(Method::POST, "/v1/files")
        .multipart(form);
    let made = answered(request).await?.done()?;
    Ok(made["id"].as_str().unwrap_or_default().to_owned())
}

pub(super) fn of(file: &str) -> Value {
    json!({ "input_file_id": file, "endpoint": "/v1/chat/completions", "completion_window": "24h" })
}

pub(super) async fn begun(program: &Program, file: &str) -> anyhow::Result<String> {
    let made = program.api.post("/v1/batches", of(file)).await?.done()?;
    Ok(made["id"].as_str().unwrap_or_default().to_owned())
}

async fn two_minutes_pass(app: &TestApp) -> TestResult {
    app.database
        .execute("UPDATE call_holds SET opened_at = opened_at - 300000")
        .await
}

fn at_once(app: &TestApp) -> TestResult {
    let no_time = "0s".parse()?;
    app.simulator
        .change_options(|options| options.task_time = no_time);
    Ok(())
}

/// What is spent is what the lines of the log cost, and nothing is reserved any more.
async fn adds_up(app: &TestApp) -> TestResult {
    let differ = "SELECT (SELECT CAST(COALESCE(SUM(cost), 0) AS BIGINT) FROM calls) - COALESCE((SELECT spent FROM spending WHERE scope = 'site' AND period = 'total'), 0)";
    assert_eq!(app.number(differ).await?, 0);
    let held = "SELECT CAST(COALESCE(SUM(held), 0) AS BIGINT) FROM spending";
    assert_eq!(app.number(held).await?, 0);
    assert_eq!(app.number("SELECT COUNT(*) FROM call_holds").await?, 0);
    Ok(())
}

#[tokio::test]
async fn a_batch_is_reserved_for_and_booked_once_when_it_ends() -> TestResult {
    let app = TestApp::start().await?;
    let rich = json!({ "budget_per_month": 100_000_000 });
    let lin = app.program_with("lin", BuiltIn::Member, rich).await?;
    let mei = app.program("mei").await?;
    let never = "36000s".parse()?;
    app.simulator
        .change_options(|options| options.task_time = never);
    let file = upload(&lin, "batch", line(1, "qwen-plus") + &line(2, "qwen-plus")).await?;
    let batch = begun(&lin, &file).await?;
    assert_eq!(app.number(HELD).await?, 1);
    let path = format!("/v1/batches/{batch}");
    assert_eq!(mei.api.get(&path).await?.status, 404);
    let cancel = format!("{path}/cancel");
    assert_eq!(mei.api.post(&cancel, json!(null)).await?.status, 404);
    // It runs, whoever asks.
    let now = lin.api.get(&path).await?.done()?;
    assert_eq!(now["status"], "validating", "{now}");
    two_minutes_pass(&app).await?;
    assert_eq!(app.gateway.settle_unheard().await?, 0);
    assert_eq!(app.number(HELD).await?, 1);

    // What was called off before its first answer costs nothing.
    lin.api.post(&cancel, json!(null)).await?.done()?;
    let now = lin.api.get(&path).await?.done()?;
    assert_eq!(now["status"], "cancelled", "{now}");
    let called_off = "SELECT COUNT(*) FROM calls WHERE operation = 'batch' AND outcome = 'cancelled' AND cost = 0 AND priced";
    assert_eq!(app.number(called_off).await?, 1);
    adds_up(&app).await?;

    // One whose end its caller hears of is booked before they do.
    at_once(&app)?;
    let batch = begun(&lin, &file).await?;
    for _ in 0..2 {
        let now = lin.api.get(&format!("/v1/batches/{batch}")).await?.done()?;
        assert_eq!(now["status"], "completed", "{now}");
        let results = now["output_file_id"].as_str().unwrap_or_default();
        let results = lin.api.get(&format!("/v1/files/{results}/content")).await?;
        assert_eq!(results.status, 200);
    }
    let booked = "SELECT COUNT(*) FROM calls WHERE operation = 'batch' AND outcome = 'succeeded' AND usage_source = 'reported' AND priced AND cost > 0 AND model = 'qwen-plus'";
    assert_eq!(app.number(booked).await?, 1);
    adds_up(&app).await?;

    // One of which nobody asks any more is booked by whoever comes first, once.
    begun(&lin, &file).await?;
    two_minutes_pass(&app).await?;
    let (one, two) = tokio::join!(app.gateway.settle_unheard(), app.gateway.settle_unheard());
    assert!(one? + two? <= 2);
    assert_eq!(app.number(booked).await?, 2);
    assert_eq!(app.gateway.settle_unheard().await?, 0);
    adds_up(&app).await?;

    // The log says of tokens what the upstream billed.
    let received = app.simulator.received();
    let billed: u64 = received
        .iter()
        .filter(|one| one.method == "POST" && one.path.ends_with("/batches"))
        .filter_map(|one| one.billed.as_ref())
        .map(|billed| billed.input_tokens + billed.output_tokens)
        .sum();
    let used = "SELECT CAST(SUM(input_tokens + output_tokens) AS BIGINT) FROM calls WHERE operation = 'batch'";
    assert_eq!(u64::try_from(app.number(used).await?)?, billed);
    assert!(billed > 0);
    Ok(())
}

/// The reservation is no process's own.
#[tokio::test]
async fn another_process_books_a_batch() -> TestResult {
    let Some(database) = Database::shared().await? else {
        return Ok(());
    };
    let app = TestApp::start_on(database).await?;
    at_once(&app)?;
    let lin = app.program("lin").await?;
    let file = upload(&lin, "batch", line(1, "qwen-plus")).await?;
    begun(&lin, &file).await?;
    let next = app.another().await?;
    two_minutes_pass(&app).await?;
    tokio::try_join!(app.gateway.settle_unheard(), next.gateway.settle_unheard())?;
    let booked = "SELECT COUNT(*) FROM calls WHERE operation = 'batch' AND outcome = 'succeeded' AND cost > 0";
    assert_eq!(app.number(booked).await?, 1);
    adds_up(&app).await
}

/// An answer that breaks off leaves a batch that nobody was told of: it is found by its file, is its caller's, and is booked.
#[tokio::test]
async fn a_batch_whose_making_nobody_heard_of_is_found_and_booked() -> TestResult {
    let app = TestApp::start().await?;
    at_once(&app)?;
    let lin = app.program("lin").await?;
    let file = upload(&lin, "batch", line(1, "qwen-plus")).await?;
    app.simulator.order_faults(FaultOrder {
        path: "/compatible-mode/v1/batches".to_owned(),
        ..FaultOrder::once(Strike {
            fault: Fault::Cut(20),
            after: 0,
        })
    });
    let broken = lin.api.post("/v1/batches", of(&file)).await?;
    assert!(broken.status.is_server_error(), "{}", broken.json());
    let asked = "SELECT COUNT(*) FROM call_holds WHERE task_id LIKE 'batch-asked:%' AND amount > 0";
    assert_eq!(app.number(asked).await?, 1);
    two_minutes_pass(&app).await?;
    // Found in one round, booked in the next.
    for _ in 0..2 {
        app.gateway.settle_unheard().await?;
    }
    let booked = "SELECT COUNT(*) FROM calls WHERE operation = 'batch' AND outcome = 'succeeded' AND cost > 0";
    assert_eq!(app.number(booked).await?, 1);
    adds_up(&app).await?;
    let listed = lin.api.get("/v1/batches").await?.done()?;
    assert_eq!(listed["data"].as_array().map(Vec::len), Some(1), "{listed}");
    // Its results are had by whoever reads of them there, and by nobody else.
    let results = listed["data"][0]["output_file_id"].as_str();
    let results = format!("/v1/files/{}/content", results.unwrap_or_default());
    assert_eq!(lin.api.get(&results).await?.status, 200);
    let mei = app.program("mei").await?;
    assert_eq!(mei.api.get(&results).await?.status, 404);

    // Nothing was made: what was reserved is free again after a while.
    app.simulator.order_faults(FaultOrder {
        path: "/compatible-mode/v1/batches".to_owned(),
        ..FaultOrder::once(Strike {
            fault: Fault::Gateway(502),
            after: 0,
        })
    });
    let broken = lin.api.post("/v1/batches", of(&file)).await?;
    assert!(broken.status.is_server_error(), "{}", broken.json());
    two_minutes_pass(&app).await?;
    app.gateway.settle_unheard().await?;
    assert_eq!(app.number(asked).await?, 1);
    for _ in 0..3 {
        two_minutes_pass(&app).await?;
    }
    app.gateway.settle_unheard().await?;
    let nothing = "SELECT COUNT(*) FROM calls WHERE operation = 'batch' AND outcome = 'interrupted' AND cost = 0 AND priced";
    assert_eq!(app.number(nothing).await?, 1);
    adds_up(&app).await
}

#[tokio::test]
async fn a_batch_of_what_cannot_be_reckoned_or_may_not_be_asked_is_refused() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.program("lin").await?;
    let good = line(1, "qwen-plus");
    for (purpose, file) in [
        ("batch", good.clone() + &line(2, "qwen-max")),
        ("batch", good.clone() + "no request\n"),
        ("batch", "\n".to_owned()),
        ("file-extract", good.clone()),
    ] {
        let file = upload(&lin, purpose, file).await?;
        let refused = lin.api.post("/v1/batches", of(&file)).await?;
        let error = refused.json();
        assert_eq!(refused.status, 400, "{error}");
        assert_eq!(error["error"]["param"], "input_file_id", "{error}");
    }
    let nothing = json!({ "endpoint": "/v1/chat/completions", "completion_window": "24h" });
    let refused = lin.api.post("/compatible-mode/v1/batches", nothing).await?;
    assert_eq!(refused.status, 400);

    let few = json!({ "models": ["qwen-flash"] });
    let mei = app.program_with("mei", BuiltIn::Member, few).await?;
    let theirs = upload(&mei, "batch", good.clone()).await?;
    let refused = mei.api.post("/v1/batches", of(&theirs)).await?.json();
    assert_eq!(refused["error"]["code"], "model_not_found", "{refused}");
    assert_eq!(lin.api.post("/v1/batches", of(&theirs)).await?.status, 404);
    let unheard = upload(&lin, "batch", line(1, "gpt-4o-mini")).await?;
    assert_eq!(lin.api.post("/v1/batches", of(&unheard)).await?.status, 404);

    let poor = json!({ "budget_per_month": 1 });
    let tao = app.program_with("tao", BuiltIn::Member, poor).await?;
    let dear = upload(&tao, "batch", good).await?;
    let refused = tao.api.post("/v1/batches", of(&dear)).await?.json();
    assert_eq!(refused["error"]["code"], "insufficient_quota", "{refused}");

    let received = app.simulator.received();
    let made = received.iter().filter(|one| one.path.ends_with("/batches"));
    assert_eq!(made.count(), 0);
    // What may be asked is.
    let allowed = upload(&mei, "batch", line(1, "qwen-flash")).await?;
    begun(&mei, &allowed).await?;
    Ok(())
}
