//! Functions that a chat calls, and the answers that it must be given.

use serde_json::json;

use crate::{
    senses::{chunks, whole},
    support::{ask, chat, simulator, with},
};

#[tokio::test]
async fn several_functions_are_called_at_once_when_that_is_allowed() {
    let simulator = simulator().await;
    let parameters = json!({ "type": "object", "properties": { "city": { "type": "string" } }, "required": ["city"] });
    let tools = json!([{ "type": "function", "function": { "name": "get_weather", "parameters": parameters } }]);
    let body = with(
        ask("What is the weather in Hangzhou and Beijing?"),
        json!({ "tools": tools, "parallel_tool_calls": true }),
    );
    let told = chunks(&chat(&simulator, &body).await);
    let mut arguments = vec![String::new(), String::new()];
    for chunk in &told {
        if let Some(call) = chunk.pointer("/choices/0/delta/tool_calls/0") {
            let place = usize::try_from(call["index"].as_u64().unwrap()).unwrap();
            arguments[place] += call
                .pointer("/function/arguments")
                .unwrap()
                .as_str()
                .unwrap();
        }
    }
    assert_eq!(
        arguments,
        [r#"{"city":"hangzhou"}"#, r#"{"city":"beijing"}"#]
    );
    let one = whole(
        &simulator,
        &with(
            body,
            json!({ "parallel_tool_calls": false, "stream": false }),
        ),
    )
    .await;
    assert_eq!(
        one.pointer("/choices/0/message/tool_calls")
            .unwrap()
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn calls_must_be_answered() {
    let simulator = simulator().await;
    let call = json!({ "id": "call_1", "type": "function", "function": { "name": "f", "arguments": "{}" } });
    let asking = json!({ "role": "assistant", "content": "", "tool_calls": [call] });
    let user = json!({ "role": "user", "content": "x" });
    let body = json!({ "model": "qwen-plus", "messages": [user, asking, user] });
    let refused = chat(&simulator, &body).await.json();
    assert!(refused["error"]["message"].as_str().unwrap().ends_with(
        r#"An assistant message with "tool_calls" must be followed by tool messages responding to each "tool_call_id"."#
    ));
    let answered = json!({ "role": "tool", "tool_call_id": "call_1", "content": "7" });
    let body = with(body, json!({ "messages": [user, asking, answered] }));
    whole(&simulator, &body).await;
}
