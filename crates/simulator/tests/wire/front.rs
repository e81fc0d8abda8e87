//! Faults that the request asks for, on every route.

use serde_json::{Value, json};
use simulator::{FaultOrder, FaultPlan, Options, Outcome, Simulator};
use tokio::io::AsyncReadExt;

use crate::support::{CHAT, Reply, ask, chat, raw, read, send, simulator, with};

const MODELS: &str = "/compatible-mode/v1/models";
const TASK: &str = "/api/v1/tasks/1111";

/// A request whose header asks for `fault`.
async fn struck(simulator: &Simulator, path: &str, fault: &str, body: &str) -> Reply {
    let method = if body.is_empty() { "GET" } else { "POST" };
    let head = format!("authorization: Bearer sk-test\r\nx-simulator-fault: {fault}\r\n");
    read(raw(simulator, method, path, &head, body).await)
        .await
        .0
}

async fn chat_struck(fault: &str) -> Reply {
    let simulator = simulator().await;
    struck(&simulator, CHAT, fault, &ask("背一首唐诗").to_string()).await
}

#[tokio::test]
async fn every_code_of_the_service_is_refused_in_the_dialect_of_the_path() {
    let simulator = simulator().await;
    for (fault, status, native, compatible) in [
        (
            "Throttling.RateQuota",
            429,
            "Throttling.RateQuota",
            "limit_requests",
        ),
        (
            "throttle-tokens",
            429,
            "Throttling.AllocationQuota",
            "insufficient_quota",
        ),
        (
            "DataInspectionFailed",
            400,
            "DataInspectionFailed",
            "data_inspection_failed",
        ),
        ("Arrearage", 400, "Arrearage", "Arrearage"),
        (
            "InvalidParameter:2",
            400,
            "InvalidParameter",
            "invalid_parameter_error",
        ),
        ("InvalidApiKey", 401, "InvalidApiKey", "invalid_api_key"),
        ("AccessDenied", 403, "AccessDenied", "access_denied"),
        (
            "ModelServingError",
            503,
            "ModelServingError",
            "ModelServingError",
        ),
    ] {
        let reply = struck(&simulator, TASK, fault, "").await;
        assert_eq!(reply.json()["code"], native, "{fault}");
        let reply = struck(&simulator, MODELS, fault, "").await;
        assert_eq!(reply.json()["error"]["code"], compatible, "{fault}");
        if fault != "ModelServingError" {
            assert_eq!(reply.status, status, "{fault}");
        }
        assert!(reply.json()["error"]["type"].is_string());
    }
}

#[tokio::test]
async fn retry_after_says_anything() {
    let simulator = simulator().await;
    for text in ["2", "3600", "-1", "banana", "1e9"] {
        let reply = struck(&simulator, TASK, &format!("retry-after:{text}"), "").await;
        assert_eq!(reply.status, 429);
        assert!(
            reply.head.contains(&format!("\r\nretry-after: {text}\r\n")),
            "{}",
            reply.head
        );
    }
    let past = struck(&simulator, TASK, "retry-after:past", "").await;
    assert!(
        past.head
            .contains("retry-after: wed, 21 oct 2015 07:28:00 gmt")
    );
}

#[tokio::test]
async fn a_model_name_asks_for_faults_too_and_is_answered_as_itself() {
    let simulator = simulator().await;
    let body = with(
        ask("?"),
        json!({ "model": "qwen-plus@fault:no-done@fault:bom" }),
    );
    let reply = chat(&simulator, &body).await;
    assert!(reply.text().starts_with("\u{feff}data: {"));
    assert!(!reply.text().contains("[DONE]"));
    assert!(reply.text().contains(r#""model":"qwen-plus""#));
    let received = &simulator.received()[0];
    assert_eq!(
        (received.model.as_str(), &received.body["model"]),
        ("qwen-plus", &json!("qwen-plus"))
    );
}

#[tokio::test]
async fn an_unknown_fault_is_refused() {
    let reply = chat_struck("gremlins").await;
    assert_eq!(reply.status, 400);
    assert!(reply.text().contains("gremlins"));
}

#[tokio::test]
async fn the_key_is_asked_for_before_anything_goes_wrong() {
    let simulator = simulator().await;
    let reply = read(raw(&simulator, "GET", TASK, "x-simulator-fault: html\r\n", "").await)
        .await
        .0;
    assert_eq!(reply.status, 401);
}

#[tokio::test]
async fn a_stream_is_broken_where_it_is_asked_to() {
    let error = chat_struck("error-event@2").await;
    let events = error.events();
    assert_eq!((error.status, error.complete, events.len()), (200, true, 3));
    let last: Value = serde_json::from_str(&events[2]).unwrap();
    assert_eq!(last["error"]["code"], "data_inspection_failed");

    let cut = chat_struck("cut:1000").await;
    assert_eq!((cut.complete, cut.body.len()), (false, 1000));

    let inside = chat_struck("cut-character@2").await;
    let valid = std::str::from_utf8(&inside.body).unwrap_err();
    assert_eq!(
        (inside.complete, valid.valid_up_to(), valid.error_len()),
        (false, inside.body.len() - 1, None)
    );

    let early = chat_struck("ends-early@3").await;
    assert_eq!((early.complete, early.events().len()), (true, 3));
}

#[tokio::test]
async fn a_connection_is_reset_after_so_many_bytes_of_any_answer() {
    let simulator = simulator().await;
    let head = "authorization: Bearer sk-test\r\nx-simulator-fault: reset:7\r\n";
    let mut stream = raw(&simulator, "GET", MODELS, head, "").await;
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes).await;
    assert_eq!(end.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
    simulator
        .wait_until(|account| account.open_streams() == 0)
        .await;
    assert_eq!(simulator.received()[0].outcome, Outcome::Broken);
}

#[tokio::test]
async fn an_end_may_come_twice_or_be_followed() {
    let twice = chat_struck("two-dones").await;
    assert!(twice.text().ends_with("data: [DONE]\n\ndata: [DONE]\n\n"));
    let finishes = chat_struck("two-finishes").await;
    assert_eq!(
        finishes.text().matches(r#""finish_reason":"stop""#).count(),
        2
    );
    let after = chat_struck("after-done").await;
    let events = after.events();
    assert_eq!(events[events.len() - 2], "[DONE]");
    let without = chat_struck("no-usage").await;
    assert!(!without.text().contains("prompt_tokens") && without.text().contains("[DONE]"));
}

#[tokio::test]
async fn every_form_of_a_stream_says_the_same() {
    let simulator = simulator().await;
    let body = ask("背一首唐诗").to_string();
    let whole = |reply: &Reply| {
        let text = reply.text().replace("\r\n", "\n").replace('\r', "\n");
        let text = text.trim_start_matches('\u{feff}').to_owned();
        let mut events = Vec::new();
        for event in text.split("\n\n") {
            let data = event.lines().filter_map(|line| line.strip_prefix("data:"));
            let data: Vec<&str> = data
                .map(|data| data.strip_prefix(' ').unwrap_or(data))
                .collect();
            let data = data.join("\n");
            if let Ok(json) = serde_json::from_str::<Value>(&data) {
                events.push(json["choices"].clone());
            }
        }
        events
    };
    let usual = whole(&struck(&simulator, CHAT, "slow-start:0", &body).await);
    assert!(usual.len() > 4);
    for form in [
        "crlf",
        "cr",
        "bom",
        "comments",
        "no-space",
        "many-lines",
        "empty-events",
        "split-characters",
        "slow-bytes:0",
    ] {
        let simulator = crate::support::simulator().await;
        let reply = struck(&simulator, CHAT, form, &body).await;
        assert_eq!(whole(&reply).len(), usual.len(), "{form}");
        assert!(reply.complete, "{form}");
    }
}

#[tokio::test]
async fn events_may_be_large_empty_or_broken() {
    let big = chat_struck("big-event:1m@1").await;
    let largest = big.events().iter().map(String::len).max().unwrap();
    assert!(((1 << 20) - 10..=1 << 20).contains(&largest), "{largest}");
    assert!(
        big.events()
            .iter()
            .all(|event| event == "[DONE]" || serde_json::from_str::<Value>(event).is_ok())
    );
    let empty = chat_struck("empty-choices@1").await;
    assert!(empty.events()[1].contains(r#""choices":[]"#));
    let null = chat_struck("null-delta@1").await;
    assert!(null.events()[1].contains(r#""delta":null"#));
    let broken = chat_struck("malformed@1").await;
    assert!(serde_json::from_str::<Value>(&broken.events()[1]).is_err());
    let unknown = chat_struck("unknown-fields").await;
    assert!(unknown.text().contains("simulated_field") && !unknown.said().is_empty());
}

#[tokio::test]
async fn usage_may_be_absurd() {
    for text in ["-5", "9e18", "\"12\"", "null", "NaN"] {
        let reply = chat_struck(&format!("usage:{text}")).await;
        assert!(
            reply.text().contains(&format!(r#""total_tokens":{text}"#)),
            "{text}"
        );
    }
}

#[tokio::test]
async fn something_else_may_answer() {
    let simulator = simulator().await;
    let gateway = struck(&simulator, TASK, "gateway:503", "").await;
    assert_eq!(gateway.status, 503);
    assert!(gateway.text().contains("503 Service Unavailable"));
    for status in [302, 307] {
        let reply = struck(&simulator, TASK, &format!("redirect:{status}"), "").await;
        assert_eq!(reply.status, status);
        assert!(reply.head.contains("location: https://"));
    }
    assert!(
        struck(&simulator, TASK, "html", "")
            .await
            .text()
            .starts_with("<html>")
    );
    assert!(struck(&simulator, TASK, "empty", "").await.body.is_empty());
    assert_eq!(struck(&simulator, TASK, "no-content", "").await.status, 204);
}

#[tokio::test]
async fn a_bomb_is_small_on_the_line() {
    let simulator = simulator().await;
    let bomb = struck(&simulator, TASK, "bomb:10m", "").await;
    assert!(bomb.head.contains("content-encoding: gzip"));
    assert!(bomb.body.starts_with(&[0x1f, 0x8b]));
    let size = bomb.body.len();
    assert!((50 << 10..100 << 10).contains(&size), "{size}");
}

#[tokio::test]
async fn a_file_is_broken_like_any_other_answer() {
    let simulator = simulator().await;
    let body =
        json!({ "model": "qwen3-tts-flash", "input": { "text": "你好", "voice": "Cherry" } });
    let path = "/api/v1/services/aigc/multimodal-generation/generation";
    let spoken = send(&simulator, "POST", path, &body.to_string())
        .await
        .json();
    let url = spoken["output"]["audio"]["url"].as_str().unwrap();
    let file = url.strip_prefix(simulator.base_url()).unwrap();
    let get = async |fault: &str| {
        let head = format!("x-simulator-fault: {fault}\r\n");
        read(raw(&simulator, "GET", file, &head, "").await).await.0
    };
    let cut = get("cut:100").await;
    assert_eq!((cut.complete, cut.body.len()), (false, 100));
    let early = get("ends-early").await;
    assert_eq!((early.complete, early.body.len()), (true, 0));
}

#[tokio::test]
async fn a_whole_answer_can_be_malformed() {
    let simulator = simulator().await;
    let body = with(ask("?"), json!({ "stream": false })).to_string();
    let malformed = struck(&simulator, CHAT, "malformed", &body).await;
    assert!(serde_json::from_slice::<Value>(&malformed.body).is_err());
    let refused = struck(&simulator, CHAT, "error-event", &body).await;
    assert_eq!(refused.status, 400);
    let absurd = struck(&simulator, CHAT, "usage:-5", &body).await;
    assert_eq!(absurd.json()["usage"]["total_tokens"], -5);
}

#[tokio::test]
async fn endless_and_stalled_answers_end_with_the_client() {
    let simulator = simulator().await;
    for fault in ["endless@2", "stall@2"] {
        let head = format!("authorization: Bearer sk-test\r\nx-simulator-fault: {fault}\r\n");
        let mut stream = raw(&simulator, "POST", CHAT, &head, &ask("?").to_string()).await;
        crate::support::read_until(&mut stream, "data: ").await;
        drop(stream);
        simulator
            .wait_until(|account| account.open_streams() == 0)
            .await;
    }
}

#[tokio::test]
async fn faults_are_ordered_for_requests_to_come() {
    let simulator = simulator().await;
    let strike = "html".parse().unwrap();
    simulator.order_faults(FaultOrder {
        path: "/api/v1/tasks".to_owned(),
        ..FaultOrder::once(strike)
    });
    assert_eq!(
        send(&simulator, "GET", MODELS, "").await.json()["object"],
        "list"
    );
    assert!(
        send(&simulator, "GET", TASK, "")
            .await
            .text()
            .starts_with("<html>")
    );
    assert_eq!(
        send(&simulator, "GET", TASK, "").await.json()["output"]["task_status"],
        "UNKNOWN"
    );
}

#[tokio::test]
async fn a_share_of_all_requests_fails() {
    let plans = ["throttle:0.5", "html:0.1"].map(|plan| plan.parse::<FaultPlan>().unwrap());
    let options = Options {
        faults: plans.to_vec(),
        ..Options::immediate()
    };
    let simulator = Simulator::start(options).await.unwrap();
    let mut refused = 0;
    for _ in 0..40 {
        refused += u32::from(send(&simulator, "GET", TASK, "").await.status == 429);
    }
    assert!((10..=30).contains(&refused), "{refused}");
}
