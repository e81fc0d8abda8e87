//! What a chat sees, hears, remembers and says beside its words.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use simulator::{Answer, Refusal, Simulator};

use crate::{
    files::upload,
    support::{CHAT, Reply, ask, chat, send, simulator, with},
};

/// A red square of 64 × 64 points.
const RED: &str = "data:image/bmp;base64,";

fn red_square() -> String {
    let mut bytes = Vec::from(*b"BM");
    for number in [54 + 64 * 64 * 3, 0, 54, 40, 64, 64] {
        bytes.extend(u32::to_le_bytes(number));
    }
    bytes.extend([1, 0, 24, 0]);
    bytes.extend([0; 24]);
    bytes.extend([0, 0, 255].repeat(64 * 64));
    format!("{RED}{}", STANDARD.encode(bytes))
}

fn shown(model: &str, parts: &Value) -> Value {
    json!({ "model": model, "messages": [{ "role": "user", "content": parts }] })
}

pub async fn whole(simulator: &Simulator, body: &Value) -> Value {
    let reply = chat(simulator, body).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

pub fn chunks(reply: &Reply) -> Vec<Value> {
    let events = reply.events();
    events
        .iter()
        .filter_map(|event| serde_json::from_str(event).ok())
        .collect()
}

#[tokio::test]
async fn a_picture_is_looked_at_and_counted() {
    let simulator = simulator().await;
    let parts = json!([
        { "type": "image_url", "image_url": { "url": red_square() } },
        { "type": "text", "text": "What do you see?" },
    ]);
    let answer = whole(&simulator, &shown("qwen3-vl-plus", &parts)).await;
    let text = answer.pointer("/choices/0/message/content").unwrap();
    assert!(
        text.as_str()
            .unwrap()
            .starts_with("The picture is 64 × 64 pixels, mostly red."),
        "{text}"
    );
    let details = &answer["usage"]["prompt_tokens_details"];
    // Two by two squares of 32 points, and two tokens around them.
    assert_eq!(details["image_tokens"], 6);
    let prompt = answer["usage"]["prompt_tokens"].as_u64().unwrap();
    assert_eq!(details["text_tokens"].as_u64().unwrap() + 6, prompt);
    let billed = simulator.received()[0].billed.clone().unwrap();
    assert_eq!(billed.input_tokens, prompt);
}

#[tokio::test]
async fn media_that_cannot_be_taken_are_refused() {
    let simulator = simulator().await;
    for (part, message) in [
        (
            json!({ "type": "image_url", "image_url": { "url": "a.png" } }),
            "The provided URL does not appear to be valid. Ensure it is correctly formatted.",
        ),
        (
            json!({ "type": "image_url", "image_url": { "url": "oss://a/b.png" } }),
            "The provided URL does not appear to be valid. Ensure it is correctly formatted.",
        ),
        (
            json!({ "type": "image_url", "image_url": { "url": "data:image/png;base64,AAAA" } }),
            "Failed to decode the image during the data inspection.",
        ),
        (
            json!({ "type": "video", "video": ["a", "b"] }),
            "The video modality input does not meet the requirements because: the range of sequence images shoule be (4, 512).",
        ),
        (
            json!({ "type": "input_audio", "input_audio": { "data": "data:;base64,AAAA" } }),
            "The provided messages input is invalid. The error info is [Unexpected item type in content.]",
        ),
    ] {
        let parts = json!([part, { "type": "text", "text": "?" }]);
        let reply = chat(&simulator, &shown("qwen3-vl-plus", &parts)).await;
        let told = reply.json()["error"]["message"].clone();
        assert_eq!(reply.status, 400, "{told}");
        assert!(told.as_str().unwrap().ends_with(message), "{told}");
    }
}

#[tokio::test]
async fn an_omni_model_speaks_its_answer_as_sound() {
    let simulator = simulator().await;
    simulator.next_answer(Answer::words(["Hello ", "there."]));
    let body = with(
        ask("hello"),
        json!({ "model": "qwen3-omni-flash", "modalities": ["text", "audio"], "audio": { "voice": "Cherry", "format": "wav" } }),
    );
    let reply = chat(&simulator, &body).await;
    assert_eq!(reply.said(), "Hello there.");
    let chunks = chunks(&reply);
    let mut sound = Vec::new();
    for chunk in &chunks {
        if let Some(audio) = chunk.pointer("/choices/0/delta/audio") {
            assert!(audio["id"].as_str().unwrap().starts_with("audio_"));
            sound.extend(STANDARD.decode(audio["data"].as_str().unwrap()).unwrap());
        }
    }
    // More than a quarter of a second of 16 bits at 24 kHz.
    assert!(sound.len() > 12_000 && sound.len().is_multiple_of(2));
    let usage = &chunks.last().unwrap()["usage"];
    let details = &usage["completion_tokens_details"];
    let parts =
        [&details["audio_tokens"], &details["text_tokens"]].map(|part| part.as_u64().unwrap());
    assert!(parts[0] > 0);
    assert_eq!(usage["completion_tokens"], parts[0] + parts[1]);
    for (fields, message) in [
        (
            json!({ "stream": false }),
            "'audio' output only support with stream=true",
        ),
        (
            json!({ "audio": { "voice": "Nobody" } }),
            "The requested voice 'Nobody' is not supported.",
        ),
        (
            json!({ "model": "qwen-omni-turbo", "audio": { "voice": "Nobody" } }),
            "Input should be 'Cherry', 'Serena', 'Ethan' or 'Chelsie': parameters.audio.voice",
        ),
    ] {
        let refused = chat(&simulator, &with(body.clone(), fields)).await;
        assert_eq!(refused.json()["error"]["message"], message);
    }
}

#[tokio::test]
async fn a_prompt_that_was_seen_comes_from_the_cache() {
    let simulator = simulator().await;
    let long = "A sentence that is said again and again. ".repeat(60);
    let body = with(ask(&long), json!({ "stream": false }));
    let cached = |answer: &Value| {
        let details = &answer["usage"]["prompt_tokens_details"];
        details["cached_tokens"].as_u64().unwrap()
    };
    assert_eq!(cached(&whole(&simulator, &body).await), 0);
    let again = whole(&simulator, &body).await;
    assert!(cached(&again) >= 512, "{}", again["usage"]);
    let other = with(body, json!({ "model": "qwen-flash" }));
    assert_eq!(cached(&whole(&simulator, &other).await), 0);
}

#[tokio::test]
async fn what_is_marked_is_kept_and_found() {
    let simulator = simulator().await;
    let long = "A sentence that is said again and again. ".repeat(150);
    let body = |question: &str| {
        json!({ "model": "qwen-plus", "messages": [
            { "role": "system", "content": [{ "type": "text", "text": long, "cache_control": { "type": "ephemeral" } }] },
            { "role": "user", "content": question },
        ] })
    };
    let first = whole(&simulator, &body("one?")).await["usage"]["prompt_tokens_details"].clone();
    let created = first["cache_creation_input_tokens"].as_u64().unwrap();
    assert!(created >= 1024);
    assert_eq!(
        first["cache_creation"]["ephemeral_5m_input_tokens"],
        created
    );
    assert_eq!(
        (&first["cache_type"], &first["cached_tokens"]),
        (&json!("ephemeral"), &json!(0))
    );
    let second = whole(&simulator, &body("two?")).await["usage"]["prompt_tokens_details"].clone();
    assert_eq!(second["cached_tokens"], created);
    assert_eq!(second["cache_creation_input_tokens"], 0);
}

#[tokio::test]
async fn a_search_makes_the_prompt_longer() {
    let simulator = simulator().await;
    let body = with(ask("hello"), json!({ "stream": false }));
    let plain = whole(&simulator, &body).await["usage"]["prompt_tokens"].as_u64();
    let forced = json!({ "enable_search": true, "search_options": { "forced_search": true } });
    let searched =
        whole(&simulator, &with(body.clone(), forced)).await["usage"]["prompt_tokens"].as_u64();
    assert!(searched > plain);
    let thinking = json!({ "enable_search": true, "enable_thinking": true, "stream": false });
    let refused = chat(&simulator, &with(body, thinking)).await.json();
    assert_eq!(
        refused["error"]["message"],
        "<400> InternalError.Algo.InvalidParameter: Non-streaming mode does not support Web Search in thinking mode"
    );
}

#[tokio::test]
async fn a_long_text_model_reads_files() {
    let simulator = simulator().await;
    let file = upload(
        &simulator,
        "notes.md",
        "file-extract",
        "Spring has come.\nMore.",
    )
    .await
    .json();
    let id = file["id"].as_str().unwrap().to_owned();
    let body = |id: &str| {
        json!({ "model": "qwen-long", "messages": [
            { "role": "system", "content": format!("fileid://{id}") },
            { "role": "user", "content": "What is in the file?" },
        ] })
    };
    let answer = whole(&simulator, &body(&id)).await;
    let text = answer
        .pointer("/choices/0/message/content")
        .unwrap()
        .as_str()
        .unwrap();
    assert!(
        text.starts_with("The file notes.md begins: “Spring has come.”"),
        "{text}"
    );
    let invalid = chat(&simulator, &body("file-fe-none")).await.json();
    assert_eq!(
        invalid["error"]["message"],
        "Invalid file [id:file-fe-none]."
    );
    send(
        &simulator,
        "DELETE",
        &format!("/compatible-mode/v1/files/{id}"),
        "",
    )
    .await;
    let gone = chat(&simulator, &body(&id)).await.json();
    assert_eq!(
        gone["error"]["message"],
        format!("File [id:{id}] cannot be found.")
    );
}

#[tokio::test]
async fn the_chances_of_tokens_are_told_by_the_models_that_know_them() {
    let simulator = simulator().await;
    let body = with(
        ask("hello"),
        json!({ "model": "qwen3-8b", "enable_thinking": false, "logprobs": true, "top_logprobs": 2 }),
    );
    let reply = chat(&simulator, &body).await;
    let told = chunks(&reply);
    let first = told
        .iter()
        .find_map(|chunk| chunk.pointer("/choices/0/logprobs/content/0"))
        .unwrap();
    assert_eq!(first["top_logprobs"].as_array().unwrap().len(), 2);
    assert!(first["logprob"].as_f64().unwrap() <= 0.0);
    let answer = whole(&simulator, &with(body.clone(), json!({ "stream": false }))).await;
    let content = answer
        .pointer("/choices/0/logprobs/content")
        .unwrap()
        .as_array()
        .unwrap();
    let tokens: String = content
        .iter()
        .map(|one| one["token"].as_str().unwrap())
        .collect();
    assert_eq!(
        answer.pointer("/choices/0/message/content").unwrap(),
        &tokens
    );
    let many = chat(&simulator, &with(body, json!({ "top_logprobs": 6 }))).await;
    assert_eq!(many.status, 400);
    let silent = whole(
        &simulator,
        &with(ask("hello"), json!({ "logprobs": true, "stream": false })),
    )
    .await;
    assert_eq!(silent.pointer("/choices/0/logprobs"), Some(&Value::Null));
}

#[tokio::test]
async fn who_waits_is_queued_through_a_burst() {
    let simulator = simulator().await;
    simulator.refuse_with(Refusal::burst());
    let body = ask("hello").to_string();
    let at_once = send(&simulator, "POST", CHAT, &body).await;
    assert_eq!(at_once.status, 429);
    simulator.refuse_with(Refusal::burst());
    let headers = "x-dashscope-wait-timeout: 30\r\n";
    let queued = crate::support::send_with(&simulator, "POST", CHAT, headers, &body).await;
    assert_eq!(queued.status, 200);
}

#[tokio::test]
async fn an_answer_that_is_left_is_billed_for_what_was_said() {
    let simulator = simulator().await;
    simulator.next_answer(Answer::words(["one", " two", " three"]).held_after(1));
    let mut stream = crate::support::open(
        &simulator,
        "POST",
        CHAT,
        Some("sk-test"),
        &ask("count").to_string(),
    )
    .await;
    crate::support::read_until(&mut stream, "one").await;
    drop(stream);
    simulator
        .wait_until(|account| account.open_streams() == 0)
        .await;
    let billed = simulator.received()[0].billed.clone().unwrap();
    assert_eq!(billed.output_tokens, 1);
    assert!(billed.input_tokens > 0);
}

#[tokio::test]
async fn code_is_filled_in_between() {
    let simulator = simulator().await;
    let path = "/compatible-mode/v1/completions";
    let body = json!({
        "model": "qwen2.5-coder-32b-instruct",
        "prompt": "<|fim_prefix|>def add(a, b):\n<|fim_suffix|>\nprint(add(1, 2))<|fim_middle|>",
    });
    let answer = send(&simulator, "POST", path, &body.to_string())
        .await
        .json();
    assert_eq!(
        answer["choices"][0],
        json!({ "finish_reason": "stop", "index": 0, "logprobs": null, "text": "    return a + b\n" })
    );
    assert_eq!(answer["object"], "text_completion");
    assert!(answer["id"].as_str().unwrap().starts_with("cmpl-"));
    let billed = simulator.received()[0].billed.clone().unwrap();
    assert_eq!(answer["usage"]["completion_tokens"], billed.output_tokens);

    let streamed = with(
        body.clone(),
        json!({ "stream": true, "stream_options": { "include_usage": true } }),
    );
    let reply = send(&simulator, "POST", path, &streamed.to_string()).await;
    let told = chunks(&reply);
    let text: String = told
        .iter()
        .filter_map(|chunk| chunk["choices"][0]["text"].as_str())
        .collect();
    assert_eq!(text, "    return a + b\n");
    assert_eq!(told.last().unwrap()["usage"], answer["usage"]);
    assert!(reply.text().ends_with("data: [DONE]\n\n"));

    let short = with(body.clone(), json!({ "max_tokens": 2 }));
    let answer = send(&simulator, "POST", path, &short.to_string())
        .await
        .json();
    assert_eq!(answer["choices"][0]["finish_reason"], "length");
    let chatty = with(body, json!({ "model": "qwen-plus" }));
    assert_eq!(
        send(&simulator, "POST", path, &chatty.to_string())
            .await
            .status,
        404
    );
}
