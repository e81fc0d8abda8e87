//! Sessions of events over a real WebSocket.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use simulator::{Answer, Options, Outcome, Simulator};

use crate::{
    sockets::{Socket, connect, event, hear, say},
    support::simulator,
};

async fn session(simulator: &Simulator, model: &str) -> Socket {
    let path = format!("/api-ws/v1/realtime?model={model}");
    connect(simulator, &path, "sk-test").await.unwrap()
}

/// The next event of this type, whatever comes before it.
async fn wait_for(socket: &mut Socket, kind: &str) -> Value {
    loop {
        let event = event(socket).await;
        assert!(event["event_id"].as_str().unwrap().starts_with("event_"));
        if event["type"] == kind {
            return event;
        }
    }
}

/// Two seconds of a tone, and one of silence.
fn tone() -> Value {
    let loud = (0..32_000_i32).map(|at| i16::try_from(at % 80 * 100 - 4000).unwrap());
    let samples = loud.chain(std::iter::repeat_n(0, 16_000));
    let bytes: Vec<u8> = samples.flat_map(i16::to_le_bytes).collect();
    json!({ "type": "input_audio_buffer.append", "audio": BASE64_STANDARD.encode(bytes) })
}

#[tokio::test]
async fn an_answer_is_what_the_test_asked_for() {
    let simulator = simulator().await;
    simulator.next_answer(Answer::words(["好的，", "再见。"]));
    let mut socket = session(&simulator, "qwen3-omni-flash-realtime").await;
    let created = event(&mut socket).await;
    assert_eq!(created["type"], "session.created");
    assert_eq!(created["session"]["model"], "qwen3-omni-flash-realtime");
    say(&mut socket, tone()).await;
    let done = wait_for(&mut socket, "response.done").await;
    let response = &done["response"];
    assert_eq!(
        response["output"][0]["content"][0]["transcript"],
        "好的，再见。"
    );
    let usage = &response["usage"];
    assert_eq!(usage["input_tokens_details"]["audio_tokens"], 3 * 25);
    let billed = simulator.received()[0].billed.clone().unwrap();
    assert_eq!(usage["input_tokens"], billed.input_tokens);
    assert_eq!(usage["output_tokens"], billed.output_tokens);
    say(&mut socket, json!({ "type": "session.finish" })).await;
    wait_for(&mut socket, "session.finished").await;
    assert!(hear(&mut socket).await.is_none());
    simulator
        .wait_until(|account| account.open_streams() == 0)
        .await;
    assert_eq!(simulator.received()[0].outcome, Outcome::Answered);
}

#[tokio::test]
async fn speech_interrupts_an_answer() {
    let simulator = Simulator::start(Options {
        speed: 1,
        ..Options::immediate()
    })
    .await
    .unwrap();
    simulator.next_answer(Answer::words(["这是一个很长很长的回答。".repeat(50)]));
    let mut socket = session(&simulator, "qwen3-omni-flash-realtime").await;
    say(&mut socket, tone()).await;
    wait_for(&mut socket, "response.audio.delta").await;
    say(&mut socket, tone()).await;
    wait_for(&mut socket, "input_audio_buffer.speech_started").await;
    let done = wait_for(&mut socket, "response.done").await;
    assert_eq!(done["response"]["status"], "cancelled");
    wait_for(&mut socket, "response.created").await;
    say(&mut socket, json!({ "type": "response.cancel" })).await;
    let done = wait_for(&mut socket, "response.done").await;
    assert_eq!(done["response"]["status"], "cancelled");
    drop(socket);
    simulator
        .wait_until(|account| account.open_streams() == 0)
        .await;
}

#[tokio::test]
async fn items_are_kept_shown_and_deleted() {
    let simulator = simulator().await;
    let mut socket = session(&simulator, "qwen3.8-omni-flash-realtime").await;
    let content = json!([{ "type": "input_text", "text": "你好" }]);
    let item = json!({ "type": "message", "role": "user", "content": content });
    say(
        &mut socket,
        json!({ "type": "conversation.item.create", "item": item }),
    )
    .await;
    let created = wait_for(&mut socket, "conversation.item.created").await;
    let id = &created["item"]["id"];
    for kind in ["retrieve", "delete"] {
        let kind = format!("conversation.item.{kind}");
        say(&mut socket, json!({ "type": kind, "item_id": id })).await;
        wait_for(&mut socket, &format!("{kind}d").replace("eed", "ed")).await;
    }
    say(
        &mut socket,
        json!({ "type": "conversation.item.retrieve", "item_id": id }),
    )
    .await;
    let error = wait_for(&mut socket, "error").await;
    assert_eq!(error["error"]["code"], "item_not_found");
    say(&mut socket, json!({ "type": "input_audio_buffer.commit" })).await;
    wait_for(&mut socket, "error").await;
    say(&mut socket, json!({ "type": "response.create" })).await;
    wait_for(&mut socket, "response.done").await;
}

#[tokio::test]
async fn a_model_that_holds_no_sessions_is_refused() {
    let simulator = simulator().await;
    for model in ["qwen-plus", "nothing", "paraformer-v2"] {
        let mut socket = session(&simulator, model).await;
        let error = event(&mut socket).await;
        assert_eq!(error["error"]["code"], "ModelNotFound", "{model}");
        assert!(hear(&mut socket).await.is_none());
    }
}
