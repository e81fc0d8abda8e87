//! Pictures: what every form of request is answered with, and what is refused.
#![expect(
    clippy::expect_used,
    clippy::too_many_lines,
    clippy::needless_pass_by_value,
    reason = "what fails here fails the test, and a table is a table"
)]

use image::{GenericImageView, ImageFormat};
use serde_json::{Value, json};
use simulator::Simulator;

use crate::support::{Reply, send, send_with, simulator};

pub const TEXT: &str = "/api/v1/services/aigc/text2image/image-synthesis";
pub const EDIT: &str = "/api/v1/services/aigc/image2image/image-synthesis";
const MESSAGE: &str = "/api/v1/services/aigc/multimodal-generation/generation";
const MESSAGE_TASK: &str = "/api/v1/services/aigc/image-generation/generation";
pub const AS_TASK: &str = "x-dashscope-async: enable\r\n";

pub async fn post(simulator: &Simulator, path: &str, headers: &str, body: &Value) -> Reply {
    let body = body.to_string();
    match headers {
        "" => send(simulator, "POST", path, &body).await,
        headers => send_with(simulator, "POST", path, headers, &body).await,
    }
}

/// Submits and gives what the query answers.
pub async fn task(simulator: &Simulator, path: &str, body: &Value) -> Value {
    let reply = post(simulator, path, AS_TASK, body).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let submitted = reply.json();
    assert_eq!(submitted["output"]["task_status"], "PENDING");
    let id = submitted["output"]["task_id"]
        .as_str()
        .expect("an id")
        .to_owned();
    send(simulator, "GET", &format!("/api/v1/tasks/{id}"), "")
        .await
        .json()
}

/// Follows the address of a result as a browser does.
pub async fn download(simulator: &Simulator, url: &Value) -> Reply {
    let path = url
        .as_str()
        .expect("an address")
        .strip_prefix(simulator.base_url())
        .expect("here");
    let stream = crate::support::open(simulator, "GET", path, None, "").await;
    crate::support::read(stream).await.0
}

pub async fn size(simulator: &Simulator, url: &Value) -> (u32, u32) {
    let file = download(simulator, url).await;
    assert!(
        file.head.contains("content-type: image/png"),
        "{}",
        file.head
    );
    image::load_from_memory_with_format(&file.body, ImageFormat::Png)
        .expect("a PNG")
        .dimensions()
}

pub fn prompt(model: &str, parameters: Value) -> Value {
    json!({ "model": model, "input": { "prompt": "雪山下的湖" }, "parameters": parameters })
}

fn message(model: &str, content: Value, parameters: Value) -> Value {
    json!({
        "model": model,
        "input": { "messages": [{ "role": "user", "content": content }] },
        "parameters": parameters,
    })
}

#[tokio::test]
async fn a_prompt_becomes_as_many_pictures_as_asked() {
    let simulator = simulator().await;
    let body = prompt(
        "wan2.2-t2i-flash",
        json!({ "n": 2, "size": "768*512", "seed": 7 }),
    );
    let answer = task(&simulator, TEXT, &body).await;
    let output = &answer["output"];
    assert_eq!(output["task_status"], "SUCCEEDED", "{answer}");
    assert_eq!(
        output["task_metrics"],
        json!({ "TOTAL": 2, "SUCCEEDED": 2, "FAILED": 0 })
    );
    assert_eq!(answer["usage"], json!({ "image_count": 2 }));
    let results = output["results"].as_array().expect("results");
    assert_eq!(results[0]["orig_prompt"], "雪山下的湖");
    assert!(
        results[0]["actual_prompt"]
            .as_str()
            .is_some_and(|prompt| prompt.len() > 40)
    );
    let first = download(&simulator, &results[0]["url"]).await.body;
    assert_ne!(first, download(&simulator, &results[1]["url"]).await.body);
    assert_eq!(size(&simulator, &results[1]["url"]).await, (768, 512));
    let billed = simulator.received()[0].billed.clone().expect("billed");
    assert_eq!(
        (billed.images, billed.model.as_str()),
        (2, "wan2.2-t2i-flash")
    );

    // The second seed is the next one.
    let body = prompt(
        "wan2.2-t2i-flash",
        json!({ "n": 1, "size": "768*512", "seed": 8, "prompt_extend": false }),
    );
    let answer = task(&simulator, TEXT, &body).await;
    let result = &answer["output"]["results"][0];
    assert_eq!(result.get("actual_prompt"), None);
    let again = download(&simulator, &result["url"]).await.body;
    assert_eq!(again, download(&simulator, &results[1]["url"]).await.body);
}

#[tokio::test]
async fn a_withheld_picture_is_neither_shown_nor_billed() {
    let simulator = simulator().await;
    let mut body = prompt("wan2.2-t2i-flash", json!({ "n": 2, "size": "512*512" }));
    body["input"]["prompt"] = "DataInspectionFailed".into();
    let answer = task(&simulator, TEXT, &body).await;
    let output = &answer["output"];
    assert_eq!(output["task_status"], "SUCCEEDED");
    assert_eq!(output["results"][1]["code"], "DataInspectionFailed");
    assert_eq!(output["task_metrics"]["FAILED"], 1);
    assert_eq!(answer["usage"], json!({ "image_count": 1 }));
    body["parameters"]["n"] = 1.into();
    let answer = task(&simulator, TEXT, &body).await;
    assert_eq!(answer["output"]["task_status"], "FAILED");
    assert_eq!(answer["output"]["code"], "DataInspectionFailed");
    assert_eq!(answer.get("usage"), None);
    assert_eq!(simulator.received()[2].billed, None);
}

#[tokio::test]
async fn what_the_gateway_can_see_is_refused_at_once() {
    let simulator = simulator().await;
    let cases = [
        (
            TEXT,
            AS_TASK,
            prompt("wan2.2-t2i-flash", json!({ "size": "400*512" })),
            400,
            "The size is not match 400*512",
        ),
        (
            TEXT,
            AS_TASK,
            prompt("wan2.2-t2i-flash", json!({ "size": "512x512" })),
            400,
            "The size is not match",
        ),
        (
            TEXT,
            AS_TASK,
            prompt("wan2.2-t2i-flash", json!({ "n": 5 })),
            400,
            "n must be between 1 and 4",
        ),
        (
            TEXT,
            AS_TASK,
            prompt("wan2.2-t2i-flash", json!({ "n": "two" })),
            400,
            "The type or value of n is out of definition.",
        ),
        (
            TEXT,
            AS_TASK,
            prompt("wan2.2-t2i-flash", json!({ "seed": 2_147_483_648_u32 })),
            400,
            "seed must be between",
        ),
        (
            TEXT,
            AS_TASK,
            json!({ "model": "wan2.2-t2i-flash", "input": {} }),
            400,
            "Field required: input.prompt",
        ),
        (
            TEXT,
            AS_TASK,
            json!({ "model": "wan2.2-t2i-flash" }),
            400,
            "Required input parameter missing from request.",
        ),
        (
            TEXT,
            AS_TASK,
            prompt("wan9-t2i", json!({})),
            404,
            "Model can not be found.",
        ),
        (
            TEXT,
            AS_TASK,
            prompt("wan2.6-t2i", json!({})),
            400,
            "url error, please check url！",
        ),
        (
            TEXT,
            "",
            prompt("wan2.2-t2i-flash", json!({})),
            403,
            "current user api does not support synchronous calls.",
        ),
        (
            MESSAGE,
            AS_TASK,
            message("qwen-image", json!([{ "text": "a" }]), json!({})),
            403,
            "current user api does not support asynchronous calls.",
        ),
        (
            MESSAGE,
            "",
            message("qwen-image", json!([{ "text": "a" }]), json!({ "n": 2 })),
            400,
            "num_images_per_prompt must be 1.",
        ),
        (
            MESSAGE,
            "",
            message(
                "qwen-image",
                json!([{ "text": "a" }]),
                json!({ "size": "1024*1024" }),
            ),
            400,
            "The size is not match",
        ),
        (
            MESSAGE,
            "",
            message("qwen-image-edit", json!([{ "text": "a" }]), json!({})),
            400,
            "lack of image or text",
        ),
        (
            MESSAGE,
            "",
            json!({ "model": "qwen-image", "input": {} }),
            400,
            "No messages found in input",
        ),
        (
            MESSAGE,
            "",
            json!({ "model": "qwen-image", "input": { "messages": [{}, {}] } }),
            400,
            "messages length only support 1",
        ),
        (
            MESSAGE,
            "",
            message(
                "wan2.6-image",
                json!([{ "text": "a" }]),
                json!({ "enable_interleave": true }),
            ),
            400,
            "stream must be true",
        ),
        (
            MESSAGE_TASK,
            "",
            message("wan2.6-t2i", json!([{ "text": "a" }]), json!({})),
            403,
            "does not support synchronous calls",
        ),
        (
            EDIT,
            AS_TASK,
            json!({ "model": "wanx2.1-imageedit", "input": { "function": "explode", "prompt": "a", "base_image_url": "http://a/b" } }),
            400,
            "function is out of definition",
        ),
        (
            EDIT,
            AS_TASK,
            json!({ "model": "wanx2.1-imageedit", "input": { "function": "expand", "prompt": "a", "base_image_url": "somewhere" } }),
            400,
            "does not appear to be valid",
        ),
        (
            EDIT,
            AS_TASK,
            json!({ "model": "wanx2.1-imageedit", "input": { "function": "expand", "prompt": "a", "base_image_url": "oss://a/b" } }),
            400,
            "does not appear to be valid",
        ),
    ];
    for (path, headers, body, status, message) in cases {
        let reply = post(&simulator, path, headers, &body).await;
        assert_eq!(reply.status, status, "{body}");
        let said = reply.json()["message"]
            .as_str()
            .expect("a message")
            .to_owned();
        assert!(said.contains(message), "{body}: {said}");
    }
}

#[tokio::test]
async fn a_message_is_answered_at_once_or_by_a_task() {
    let simulator = simulator().await;
    let content = json!([{ "text": "纸灯笼的夜市" }]);
    let body = message(
        "qwen-image-plus",
        content.clone(),
        json!({ "size": "1472*1104", "watermark": true }),
    );
    let answer = post(&simulator, MESSAGE, "", &body).await.json();
    assert_eq!(
        answer["usage"],
        json!({ "height": 1104, "image_count": 1, "width": 1472 })
    );
    assert_eq!(
        answer["output"]["task_metric"],
        json!({ "FAILED": 0, "SUCCEEDED": 1, "TOTAL": 1 })
    );
    let url = &answer["output"]["choices"][0]["message"]["content"][0]["image"];
    assert_eq!(size(&simulator, url).await, (1472, 1104));

    let body = message(
        "wan2.6-t2i",
        content,
        json!({ "n": 1, "size": "1280*1280" }),
    );
    let usage = json!({ "image_count": 1, "input_tokens": 0, "output_tokens": 0, "total_tokens": 0, "size": "1280*1280" });
    let at_once = post(&simulator, MESSAGE, "", &body).await.json();
    let as_task = task(&simulator, MESSAGE_TASK, &body).await;
    for answer in [at_once, as_task] {
        assert_eq!(answer["usage"], usage, "{answer}");
        assert_eq!(answer["output"]["finished"], true);
        assert_eq!(
            answer["output"]["choices"][0]["message"]["content"][0]["type"],
            "image"
        );
    }
}

#[tokio::test]
async fn words_and_pictures_come_by_turns() {
    let simulator = simulator().await;
    let parameters =
        json!({ "enable_interleave": true, "stream": true, "max_images": 2, "size": "768*768" });
    let body = message(
        "wan2.6-image",
        json!([{ "text": "how to fold a boat" }]),
        parameters,
    );
    let reply = post(&simulator, MESSAGE, "x-dashscope-sse: enable\r\n", &body).await;
    assert!(reply.head.contains("content-type: text/event-stream"));
    let text = reply.text();
    let events: Vec<Value> = text
        .lines()
        .filter_map(|line| serde_json::from_str(line.strip_prefix("data:")?).ok())
        .collect();
    let kinds: Vec<&str> = events
        .iter()
        .filter_map(|event| event["output"]["choices"][0]["message"]["content"][0]["type"].as_str())
        .collect();
    assert_eq!(kinds, ["text", "image", "text", "image"]);
    let (last, first) = (events.last().expect("an event"), &events[0]);
    assert_eq!(first["output"]["choices"][0]["finish_reason"], "null");
    assert_eq!(last["output"]["choices"][0]["finish_reason"], "stop");
    assert_eq!(last["output"]["finished"], true);
    assert_eq!(last["usage"]["image_count"], 2);
    assert_eq!(
        simulator.received()[0]
            .billed
            .as_ref()
            .map(|billed| billed.images),
        Some(2)
    );
}
