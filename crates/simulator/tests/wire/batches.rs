//! Files of requests are really worked through.

use serde_json::{Value, json};
use simulator::{Latency, Options, Simulator};

use crate::{
    files::{FILES, upload},
    support::{send, simulator, with},
};

const BATCHES: &str = "/compatible-mode/v1/batches";

fn line(id: &str, body: &Value) -> String {
    let line =
        json!({ "custom_id": id, "method": "POST", "url": "/v1/chat/completions", "body": body });
    format!("{line}\n")
}

fn ask(model: &str, question: &str) -> Value {
    json!({ "model": model, "messages": [{ "role": "user", "content": question }] })
}

async fn post(simulator: &Simulator, body: &Value) -> Value {
    send(simulator, "POST", BATCHES, &body.to_string())
        .await
        .json()
}

async fn get(simulator: &Simulator, path: &str) -> Value {
    send(simulator, "GET", path, "").await.json()
}

/// Uploads the lines and starts a batch of them.
async fn start(simulator: &Simulator, lines: &str, endpoint: &str) -> Value {
    let file = upload(simulator, "in.jsonl", "batch", lines).await.json();
    let body = json!({
        "input_file_id": file["id"],
        "endpoint": endpoint,
        "completion_window": "24h",
        "metadata": { "ds_name": "nightly", "ds_batch_finish_callback": "https://example.com" },
    });
    post(simulator, &body).await
}

async fn results(simulator: &Simulator, batch: &Value, name: &str) -> Vec<Value> {
    let id = batch[name].as_str().unwrap_or_default();
    let content = send(simulator, "GET", &format!("{FILES}/{id}/content"), "").await;
    let text = content.text();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_default())
        .collect()
}

#[tokio::test]
async fn every_line_is_answered_as_the_chat_answers_it() {
    let simulator = simulator().await;
    let bad = with(ask("qwen-plus", "2+2?"), json!({ "temperature": 9 }));
    let lines = line("1", &ask("qwen-plus", "2+2?")) + &line("2", &bad);
    let created = start(&simulator, &lines, "/v1/chat/completions").await;
    assert_eq!(created["status"], "validating");
    assert_eq!(created["request_counts"]["total"], 0);
    assert_eq!(created["metadata"], json!({ "ds_name": "nightly" }));

    let id = created["id"].as_str().unwrap();
    let done = get(&simulator, &format!("{BATCHES}/{id}")).await;
    assert_eq!(done["status"], "completed");
    assert_eq!(
        done["request_counts"],
        json!({ "total": 2, "completed": 1, "failed": 1 })
    );
    for stamp in [
        "in_progress_at",
        "finalizing_at",
        "completed_at",
        "expires_at",
    ] {
        assert!(done[stamp].is_u64(), "{stamp}");
    }

    let good = results(&simulator, &done, "output_file_id").await;
    assert_eq!((good.len(), &good[0]["custom_id"]), (1, &json!("1")));
    let answer = &good[0]["response"]["body"];
    let usual = send(
        &simulator,
        "POST",
        crate::support::CHAT,
        &ask("qwen-plus", "2+2?").to_string(),
    )
    .await
    .json();
    assert_eq!(
        answer["choices"][0]["message"],
        usual["choices"][0]["message"]
    );
    assert_eq!(good[0]["error"], Value::Null);

    let errors = results(&simulator, &done, "error_file_id").await;
    assert_eq!(
        (&errors[0]["custom_id"], &errors[0]["error"]["message"]),
        (&json!("2"), &json!("Temperature should be in [0.0, 2.0)"))
    );

    let received = simulator.received();
    let create = received.iter().find(|one| one.path == BATCHES).unwrap();
    let billed = create.billed.as_ref().unwrap();
    assert_eq!(
        (json!(billed.input_tokens), json!(billed.output_tokens)),
        (
            answer["usage"]["prompt_tokens"].clone(),
            answer["usage"]["completion_tokens"].clone()
        )
    );
}

#[tokio::test]
async fn texts_are_embedded_and_the_free_model_says_its_sentence() {
    let simulator = simulator().await;
    let embedding = json!({ "custom_id": "e", "method": "POST", "url": "/v1/embeddings",
        "body": { "model": "text-embedding-v4", "input": "x" } });
    let created = start(&simulator, &embedding.to_string(), "/v1/embeddings").await;
    let path = format!("{BATCHES}/{}", created["id"].as_str().unwrap());
    let done = get(&simulator, &path).await;
    let lines = results(&simulator, &done, "output_file_id").await;
    assert_eq!(
        lines[0]["response"]["body"]["model"], "text-embedding-v4",
        "{done}"
    );

    let test = json!({ "custom_id": "t", "method": "POST", "url": "/v1/chat/ds-test",
        "body": { "model": "batch-test-model", "messages": [{ "role": "user", "content": "x" }] } });
    let created = start(&simulator, &test.to_string(), "/v1/chat/ds-test").await;
    let path = format!("{BATCHES}/{}", created["id"].as_str().unwrap());
    let done = get(&simulator, &path).await;
    let lines = results(&simulator, &done, "output_file_id").await;
    assert_eq!(
        lines[0]["response"]["body"]["choices"][0]["message"]["content"],
        "This is a test result."
    );
}

#[tokio::test]
async fn a_file_with_wrong_lines_fails_as_a_whole() {
    let simulator = simulator().await;
    let lines = line("1", &ask("qwen-plus", "a"))
        + &line("1", &ask("qwen-plus", "b"))
        + &line("2", &ask("qwen-max", "c"))
        + "no json\n";
    let created = start(&simulator, &lines, "/v1/chat/completions").await;
    let path = format!("{BATCHES}/{}", created["id"].as_str().unwrap());
    let failed = get(&simulator, &path).await;
    assert_eq!(failed["status"], "failed");
    assert!(failed["failed_at"].is_u64());
    let errors = failed["errors"]["data"].as_array().unwrap();
    let told: Vec<_> = errors
        .iter()
        .map(|error| (error["code"].as_str().unwrap(), error["line"].clone()))
        .collect();
    assert_eq!(
        told,
        [
            ("duplicate_custom_id", json!(2)),
            ("mismatched_model", json!(3)),
            ("invalid_json_line", json!(4)),
        ]
    );

    let unknown = start(
        &simulator,
        &line("1", &ask("qwen-math-turbo", "a")),
        "/v1/chat/completions",
    )
    .await;
    let path = format!("{BATCHES}/{}", unknown["id"].as_str().unwrap());
    assert_eq!(
        get(&simulator, &path).await["errors"]["data"][0]["code"],
        "model_not_found"
    );
}

#[tokio::test]
async fn a_batch_can_be_called_off_once() {
    let slow = Options {
        task_time: Latency(std::time::Duration::from_hours(1)),
        ..Options::immediate()
    };
    let simulator = Simulator::start(slow).await.unwrap();
    let created = start(
        &simulator,
        &line("1", &ask("qwen-plus", "a")),
        "/v1/chat/completions",
    )
    .await;
    let id = created["id"].as_str().unwrap();
    assert_eq!(
        get(&simulator, &format!("{BATCHES}/{id}")).await["status"],
        "validating"
    );
    let cancel = format!("{BATCHES}/{id}/cancel");
    let leaving = send(&simulator, "POST", &cancel, "").await.json();
    assert_eq!(leaving["status"], "cancelling");
    let gone = get(&simulator, &format!("{BATCHES}/{id}")).await;
    assert_eq!(gone["status"], "cancelled");
    assert!(gone["cancelled_at"].is_u64());
    let again = send(&simulator, "POST", &cancel, "").await;
    assert_eq!(
        (again.status, again.json()["error"]["code"].as_str()),
        (400, Some("UnsupportedOperation"))
    );
}

#[tokio::test]
async fn batches_are_listed_a_page_at_a_time() {
    let simulator = simulator().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let lines = line("1", &ask("qwen-plus", "a"));
        let created = start(&simulator, &lines, "/v1/chat/completions").await;
        ids.insert(0, created["id"].clone());
        let path = format!("{BATCHES}/{}", created["id"].as_str().unwrap());
        get(&simulator, &path).await;
    }
    let first = get(&simulator, &format!("{BATCHES}?limit=2")).await;
    assert_eq!(
        (&first["first_id"], &first["last_id"], &first["has_more"]),
        (&ids[0], &ids[1], &json!(true))
    );
    let after = ids[1].as_str().unwrap();
    let next = get(&simulator, &format!("{BATCHES}?after={after}")).await;
    assert_eq!(
        (&next["data"][0]["id"], &next["has_more"]),
        (&ids[2], &json!(false))
    );
    for (filter, count) in [
        ("status=completed,failed", 3),
        ("status=failed", 0),
        ("ds_name=night", 3),
        ("ds_name=day", 0),
        ("input_file_ids=file-batch-none", 0),
        ("create_after=20250101000000", 3),
        ("create_before=20250101000000", 0),
    ] {
        let list = get(&simulator, &format!("{BATCHES}?{filter}")).await;
        assert_eq!(list["data"].as_array().unwrap().len(), count, "{filter}");
    }
}

#[tokio::test]
async fn a_batch_that_cannot_be_is_refused() {
    let simulator = simulator().await;
    let file = upload(&simulator, "in.jsonl", "batch", "{}").await.json();
    let right = json!({ "input_file_id": file["id"], "endpoint": "/v1/embeddings", "completion_window": "24h" });
    for (fields, message) in [
        (
            json!({ "input_file_id": null }),
            "Field required: input_file_id",
        ),
        (
            json!({ "endpoint": "/v1/files" }),
            "The type or value of endpoint is out of definition.",
        ),
        (
            json!({ "completion_window": "23h" }),
            "The type or value of completion_window is out of definition.",
        ),
        (
            json!({ "completion_window": "15d" }),
            "The type or value of completion_window is out of definition.",
        ),
        (
            json!({ "metadata": { "ds_name": "x".repeat(101) } }),
            "The type or value of metadata.ds_name is out of definition.",
        ),
    ] {
        let refused = post(&simulator, &with(right.clone(), fields)).await;
        assert_eq!(refused["error"]["message"], message);
    }
    let unknown = with(right, json!({ "input_file_id": "file-batch-none" }));
    let reply = send(&simulator, "POST", BATCHES, &unknown.to_string()).await;
    assert_eq!(reply.status, 404);
}
