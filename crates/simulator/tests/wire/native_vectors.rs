//! Vectors and ranks in the native protocol.

use serde_json::{Value, json};
use simulator::Simulator;

use crate::support::{PICTURE, send, send_with, simulator};

const TEXT: &str = "/api/v1/services/embeddings/text-embedding/text-embedding";
const MEDIA: &str = "/api/v1/services/embeddings/multimodal-embedding/multimodal-embedding";
const RERANK: &str = "/api/v1/services/rerank/text-rerank/text-rerank";

async fn post(simulator: &Simulator, path: &str, body: &Value) -> (u16, Value) {
    let reply = send(simulator, "POST", path, &body.to_string()).await;
    (reply.status, reply.json())
}

#[tokio::test]
async fn texts_get_the_vectors_of_the_compatible_protocol() {
    let simulator = simulator().await;
    let native = json!({
        "model": "text-embedding-v4",
        "input": { "texts": ["a cat", "the wind"] },
        "parameters": { "dimension": 64, "text_type": "query" },
    });
    let (status, native) = post(&simulator, TEXT, &native).await;
    assert_eq!(status, 200);
    let compatible =
        json!({ "model": "text-embedding-v4", "input": ["a cat", "the wind"], "dimensions": 64 });
    let (_, compatible) = post(&simulator, "/compatible-mode/v1/embeddings", &compatible).await;
    for index in 0..2 {
        let item = &native["output"]["embeddings"][index];
        assert_eq!(item["text_index"], index);
        assert_eq!(item["embedding"], compatible["data"][index]["embedding"]);
        assert!(item.get("sparse_embedding").is_none());
    }
    assert_eq!(
        native["usage"]["total_tokens"],
        compatible["usage"]["total_tokens"]
    );
    let billed = simulator.received()[0].billed.clone().expect("a bill");
    assert_eq!(native["usage"]["total_tokens"], billed.input_tokens);
}

#[tokio::test]
async fn sparse_vectors_name_their_words() {
    let simulator = simulator().await;
    let ask = |kind: &str| {
        json!({
            "model": "text-embedding-v4", "input": { "texts": ["wind and sea"] },
            "parameters": { "output_type": kind },
        })
    };
    let (_, both) = post(&simulator, TEXT, &ask("dense&sparse")).await;
    let item = &both["output"]["embeddings"][0];
    assert_eq!(item["embedding"].as_array().map(Vec::len), Some(1024));
    let words: Vec<_> = item["sparse_embedding"]
        .as_array()
        .expect("a sparse vector")
        .iter()
        .map(|part| part["token"].as_str().expect("a word"))
        .collect();
    assert_eq!(words, ["sea", "wind"]);
    let (_, sparse) = post(&simulator, TEXT, &ask("sparse")).await;
    assert!(sparse["output"]["embeddings"][0].get("embedding").is_none());
    let (status, _) = post(&simulator, TEXT, &ask("dense&dense")).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn too_many_texts_are_refused_in_the_documented_words() {
    let simulator = simulator().await;
    let body = json!({ "model": "text-embedding-v3", "input": { "texts": vec!["x"; 11] }, "parameters": {} });
    let (status, refused) = post(&simulator, TEXT, &body).await;
    assert_eq!(status, 400);
    assert_eq!(refused["code"], "InvalidParameter");
    assert_eq!(
        refused["message"],
        "<400> InternalError.Algo.InvalidParameter: Value error, batch size is invalid, it should not be larger than 10.: input.contents"
    );
}

#[tokio::test]
async fn a_file_of_texts_is_a_task() {
    let simulator = simulator().await;
    let body = json!({
        "model": "text-embedding-async-v2",
        "input": { "url": "data:text/plain;base64,YSBjYXQKdGhlIHdpbmQK" },
        "parameters": { "text_type": "document" },
    })
    .to_string();
    let (status, refused) = post(
        &simulator,
        TEXT,
        &serde_json::from_str(&body).expect("JSON"),
    )
    .await;
    assert_eq!((status, &refused["code"]), (403, &json!("AccessDenied")));
    let started = send_with(&simulator, "POST", TEXT, "x-dashscope-async: enable", &body)
        .await
        .json();
    let id = started["output"]["task_id"].as_str().expect("a task");
    let path = format!("/api/v1/tasks/{id}");
    let task = send(&simulator, "GET", &path, "").await.json();
    assert_eq!(task["output"]["task_status"], "SUCCEEDED");
    assert_eq!(task["usage"]["total_tokens"], 4);
    let url = task["output"]["url"].as_str().expect("an address");
    let path = url.split_once("/results/").expect("a result").1;
    let gzip = crate::support::read(
        crate::support::open(&simulator, "GET", &format!("/results/{path}"), None, "").await,
    )
    .await
    .0;
    assert_eq!(gzip.body.get(..2), Some(&[0x1f, 0x8b][..]));
}

#[tokio::test]
async fn pictures_and_texts_share_a_space() {
    let simulator = simulator().await;
    let picture = PICTURE;
    let body = json!({
        "model": "tongyi-embedding-vision-plus",
        "input": { "contents": [{ "text": "a cat" }, { "image": picture }, { "multi_images": [picture, picture] }] },
        "parameters": { "dimension": 64 },
    });
    let (status, answer) = post(&simulator, MEDIA, &body).await;
    assert_eq!(status, 200, "{answer}");
    let kinds: Vec<_> = answer["output"]["embeddings"]
        .as_array()
        .expect("vectors")
        .iter()
        .map(|item| (item["index"].as_u64(), item["type"].as_str()))
        .collect();
    assert_eq!(
        kinds,
        [
            (Some(0), Some("text")),
            (Some(1), Some("image")),
            (Some(2), Some("multi_images"))
        ]
    );
    assert_eq!(answer["usage"]["image_count"], 3);

    let fused = json!({
        "model": "qwen3-vl-embedding",
        "input": { "contents": [{ "text": "a cat", "image": picture }] },
        "parameters": { "dimension": 256 },
    });
    let (_, answer) = post(&simulator, MEDIA, &fused).await;
    assert_eq!(answer["output"]["embeddings"][0]["type"], "vl");
    let (_, refused) = post(&simulator, TEXT, &fused).await;
    assert_eq!(refused["message"], "url error, please check url！");
}

#[tokio::test]
async fn documents_are_ranked_and_shown_when_asked_for() {
    let simulator = simulator().await;
    let documents = [
        "Pancakes need butter.",
        "A reranker sorts documents.",
        "Rerankers!",
    ];
    let ask = |model: &str, parameters: Value| json!({ "model": model, "input": { "query": "what is a reranker", "documents": documents }, "parameters": parameters });
    let (_, answer) = post(
        &simulator,
        RERANK,
        &ask(
            "gte-rerank-v2",
            json!({ "top_n": 2, "return_documents": true }),
        ),
    )
    .await;
    let results = answer["output"]["results"].as_array().expect("results");
    assert_eq!(results.len(), 2);
    assert_eq!(results[0]["document"]["text"], documents[1]);
    assert!(results[0]["relevance_score"].as_f64() >= results[1]["relevance_score"].as_f64());
    let (_, plain) = post(&simulator, RERANK, &ask("qwen3-rerank", json!({}))).await;
    assert!(plain["output"]["results"][0].get("document").is_none());
    assert_eq!(plain["output"]["results"].as_array().map(Vec::len), Some(3));

    let mixed = json!({ "model": "qwen3-vl-rerank", "input": {
        "query": { "text": "cat" }, "documents": [{ "image": "https://example.com/dog.png" }, { "text": "a cat" }],
    }, "parameters": { "return_documents": true } });
    let (_, answer) = post(&simulator, RERANK, &mixed).await;
    assert_eq!(
        answer["output"]["results"][0]["document"],
        json!({ "text": "a cat" })
    );
    assert!(answer["output"]["results"][1]["document"]["image"].is_string());
}
