//! Applications.

use serde_json::{Value, json};
use simulator::{Answer, Simulator};

use crate::support::{Reply, send, send_with, simulator, with};

const APP: &str = "/api/v1/apps/0f1e2d3c4b5a69788796a5b4c3d2e1f0/completion";

fn ask(prompt: &str, parameters: Value) -> Value {
    json!({ "input": { "prompt": prompt }, "parameters": parameters, "debug": {} })
}

async fn call(simulator: &Simulator, body: &Value) -> Value {
    let reply = send(simulator, "POST", APP, &body.to_string()).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

async fn stream(simulator: &Simulator, body: &Value) -> Vec<Value> {
    data(&streamed(simulator, APP, body).await)
}

async fn streamed(simulator: &Simulator, path: &str, body: &Value) -> Reply {
    send_with(
        simulator,
        "POST",
        path,
        "x-dashscope-sse: enable",
        &body.to_string(),
    )
    .await
}

fn data(reply: &Reply) -> Vec<Value> {
    let text = reply.text();
    let events = text.split_terminator("\n\n");
    events
        .map(|event| {
            let (_, data) = event.split_once("\n:HTTP_STATUS/200\ndata:").expect(event);
            serde_json::from_str(data).expect(event)
        })
        .collect()
}

#[tokio::test]
async fn an_application_remembers_its_session() {
    let simulator = simulator().await;
    simulator.next_answer(Answer::words(["好"]));
    let first = call(&simulator, &ask("背一首诗", json!({}))).await;
    let session = first["output"]["session_id"].as_str().expect("a session");
    assert_eq!(session.len(), 32);
    assert_eq!(first["output"]["text"], "好");
    assert_eq!(first["output"]["finish_reason"], "stop");

    let again = json!({ "input": { "prompt": "再背一首", "session_id": session } });
    let again = call(&simulator, &again).await;
    assert_eq!(again["output"]["session_id"], session);
    let alone = call(&simulator, &ask("再背一首", json!({}))).await;
    let tokens = |answer: &Value| answer["usage"]["models"][0]["input_tokens"].as_u64();
    assert!(tokens(&again) > tokens(&alone));
    let billed = simulator.received()[2].billed.clone().expect("a bill");
    assert_eq!(tokens(&alone), Some(billed.input_tokens));
    assert_eq!(alone["usage"]["models"][0]["model_id"], "qwen-plus");
}

#[tokio::test]
async fn a_stream_is_cumulative_unless_told_otherwise() {
    let simulator = simulator().await;
    for (parameters, expected) in [
        (json!({}), ["春", "春眠", "春眠"]),
        (json!({ "incremental_output": true }), ["春", "眠", ""]),
    ] {
        simulator.next_answer(Answer::words(["春", "眠"]));
        let events = stream(&simulator, &ask("背一首诗", parameters)).await;
        let texts: Vec<_> = events
            .iter()
            .map(|event| &event["output"]["text"])
            .collect();
        assert_eq!(texts, expected);
        assert_eq!(events[0]["output"]["finish_reason"], "null");
        assert_eq!(events[2]["output"]["finish_reason"], "stop");
        assert_eq!(
            events[0]["output"]["session_id"],
            events[2]["output"]["session_id"]
        );
    }
}

#[tokio::test]
async fn thoughts_tell_of_thinking_knowledge_and_plugins() {
    let simulator = simulator().await;
    let body = json!({
        "input": {
            "prompt": "百炼是什么",
            "doc_reference_type": "simple",
            "biz_params": { "user_defined_params": { "plugin_1": { "article_index": 2 } } },
        },
        "parameters": {
            "has_thoughts": true, "enable_thinking": true,
            "rag_options": { "pipeline_ids": ["kb1"] },
        },
    });
    let answer = call(&simulator, &body).await;
    let kinds: Vec<_> = answer["output"]["thoughts"]
        .as_array()
        .expect("thoughts")
        .iter()
        .map(|thought| thought["action_type"].as_str().expect("a kind"))
        .collect();
    assert_eq!(kinds, ["reasoning", "agentRag", "api"]);
    let text = answer["output"]["text"].as_str().expect("a text");
    assert!(text.ends_with("<ref>[1]</ref>"));
    assert_eq!(answer["output"]["doc_references"][0]["doc_name"], "kb1.md");

    let plain = call(&simulator, &ask("百炼是什么", json!({}))).await;
    assert!(plain["output"].get("thoughts").is_none());
    assert!(plain["output"].get("doc_references").is_none());

    // One that has a knowledge base of its own looks into it unasked.
    let own = APP.replace("0f1e", "b00c");
    let body = json!({
        "input": { "prompt": "百炼是什么", "doc_reference_type": "indexed" },
        "parameters": { "has_thoughts": true },
    });
    let answer = send(&simulator, "POST", &own, &body.to_string())
        .await
        .json();
    assert_eq!(
        answer["output"]["thoughts"][0]["action_type"],
        json!("agentRag")
    );
    let found = &answer["output"]["doc_references"][0]["doc_name"];
    assert_eq!(found, "handbook.md");

    let streaming =
        json!({ "has_thoughts": true, "enable_thinking": true, "incremental_output": true });
    let events = stream(&simulator, &ask("百炼是什么", streaming)).await;
    assert_eq!(events[0]["output"]["text"], "");
    assert_ne!(events[0]["output"]["thoughts"][0]["thought"], "");
    let spoken = events
        .iter()
        .find(|event| event["output"]["text"] != "")
        .expect("words");
    assert_eq!(spoken["output"]["thoughts"][0]["thought"], "");
}

#[tokio::test]
async fn a_workflow_tells_its_nodes() {
    let simulator = simulator().await;
    simulator.next_answer(Answer::words(["春", "眠"]));
    let messages = json!({ "flow_stream_mode": "message_format", "incremental_output": true });
    let events = stream(&simulator, &ask("背一首诗", messages)).await;
    let node = |at: usize| &events[at]["output"]["workflow_message"];
    assert_eq!(
        node(0)["message"],
        json!({ "role": "assistant", "content": "春" })
    );
    assert_eq!(node(1)["node_msg_seq_id"], 2);
    assert_eq!(node(0)["node_is_completed"], false);
    assert_eq!(node(2)["node_is_completed"], true);
    assert_eq!(events[0]["usage"], json!({}));

    simulator.next_answer(Answer::words(["春"]));
    let body = json!({
        "input": { "prompt": "背一首诗", "biz_params": { "city": "杭州" } },
        "parameters": { "flow_stream_mode": "full_thoughts", "has_thoughts": true },
    });
    let events = stream(&simulator, &body).await;
    let last = events.last().expect("an event");
    let start = last["output"]["thoughts"][0]["response"]
        .as_str()
        .expect("a node");
    let start: Value = serde_json::from_str(start).expect("JSON");
    assert_eq!(start["nodeStatus"], "success");
    assert_eq!(start["nodeResult"], r#"{"city":"杭州"}"#);
    assert_eq!(last["output"]["thoughts"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let simulator = simulator().await;
    let unknown = "/api/v1/apps/my-app/completion";
    let body = ask("hi", json!({}));
    let message =
        "Required parameter(AppId) missing or invalid, please check the request parameters.";
    let refused = send(&simulator, "POST", unknown, &body.to_string()).await;
    assert_eq!(
        (refused.status, &refused.json()["message"]),
        (400, &json!(message))
    );
    let refused = streamed(&simulator, unknown, &body).await;
    assert_eq!(refused.status, 200);
    assert!(
        refused.text().starts_with(
            "id:1\nevent:error\n:HTTP_STATUS/400\ndata:{\"code\":\"InvalidParameter\""
        )
    );

    let rag = |ids: Value| {
        with(
            body.clone(),
            json!({ "parameters": { "rag_options": ids } }),
        )
    };
    for body in [
        json!({ "input": {} }),
        json!({}),
        rag(json!({ "pipeline_ids": ["1", "2", "3", "4", "5", "6"] })),
        rag(json!({ "session_file_ids": ["file_1"] })),
        ask("hi", json!({ "flow_stream_mode": "loud" })),
    ] {
        let refused = send(&simulator, "POST", APP, &body.to_string()).await;
        assert_eq!(refused.status, 400, "{body}");
    }
}
