//! Text generation in the native protocol.

use serde_json::{Value, json};
use simulator::{Answer, Fault, Refusal, Simulator, Usage};

use crate::support::{Reply, ask, chat, send, send_with, simulator, with};

pub const TEXT: &str = "/api/v1/services/aigc/text-generation/generation";
pub const MULTIMODAL: &str = "/api/v1/services/aigc/multimodal-generation/generation";

pub fn request(model: &str, parameters: Value) -> Value {
    json!({
        "model": model,
        "input": { "messages": [{ "role": "user", "content": "背一首诗" }] },
        "parameters": parameters,
    })
}

pub async fn whole(simulator: &Simulator, body: &Value) -> Reply {
    send(simulator, "POST", TEXT, &body.to_string()).await
}

pub async fn streamed(simulator: &Simulator, path: &str, body: &Value) -> Reply {
    let headers = "x-dashscope-sse: enable\r\naccept: text/event-stream\r\n";
    send_with(simulator, "POST", path, headers, &body.to_string()).await
}

/// The data of each event, after a look at its frame.
pub fn data(reply: &Reply) -> Vec<Value> {
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert!(
        reply
            .head
            .contains("content-type: text/event-stream;charset=utf-8")
    );
    let text = reply.text();
    let events = text.split_terminator("\n\n").enumerate();
    events
        .map(|(at, event)| {
            let start = format!("id:{}\nevent:result\n:HTTP_STATUS/200\ndata:", at + 1);
            serde_json::from_str(event.strip_prefix(&start).expect(event)).expect(event)
        })
        .collect()
}

pub fn text_at<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .expect(pointer)
}

#[tokio::test]
async fn the_same_question_gets_the_same_words_in_both_protocols() {
    let simulator = simulator().await;
    let body = with(ask("背一首诗"), json!({ "stream": false, "seed": 7 }));
    let compatible = chat(&simulator, &body).await.json();
    let native = whole(
        &simulator,
        &request(
            "qwen-plus",
            json!({ "seed": 7, "result_format": "message" }),
        ),
    )
    .await
    .json();

    assert_eq!(
        native.pointer("/output/choices/0/message/content"),
        compatible.pointer("/choices/0/message/content")
    );
    assert_eq!(
        native.pointer("/usage/output_tokens"),
        compatible.pointer("/usage/completion_tokens")
    );
}

#[tokio::test]
async fn the_result_format_follows_the_model_and_the_parameter() {
    let simulator = simulator().await;
    let has_text = async |model: &str, parameters: Value| {
        let answer = whole(&simulator, &request(model, parameters)).await.json();
        answer.pointer("/output/text").is_some()
    };
    assert!(has_text("qwen-plus", json!({})).await);
    assert!(!has_text("qwen3-max", json!({})).await);
    assert!(has_text("qwen3-max", json!({ "result_format": "text" })).await);
    assert!(!has_text("qwen-plus", json!({ "result_format": "message" })).await);
}

#[tokio::test]
async fn a_prompt_and_its_history_are_a_conversation() {
    let simulator = simulator().await;
    let legacy = json!({ "model": "qwen-plus", "input": {
        "prompt": "背一首诗", "history": [{ "user": "hi", "bot": "hello" }],
    } });
    let messages = json!({ "model": "qwen-plus", "input": { "messages": [
        { "role": "user", "content": "hi" },
        { "role": "assistant", "content": "hello" },
        { "role": "user", "content": "背一首诗" },
    ] }, "parameters": {} });
    let legacy = whole(&simulator, &legacy).await.json();
    let messages = whole(&simulator, &messages).await.json();
    assert_eq!(legacy.get("output"), messages.get("output"));
    assert_eq!(legacy.get("usage"), messages.get("usage"));
}

#[tokio::test]
async fn a_stream_says_what_is_new_or_all_so_far() {
    let simulator = simulator().await;
    let words = || Answer::words(["春", "眠", "不觉晓"]);
    simulator.next_answer(words());
    let incremental = json!({ "result_format": "message", "incremental_output": true });
    let events = data(&streamed(&simulator, TEXT, &request("qwen-plus", incremental)).await);
    let content = "/output/choices/0/message/content";
    let said: Vec<_> = events.iter().map(|event| text_at(event, content)).collect();
    assert_eq!(said, ["春", "眠", "不觉晓", ""]);
    let ends: Vec<_> = events
        .iter()
        .map(|event| text_at(event, "/output/choices/0/finish_reason"))
        .collect();
    assert_eq!(ends, ["null", "null", "null", "stop"]);
    assert_eq!(events[1]["usage"]["output_tokens"], 2);

    simulator.next_answer(words());
    let events = data(&streamed(&simulator, TEXT, &request("qwen-plus", json!({}))).await);
    let said: Vec<_> = events
        .iter()
        .map(|event| text_at(event, "/output/text"))
        .collect();
    assert_eq!(said, ["春", "春眠", "春眠不觉晓", "春眠不觉晓"]);
}

#[tokio::test]
async fn thinking_has_both_keys_in_every_event_and_wants_its_form() {
    let simulator = simulator().await;
    let thinking = |more| {
        let parameters = json!({ "enable_thinking": true, "result_format": "message", "incremental_output": true });
        request("qwen-plus", with(parameters, more))
    };
    let events = data(&streamed(&simulator, TEXT, &thinking(json!({}))).await);
    for event in &events {
        let message = event
            .pointer("/output/choices/0/message")
            .expect("a message");
        assert!(message["content"].is_string() && message["reasoning_content"].is_string());
    }
    assert_ne!(
        text_at(&events[0], "/output/choices/0/message/reasoning_content"),
        ""
    );
    let last = events.last().expect("an event");
    assert!(last["usage"]["output_tokens_details"]["reasoning_tokens"].as_u64() > Some(0));

    let refused = whole(&simulator, &thinking(json!({ "result_format": "text" }))).await;
    assert_eq!(refused.status, 400);
    assert_eq!(
        text_at(&refused.json(), "/message"),
        r#"The result_format parameter must be "message" when enable_thinking is true"#
    );
    let body = thinking(json!({ "incremental_output": false }));
    let refused = streamed(&simulator, TEXT, &body).await;
    assert_eq!(
        text_at(&refused.json(), "/message"),
        r#"The incremental_output parameter must be "true" when enable_thinking is true"#
    );
}

#[tokio::test]
async fn a_call_comes_in_fragments() {
    let simulator = simulator().await;
    simulator.next_answer(Answer::calls("get_weather", r#"{"city":"杭州"}"#));
    let incremental = json!({ "result_format": "message", "incremental_output": true });
    let events = data(&streamed(&simulator, TEXT, &request("qwen-plus", incremental)).await);
    let call = "/output/choices/0/message/tool_calls/0/function";
    assert_eq!(
        events[0].pointer(call),
        Some(&json!({ "name": "get_weather", "arguments": r#"{"city":"# }))
    );
    assert_eq!(
        events[1].pointer(call),
        Some(&json!({ "arguments": r#""杭州"}"# }))
    );
    assert_eq!(
        text_at(&events[2], "/output/choices/0/finish_reason"),
        "tool_calls"
    );
}

#[tokio::test]
async fn what_is_billed_is_what_usage_says() {
    let simulator = simulator().await;
    simulator.next_answer(Answer::words(["春"]).usage(Usage {
        prompt_tokens: 10,
        completion_tokens: 20,
        cached_tokens: 5,
        ..Usage::default()
    }));
    let message = json!({ "result_format": "message" });
    let answer = whole(&simulator, &request("qwen-plus", message))
        .await
        .json();
    assert_eq!(
        answer["usage"],
        json!({
            "input_tokens": 10, "output_tokens": 20, "total_tokens": 30,
            "prompt_tokens_details": { "cached_tokens": 5 },
        })
    );
    let received = simulator.received();
    let billed = received[0].billed.as_ref().expect("a bill");
    assert_eq!(
        (
            billed.input_tokens,
            billed.output_tokens,
            billed.cached_tokens
        ),
        (10, 20, 5)
    );
}

#[tokio::test]
async fn every_model_has_its_path() {
    let simulator = simulator().await;
    for (path, model) in [
        (TEXT, "qwen3-vl-plus"),
        (MULTIMODAL, "qwen-plus"),
        (TEXT, "qwen3.7-plus"),
    ] {
        let body = request(model, json!({})).to_string();
        let refused = send(&simulator, "POST", path, &body).await;
        assert_eq!(refused.status, 400, "{model}");
        assert_eq!(refused.json()["code"], "InvalidParameter");
        assert_eq!(refused.json()["message"], "url error, please check url！");
    }
}

#[tokio::test]
async fn a_multimodal_answer_has_parts() {
    let simulator = simulator().await;
    let body = json!({ "model": "qwen3-vl-plus", "input": { "messages": [
        { "role": "system", "content": [{ "text": "You are a helpful assistant." }] },
        { "role": "user", "content": [{ "text": "背一首诗" }] },
    ] }, "parameters": {} });
    simulator.next_answer(Answer::words(["春", "眠"]));
    let answer = send(&simulator, "POST", MULTIMODAL, &body.to_string())
        .await
        .json();
    assert_eq!(
        answer.pointer("/output/choices/0/message/content"),
        Some(&json!([{ "text": "春眠" }]))
    );
    simulator.next_answer(Answer::words(["春", "眠"]));
    let events = data(&streamed(&simulator, MULTIMODAL, &body).await);
    let contents: Vec<_> = events
        .iter()
        .map(|event| &event["output"]["choices"][0]["message"]["content"])
        .collect();
    assert_eq!(
        contents,
        [
            &json!([{ "text": "春" }]),
            &json!([{ "text": "眠" }]),
            &json!([])
        ]
    );
}

#[tokio::test]
async fn faulty_requests_are_refused_in_the_documented_words() {
    let simulator = simulator().await;
    let messages = json!({ "messages": [{ "role": "user", "content": "hi" }] });
    let cases = [
        (
            json!({ "input": messages }),
            400,
            "BadRequest.EmptyModel",
            r#"Required parameter "model" missing from request."#,
        ),
        (
            json!({ "model": "gpt-5", "input": messages }),
            404,
            "ModelNotFound",
            "Model can not be found.",
        ),
        (
            json!({ "model": "qwen-plus" }),
            400,
            "BadRequest.EmptyInput",
            "Required input parameter missing from request.",
        ),
        (
            json!({ "model": "qwen-plus", "input": {} }),
            400,
            "InvalidParameter",
            r#"Either "prompt" or "messages" must exist and cannot both be none"#,
        ),
        (
            json!({ "model": "qwen-plus", "input": with(messages.clone(), json!({ "prompt": "hi" })) }),
            400,
            "InvalidParameter",
            r#"Only one of the parameters "prompt" and "messages" can be present"#,
        ),
        (
            json!({ "model": "qwen-plus", "input": messages, "parameters": { "seed": -1 } }),
            400,
            "InvalidParameter",
            "Range of seed should be [0, 9223372036854775807]",
        ),
        (
            json!({ "model": "qwen-plus", "input": messages, "parameters": { "temperature": 2 } }),
            400,
            "InvalidParameter",
            "Temperature should be in [0.0, 2.0)",
        ),
    ];
    for (body, status, code, message) in cases {
        let refused = whole(&simulator, &body).await;
        let envelope = refused.json();
        assert_eq!(refused.status, status, "{body}");
        assert_eq!(envelope["code"], code, "{body}");
        assert_eq!(envelope["message"], message, "{body}");
        assert!(envelope["request_id"].is_string());
    }
}

#[tokio::test]
async fn faults_take_this_protocols_form() {
    let simulator = simulator().await;
    let body = request("qwen-plus", json!({ "incremental_output": true }));
    simulator.next_answer(
        Answer::words(["春", "眠"]).fails_after(1, Fault::ErrorEvent(Refusal::inspected_output())),
    );
    let broken = streamed(&simulator, TEXT, &body).await;
    let text = broken.text();
    let last = text.split_terminator("\n\n").nth(1).expect("two events");
    assert!(
        last.starts_with(
            "id:2\nevent:error\n:HTTP_STATUS/400\ndata:{\"code\":\"DataInspectionFailed\""
        ),
        "{last}"
    );

    simulator.next_answer(Answer::fault(Fault::RefusedAsEvent(
        Refusal::too_many_requests(),
    )));
    let refused = streamed(&simulator, TEXT, &body).await;
    assert_eq!(refused.status, 429);
    assert!(
        refused
            .text()
            .starts_with("id:1\nevent:error\n:HTTP_STATUS/429\ndata:")
    );

    simulator.refuse_with(Refusal::too_many_requests());
    assert_eq!(
        whole(&simulator, &body).await.json()["code"],
        "Throttling.RateQuota"
    );
}
