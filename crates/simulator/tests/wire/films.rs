//! Films: what every form of request is answered with, and what is refused.
#![expect(
    clippy::expect_used,
    clippy::too_many_lines,
    reason = "what fails here fails the test, and a table is a table"
)]

use serde_json::{Value, json};
use simulator::Simulator;

use crate::support::{open, read, send, send_with, simulator};

const FILM: &str = "/api/v1/services/aigc/video-generation/video-synthesis";
const BETWEEN: &str = "/api/v1/services/aigc/image2video/video-synthesis";
const TEXT: &str = "/api/v1/services/aigc/text2image/image-synthesis";

/// Submits and gives what the query answers.
async fn task(simulator: &Simulator, path: &str, body: &Value) -> Value {
    let headers = "x-dashscope-async: enable\r\n";
    let reply = send_with(simulator, "POST", path, headers, &body.to_string()).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let id = reply.json()["output"]["task_id"].take();
    let path = format!("/api/v1/tasks/{}", id.as_str().expect("an id"));
    send(simulator, "GET", &path, "").await.json()
}

async fn download(simulator: &Simulator, url: &Value) -> Vec<u8> {
    let path = url
        .as_str()
        .expect("an address")
        .strip_prefix(simulator.base_url())
        .expect("here");
    let reply = read(open(simulator, "GET", path, None, "").await).await.0;
    assert!(
        reply.head.contains("content-type: video/mp4"),
        "{}",
        reply.head
    );
    reply.body
}

/// Width, height and seconds, as the file's own index says.
fn measures(file: &[u8]) -> (u16, u16, u32) {
    let after = |name: &[u8; 4], skip: usize| {
        let found = file.windows(4).position(|window| window == name);
        &file[found.expect("a box") + 4 + skip..]
    };
    let short = |bytes: &[u8]| u16::from_be_bytes([bytes[0], bytes[1]]);
    let word = |bytes: &[u8]| u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    let (entry, header) = (after(b"stsd", 40), after(b"mvhd", 12));
    let seconds = word(&header[4..]) / word(header);
    (short(entry), short(&entry[2..]), seconds)
}

async fn picture(simulator: &Simulator, size: &str) -> Value {
    let body = json!({ "model": "wan2.2-t2i-flash", "input": { "prompt": "风筝" }, "parameters": { "size": size, "n": 1 } });
    task(simulator, TEXT, &body).await["output"]["results"][0]["url"].take()
}

#[tokio::test]
async fn words_become_a_film_of_the_asked_size_and_length() {
    let simulator = simulator().await;
    let body = json!({
        "model": "wan2.5-t2v-preview",
        "input": { "prompt": "a cat surfing at dusk" },
        "parameters": { "size": "832*480", "duration": 10, "watermark": true },
    });
    let answer = task(&simulator, FILM, &body).await;
    let output = &answer["output"];
    assert_eq!(output["task_status"], "SUCCEEDED", "{answer}");
    assert_eq!(output["orig_prompt"], "a cat surfing at dusk");
    assert!(output["actual_prompt"].is_string());
    assert_eq!(
        answer["usage"],
        json!({ "video_count": 1, "duration": 10, "SR": 480 })
    );
    let file = download(&simulator, &output["video_url"]).await;
    assert_eq!(measures(&file), (832, 480, 10));
    assert!(file.len() < 3 << 20, "{}", file.len());
    let billed = simulator.received()[0].billed.clone().expect("billed");
    assert!((billed.seconds - 10.0).abs() < f64::EPSILON);
}

#[tokio::test]
async fn each_generation_writes_its_usage_its_own_way() {
    let simulator = simulator().await;
    let film = |model: &str, size: &str| json!({ "model": model, "input": { "prompt": "海" }, "parameters": { "size": size } });
    let answer = task(&simulator, FILM, &film("wanx2.1-t2v-turbo", "832*480")).await;
    assert_eq!(
        answer["usage"],
        json!({ "video_count": 1, "video_duration": 5, "video_ratio": "standard" })
    );
    let mut body = film("wan2.6-t2v", "1280*720");
    body["parameters"]["duration"] = 3.into();
    let answer = task(&simulator, FILM, &body).await;
    let usage = json!({ "duration": 3.0, "size": "1280*720", "input_video_duration": 0, "output_video_duration": 3, "video_count": 1, "SR": 720 });
    assert_eq!(answer["usage"], usage);
    assert_eq!(answer["output"].get("actual_prompt"), None);
}

#[tokio::test]
async fn a_film_takes_its_shape_from_its_first_frame() {
    let simulator = simulator().await;
    let first = picture(&simulator, "600*800").await;
    let body = json!({
        "model": "wan2.2-i2v-flash",
        "input": { "prompt": "the kite lifts off", "img_url": first },
        "parameters": { "resolution": "480P" },
    });
    let answer = task(&simulator, FILM, &body).await;
    assert_eq!(answer["usage"]["SR"], 480, "{answer}");
    let (width, height, seconds) =
        measures(&download(&simulator, &answer["output"]["video_url"]).await);
    assert_eq!((width, height, seconds), (544, 736, 5));

    let last = picture(&simulator, "600*800").await;
    let body = json!({
        "model": "wan2.2-kf2v-flash",
        "input": { "first_frame_url": first, "last_frame_url": last },
        "parameters": { "resolution": "480P" },
    });
    let answer = task(&simulator, BETWEEN, &body).await;
    assert_eq!(answer["output"]["task_status"], "SUCCEEDED", "{answer}");

    let body = json!({
        "model": "wan2.6-i2v-flash",
        "input": { "img_url": last },
        "parameters": { "resolution": "720P", "duration": 2, "audio": false },
    });
    let answer = task(&simulator, FILM, &body).await;
    assert_eq!(answer["usage"]["audio"], false, "{answer}");
}

#[tokio::test]
async fn a_film_that_is_referred_to_is_billed_up_to_five_seconds() {
    let simulator = simulator().await;
    let body = json!({ "model": "wanx2.1-t2v-turbo", "input": { "prompt": "猫" }, "parameters": { "size": "480*832" } });
    let film = task(&simulator, FILM, &body).await["output"]["video_url"].take();
    let who = picture(&simulator, "512*512").await;
    let body = json!({
        "model": "wan2.6-r2v",
        "input": { "prompt": "character1 meets character2", "reference_urls": [film, who] },
        "parameters": { "size": "1280*720", "duration": 2 },
    });
    let answer = task(&simulator, FILM, &body).await;
    assert_eq!(answer["usage"]["input_video_duration"], 5.0, "{answer}");
    assert_eq!(answer["usage"]["duration"], 7.0);
    let billed = simulator
        .received()
        .iter()
        .filter_map(|request| request.billed.clone())
        .next_back();
    assert!((billed.expect("billed").seconds - 7.0).abs() < f64::EPSILON);
}

#[tokio::test]
async fn what_can_be_seen_is_refused_and_the_rest_fails_the_task() {
    let simulator = simulator().await;
    let ask = |model: &str, input: Value, parameters: Value| json!({ "model": model, "input": input, "parameters": parameters });
    let cases = [
        (
            FILM,
            ask(
                "wan2.5-t2v-preview",
                json!({ "prompt": "a" }),
                json!({ "duration": 7 }),
            ),
            "duration must be one of 5, 10",
        ),
        (
            FILM,
            ask(
                "wan2.5-t2v-preview",
                json!({ "prompt": "a" }),
                json!({ "size": "800*600" }),
            ),
            "The size is not match 800*600",
        ),
        (
            FILM,
            ask("wan2.5-t2v-preview", json!({}), json!({})),
            "Field required: input.prompt",
        ),
        (
            FILM,
            ask("wan2.6-i2v", json!({ "prompt": "a" }), json!({})),
            "Field required: input.img_url",
        ),
        (
            FILM,
            ask(
                "wan2.6-i2v",
                json!({ "img_url": "data:image/png;base64,AA==" }),
                json!({ "resolution": "480P" }),
            ),
            "resolution must be one of 720P, 1080P",
        ),
        (
            FILM,
            ask("wan2.7-i2v", json!({ "img_url": "http://a/b" }), json!({})),
            "Field required: input.media",
        ),
        (
            FILM,
            ask(
                "wan2.2-kf2v-flash",
                json!({ "first_frame_url": "http://a/b" }),
                json!({}),
            ),
            "url error, please check url！",
        ),
        (
            BETWEEN,
            ask("wan2.6-t2v", json!({ "prompt": "a" }), json!({})),
            "url error, please check url！",
        ),
    ];
    for (path, body, message) in cases {
        let reply = send_with(
            &simulator,
            "POST",
            path,
            "x-dashscope-async: enable\r\n",
            &body.to_string(),
        )
        .await;
        assert_eq!(reply.status, 400, "{body}");
        let said = reply.json()["message"]
            .as_str()
            .expect("a message")
            .to_owned();
        assert!(said.contains(message), "{body}: {said}");
    }
    let body = ask("wan2.6-t2v", json!({ "prompt": "a" }), json!({}));
    let reply = send(&simulator, "POST", FILM, &body.to_string()).await;
    assert_eq!(
        (reply.status, &reply.json()["code"]),
        (403, &json!("AccessDenied"))
    );

    let cases = [
        ("https://example.com/kite.png", "InvalidURL"),
        ("data:image/png;base64,AAAA", "InvalidImage.FileFormat"),
    ];
    for (url, code) in cases {
        let body = ask("wan2.6-i2v", json!({ "img_url": url }), json!({}));
        let answer = task(&simulator, FILM, &body).await;
        assert_eq!(answer["output"]["task_status"], "FAILED");
        assert_eq!(answer["output"]["code"], code);
    }
    let body = ask(
        "wan2.6-t2v",
        json!({ "prompt": "IPInfringementSuspect" }),
        json!({}),
    );
    let answer = task(&simulator, FILM, &body).await;
    assert_eq!(answer["output"]["code"], "IPInfringementSuspect");
    assert!(
        simulator
            .received()
            .iter()
            .all(|request| request.billed.is_none())
    );
}
