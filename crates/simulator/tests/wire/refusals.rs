//! Wrong requests are refused in the service's words.

use serde_json::{Value, json};
use simulator::{Options, Simulator};

use crate::support::{CHAT, ask, chat, open, read, send, simulator, with};

#[expect(clippy::too_many_lines, reason = "a table")]
#[tokio::test]
async fn a_value_out_of_its_range_is_refused_in_the_documented_words() {
    let simulator = simulator().await;
    let user = |content: Value| json!([{ "role": "user", "content": content }]);
    let table = [
        (
            json!({ "temperature": 2 }),
            "Temperature should be in [0.0, 2.0)",
        ),
        (
            json!({ "temperature": "hot" }),
            "'temperature' must be Float",
        ),
        (json!({ "top_p": 0 }), "Range of top_p should be (0.0, 1.0]"),
        (
            json!({ "top_k": -1 }),
            "Parameter top_k be greater than or equal to 0",
        ),
        (
            json!({ "repetition_penalty": 0 }),
            "Repetition_penalty should be greater than 0.0",
        ),
        (
            json!({ "presence_penalty": 3 }),
            "Presence_penalty should be in [-2.0, 2.0]",
        ),
        (json!({ "n": 5 }), "Range of n should be [1, 4]"),
        (
            json!({ "max_tokens": 0 }),
            "<400> InternalError.Algo.InvalidParameter: Range of max_tokens should be [1, 32768]",
        ),
        (
            json!({ "thinking_budget": 0 }),
            "The thinking_budget parameter must be a positive integer and not greater than 81920",
        ),
        (
            json!({ "messages": [] }),
            "<400> InternalError.Algo.InvalidParameter: [] is too short - 'messages'",
        ),
        (
            json!({ "messages": [{ "role": "system", "content": "x" }] }),
            "The input messages do not contain elements with the role of user.",
        ),
        (
            json!({ "messages": [{ "role": "user" }] }),
            "The content field is a required field.",
        ),
        (
            json!({ "messages": user(json!([{ "type": "text", "text": "x" }])) }),
            "<400> InternalError.Algo.InvalidParameter: input content must be a string.",
        ),
        (
            json!({ "messages": [{ "role": "user", "content": "x" }, { "role": "tool", "content": "y" }] }),
            "messages with role \"tool\" must be a response to a preceeding message with \"tool_calls\".",
        ),
        (
            json!({ "tool_choice": "required" }),
            "tool_choice is one of the strings that should be [\"none\", \"auto\"]",
        ),
        (
            json!({ "tools": [{ "type": "function", "function": { "name": "search" } }] }),
            "Tool names are not allowed to be [search]",
        ),
        (
            json!({ "model": "qwen-max", "tools": [] , "enable_thinking": true }),
            "The model qwen-max does not support enable_thinking.",
        ),
        (
            json!({ "model": "qwq-plus", "enable_thinking": false }),
            "The value of the enable_thinking parameter is restricted to True.",
        ),
        (
            json!({ "model": "qwq-plus", "stream": false }),
            "This model only support stream mode, please enable the stream parameter to access the model.",
        ),
        (
            json!({ "model": "qwen3-8b", "stream": false }),
            "parameter.enable_thinking must be set to false for non-streaming calls",
        ),
        (
            json!({ "response_format": { "type": "json_object" } }),
            "<400> InternalError.Algo.InvalidParameter: 'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
        ),
        (
            json!({ "response_format": { "type": "json_object" }, "enable_thinking": true }),
            "Json mode response is not supported when enable_thinking is true",
        ),
        (
            json!({ "response_format": { "type": "xml" } }),
            "Unknown format of response_format, response_format should be a dict, includes 'type' and an optional key 'json_schema'. The response_format type from user is xml.",
        ),
        (
            json!({ "model": "qwen-plus-1220", "enable_search": true }),
            "This model does not support enable_search.",
        ),
        (
            json!({ "stop": [1, "x"] }),
            "The \"stop\" parameter must be of type \"str\", \"list[str]\", \"list[int]\", or \"list[list[int]]\", and all elements within the list must be of the same type.",
        ),
    ];
    for (fields, message) in table {
        let reply = chat(&simulator, &with(ask("hello"), fields.clone())).await;
        assert_eq!(reply.status, 400, "{fields}");
        let error = reply.json()["error"].clone();
        assert_eq!(error["message"], message, "{fields}");
        assert_eq!(error["param"], Value::Null);
    }
}

#[tokio::test]
async fn refusals_carry_the_code_and_type_that_belong_to_them() {
    let simulator = simulator().await;
    let invalid = "invalid_request_error";
    for (fields, status, code, kind) in [
        (json!({ "model": null }), 400, invalid, invalid),
        (json!({ "model": "gpt-5" }), 404, "model_not_found", invalid),
        (
            json!({ "model": "qwen-audio-turbo" }),
            404,
            "model_not_supported",
            invalid,
        ),
        (json!({ "seed": -1 }), 400, "invalid_value", invalid),
        (
            json!({ "top_p": 2 }),
            400,
            "invalid_parameter_error",
            invalid,
        ),
    ] {
        let reply = chat(&simulator, &with(ask("hello"), fields)).await;
        let body = reply.json();
        assert_eq!(
            (reply.status, body["error"]["code"].as_str()),
            (status, Some(code))
        );
        assert_eq!(body["error"]["type"], kind);
        let id = body["request_id"].as_str().unwrap();
        assert_eq!(body["id"], format!("chatcmpl-{id}"));
        assert!(
            reply.head.contains(&format!("x-request-id: {id}")),
            "{}",
            reply.head
        );
    }
}

#[tokio::test]
async fn no_key_answers_natively_and_a_wrong_key_in_the_compatible_envelope() {
    let keys = Some(vec!["sk-right".to_owned()]);
    let simulator = Simulator::start(Options {
        keys,
        ..Options::immediate()
    })
    .await
    .unwrap();
    let body = ask("hello").to_string();
    for path in [CHAT, "/compatible-mode/v1/nowhere"] {
        let (missing, _) = read(open(&simulator, "POST", path, None, &body).await).await;
        assert_eq!(
            (missing.status, missing.json()["code"].as_str()),
            (401, Some("InvalidApiKey"))
        );
        assert_eq!(missing.json()["message"], "No API-key provided.");
    }
    let (wrong, _) = read(open(&simulator, "POST", CHAT, Some("sk-wrong"), &body).await).await;
    assert_eq!(
        (wrong.status, wrong.json()["error"]["code"].as_str()),
        (401, Some("invalid_api_key"))
    );
    assert!(wrong.json().get("id").is_none());
    let (right, _) = read(open(&simulator, "POST", CHAT, Some("sk-right"), &body).await).await;
    assert_eq!(right.status, 200);
}

#[tokio::test]
async fn unknown_paths_are_empty_and_wrong_methods_are_named() {
    let simulator = simulator().await;
    let nowhere = send(&simulator, "POST", "/api/v1/chat/completions", "{}").await;
    assert_eq!((nowhere.status, nowhere.body.len()), (404, 0));
    let wrong = send(&simulator, "GET", CHAT, "").await;
    assert_eq!(
        (wrong.status, wrong.json()["error"]["message"].as_str()),
        (400, Some("Request method 'GET' is not supported."))
    );
    let unreadable = send(&simulator, "POST", CHAT, "{").await;
    assert_eq!(
        unreadable.json()["error"]["message"],
        "Required body invalid, please check the request body format."
    );
}

#[tokio::test]
async fn a_prompt_of_some_megabytes_is_read_and_measured() {
    let simulator = simulator().await;
    let body = with(ask(&"长".repeat(1 << 20)), json!({ "model": "qwen-max" }));
    let message = chat(&simulator, &body).await.json()["error"]["message"].clone();
    assert_eq!(
        message,
        "<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 30720]"
    );
}
