//! Speech over HTTP: what is billed, what is refused, what is heard in silence.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use serde_json::{Value, json};
use simulator::Simulator;

use crate::support::{open, read, send, simulator};

const TTS: &str = "/api/v1/services/aigc/multimodal-generation/generation";
const TRANSCRIPTION: &str = "/api/v1/services/audio/asr/transcription";

async fn speak(simulator: &Simulator, text: &str) -> Value {
    let input = json!({ "text": text, "voice": "Cherry" });
    let body = json!({ "model": "qwen3-tts-flash", "input": input });
    send(simulator, "POST", TTS, &body.to_string()).await.json()
}

/// Submits an order with the header that asks for a task, and gives the task when it is over.
async fn transcribe(simulator: &Simulator, body: &Value) -> Value {
    let key = "sk-test\r\nX-DashScope-Async: enable";
    let taken = open(
        simulator,
        "POST",
        TRANSCRIPTION,
        Some(key),
        &body.to_string(),
    )
    .await;
    let taken = read(taken).await.0.json();
    let id = taken["output"]["task_id"]
        .as_str()
        .unwrap_or_else(|| panic!("{taken}"));
    let path = format!("/api/v1/tasks/{id}");
    send(simulator, "GET", &path, "").await.json()
}

/// A WAV file with two channels: silence, and a tone.
fn stereo(seconds: u32) -> Vec<u8> {
    let frames = seconds * 8000;
    let mut file = b"RIFF".to_vec();
    file.extend((frames * 4 + 36).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x02\0\x40\x1f\0\0\0\x7d\0\0\x04\0\x10\0data");
    file.extend((frames * 4).to_le_bytes());
    for at in 0..frames {
        let tone = i16::try_from(at % 40 * 200).unwrap() - 4000;
        file.extend([0, 0]);
        file.extend(tone.to_le_bytes());
    }
    file
}

fn data_url(bytes: &[u8]) -> String {
    use base64::{Engine, prelude::BASE64_STANDARD};
    format!("data:audio/wav;base64,{}", BASE64_STANDARD.encode(bytes))
}

#[tokio::test]
async fn characters_are_billed_as_they_are_reported() {
    let simulator = simulator().await;
    let answer = speak(&simulator, "列车, 5 minutes").await;
    assert_eq!(answer["usage"], json!({ "characters": 4 + 11 }));
    let billed = simulator.received()[0].billed.clone().unwrap();
    assert_eq!(
        (billed.model.as_str(), billed.characters),
        ("qwen3-tts-flash", 15)
    );
}

#[tokio::test]
async fn channels_are_heard_and_paid_each_and_silence_is_not() {
    let simulator = simulator().await;
    let url = data_url(&stereo(3));
    let order = |channels: Value| {
        json!({
            "model": "paraformer-v2",
            "input": { "file_urls": [url] },
            "parameters": { "channel_id": channels },
        })
    };
    let done = transcribe(&simulator, &order(json!([0, 1]))).await;
    assert_eq!(done["output"]["task_status"], "SUCCEEDED");
    assert_eq!(done["usage"], json!({ "duration": 3 }));
    let address = done["output"]["results"][0]["transcription_url"]
        .as_str()
        .unwrap();
    let path = address.strip_prefix(simulator.base_url()).unwrap();
    // The object store wants no key.
    let file = read(open(&simulator, "GET", path, None, "").await).await;
    let file = file.0.json();
    assert_eq!(file["properties"]["channels"], json!([0, 1]));
    assert_eq!(
        file["properties"]["original_duration_in_milliseconds"],
        3000
    );
    let transcripts = file["transcripts"].as_array().unwrap();
    assert_eq!(transcripts.len(), 1);
    assert_eq!(transcripts[0]["channel_id"], 1);
    let sentences = transcripts[0]["sentences"].as_array().unwrap();
    assert_eq!(sentences[0]["begin_time"], 0);
    assert!(sentences.last().unwrap()["end_time"].as_u64().unwrap() > 2990);

    let silent = transcribe(&simulator, &order(json!([0]))).await;
    assert_eq!(silent["output"]["task_status"], "FAILED");
    let code = "SUCCESS_WITH_NO_VALID_FRAGMENT";
    assert_eq!(silent["output"]["results"][0]["code"], code);
    assert_eq!(silent["output"]["code"], code);
    assert!(silent["usage"].is_null());
}

#[tokio::test]
async fn what_is_not_right_is_refused_at_once() {
    let simulator = simulator().await;
    let order =
        json!({ "model": "fun-asr", "input": { "file_urls": ["https://example.com/a.mp3"] } });
    let plain = send(&simulator, "POST", TRANSCRIPTION, &order.to_string()).await;
    assert_eq!(
        (plain.status, plain.json()["code"].clone()),
        (403, "AccessDenied".into())
    );
    let cases = [
        (
            TTS,
            json!({ "model": "qwen3-tts-flash", "input": { "text": "", "voice": "Cherry" } }),
            "Please ensure input text is valid.",
        ),
        (
            TTS,
            json!({ "model": "qwen3-tts-flash", "input": { "text": "a" } }),
            "Request voice is invalid!",
        ),
        (
            TTS,
            json!({ "model": "cosyvoice-v2", "input": { "text": "a" } }),
            "url error, please check url！",
        ),
        (
            TTS,
            json!({ "model": "qwen3-asr-flash", "input": { "messages": [] } }),
            "The audio is empty. Please provide an audio in the message.",
        ),
    ];
    for (path, body, message) in cases {
        let refused = send(&simulator, "POST", path, &body.to_string()).await;
        assert_eq!(
            (refused.status, refused.json()["message"].clone()),
            (400, message.into())
        );
    }
}
