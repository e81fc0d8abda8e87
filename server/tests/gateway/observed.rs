//! What machines watch.

use anyhow::Context;

use crate::support::{Api, TestApp, TestResult, answered, question};

/// CF-06: figures are on an address of their own, and are those of the ledger.
#[tokio::test]
async fn figures_for_machines_are_those_of_the_ledger() -> TestResult {
    let app = TestApp::start_with(|config| {
        config.telemetry.metrics_addr = Some(([127, 0, 0, 1], 0).into());
    })
    .await?;
    let program = app.program("lin").await?;
    // A model that no other test of this process asks.
    let model = "qwen3-coder-flash";
    for _ in 0..3 {
        program.ask(&question(model)).await?.done()?;
    }
    let refused = program.ask(&question("a-model-nobody-has")).await?;
    assert_eq!(refused.status, 404);
    assert_eq!(Api::of(&app)?.get("/metrics").await?.status, 404);
    let addr = app.metrics.context("no metrics")?;
    let client = reqwest::Client::builder().no_proxy().build()?;
    let shown = answered(client.get(format!("http://{addr}/metrics"))).await?;
    let text = String::from_utf8_lossy(&shown.bytes).into_owned();
    let figure = |beginning: &str, part: &str| {
        let line = text.lines().find(|line| {
            line.starts_with(beginning) && line.contains(model) && line.contains(part)
        });
        line.and_then(|line| line.rsplit(' ').next()?.parse::<i64>().ok())
    };
    for (sum, beginning, part) in [
        ("input_tokens", "gen_ai_client_token_usage_sum", "\"input\""),
        (
            "output_tokens",
            "gen_ai_client_token_usage_sum",
            "\"output\"",
        ),
        ("cost", "liantai_cost_micro_yuan_total", ""),
    ] {
        let booked = app
            .number(&format!("SELECT CAST(SUM({sum}) AS BIGINT) FROM calls"))
            .await?;
        assert_eq!(figure(beginning, part), Some(booked), "{sum}: {text}");
    }
    // They are told by call, with who was asked and what for.
    let calls = figure("gen_ai_client_token_usage_count", "\"input\"");
    assert_eq!(calls, Some(3), "{text}");
    assert!(text.contains("# TYPE gen_ai_client_token_usage histogram"));
    for part in [
        "gen_ai_operation_name=\"chat\"",
        "gen_ai_provider_name=\"bailian\"",
        "le=\"64\"",
    ] {
        assert!(figure("gen_ai_client_token_usage_bucket", part).is_some());
    }
    let durations = "gen_ai_client_operation_duration_seconds_count{";
    let durations = text.lines().find(|line| line.starts_with(durations));
    let durations = durations.context("no durations")?;
    assert!(durations.contains("gen_ai_provider_name=\"bailian\""));
    assert!(!text.contains("a-model-nobody-has"), "{text}");
    Ok(())
}
