//! Vectors, ranks and decisions in the compatible protocol.

use serde_json::{Value, json};
use simulator::Simulator;

use crate::support::{send, simulator, with};

const EMBEDDINGS: &str = "/compatible-mode/v1/embeddings";
const RERANKS: &str = "/compatible-api/v1/reranks";

async fn post(simulator: &Simulator, path: &str, body: &Value) -> (u16, Value) {
    let reply = send(simulator, "POST", path, &body.to_string()).await;
    (reply.status, reply.json())
}

fn vector(answer: &Value, index: usize) -> Vec<f64> {
    let numbers = answer["data"][index]["embedding"].as_array();
    numbers
        .into_iter()
        .flatten()
        .filter_map(Value::as_f64)
        .collect()
}

#[tokio::test]
async fn every_text_gets_a_vector_and_similar_texts_similar_ones() {
    let simulator = simulator().await;
    let texts = [
        "杭州的天气很好",
        "今天杭州天气不错",
        "How to write a database query",
    ];
    let body = json!({ "model": "text-embedding-v4", "input": texts });
    let (status, answer) = post(&simulator, EMBEDDINGS, &body).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(
        (&answer["object"], &answer["model"]),
        (&json!("list"), &json!("text-embedding-v4"))
    );
    let near = |one: usize, other: usize| -> f64 {
        let (one, other) = (vector(&answer, one), vector(&answer, other));
        assert_eq!(one.len(), 1024);
        one.iter().zip(&other).map(|(a, b)| a * b).sum()
    };
    assert!((near(0, 0) - 1.0).abs() < 1e-4);
    assert!(near(0, 1) > near(0, 2) + 0.1);
    assert_eq!(answer["data"][2]["index"], 2);
    assert_eq!(
        answer["usage"]["prompt_tokens"],
        answer["usage"]["total_tokens"]
    );
    let received = simulator.received();
    let billed = received[0].billed.as_ref().unwrap();
    assert_eq!(
        (billed.model.as_str(), json!(billed.input_tokens)),
        ("text-embedding-v4", answer["usage"]["total_tokens"].clone())
    );
}

#[tokio::test]
async fn a_vector_has_the_length_that_is_asked_for() {
    let simulator = simulator().await;
    for (model, asked, length) in [
        ("text-embedding-v4", json!(64), 64),
        ("text-embedding-v4", json!(2048), 2048),
        ("text-embedding-v3", json!(null), 1024),
        ("text-embedding-v2", json!(null), 1536),
    ] {
        let body = json!({ "model": model, "input": "风急天高", "dimensions": asked });
        let (_, answer) = post(&simulator, EMBEDDINGS, &body).await;
        assert_eq!(vector(&answer, 0).len(), length, "{model} {asked}");
    }
}

#[tokio::test]
async fn texts_that_are_too_many_or_none_are_refused_with_this_paths_own_code() {
    let simulator = simulator().await;
    let body = json!({ "model": "text-embedding-v4", "input": "x" });
    let prefix = "<400> InternalError.Algo.InvalidParameter: ";
    for (fields, message) in [
        (
            json!({ "input": vec!["x"; 11] }),
            "Value error, batch size is invalid, it should not be larger than 10.: input.contents",
        ),
        (
            json!({ "input": vec!["x"; 26], "model": "text-embedding-v1" }),
            "Value error, batch size is invalid, it should not be larger than 25.: input.contents",
        ),
        (
            json!({ "input": 7 }),
            "Value error, contents is neither str nor list of str.: input.contents",
        ),
        (
            json!({ "input": [1, 2] }),
            "Value error, contents is neither str nor list of str.: input.contents",
        ),
        (
            json!({ "input": "" }),
            "Range of input length should be [1, 8192]",
        ),
        (
            json!({ "dimensions": 65 }),
            "The type or value of dimensions is out of definition.",
        ),
    ] {
        let (status, answer) = post(&simulator, EMBEDDINGS, &with(body.clone(), fields)).await;
        let error = &answer["error"];
        assert_eq!(
            (status, error["message"].as_str().unwrap()),
            (400, format!("{prefix}{message}").as_str())
        );
        assert_eq!(
            (&error["code"], &error["type"]),
            (&json!("InvalidParameter"), &json!("InvalidParameter"))
        );
    }
    for (model, status, code) in [
        (json!("gpt-5"), 404, "model_not_found"),
        (json!("qwen-plus"), 404, "model_not_supported"),
        (json!(null), 400, "invalid_request_error"),
    ] {
        let body = with(body.clone(), json!({ "model": model }));
        let (answered, answer) = post(&simulator, EMBEDDINGS, &body).await;
        assert_eq!(
            (answered, answer["error"]["code"].as_str()),
            (status, Some(code))
        );
    }
}

#[tokio::test]
async fn the_documents_that_answer_come_first() {
    let simulator = simulator().await;
    let body = json!({
        "model": "qwen3-rerank",
        "query": "what is a reranker",
        "documents": ["Pancakes need butter.", "A reranker sorts documents.", "Sorting, in general."],
        "top_n": 2,
    });
    let (status, answer) = post(&simulator, RERANKS, &body).await;
    assert_eq!(status, 200, "{answer}");
    let results = answer["results"].as_array().unwrap();
    assert_eq!((results.len(), &results[0]["index"]), (2, &json!(1)));
    let score = |place: usize| results[place]["relevance_score"].as_f64().unwrap();
    assert!(score(0) > score(1) && score(0) <= 1.0);
    // The query is counted once for every document.
    assert_eq!(answer["usage"]["total_tokens"], 3 * 4 + 4 + 6 + 5);
}

#[tokio::test]
async fn a_refused_ranking_is_put_natively() {
    let simulator = simulator().await;
    let body = json!({ "model": "qwen3-rerank", "query": "x", "documents": vec!["y"; 501] });
    let (status, answer) = post(&simulator, RERANKS, &body).await;
    assert_eq!(
        (status, answer["code"].as_str()),
        (400, Some("InvalidParameter"))
    );
    assert!(answer.get("error").is_none());
    assert!(answer["request_id"].is_string());
}

#[tokio::test]
async fn a_decision_has_probabilities_that_add_up() {
    let simulator = simulator().await;
    let body = json!({
        "model": "decision-model-preview",
        "state": "The invoice was charged twice, I want my money back.",
        "questions": {
            "team": { "type": "choice", "criteria": { "billing": "invoice, charged, money", "technical": "crash, error" } },
            "urgent": { "type": "noul", "instructions": "Is it urgent?" },
            "mood": { "type": "score", "criteria": ["bad", "ok", "good"] },
        },
    });
    let (status, answer) = post(&simulator, "/compatible-mode/v1/systemone", &body).await;
    assert_eq!(status, 200, "{answer}");
    let team = &answer["answers"]["team"];
    assert_eq!(team["choice"], "billing");
    let shares = team["probabilities"].as_object().unwrap().values();
    assert!((shares.filter_map(Value::as_f64).sum::<f64>() - 1.0).abs() < 1e-9);
    let noul = answer["answers"]["urgent"]["noul"].as_f64().unwrap();
    assert!((0.0..=1.0).contains(&noul));
    assert_eq!(answer["answers"]["mood"]["legend"]["2"], "good");
}
