//! Each key is an account of its own, and sees what it has made and nothing else.

use serde_json::{Value, json};
use simulator::Simulator;

use crate::{
    files::{FILES, upload},
    pictures::TEXT,
    support::{Reply, open, raw, read, send, simulator},
};

const BATCHES: &str = "/compatible-mode/v1/batches";
const RESPONSES: &str = "/compatible-mode/v1/responses";

async fn as_other(simulator: &Simulator, method: &str, path: &str, body: &Value) -> Reply {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    read(open(simulator, method, path, Some("sk-other"), &body).await)
        .await
        .0
}

#[tokio::test]
async fn another_account_finds_none_of_it() {
    let simulator = simulator().await;
    let line = r#"{"custom_id":"1","method":"POST","url":"/v1/embeddings","body":{"model":"text-embedding-v4","input":"x"}}"#;
    let file = upload(&simulator, "in.jsonl", "batch", line).await.json();
    let file = file["id"].as_str().unwrap().to_owned();
    let batch = json!({
        "input_file_id": file, "endpoint": "/v1/embeddings", "completion_window": "24h",
    });
    let theirs = as_other(&simulator, "POST", BATCHES, &batch).await;
    assert_eq!(theirs.status, 404);
    let begun = send(&simulator, "POST", BATCHES, &batch.to_string()).await;
    let batch = begun.json()["id"].as_str().unwrap().to_owned();
    let answer = json!({ "model": "qwen-plus", "input": "hello" }).to_string();
    let answer = send(&simulator, "POST", RESPONSES, &answer).await.json();
    let answer = answer["id"].as_str().unwrap().to_owned();
    for (path, status) in [
        (format!("{FILES}/{file}"), 404),
        (format!("{BATCHES}/{batch}"), 404),
        (format!("{RESPONSES}/{answer}"), 400),
    ] {
        assert_eq!(send(&simulator, "GET", &path, "").await.status, 200);
        let theirs = as_other(&simulator, "GET", &path, &Value::Null).await;
        assert_eq!(theirs.status, status, "{path}");
    }
    let next = json!({ "model": "qwen-plus", "input": "on", "previous_response_id": answer });
    assert_eq!(
        as_other(&simulator, "POST", RESPONSES, &next).await.status,
        400
    );
    assert_eq!(
        send(&simulator, "POST", RESPONSES, &next.to_string())
            .await
            .status,
        200
    );
    for list in [FILES, BATCHES] {
        let theirs = as_other(&simulator, "GET", list, &Value::Null).await;
        assert_eq!(theirs.json()["data"], json!([]), "{list}");
        let own = send(&simulator, "GET", list, "").await.json();
        assert_ne!(own["data"], json!([]), "{list}");
    }
}

#[tokio::test]
async fn a_task_is_known_to_its_account_and_whoever_stands_in_for_it() {
    let simulator = simulator().await;
    let wish = json!({
        "model": "wan2.2-t2i-flash",
        "input": { "prompt": "A loom" },
        "parameters": { "n": 1, "size": "1024*1024" },
    });
    let head = "authorization: Bearer sk-test\r\nx-dashscope-async: enable\r\n";
    let begun = raw(&simulator, "POST", TEXT, head, &wish.to_string()).await;
    let begun = read(begun).await.0.json();
    let path = format!(
        "/api/v1/tasks/{}",
        begun["output"]["task_id"].as_str().unwrap()
    );
    let state = |reply: Reply| reply.json()["output"]["task_status"].clone();
    assert_eq!(state(send(&simulator, "GET", &path, "").await), "SUCCEEDED");
    let theirs = as_other(&simulator, "GET", &path, &Value::Null).await;
    assert_eq!(state(theirs), "UNKNOWN");
    let given = send(&simulator, "POST", "/api/v1/tokens", "").await.json();
    let stand_in = given["token"].as_str().unwrap();
    let seen = open(&simulator, "GET", &path, Some(stand_in), "").await;
    assert_eq!(state(read(seen).await.0), "SUCCEEDED");
}
