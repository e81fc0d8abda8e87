//! The simulator's own control, and the limits that it switches.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use serde_json::{Value, json};
use simulator::{Answer, Limits, Options, Simulator, Usage};

use crate::support::{CHAT, Reply, ask, chat, open, raw, read, send, simulator, with};

async fn control(simulator: &Simulator, method: &str, path: &str, body: &Value) -> Reply {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    read(open(simulator, method, path, None, &body).await)
        .await
        .0
}

#[tokio::test]
async fn requests_are_listed_by_pages_without_secrets() {
    let simulator = simulator().await;
    for _ in 0..3 {
        send(&simulator, "GET", "/api/v1/tasks/1", "").await;
    }
    chat(&simulator, &ask("something confidential")).await;
    let first = control(
        &simulator,
        "GET",
        "/simulator/requests?limit=3",
        &Value::Null,
    )
    .await;
    assert_eq!(first.json()["data"].as_array().unwrap().len(), 3);
    assert_eq!(first.json()["next_after"], 2);
    let rest = control(
        &simulator,
        "GET",
        "/simulator/requests?after=2",
        &Value::Null,
    )
    .await;
    let last = &rest.json()["data"][0];
    assert_eq!(
        (
            &last["model"],
            &last["outcome"],
            &last["status"],
            &last["key"]
        ),
        (
            &json!("qwen-plus"),
            &json!("answered"),
            &json!(200),
            &json!("sk-tes…")
        )
    );
    assert!(last["billed"]["input_tokens"].as_u64().unwrap() > 0);
    assert!(rest.json()["next_after"].is_null());
    assert!(!rest.text().contains("confidential"));
}

#[tokio::test]
async fn totals_outlive_what_is_forgotten() {
    let simulator = simulator().await;
    simulator.next_answer(Answer::words(["a"]).usage(Usage {
        prompt_tokens: 7,
        completion_tokens: 3,
        ..Usage::default()
    }));
    chat(&simulator, &ask("?")).await;
    send(&simulator, "POST", CHAT, "{}").await;
    control(&simulator, "DELETE", "/simulator/requests", &Value::Null).await;
    let listed = control(&simulator, "GET", "/simulator/requests", &Value::Null).await;
    assert_eq!(listed.json()["data"], json!([]));
    let totals = control(&simulator, "GET", "/simulator/totals", &Value::Null).await;
    let all = totals.json()["data"].clone();
    let of = |model: &str| {
        all.as_array()
            .unwrap()
            .iter()
            .find(|sum| sum["model"] == model)
            .cloned()
    };
    let plus = of("qwen-plus").unwrap();
    assert_eq!(
        (&plus["requests"], &plus["answered"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(plus["billed"]["input_tokens"], 7);
    assert_eq!(plus["billed"]["output_tokens"], 3);
    assert_eq!(of("").unwrap()["refused"], 1);
}

#[tokio::test]
async fn answers_and_faults_are_ordered_from_outside() {
    let simulator = simulator().await;
    let orders = json!([
        { "words": ["春", "眠"], "reasoning": ["想"], "finish": "length" },
        { "tool_call": { "name": "weather", "arguments": { "city": "北京" } } },
        { "refusal": "Arrearage" },
    ]);
    control(&simulator, "POST", "/simulator/answers", &orders).await;
    let first = chat(&simulator, &ask("?")).await;
    assert_eq!(first.said(), "春眠");
    assert!(first.text().contains(r#""finish_reason":"length""#));
    assert!(chat(&simulator, &ask("?")).await.text().contains("weather"));
    assert_eq!(
        chat(&simulator, &ask("?")).await.json()["error"]["code"],
        "Arrearage"
    );
    let fault = json!({ "faults": ["html"], "times": 1, "model": "qwen-plus" });
    control(&simulator, "POST", "/simulator/faults", &fault).await;
    assert!(
        chat(&simulator, &ask("?"))
            .await
            .text()
            .starts_with("<html>")
    );
    assert_eq!(chat(&simulator, &ask("?")).await.status, 200);
    for (path, nonsense) in [
        ("/simulator/faults", json!({ "faults": ["gremlins"] })),
        ("/simulator/answers", json!({ "wrods": [] })),
        ("/simulator/answers", json!({ "refusal": "stall" })),
    ] {
        assert_eq!(
            control(&simulator, "POST", path, &nonsense).await.status,
            400,
            "{path}"
        );
    }
}

#[tokio::test]
async fn options_change_while_it_runs_all_or_none() {
    let simulator = simulator().await;
    let wanted = json!({ "latency": "p50=1ms,p99=2ms", "speed": 1000, "limits": "rpm=1,tpm=1000", "faults": [] });
    let changed = control(&simulator, "PUT", "/simulator/options", &wanted).await;
    assert_eq!(changed.json()["latency"], "p50=1ms,p99=2ms");
    assert_eq!(
        simulator.options().limits,
        Limits::Fixed { rpm: 1, tpm: 1000 }
    );
    let wrong = json!({ "speed": 7, "limits": "none of it" });
    assert_eq!(
        control(&simulator, "PUT", "/simulator/options", &wrong)
            .await
            .status,
        400
    );
    assert_eq!(simulator.options().speed, 1000);
}

#[tokio::test]
async fn the_control_describes_itself_and_is_not_written_down() {
    let simulator = simulator().await;
    let described = control(&simulator, "GET", "/simulator", &Value::Null).await;
    assert!(described.json()["faults"].as_array().unwrap().len() > 20);
    assert!(simulator.received().is_empty());
}

async fn limited(limits: Limits) -> Simulator {
    let options = Options {
        limits,
        ..Options::immediate()
    };
    Simulator::start(options).await.unwrap()
}

#[tokio::test]
async fn requests_beyond_the_limit_are_refused_by_model() {
    let simulator = limited(Limits::Fixed {
        rpm: 1,
        tpm: 1_000_000,
    })
    .await;
    assert_eq!(chat(&simulator, &ask("?")).await.status, 200);
    let refused = chat(&simulator, &ask("?")).await;
    assert_eq!(
        (refused.status, &refused.json()["error"]["code"]),
        (429, &json!("limit_requests"))
    );
    let other = with(ask("?"), json!({ "model": "qwen-flash" }));
    assert_eq!(chat(&simulator, &other).await.status, 200);
}

#[tokio::test]
async fn tokens_beyond_the_limit_are_refused_once_they_are_used() {
    let simulator = limited(Limits::Fixed { rpm: 100, tpm: 5 }).await;
    assert_eq!(chat(&simulator, &ask("?")).await.status, 200);
    let refused = chat(&simulator, &ask("?")).await;
    assert_eq!(
        (refused.status, &refused.json()["error"]["code"]),
        (429, &json!("insufficient_quota"))
    );
}

#[tokio::test]
async fn published_limits_hold_for_services_too() {
    let simulator = limited(Limits::Published).await;
    let mut statuses = Vec::new();
    for _ in 0..2000 {
        let reply = send(&simulator, "GET", "/api/v1/tasks/1", "").await;
        statuses.push(reply.status);
        if reply.status == 429 {
            assert_eq!(reply.json()["code"], "Throttling.RateQuota");
            break;
        }
    }
    assert!(statuses.len() > 20 && statuses.contains(&429));
}

#[tokio::test]
async fn a_rush_is_queued_for_those_who_wait() {
    let simulator = limited(Limits::Published).await;
    let head = "authorization: Bearer sk-test\r\nx-dashscope-wait-timeout: 60\r\n";
    let body = with(ask("?"), json!({ "stream": false })).to_string();
    let asking = (0..80).map(|_| async {
        read(raw(&simulator, "POST", CHAT, head, &body).await)
            .await
            .0
            .status
    });
    let statuses = futures_util::future::join_all(asking).await;
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
}
