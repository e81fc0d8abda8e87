//! The native protocol: frames, both ways of streaming, refusals in every shape, and the same answer as chat.

use bailian::native::{GenerationRequest, Message, Part};
use bailian::{
    Accumulator, CallOptions, ChatCompletion, ChatEvent, DataInspection, Error, ErrorKind,
    FinishReason, SearchOptions, Tool,
};
use futures_util::{StreamExt, TryStreamExt};
use serde_json::json;

use crate::support::{Upstream, reply, stream_of};

fn asking() -> GenerationRequest {
    GenerationRequest::text("qwen-plus", [Message::user("背一首诗")])
}

/// One event as the provider frames it.
fn frame(id: u32, message: &str, finish_reason: &str) -> String {
    format!(
        "id:{id}\nevent:result\n:HTTP_STATUS/200\ndata:{{\"output\":{{\"choices\":[{{\"message\":{message},\"finish_reason\":{finish_reason}}}]}},\"usage\":{{\"total_tokens\":28,\"output_tokens\":4,\"input_tokens\":24,\"prompt_tokens_details\":{{\"cached_tokens\":0}}}},\"request_id\":\"r-1\"}}\n\n"
    )
}

fn said(text: &str) -> String {
    json!({"content": text, "role": "assistant"}).to_string()
}

async fn texts(upstream: &Upstream, request: GenerationRequest) -> (Vec<String>, Option<Error>) {
    let mut stream = upstream.client().generate_stream(request).await.unwrap();
    let mut texts = Vec::new();
    while let Some(next) = stream.next().await {
        match next {
            Ok(event) => texts.push(event.output.text()),
            Err(error) => return (texts, Some(error)),
        }
    }
    (texts, None)
}

#[tokio::test]
async fn pieces_come_as_pieces_whichever_way_they_were_sent() {
    for (incremental, sent) in [
        (true, ["春", "眠🌸", ""]),
        (false, ["春", "春眠🌸", "春眠🌸"]),
    ] {
        let body = [
            frame(1, &said(sent[0]), "\"null\""),
            frame(2, &said(sent[1]), "null"),
            frame(3, &said(sent[2]), "\"stop\""),
        ];
        let upstream = Upstream::answering(stream_of(&body.concat())).await;
        let (texts, error) = texts(&upstream, asking().incremental_output(incremental)).await;
        assert!(error.is_none());
        assert_eq!(texts, ["春", "眠🌸", ""]);
        let sent = &upstream.requests()[0];
        assert!(sent.starts_with("POST /api/v1/services/aigc/text-generation/generation HTTP/1.1"));
        assert!(sent.contains("x-dashscope-sse: enable"));
        assert!(sent.contains("accept: text/event-stream"));
        assert!(sent.contains(&format!("\"incremental_output\":{incremental}")));
        assert!(!sent.contains("\"stream\""));
    }
}

#[tokio::test]
async fn a_stream_is_whole_only_with_its_reason() {
    let begun = frame(1, &said("春"), "\"null\"");
    let ended = frame(2, &said(""), "\"stop\"");
    let error = "id:2\nevent:error\n:HTTP_STATUS/429\ndata:{\"code\":\"Throttling.AllocationQuota\",\"message\":\"m\",\"request_id\":\"r\"}\n\n";
    for (rest, ending) in [
        (ended.clone(), None),
        (ended.trim_end().to_owned(), None),
        (String::new(), Some(ErrorKind::Interrupted)),
        (
            "id:2\nevent:result\ndata:{\"out".to_owned(),
            Some(ErrorKind::Interrupted),
        ),
        (
            error.to_owned(),
            Some(ErrorKind::Throttled {
                limit: bailian::Limit::Tokens,
            }),
        ),
        (
            "data:{\"code\":\"InternalError\",\"message\":\"m\"}\n\n".to_owned(),
            Some(ErrorKind::Unavailable),
        ),
        (
            "data:{\"request_id\":\"r\"}\n\n".to_owned(),
            Some(ErrorKind::Malformed),
        ),
    ] {
        let upstream = Upstream::answering(stream_of(&format!("{begun}{rest}"))).await;
        let (texts, error) = texts(&upstream, asking()).await;
        assert_eq!(texts.concat(), "春");
        assert_eq!(error.map(|error| error.kind().clone()), ending, "{rest}");
    }
}

#[tokio::test]
async fn every_answer_asked_for_must_end() {
    let event = |index: u32, reason: &str| {
        format!(
            "data:{{\"output\":{{\"choices\":[{{\"index\":{index},\"message\":{{\"content\":\"a\"}},\"finish_reason\":\"{reason}\"}}]}}}}\n\n"
        )
    };
    let body = [event(0, "stop"), event(1, "null")].concat();
    let upstream = Upstream::answering(stream_of(&body)).await;
    let (_, error) = texts(&upstream, asking().n(2_u32)).await;
    assert_eq!(error.unwrap().kind(), &ErrorKind::Interrupted);
}

#[tokio::test]
async fn refusals_are_errors_of_the_call_whatever_their_status() {
    let native = r#"{"code":"InvalidParameter","message":"url error, please check url！","request_id":"r-1"}"#;
    let framed = format!("id:1\nevent:error\n:HTTP_STATUS/400\ndata:{native}\n\n");
    for answer in [
        reply("400 x", "application/json", native),
        reply("200 OK", "application/json", native),
        reply("400 x", "application/json", &framed),
        reply("400 x", "text/event-stream", &framed),
        reply("200 OK", "text/event-stream", &framed),
    ] {
        let upstream = Upstream::answering(answer).await;
        let client = upstream.client();
        for error in [
            client.generate_stream(asking()).await.err(),
            client.generate(asking()).await.err(),
        ] {
            let error = error.unwrap();
            assert!(matches!(error.kind(), ErrorKind::InvalidParameter { .. }));
            assert_eq!(error.code(), Some("InvalidParameter"));
            assert_eq!(error.request_id(), Some("r-1"));
        }
    }
}

#[tokio::test]
async fn a_whole_answer_tells_sources_reasoning_and_calls() {
    let body = json!({
        "output": {
            "choices": [{
                "finish_reason": "tool_calls",
                "message": {
                    "role": "assistant", "content": "", "reasoning_content": "想",
                    "tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
                },
                "logprobs": {"content": [{"token": "春", "bytes": [230, 152, 165], "logprob": -0.1, "top_logprobs": [{"token": "夏", "logprob": -3.0}]}]},
            }],
            "search_info": {"search_results": [{"site_name": "Example", "index": 1, "title": "t", "url": "https://example.com/a", "icon": ""}], "extra_tool_info": [{"tool": "stock", "result": "…"}]},
        },
        "usage": {"total_tokens": 2614, "output_tokens": 280.0, "input_tokens": 2334, "plugins": {"search": {"count": 1}}, "output_tokens_details": {"reasoning_tokens": 9}},
        "request_id": "r-2",
    });
    let upstream =
        Upstream::answering(reply("200 OK", "application/json", &body.to_string())).await;
    let request = asking()
        .enable_thinking(true)
        .tools([Tool::function("f", "", json!({"type": "object"}))])
        .search_options(
            SearchOptions::new()
                .enable_source(true)
                .enable_citation(true),
        )
        .options(CallOptions {
            data_inspection: Some(DataInspection::Both),
            ..CallOptions::default()
        });
    let answer = upstream.client().generate(request).await.unwrap();
    assert_eq!(answer.request_id.as_deref(), Some("r-2"));
    let usage = answer.usage.as_ref().unwrap();
    let searches = usage.plugins.as_ref().unwrap().search.as_ref().unwrap();
    assert_eq!((usage.output_tokens, searches.count), (Some(280), Some(1)));
    let found = answer.output.search_info.as_ref().unwrap();
    assert_eq!(
        found.search_results[0].url.as_deref(),
        Some("https://example.com/a")
    );

    let chat = ChatCompletion::from(answer);
    let message = chat.message().unwrap();
    assert_eq!(message.tool_calls[0].function.name, "f");
    assert_eq!(message.reasoning_content.as_deref(), Some("想"));
    assert_eq!(chat.choices[0].finish_reason, Some(FinishReason::ToolCalls));
    let token = &chat.choices[0].logprobs.as_ref().unwrap().content[0];
    assert_eq!(token.top_logprobs[0].token, "夏");
    let details = chat.usage.unwrap().completion_tokens_details.unwrap();
    assert_eq!(details.reasoning_tokens, Some(9));

    let sent = &upstream.requests()[0];
    assert!(sent.contains("x-dashscope-datainspection: {\"input\":\"cip\",\"output\":\"cip\"}"));
    assert!(sent.contains("\"result_format\":\"message\""));
    assert!(!sent.contains("x-dashscope-ossresourceresolve"));
}

#[tokio::test]
async fn the_older_text_form_is_an_answer_too() {
    let body = r#"{"output":{"finish_reason":"stop","text":"杭州"},"usage":{"total_tokens":28},"request_id":"r"}"#;
    let upstream = Upstream::answering(reply("200 OK", "application/json", body)).await;
    let answer = upstream
        .client()
        .generate(asking().result_format("text"))
        .await
        .unwrap();
    assert_eq!(answer.output.text(), "杭州");
    assert_eq!(
        ChatCompletion::from(answer).message().unwrap().text(),
        "杭州"
    );

    let event = |text: &str, reason: &str| {
        format!("data:{{\"output\":{{\"finish_reason\":\"{reason}\",\"text\":\"{text}\"}}}}\n\n")
    };
    let body = [event("杭", "null"), event("杭州", "stop")].concat();
    let upstream = Upstream::answering(stream_of(&body)).await;
    let request = asking().result_format("text").incremental_output(false);
    let (texts, error) = texts(&upstream, request).await;
    assert!(error.is_none());
    assert_eq!(texts, ["杭", "州"]);
}

#[tokio::test]
async fn a_native_stream_reads_like_chat() {
    let sources = "data:{\"output\":{\"choices\":[{\"message\":{\"content\":\"\",\"role\":\"assistant\"},\"finish_reason\":\"null\"}],\"search_info\":{\"search_results\":[{\"index\":1,\"title\":\"t\"}]}}}\n\n";
    let empty = "data:{\"output\":{\"choices\":[],\"search_info\":{\"search_results\":[]}}}\n\n";
    let fragment = |calls: &str| {
        frame(
            1,
            &format!("{{\"content\":\"\",\"tool_calls\":[{calls}],\"role\":\"assistant\"}}"),
            "\"null\"",
        )
    };
    let body = [
        sources.to_owned(),
        empty.to_owned(),
        frame(
            2,
            r#"{"content":"","reasoning_content":"想","role":"assistant"}"#,
            "\"null\"",
        ),
        frame(
            3,
            r#"{"content":"春","reasoning_content":"","role":"assistant"}"#,
            "\"null\"",
        ),
        // Some streams leave out the index of a single call.
        fragment(r#"{"id":"call_1","type":"function","function":{"name":"f","arguments":"{"}}"#),
        fragment(r#"{"id":"","function":{"arguments":"}"}}"#),
        frame(6, &said(""), "\"tool_calls\""),
    ]
    .concat();
    let upstream = Upstream::answering(stream_of(&body)).await;
    let client = upstream.client();
    let stream = client.generate_stream(asking()).await.unwrap();
    let events: Vec<ChatEvent> = stream.events().try_collect().await.unwrap();
    let told: Vec<_> = events
        .iter()
        .filter(|event| !matches!(event, ChatEvent::Usage(_)))
        .collect();
    assert!(matches!(told[0], ChatEvent::Search(found) if found.search_results.len() == 1));
    assert_eq!(told[1], &ChatEvent::Reasoning("想".to_owned()));
    assert_eq!(told[2], &ChatEvent::Text("春".to_owned()));
    assert!(matches!(told[3], ChatEvent::ToolCall(call) if call.function.arguments == "{}"));
    assert!(matches!(
        told[4],
        ChatEvent::Finished {
            reason: FinishReason::ToolCalls
        }
    ));
    assert_eq!(told.len(), 5);

    let mut gathered = Accumulator::new();
    let mut chunks = client.generate_stream(asking()).await.unwrap().into_chat();
    while let Some(chunk) = chunks.try_next().await.unwrap() {
        gathered.push(&chunk).unwrap();
    }
    let answer = gathered.finish();
    assert_eq!(answer.message().unwrap().text(), "春");
    assert_eq!(answer.usage.unwrap().prompt_tokens, Some(24));
    assert_eq!(answer.search_info.unwrap().search_results.len(), 1);
}

#[tokio::test]
async fn media_are_parts_and_stored_ones_are_resolved() {
    let body = json!({
        "output": {"choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": [{"text": "A dog"}, {"image_hw": [[1, 2]]}, {"text": "."}]}}]},
        "usage": {"input_tokens": 1270, "output_tokens": 8, "image_tokens": 1247, "input_tokens_details": {"image_tokens": 1247, "text_tokens": 23}},
        "request_id": "r",
    });
    let upstream =
        Upstream::answering(reply("200 OK", "application/json", &body.to_string())).await;
    let messages = [
        Message::system("看图。"),
        Message::user(vec![
            Part::image("oss://dashscope-instant/a.jpg").pixels(65_536, 2_621_440),
            Part::frames(["https://x/1.jpg", "https://x/2.jpg"]).fps(2.0),
            Part::text("这是什么？").cached(),
        ]),
    ];
    let request = GenerationRequest::multimodal("qwen3-vl-plus", messages);
    let answer = upstream.client().generate(request).await.unwrap();
    assert_eq!(answer.output.text(), "A dog.");
    let usage = bailian::Usage::from(answer.usage.unwrap());
    assert_eq!(
        usage.prompt_tokens_details.unwrap().image_tokens,
        Some(1247)
    );
    assert_eq!(usage.total_tokens, Some(1278));

    let sent = &upstream.requests()[0];
    assert!(sent.starts_with("POST /api/v1/services/aigc/multimodal-generation/generation "));
    assert!(sent.contains("x-dashscope-ossresourceresolve: enable"));
    let body: serde_json::Value =
        serde_json::from_str(sent.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    let messages = &body["input"]["messages"];
    assert_eq!(messages[0]["content"], json!([{"text": "看图。"}]));
    let expected = json!([
        {"image": "oss://dashscope-instant/a.jpg", "min_pixels": 65_536, "max_pixels": 2_621_440},
        {"video": ["https://x/1.jpg", "https://x/2.jpg"], "fps": 2.0},
        {"text": "这是什么？", "cache_control": {"type": "ephemeral"}},
    ]);
    assert_eq!(messages[1]["content"], expected);
}
