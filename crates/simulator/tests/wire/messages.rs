//! Anthropic's Messages and OpenAI's Responses as they go over the line.

use serde_json::{Value, json};

use crate::support::{Reply, send, simulator};

const MESSAGES: &str = "/apps/anthropic/v1/messages";
const RESPONSES: &str = "/compatible-mode/v1/responses";

fn poem() -> Value {
    json!({ "model": "qwen-plus", "max_tokens": 40, "stream": true, "messages": [{ "role": "user", "content": "背一首诗" }] })
}

fn names(reply: &Reply) -> Vec<String> {
    let text = reply.text();
    let names = text.lines().filter_map(|line| line.strip_prefix("event:"));
    let mut names: Vec<String> = names.map(str::to_owned).collect();
    names.dedup();
    names
}

#[tokio::test]
async fn messages_are_streamed_without_a_space_after_the_colon() {
    let simulator = simulator().await;
    let reply = send(&simulator, "POST", MESSAGES, &poem().to_string()).await;
    assert_eq!(
        names(&reply),
        [
            "message_start",
            "content_block_start",
            "ping",
            "content_block_delta",
            "content_block_stop",
            "message_delta",
            "message_stop"
        ]
    );
    assert!(reply.text().starts_with("event:message_start\ndata:{"));
    let billed = simulator.received()[0].billed.clone().unwrap();
    let usage = reply
        .text()
        .lines()
        .find(|line| line.contains("message_delta\""))
        .unwrap()
        .to_owned();
    assert!(
        usage.contains(&format!("\"output_tokens\":{}", billed.output_tokens)),
        "{usage}"
    );
}

#[tokio::test]
async fn messages_are_refused_in_their_own_envelope() {
    let simulator = simulator().await;
    let mut unknown = poem();
    unknown["model"] = "no-such-model".into();
    let reply = send(&simulator, "POST", MESSAGES, &unknown.to_string()).await;
    assert_eq!(reply.status, 404);
    assert_eq!(reply.json()["type"], "error");
    assert_eq!(reply.json()["error"]["type"], "not_found_error");
}

#[tokio::test]
async fn responses_are_streamed_in_native_frames_without_done() {
    let simulator = simulator().await;
    let asked = json!({ "model": "qwen-plus", "input": "背一首诗", "stream": true });
    let reply = send(&simulator, "POST", RESPONSES, &asked.to_string()).await;
    assert_eq!(
        names(&reply),
        [
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.content_part.added",
            "response.output_text.delta",
            "response.output_text.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.completed"
        ]
    );
    assert!(
        reply
            .text()
            .starts_with("id:1\nevent:response.created\n:HTTP_STATUS/200\ndata:{")
    );
    assert!(!reply.text().contains("[DONE]"));
}

#[tokio::test]
async fn unknown_responses_are_refused_in_two_envelopes() {
    let simulator = simulator().await;
    let shown = send(&simulator, "GET", &format!("{RESPONSES}/resp_1"), "").await;
    assert_eq!(
        shown.json()["error"]["message"],
        "Response with id 'resp_1' not found."
    );
    let items = send(
        &simulator,
        "GET",
        &format!("{RESPONSES}/resp_1/input_items"),
        "",
    )
    .await;
    assert_eq!(items.json()["code"], "InvalidParameter");
}
