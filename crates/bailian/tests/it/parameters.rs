//! Every documented parameter has a name, goes out as it is documented, and comes back the same.

use bailian::batches::{BatchRequest, BatchStatus, BatchWriter};
use bailian::completions::{Completion, CompletionRequest};
use bailian::files::Purpose;
use bailian::native::GenerationRequest;
use bailian::{ChatRequest, Client, ClientOptions, ErrorKind, Extra, Message};
use futures_util::TryStreamExt;
use serde_json::{Value, json};
use simulator::{Options, Simulator};

fn everything() -> Value {
    json!({
        "model": "qwen-plus",
        "messages": [{ "role": "user", "content": "背一首诗" }],
        "stream_options": { "include_usage": true },
        "temperature": 0.7, "top_p": 0.8, "top_k": 20, "presence_penalty": 0.5, "repetition_penalty": 1.05,
        "max_tokens": 2048, "max_completion_tokens": 4096, "n": 1, "seed": 1234, "stop": ["\n\n"],
        "response_format": { "type": "json_schema", "json_schema": { "name": "poem", "schema": { "type": "object" } } },
        "logprobs": true, "top_logprobs": 3,
        "tools": [{ "type": "function", "function": {
            "name": "weather", "description": "of a city", "parameters": { "type": "object" },
        }}],
        "tool_choice": { "type": "function", "function": { "name": "weather" } },
        "parallel_tool_calls": true, "tool_stream": true,
        "enable_thinking": true, "thinking_budget": 4000, "reasoning_effort": "medium", "preserve_thinking": true,
        "clear_thinking": false, "thinking": { "type": "adaptive" },
        "enable_search": true,
        "search_options": {
            "forced_search": true, "search_strategy": "turbo", "enable_search_extension": true, "enable_source": true,
            "enable_citation": true, "citation_format": "[<number>]", "prepend_search_result": true, "freshness": 7,
            "assigned_site_list": ["example.com"],
        },
        "enable_code_interpreter": true, "vl_high_resolution_images": true,
        "modalities": ["text", "audio"], "audio": { "voice": "Cherry", "format": "wav" },
        "use_multichannel": true,
        "skill": [{ "type": "ppt", "mode": "general", "template_id": "news_01" }],
        "translation_options": { "source_lang": "auto", "target_lang": "English" },
        "asr_options": { "language": "zh" },
    })
}

#[test]
fn chat_has_a_name_for_each() {
    let request: ChatRequest = serde_json::from_value(everything()).unwrap();
    assert_eq!(request.extra, Extra::new());
    assert_eq!(serde_json::to_value(&request).unwrap(), everything());
}

#[test]
fn tomorrows_parameter_passes_through() {
    let request = ChatRequest::new("qwen-plus", [Message::user("你好")]).extra("tomorrow", 1);
    assert_eq!(serde_json::to_value(&request).unwrap()["tomorrow"], 1);
    let mut body = everything();
    body["tomorrow"] = json!({ "n": 9_007_199_254_740_993_u64 });
    let read: ChatRequest = serde_json::from_value(body.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), body);
}

#[test]
fn native_text_has_a_name_for_each() {
    let parameters = json!({
        "result_format": "message", "incremental_output": true,
        "temperature": 0.7, "top_p": 0.8, "top_k": 20, "repetition_penalty": 1.05, "presence_penalty": 0.5,
        "max_tokens": 2048, "max_completion_tokens": 4096, "seed": 1234, "stop": ["\n\n"], "n": 1,
        "response_format": { "type": "text" }, "logprobs": true, "top_logprobs": 3,
        "enable_thinking": true, "thinking_budget": 4000, "reasoning_effort": "medium", "preserve_thinking": true,
        "tools": [{ "type": "function", "function": { "name": "weather" } }],
        "tool_choice": "auto", "parallel_tool_calls": true,
        "enable_search": true, "search_options": { "enable_source": true },
        "enable_code_interpreter": true, "vl_high_resolution_images": true, "vl_enable_image_hw_output": true,
        "ocr_options": { "task": "text_recognition" }, "asr_options": { "language": "zh" },
        "translation_options": { "target_lang": "English" },
    });
    let body = json!({
        "model": "qwen-plus",
        "input": { "messages": [{ "role": "user", "content": "背一首诗" }] },
        "parameters": parameters,
    });
    let request: GenerationRequest = serde_json::from_value(body.clone()).unwrap();
    assert_eq!(request.parameters.extra, Extra::new());
    assert_eq!(serde_json::to_value(&request).unwrap(), body);
}

#[tokio::test]
async fn what_chat_documents_is_honoured_by_the_service() {
    let simulator = Simulator::start(Options::immediate()).await.unwrap();
    let client = Client::new(ClientOptions::new(simulator.base_url(), "sk-test")).unwrap();
    let ask = || ChatRequest::new("qwen-plus", [Message::user("背一首诗，用 JSON")]);
    let whole = client.chat(ask()).await.unwrap();
    let text = |answer: &bailian::ChatCompletion| answer.message().unwrap().text();

    let same = client
        .chat(
            ask()
                .temperature(0.1)
                .top_p(0.5)
                .top_k(5_u32)
                .presence_penalty(0.1),
        )
        .await;
    assert_eq!(text(&same.unwrap()), text(&whole), "sampling is accepted");
    let other = client.chat(ask().seed(7)).await.unwrap();
    assert_ne!(text(&other), text(&whole), "the seed decides");
    let short = client.chat(ask().max_tokens(3_u32)).await.unwrap();
    assert_eq!(short.usage.as_ref().unwrap().completion_tokens, Some(3));
    let two = client.chat(ask().n(2_u32)).await.unwrap();
    assert_eq!(two.choices.len(), 2);
    let thinking = client
        .chat(ask().enable_thinking(true).thinking_budget(50_u32))
        .await
        .unwrap();
    assert!(thinking.message().unwrap().reasoning_content.is_some());
    let sent = simulator.received();
    assert_eq!(sent.len(), 6);
    assert!(sent.iter().all(|request| request.status == Some(200)));
}

#[tokio::test]
async fn code_is_filled_in_and_a_batch_is_cancelled() {
    let simulator = Simulator::start(Options::immediate()).await.unwrap();
    let client = Client::new(ClientOptions::new(simulator.base_url(), "sk-test")).unwrap();
    let gap = || {
        CompletionRequest::between("qwen2.5-coder-32b-instruct", "def add(a, b):\n", "\nx")
            .include_usage()
    };
    let whole = client.complete(gap()).await.unwrap();
    let pieces = client.complete_stream(gap()).await.unwrap();
    let pieces: Vec<_> = pieces.try_collect().await.unwrap();
    let streamed: String = pieces.iter().map(Completion::text).collect();
    assert_eq!(streamed, whole.text());

    let mut lines = BatchWriter::new();
    let question = [Message::user("2+2?")];
    lines
        .chat("1", &ChatRequest::new("qwen-plus", question))
        .unwrap();
    let lines = lines.finish();
    let file = client
        .upload_file(Purpose::Batch, "a.jsonl", lines)
        .await
        .unwrap();
    let refused = client.file_content(&file.id, 1 << 20).await.unwrap_err();
    assert!(
        matches!(refused.kind(), ErrorKind::InvalidParameter { .. }),
        "only results are given back"
    );
    simulator.hold_tasks();
    let batch = client
        .create_batch(BatchRequest::chat(file.id))
        .await
        .unwrap();
    let cancelled = client.cancel_batch(&batch.id).await.unwrap();
    assert!(matches!(
        cancelled.status,
        BatchStatus::Cancelling | BatchStatus::Cancelled
    ));
}
