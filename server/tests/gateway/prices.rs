//! R-65: what began at one price is booked at it, whatever the operator has changed before its end.

use http::Method;
use serde_json::{Value, json};
use simulator::{Fault, FaultOrder, Options, Refusal, Simulator, Strike};

use super::batches::{begun, line, upload};
use crate::support::{Api, Program, TestApp, TestResult, answered, eventually};

/// Where images are made as tasks.
const IMAGES: &str = "/api/v1/services/aigc/text2image/image-synthesis";

async fn painting(program: &Program, model: &str) -> anyhow::Result<String> {
    let wish = json!({ "model": model, "input": { "prompt": "A loom" }, "parameters": { "n": 2, "size": "1024*1024" } });
    let request = program.api.request(Method::POST, IMAGES);
    let request = request.header("x-dashscope-async", "enable").json(&wish);
    let begun = answered(request).await?.done()?;
    Ok(text(&begun["output"]["task_id"]))
}

async fn batch(program: &Program) -> anyhow::Result<String> {
    let file = upload(program, "batch", line(1, "qwen-plus")).await?;
    begun(program, &file).await
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn what_began_at_one_price_is_booked_at_it() -> TestResult {
    let simulator = Simulator::start(Options::immediate()).await?;
    let app = TestApp::start_at(&simulator, |_| {}).await?;
    for sql in [
        // A token is a micro-yuan.
        r#"INSERT INTO model_overrides (model, card, updated_at) VALUES ('qwen-plus', '{"token_prices": [{ "region": "cn-beijing", "tiers":
           [{ "input": 1000000, "output": 1000000, "batch_input": 1000000, "batch_output": 1000000 }] }]}', 0)"#,
        r#"INSERT INTO model_routes (name, models, updated_at) VALUES ('painter', '["wan2.2-t2i-flash", "wan2.2-t2i-plus"]', 0)"#,
    ] {
        app.database.execute(sql).await?;
    }
    // The catalogue is read at the start.
    let database = app.stopped().await?;
    let app = TestApp::start_again_at(database, &simulator, |_| {}).await?;
    let lin = app.program("lin").await?;
    simulator.hold_tasks();
    let flash = painting(&lin, "wan2.2-t2i-flash").await?;
    simulator.order_faults(FaultOrder {
        model: Some("wan2.2-t2i-flash".to_owned()),
        ..FaultOrder::once(Strike {
            fault: Fault::Refused(Refusal::model_not_found("wan2.2-t2i-flash")),
            after: 0,
        })
    });
    let plus = painting(&lin, "painter").await?;
    let asked = batch(&lin).await?;
    let waiting = "SELECT COUNT(*) FROM call_holds WHERE task_id <> '' AND tariff <> ''";
    assert_eq!(app.number(waiting).await?, 3);
    let key = lin.key.clone();

    let database = app.stopped().await?;
    for sql in [
        "DELETE FROM model_overrides",
        // One is dearer now, of the other nobody says any more what it costs.
        r#"INSERT INTO model_overrides (model, card, updated_at) VALUES ('wan2.2-t2i-flash',
           '{"unit_prices": [{ "region": "cn-beijing", "unit": "image", "amounts": { "": 900000 } }]}', 0)"#,
        r#"INSERT INTO model_overrides (model, card, updated_at) VALUES ('wan2.2-t2i-plus', '{"unit_prices": []}', 0)"#,
    ] {
        database.execute(sql).await?;
    }
    let app = TestApp::start_again_at(database, &simulator, |_| {}).await?;
    let lin = Api::of(&app)?.bearing(&key);
    simulator.finish_tasks();
    for task in [&flash, &plus] {
        let now = lin.get(&format!("/api/v1/tasks/{task}")).await?.done()?;
        assert_eq!(now["output"]["task_status"], "SUCCEEDED", "{now}");
    }
    // What ended does so for its caller or, where they never ask, for whoever looks after it.
    app.database
        .execute("UPDATE call_holds SET opened_at = opened_at - 300000")
        .await?;
    eventually("the booking of the batch", async || {
        app.gateway.settle_unheard().await?;
        let left = app.number("SELECT COUNT(*) FROM call_holds").await?;
        Ok((left == 0).then_some(()))
    })
    .await?;
    for (what, booked) in [
        ("flash", "model = 'wan2.2-t2i-flash' AND cost = 280000"),
        (
            "plus",
            "model = 'painter' AND served_model = 'wan2.2-t2i-plus' AND cost = 400000",
        ),
        (
            "batch",
            "operation = 'batch' AND cost > 0 AND cost = input_tokens + output_tokens",
        ),
    ] {
        let booked = format!(
            "SELECT COUNT(*) FROM calls WHERE outcome = 'succeeded' AND priced AND {booked}"
        );
        assert_eq!(app.number(&booked).await?, 1, "{what}");
    }
    let differ = "SELECT (SELECT CAST(SUM(cost) AS BIGINT) FROM calls) - (SELECT spent FROM spending WHERE scope = 'site' AND period = 'total')";
    assert_eq!(app.number(differ).await?, 0);
    // What begins now costs what it does now.
    let request = lin.request(Method::POST, IMAGES);
    let wish = json!({ "model": "wan2.2-t2i-flash", "input": { "prompt": "A loom" }, "parameters": { "n": 1 } });
    let begun = answered(request.header("x-dashscope-async", "enable").json(&wish));
    let task = text(&begun.await?.done()?["output"]["task_id"]);
    simulator.finish_tasks();
    lin.get(&format!("/api/v1/tasks/{task}")).await?.done()?;
    let dearer = "SELECT COUNT(*) FROM calls WHERE images = 1 AND cost = 900000";
    assert_eq!(app.number(dearer).await?, 1);
    // By the id that its maker was told.
    let told = lin.get(&format!("/v1/batches/{asked}")).await?.done()?;
    assert_eq!(told["status"], "completed", "{told}");
    Ok(())
}
