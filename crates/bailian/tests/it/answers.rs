//! Whole answers, the list of models, and that fields survive in both directions.

use bailian::{ChatRequest, Client, ErrorKind, FinishReason, Message};
use serde_json::{Value, json};

use crate::support::{Upstream, asking, reply};

#[tokio::test]
async fn a_whole_answer_is_read_with_everything_in_it() {
    let body = json!({
        "choices": [{
            "message": {
                "role": "assistant", "content": "", "reasoning_content": "想", "refusal": null,
                "tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
            },
            "finish_reason": "tool_calls", "index": 0, "logprobs": null,
        }],
        "object": "chat.completion", "created": 1_761_000_000, "model": "qwen-plus", "id": "chatcmpl-1",
        "usage": {"prompt_tokens": 245, "completion_tokens": 22, "total_tokens": 267, "prompt_tokens_details": {"cached_tokens": 200}},
    });
    let upstream = Upstream::answering(reply(
        "200 OK",
        "application/json; charset=utf-8",
        &body.to_string(),
    ))
    .await;
    let mut options = upstream.options();
    options.workspace = Some("ws-1".to_owned());
    let answer = Client::new(options).unwrap().chat(asking()).await.unwrap();
    assert_eq!(answer.request_id.as_deref(), Some("req-1"));
    assert_eq!(
        answer.choices[0].finish_reason,
        Some(FinishReason::ToolCalls)
    );
    let details = answer
        .usage
        .as_ref()
        .unwrap()
        .prompt_tokens_details
        .as_ref()
        .unwrap();
    assert_eq!(details.cached_tokens, Some(200));
    assert_eq!(serde_json::to_value(&answer).unwrap(), body);

    let sent = &upstream.requests()[0];
    assert!(sent.starts_with("POST /compatible-mode/v1/chat/completions HTTP/1.1"));
    assert!(sent.contains("x-dashscope-workspace: ws-1"));
    assert!(sent.contains("user-agent: liantai-bailian/"));
    assert!(!sent.contains("\"stream\""));
}

#[test]
fn a_request_survives_reading_and_writing_unchanged() {
    let request = json!({
        "model": "qwen3-vl-plus",
        "messages": [
            {"role": "system", "content": [{"type": "text", "text": "t", "cache_control": {"type": "ephemeral"}}]},
            {"role": "user", "name": "lin", "content": [
                {"type": "image_url", "image_url": {"url": "https://x/a.jpg", "detail": "auto"}, "max_pixels": 9},
                {"type": "video", "video": ["https://x/1.jpg"], "fps": 2},
                {"type": "input_audio", "input_audio": {"data": "https://x/a.wav", "format": "wav"}},
                {"type": "hologram", "url": "https://x"},
            ]},
            {"role": "developer", "content": "x"},
            {"role": "assistant", "content": "def", "partial": true},
        ],
        "stop": [[1, 2]], "tool_choice": "auto", "seed": 7, "vl_high_resolution_images": true,
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}, "strict": true}}],
        "response_format": {"type": "json_schema", "json_schema": {"name": "city"}},
        "search_options": {"forced_search": true, "intention_options": {"prompt_intervene": "x"}},
    });
    let parsed: ChatRequest = serde_json::from_value(request.clone()).unwrap();
    assert_eq!(serde_json::to_value(parsed).unwrap(), request);
}

#[test]
fn named_and_unnamed_fields_stand_side_by_side() {
    let request = ChatRequest::new("m", [Message::user("x")])
        .top_k(20_u32)
        .extra("preserve_thinking", true);
    let sent: Value = serde_json::to_value(request).unwrap();
    let expected = json!({"model": "m", "messages": [{"role": "user", "content": "x"}], "top_k": 20, "preserve_thinking": true});
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn models_are_listed_by_id() {
    let body =
        r#"{"object":"list","data":[{"id":"qwen-plus","object":"model"},{"id":"qwen3-max"}]}"#;
    let upstream = Upstream::answering(reply("200 OK", "application/json", body)).await;
    let models = upstream.client().models().await.unwrap();
    let ids: Vec<_> = models.data.iter().map(|model| model.id.as_str()).collect();
    assert_eq!(ids, ["qwen-plus", "qwen3-max"]);
    assert!(upstream.requests()[0].starts_with("GET /compatible-mode/v1/models HTTP/1.1"));

    let upstream = Upstream::answering(reply("404 x", "text/plain", "")).await;
    assert_eq!(
        upstream.client().models().await.unwrap_err().kind(),
        &ErrorKind::NotFound
    );
}
