//! Answers look as the protocol page prints them.

use serde_json::{Value, json};
use simulator::{Answer, Simulator, Usage};

use crate::support::{ask, chat, send, simulator, with};

/// The answer's events with the volatile parts replaced.
async fn events(simulator: &Simulator, body: &Value) -> Vec<String> {
    let reply = chat(simulator, body).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert!(
        reply
            .head
            .contains("content-type: text/event-stream;charset=utf-8"),
        "{}",
        reply.head
    );
    assert!(reply.complete);
    reply
        .events()
        .iter()
        .map(|event| without_id(event))
        .collect()
}

fn without_id(event: &str) -> String {
    match (
        event.find(r#","created":"#),
        event.find(r#","system_fingerprint""#),
        event.find("chatcmpl-"),
    ) {
        (Some(created), Some(after), Some(id)) => {
            assert_eq!(
                event[id..].len(),
                "chatcmpl-0b7f6f0e-3f2a-9c51-8d0e-5a5c4b3a2f10\"}".len()
            );
            format!("{}{}ID\"}}", &event[..created], &event[after..id])
        }
        _ => event.to_owned(),
    }
}

const TAIL: &str = r#","system_fingerprint":null,"model":"qwen-plus","id":"ID"}"#;

fn chunk(choice: &str) -> String {
    format!(r#"{{"choices":[{choice}],"object":"chat.completion.chunk","usage":null{TAIL}"#)
}

#[tokio::test]
async fn a_stream_has_role_words_finish_usage_and_done() {
    let simulator = simulator().await;
    let usage = Usage {
        prompt_tokens: 24,
        completion_tokens: 4,
        ..Usage::default()
    };
    simulator.next_answer(Answer::words(["Hang", "zhou."]).usage(usage));
    let usage = r#"{"prompt_tokens":24,"completion_tokens":4,"total_tokens":28,"prompt_tokens_details":{"cached_tokens":0}}"#;
    let expected = [
        chunk(
            r#"{"delta":{"content":"","role":"assistant"},"index":0,"logprobs":null,"finish_reason":null}"#,
        ),
        chunk(r#"{"finish_reason":null,"logprobs":null,"delta":{"content":"Hang"},"index":0}"#),
        chunk(r#"{"delta":{"content":"zhou."},"finish_reason":null,"index":0,"logprobs":null}"#),
        chunk(r#"{"finish_reason":"stop","delta":{"content":""},"index":0,"logprobs":null}"#),
        format!(r#"{{"choices":[],"object":"chat.completion.chunk","usage":{usage}{TAIL}"#),
        "[DONE]".to_owned(),
    ];
    assert_eq!(events(&simulator, &ask("capital?")).await, expected);
}

#[tokio::test]
async fn reasoning_comes_first_and_leaves_the_content_null() {
    let simulator = simulator().await;
    let usage = Usage {
        prompt_tokens: 10,
        completion_tokens: 360,
        reasoning_tokens: 190,
        cached_tokens: 0,
    };
    simulator.next_answer(
        Answer::words(["Hangzhou."])
            .reasoning(["The user asks"])
            .usage(usage),
    );
    let usage = r#"{"prompt_tokens":10,"completion_tokens":360,"total_tokens":370,"completion_tokens_details":{"reasoning_tokens":190},"prompt_tokens_details":{"cached_tokens":0}}"#;
    let expected = [
        chunk(
            r#"{"delta":{"content":null,"role":"assistant","reasoning_content":""},"index":0,"logprobs":null,"finish_reason":null}"#,
        ),
        chunk(
            r#"{"finish_reason":null,"logprobs":null,"delta":{"content":null,"reasoning_content":"The user asks"},"index":0}"#,
        ),
        chunk(
            r#"{"delta":{"content":"Hangzhou.","reasoning_content":null},"finish_reason":null,"index":0,"logprobs":null}"#,
        ),
        chunk(
            r#"{"finish_reason":"stop","delta":{"content":"","reasoning_content":null},"index":0,"logprobs":null}"#,
        ),
        format!(r#"{{"choices":[],"object":"chat.completion.chunk","usage":{usage}{TAIL}"#),
        "[DONE]".to_owned(),
    ];
    assert_eq!(events(&simulator, &ask("capital?")).await, expected);
}

#[tokio::test]
async fn a_tool_call_comes_in_fragments_with_an_empty_id_later() {
    let simulator = simulator().await;
    simulator.next_answer(Answer::calls("get_weather", r#"{"city": "Hangzhou"}"#));
    let expected = [
        chunk(
            r#"{"delta":{"content":null,"role":"assistant","tool_calls":[{"index":0,"id":"call_6f1d2c3b4a5e4f60a1b2c3","type":"function","function":{"name":"get_weather","arguments":"{\"city\":"}}]},"finish_reason":null,"index":0,"logprobs":null}"#,
        ),
        chunk(
            r#"{"delta":{"content":null,"tool_calls":[{"index":0,"id":"","type":"function","function":{"arguments":" \"Hangzhou\"}"}}]},"finish_reason":null,"index":0,"logprobs":null}"#,
        ),
        chunk(r#"{"finish_reason":"tool_calls","delta":{},"index":0,"logprobs":null}"#),
        "[DONE]".to_owned(),
    ];
    let body = with(ask("weather?"), json!({ "stream_options": null }));
    assert_eq!(events(&simulator, &body).await, expected);
}

#[tokio::test]
async fn usage_is_sent_only_when_asked_for() {
    let simulator = simulator().await;
    let reply = chat(
        &simulator,
        &with(ask("hello"), json!({ "stream_options": null })),
    )
    .await;
    assert!(!reply.text().contains("prompt_tokens"));
    assert!(reply.text().ends_with("data: [DONE]\n\n"));
}

#[tokio::test]
async fn without_a_stream_the_same_words_come_in_one_piece() {
    let simulator = simulator().await;
    let streamed = chat(&simulator, &ask("来一首诗")).await;
    let whole = chat(
        &simulator,
        &with(ask("来一首诗"), json!({ "stream": false })),
    )
    .await
    .json();
    assert_eq!(
        whole.pointer("/choices/0/message/content").unwrap(),
        &streamed.said()
    );
    assert_eq!(whole["object"], "chat.completion");
    assert_eq!(whole.pointer("/choices/0/finish_reason").unwrap(), "stop");
    let usage: Value =
        serde_json::from_str(&streamed.events()[streamed.events().len() - 2]).unwrap();
    assert_eq!(whole["usage"], usage["usage"]);
}

#[tokio::test]
async fn thinking_follows_the_model_and_the_switch() {
    let simulator = simulator().await;
    for (model, switch, thinks) in [
        ("qwen-plus", json!(null), false),
        ("qwen-plus", json!(true), true),
        ("qwen3.7-plus", json!(null), true),
        ("qwen3.7-plus", json!(false), false),
        ("qwq-plus", json!(null), true),
    ] {
        let body = with(
            ask("hello"),
            json!({ "model": model, "enable_thinking": switch }),
        );
        let text = chat(&simulator, &body).await.text();
        assert_eq!(
            text.contains(r#""reasoning_tokens":"#),
            thinks,
            "{model} {switch}"
        );
    }
    let body = with(
        ask("hello"),
        json!({ "enable_thinking": true, "thinking_budget": 5 }),
    );
    assert!(
        chat(&simulator, &body)
            .await
            .text()
            .contains(r#""reasoning_tokens":5}"#)
    );
}

#[tokio::test]
async fn an_answer_ends_at_its_limit_or_at_a_stop_word() {
    let simulator = simulator().await;
    let limited = chat(
        &simulator,
        &with(ask("来一首诗"), json!({ "max_tokens": 7 })),
    )
    .await;
    assert!(limited.text().contains(r#""finish_reason":"length""#));
    assert!(limited.text().contains(r#""completion_tokens":7,"#));
    let stopped = chat(
        &simulator,
        &with(ask("来一首诗"), json!({ "stop": ["灯前"] })),
    )
    .await;
    assert!(
        stopped.said().ends_with("## 夜读\n\n"),
        "{}",
        stopped.said()
    );
}

#[tokio::test]
async fn a_partial_answer_is_continued_without_repeating_it() {
    let simulator = simulator().await;
    let whole = chat(&simulator, &ask("画一张表格")).await.said();
    let cut = whole.char_indices().nth(60).unwrap().0;
    let mut body = ask("画一张表格");
    let prefix = json!({ "role": "assistant", "content": whole[..cut], "partial": true });
    body["messages"].as_array_mut().unwrap().push(prefix);
    assert_eq!(chat(&simulator, &body).await.said(), whole[cut..]);
    let refused = chat(&simulator, &with(body, json!({ "enable_thinking": true }))).await;
    assert_eq!(refused.status, 400);
}

#[tokio::test]
async fn the_seed_decides_what_is_said() {
    let (one, other) = (simulator().await, simulator().await);
    let body = ask("今天吃什么");
    let said = chat(&one, &body).await.said();
    assert_eq!(said, chat(&other, &body).await.said());
    let mut different = false;
    for seed in 0..8 {
        different |= chat(&one, &with(body.clone(), json!({ "seed": seed })))
            .await
            .said()
            != said;
    }
    assert!(different);
}

#[tokio::test]
async fn a_function_is_called_when_the_question_speaks_of_it() {
    let simulator = simulator().await;
    let parameters = json!({ "type": "object", "properties": { "city": { "type": "string" }, "unit": { "enum": ["C", "F"] } } });
    let tools = json!([{ "type": "function", "function": { "name": "get_weather", "parameters": parameters } }]);
    let body = with(
        ask("What is the weather in Hangzhou?"),
        json!({ "tools": tools, "stream": false }),
    );
    let answer = chat(&simulator, &body).await.json();
    let call = answer.pointer("/choices/0/message/tool_calls/0").unwrap();
    assert_eq!(call.pointer("/function/name").unwrap(), "get_weather");
    assert_eq!(
        call.pointer("/function/arguments").unwrap(),
        r#"{"city":"hangzhou","unit":"C"}"#
    );
    assert_eq!(
        answer.pointer("/choices/0/finish_reason").unwrap(),
        "tool_calls"
    );
    let quiet = chat(&simulator, &with(body, json!({ "tool_choice": "none" })))
        .await
        .json();
    assert_eq!(quiet.pointer("/choices/0/finish_reason").unwrap(), "stop");
}

#[tokio::test]
async fn a_json_answer_fits_its_schema() {
    let simulator = simulator().await;
    let schema = json!({ "type": "object", "properties": { "names": { "type": "array", "items": { "type": "string" } } } });
    let format =
        json!({ "type": "json_schema", "json_schema": { "name": "people", "schema": schema } });
    let answer = chat(
        &simulator,
        &with(ask("who?"), json!({ "response_format": format })),
    )
    .await
    .said();
    assert!(serde_json::from_str::<Value>(&answer).unwrap()["names"].is_array());
}

#[tokio::test]
async fn several_choices_are_told_apart_by_their_index() {
    let simulator = simulator().await;
    let answer = chat(
        &simulator,
        &with(ask("hello"), json!({ "n": 3, "stream": false })),
    )
    .await
    .json();
    let indices: Vec<_> = answer["choices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|choice| choice["index"].clone())
        .collect();
    assert_eq!(indices, [0, 1, 2]);
}

#[tokio::test]
async fn models_are_listed_and_shown_one_by_one() {
    let simulator = simulator().await;
    let list = send(&simulator, "GET", "/compatible-mode/v1/models", "")
        .await
        .json();
    assert_eq!(list["object"], "list");
    let first = &list["data"][0];
    assert_eq!(first["object"], "model");
    for id in [first["id"].as_str().unwrap(), "kimi/kimi-k2.6"] {
        let shown = send(
            &simulator,
            "GET",
            &format!("/compatible-mode/v1/models/{id}"),
            "",
        )
        .await
        .json();
        assert_eq!(shown["id"], id);
    }
    let unknown = send(&simulator, "GET", "/compatible-mode/v1/models/gpt-5", "").await;
    assert_eq!(
        (unknown.status, unknown.json()["error"]["code"].as_str()),
        (404, Some("model_not_found"))
    );
}
