//! What native answers tell of pictures, searches and chances.

use serde_json::{Value, json};
use simulator::Answer;

use crate::{
    native::{MULTIMODAL, TEXT, data, request, streamed, text_at, whole},
    support::{PICTURE, send, simulator, with},
};

#[tokio::test]
async fn pictures_are_counted_and_measured() {
    let simulator = simulator().await;
    let body = |path: Value| {
        json!({ "model": "qwen3-vl-plus", "input": { "messages": [
            { "role": "user", "content": [{ "image": PICTURE }, { "text": "What is this?" }] },
        ] }, "parameters": path })
    };
    let sizes = body(json!({ "vl_enable_image_hw_output": true }));
    let answer = send(&simulator, "POST", MULTIMODAL, &sizes.to_string())
        .await
        .json();
    let content = &answer["output"]["choices"][0]["message"]["content"];
    assert!(
        content[0]["text"]
            .as_str()
            .is_some_and(|text| text.contains("red")),
        "{content}"
    );
    assert_eq!(content[1], json!({ "image_hw": [[24, 32]] }));
    let usage = &answer["usage"];
    assert!(usage["image_tokens"].as_u64() > Some(0));
    assert_eq!(
        usage["input_tokens_details"]["image_tokens"],
        usage["image_tokens"]
    );
    let events = data(&streamed(&simulator, MULTIMODAL, &body(json!({}))).await);
    let last = events.last().expect("an event");
    assert_eq!(
        last["output"]["choices"][0]["message"]["content"],
        json!([])
    );
    assert_eq!(last["usage"]["image_tokens"], usage["image_tokens"]);
}

#[tokio::test]
async fn a_search_tells_its_sources() {
    let simulator = simulator().await;
    let search = |options: Value| {
        let options = with(json!({ "forced_search": true }), options);
        request(
            "qwen-plus",
            json!({
                "result_format": "message", "incremental_output": true, "enable_search": true, "search_options": options,
            }),
        )
    };
    let told = search(
        json!({ "enable_source": true, "enable_citation": true, "citation_format": "[ref_<number>]" }),
    );
    let answer = whole(&simulator, &told).await.json();
    assert_eq!(
        answer["output"]["search_info"]["search_results"][0]["index"],
        1
    );
    assert_eq!(
        answer["usage"]["plugins"],
        json!({ "search": { "count": 1 } })
    );
    assert!(text_at(&answer, "/output/choices/0/message/content").ends_with("[ref_1]"));

    let quiet = whole(&simulator, &search(json!({}))).await.json();
    assert!(quiet["output"].get("search_info").is_none());
    assert!(quiet["usage"]["plugins"].is_object());
    let none = request(
        "qwen-plus",
        json!({ "result_format": "message", "enable_search": true }),
    );
    let none = whole(&simulator, &none).await.json();
    assert!(none["usage"].get("plugins").is_none());

    let first = search(json!({ "enable_source": true, "prepend_search_result": true }));
    let events = data(&streamed(&simulator, TEXT, &first).await);
    let found = |at: usize| {
        events[at]["output"]["search_info"]["search_results"]
            .as_array()
            .map(Vec::len)
    };
    assert_eq!((found(0), found(1)), (Some(3), Some(0)));
    assert_eq!(text_at(&events[0], "/output/choices/0/message/content"), "");
}

#[tokio::test]
async fn chances_are_told_token_by_token() {
    let simulator = simulator().await;
    let chances = json!({ "result_format": "message", "logprobs": true, "top_logprobs": 2 });
    simulator.next_answer(Answer::words(["Hello", " world"]));
    let model = "qwen-plus-2025-12-01";
    let answer = whole(&simulator, &request(model, chances)).await.json();
    let content = answer
        .pointer("/output/choices/0/logprobs/content")
        .and_then(Value::as_array);
    let Some(content) = content else {
        panic!("no chances in {answer}")
    };
    assert_eq!(
        content
            .iter()
            .map(|one| text_at(one, "/token"))
            .collect::<Vec<_>>(),
        ["Hello", " world"]
    );
    assert_eq!(content[0]["top_logprobs"].as_array().map(Vec::len), Some(2));
}
