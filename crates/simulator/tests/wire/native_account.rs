//! Keys for a short time, the catalogue and the tokenizer.

use serde_json::json;
use simulator::Simulator;

use crate::{
    files::form,
    support::{Reply, open, read, send, simulator},
};

async fn get(simulator: &Simulator, path: &str) -> Reply {
    send(simulator, "GET", path, "").await
}

#[tokio::test]
async fn a_temporary_key_opens_every_door() {
    let simulator = simulator().await;
    let given = send(
        &simulator,
        "POST",
        "/api/v1/tokens?expire_in_seconds=1800",
        "",
    )
    .await;
    assert_eq!(given.status, 200);
    let given = given.json();
    let key = given["token"].as_str().expect("a key");
    assert!(key.starts_with("st-") && given["expires_at"].is_u64());
    assert!(given.get("request_id").is_none());

    let with_key = async |key: &str| {
        let stream = open(&simulator, "GET", "/api/v1/models", Some(key), "").await;
        read(stream).await.0.status
    };
    assert_eq!(with_key(key).await, 200);
    assert_eq!(with_key("st-invented").await, 401);
    for seconds in ["0", "1801", "soon"] {
        let path = format!("/api/v1/tokens?expire_in_seconds={seconds}");
        assert_eq!(
            send(&simulator, "POST", &path, "").await.status,
            400,
            "{seconds}"
        );
    }
}

#[tokio::test]
async fn the_catalogue_is_searched_and_paged() {
    let simulator = simulator().await;
    let all = get(&simulator, "/api/v1/models?page_size=3&page_no=2")
        .await
        .json();
    assert_eq!(all["success"], true);
    assert!(all["code"].is_null() && all["message"].is_null());
    assert_eq!(all["output"]["models"].as_array().map(Vec::len), Some(3));
    assert!(all["output"]["total"].as_u64() > Some(100));

    let one = get(&simulator, "/api/v1/models?model=qwen3-max")
        .await
        .json();
    assert_eq!(one["output"]["total"], 1);
    let model = &one["output"]["models"][0];
    assert_eq!(model["name"], "Qwen3-Max");
    assert_eq!(model["prices"][0]["range_name"], "Input<=32k");
    assert_eq!(model["prices"][1]["range_name"], "32k<Input<=128k");
    let input = model["prices"][0]["prices"]
        .as_array()
        .expect("prices")
        .iter();
    let input = input
        .filter(|price| price["type"] == "input_token")
        .map(|price| &price["price"]);
    assert_eq!(input.collect::<Vec<_>>(), ["2.5"]);
    assert_eq!(model["model_info"]["context_window"], 262_144);

    let path = "/api/v1/models?capabilities=TR&capabilities=ME&name=EMBEDDING&page_size=100";
    let vectors = get(&simulator, path).await.json();
    let models = vectors["output"]["models"]
        .as_array()
        .expect("models")
        .clone();
    assert!(models.len() > 5);
    assert!(models.iter().all(|model| {
        model["model"]
            .as_str()
            .is_some_and(|id| id.contains("embedding"))
    }));
    let none = get(&simulator, "/api/v1/models?model=gpt-5").await.json();
    assert_eq!(none["output"]["models"], json!([]));
}

#[tokio::test]
async fn limits_are_given_in_their_windows() {
    let simulator = simulator().await;
    let limits = get(&simulator, "/api/v1/models/limits?model=qwen3-max")
        .await
        .json();
    let quota = &limits["output"]["quotas"][0];
    assert_eq!(quota["model"], "qwen3-max");
    assert_eq!(quota["model_limit"]["request_limit"], 500);
    assert_eq!(quota["model_limit"]["request_limit_period"], 1);
    assert_eq!(quota["model_limit"]["usage_limit_period"], 6);
}

#[tokio::test]
async fn texts_are_cut_into_tokens() {
    let simulator = simulator().await;
    let path = "/api/v1/tokenizer";
    let body = json!({ "model": "qwen-turbo", "input": { "messages": [{ "role": "user", "content": "Hello world" }] }, "parameters": {} });
    let answer = send(&simulator, "POST", path, &body.to_string())
        .await
        .json();
    assert_eq!(answer["output"]["tokens"], json!(["Hello", " world"]));
    assert_eq!(
        answer["output"]["token_ids"].as_array().map(Vec::len),
        Some(2)
    );
    assert_eq!(answer["usage"]["input_tokens"], 2);
    let body = json!({ "model": "gpt-5", "input": { "prompt": "Hello" } });
    assert_eq!(
        send(&simulator, "POST", path, &body.to_string())
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn files_are_those_of_the_compatible_protocol() {
    let simulator = simulator().await;
    let part = |name: &str| {
        format!(
            "--edge\r\ncontent-disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\r\n{{}}\r\n"
        )
    };
    let body = format!("{}{}--edge--\r\n", part("a.jsonl"), part("b.jsonl"));
    let kept = form(&simulator, "/api/v1/files", &body).await.json();
    let kept = kept["data"]["uploaded_files"]
        .as_array()
        .expect("files")
        .clone();
    assert_eq!(kept.len(), 2);
    assert_eq!(kept[0]["name"], "a.jsonl");

    let page = get(&simulator, "/api/v1/files?page_no=2&page_size=1")
        .await
        .json();
    assert_eq!(page["data"]["total"], 2);
    assert_eq!(page["data"]["files"][0]["name"], "a.jsonl");
    let id = kept[0]["file_id"].as_str().expect("an id");
    let compatible = get(&simulator, &format!("/compatible-mode/v1/files/{id}"))
        .await
        .json();
    assert_eq!(compatible["filename"], "a.jsonl");

    let path = format!("/api/v1/files/{id}");
    assert_eq!(get(&simulator, &path).await.json()["data"]["size"], 2);
    assert_eq!(send(&simulator, "DELETE", &path, "").await.status, 200);
    for method in ["GET", "DELETE"] {
        let gone = send(&simulator, method, &path, "").await;
        assert_eq!(
            (gone.status, &gone.json()["message"]),
            (400, &json!("File not found."))
        );
    }
}
