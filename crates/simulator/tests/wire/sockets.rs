//! Tasks over a real WebSocket.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use simulator::{FaultOrder, FaultPlan, Options, Outcome, Simulator};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{self, Message, client::IntoClientRequest, http::HeaderValue},
};

use crate::support::simulator;

const TEXT: &str = "今天主要讨论三件事情。请大家准时。";

pub type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Connects with this key.
pub async fn connect(simulator: &Simulator, path: &str, key: &str) -> tungstenite::Result<Socket> {
    let url = format!("ws://{}{path}", simulator.addr());
    let mut request = url.into_client_request()?;
    let key = HeaderValue::from_str(&format!("Bearer {key}")).unwrap();
    request.headers_mut().insert("authorization", key);
    Ok(connect_async(request).await?.0)
}

pub async fn say(socket: &mut Socket, frame: Value) {
    socket.send(Message::text(frame.to_string())).await.unwrap();
}

/// The next frame that is not a ping; nothing when the connection is closed.
pub async fn hear(socket: &mut Socket) -> Option<Message> {
    loop {
        match socket.next().await {
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
            Some(Ok(message)) => return Some(message),
        }
    }
}

pub async fn event(socket: &mut Socket) -> Value {
    match hear(socket).await {
        Some(Message::Text(text)) => serde_json::from_str(&text).unwrap(),
        other => panic!("not an event: {other:?}"),
    }
}

async fn inference(simulator: &Simulator) -> Socket {
    connect(simulator, "/api-ws/v1/inference", "sk-test")
        .await
        .unwrap()
}

fn frame(action: &str, task: &str, payload: &Value) -> Value {
    json!({
        "header": { "action": action, "task_id": task, "streaming": "duplex" },
        "payload": payload,
    })
}

fn listening(task: &str, parameters: &Value) -> Value {
    let mut payload = json!({
        "task_group": "audio", "task": "asr", "function": "recognition",
        "model": "paraformer-realtime-v2", "input": {},
        "parameters": { "format": "pcm", "sample_rate": 16_000 },
    });
    let all = payload["parameters"].as_object_mut().unwrap();
    all.extend(parameters.as_object().unwrap().clone());
    frame("run-task", task, &payload)
}

fn speaking(task: &str, parameters: &Value) -> Value {
    let mut payload = json!({
        "task_group": "audio", "task": "tts", "function": "SpeechSynthesizer",
        "model": "cosyvoice-v3-flash", "input": {},
        "parameters": { "text_type": "PlainText", "voice": "longanyang", "format": "pcm", "sample_rate": 16_000 },
    });
    let all = payload["parameters"].as_object_mut().unwrap();
    all.extend(parameters.as_object().unwrap().clone());
    frame("run-task", task, &payload)
}

/// Runs a task of synthesis to its end: the events, and the sound.
async fn speak(socket: &mut Socket, task: &str, text: &str) -> (Vec<Value>, Vec<u8>) {
    say(socket, speaking(task, &json!({}))).await;
    assert_eq!(event(socket).await["header"]["event"], "task-started");
    say(
        socket,
        frame("continue-task", task, &json!({ "input": { "text": text } })),
    )
    .await;
    say(socket, frame("finish-task", task, &json!({ "input": {} }))).await;
    let (mut events, mut sound) = (Vec::new(), Vec::new());
    while let Some(message) = hear(socket).await {
        match message {
            Message::Binary(bytes) => {
                let last: &Value = events.last().unwrap();
                assert_eq!(last["payload"]["output"]["type"], "sentence-synthesis");
                sound.extend(bytes);
            }
            Message::Text(text) => {
                let event: Value = serde_json::from_str(&text).unwrap();
                assert_eq!(event["header"]["task_id"], task);
                let is_last = event["header"]["event"] == "task-finished";
                events.push(event);
                if is_last {
                    break;
                }
            }
            other => panic!("{other:?}"),
        }
    }
    (events, sound)
}

#[tokio::test]
async fn what_is_spoken_on_a_connection_is_understood_on_it() {
    let simulator = simulator().await;
    let mut socket = inference(&simulator).await;
    let (events, sound) = speak(&mut socket, "t1", TEXT).await;
    assert_eq!(events.last().unwrap()["payload"]["usage"]["characters"], 32);
    assert_eq!(sound.len(), 2 * 16 * (60 + 2000 + 450 + 60 + 1000 + 450));

    say(&mut socket, listening("t2", &json!({}))).await;
    assert_eq!(event(&mut socket).await["header"]["event"], "task-started");
    for piece in sound.chunks(3200) {
        socket.send(Message::binary(piece.to_vec())).await.unwrap();
    }
    say(
        &mut socket,
        frame("finish-task", "t2", &json!({ "input": {} })),
    )
    .await;
    let mut sentences = Vec::new();
    let mut parts = 0;
    loop {
        let event = event(&mut socket).await;
        if event["header"]["event"] == "task-finished" {
            assert_eq!(event["payload"], json!({ "output": {}, "usage": null }));
            break;
        }
        let sentence = &event["payload"]["output"]["sentence"];
        if sentence["sentence_end"] == true {
            assert_eq!(sentence["sentence_id"], sentences.len() + 1);
            sentences.push(sentence["text"].as_str().unwrap().to_owned());
            assert!(event["payload"]["usage"]["duration"].is_u64());
        } else {
            parts += 1;
            assert!(sentence["end_time"].is_null() && event["payload"]["usage"].is_null());
        }
    }
    assert_eq!(sentences.concat(), TEXT);
    assert!(parts > 10, "{parts} intermediate events");

    let received = &simulator.received()[0];
    assert_eq!(
        (received.status, received.outcome),
        (Some(101), Outcome::Open)
    );
    let billed = received.billed.clone().unwrap();
    assert_eq!((billed.characters, billed.seconds), (32, 4.0));
    assert_eq!(simulator.open_streams(), 1);
    socket.close(None).await.unwrap();
    simulator
        .wait_until(|account| account.open_streams() == 0)
        .await;
    assert_eq!(simulator.received()[0].outcome, Outcome::Answered);
}

#[tokio::test]
async fn a_wrong_key_fails_the_upgrade() {
    let simulator = simulator().await;
    let refused = connect(&simulator, "/api-ws/v1/inference", "wrong").await;
    let Err(tungstenite::Error::Http(response)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(response.status(), 401);
    simulator
        .wait_until(|account| account.open_streams() == 0)
        .await;
}

#[tokio::test]
async fn a_task_that_is_not_right_fails_and_the_connection_is_closed() {
    let simulator = simulator().await;
    let run = |change: fn(&mut Value)| {
        let mut frame = listening("t1", &json!({}));
        change(&mut frame);
        frame
    };
    let cases = [
        (
            run(|frame| frame["payload"]["model"] = Value::Null),
            "InvalidParameter",
            "Missing required parameter 'payload.model'! Please follow the protocol!",
        ),
        (
            run(|frame| frame["payload"]["input"] = Value::Null),
            "InvalidParameter",
            "InvalidParameter: task can not be null",
        ),
        (
            run(|frame| frame["payload"]["model"] = "nothing".into()),
            "ModelNotFound",
            "Model can not be found.",
        ),
        (
            speaking("t1", &json!({ "voice": null })),
            "InvalidParameter",
            "Request voice is invalid!",
        ),
        (
            speaking("t1", &json!({ "voice": "longxiaochun_v2" })),
            "InvalidParameter",
            "[tts:]Engine return error code: 418",
        ),
    ];
    for (frame, code, message) in cases {
        let mut socket = inference(&simulator).await;
        say(&mut socket, frame).await;
        let failed = event(&mut socket).await;
        assert_eq!(failed["header"]["event"], "task-failed");
        assert_eq!(failed["header"]["error_code"], code);
        assert_eq!(failed["header"]["error_message"], message);
        assert!(hear(&mut socket).await.is_none());
    }
}

#[tokio::test]
async fn a_client_that_says_nothing_is_not_waited_for() {
    let simulator = simulator().await;
    let mut idle = inference(&simulator).await;
    let mut silent = inference(&simulator).await;
    say(&mut silent, listening("t1", &json!({}))).await;
    assert_eq!(event(&mut silent).await["header"]["event"], "task-started");
    tokio::time::pause();
    let failed = event(&mut silent).await;
    assert_eq!(failed["header"]["error_code"], "CLIENT_ERROR");
    assert_eq!(
        failed["header"]["error_message"],
        "request timeout after 23 seconds."
    );
    assert!(hear(&mut idle).await.is_none());
}

#[tokio::test]
async fn long_silence_fails_without_heartbeat() {
    let simulator = simulator().await;
    for (heartbeat, last) in [(false, "task-failed"), (true, "task-finished")] {
        let mut socket = inference(&simulator).await;
        say(
            &mut socket,
            listening("t1", &json!({ "heartbeat": heartbeat })),
        )
        .await;
        for _ in 0..61 {
            socket.send(Message::binary(vec![0; 32_000])).await.unwrap();
        }
        say(
            &mut socket,
            frame("finish-task", "t1", &json!({ "input": {} })),
        )
        .await;
        let mut beats = 0;
        let ended = loop {
            let event = event(&mut socket).await;
            let sentence = &event["payload"]["output"]["sentence"];
            beats += usize::from(sentence["heartbeat"] == true);
            let name = event["header"]["event"].as_str().unwrap().to_owned();
            if name != "task-started" && name != "result-generated" {
                break name;
            }
        };
        assert_eq!((ended.as_str(), beats > 3), (last, heartbeat));
    }
}

#[tokio::test]
async fn a_new_task_takes_the_place_of_the_one_that_runs() {
    let simulator = simulator().await;
    let mut socket = inference(&simulator).await;
    say(&mut socket, listening("t1", &json!({}))).await;
    assert_eq!(event(&mut socket).await["header"]["task_id"], "t1");
    let (events, _) = speak(&mut socket, "t2", "你好。").await;
    assert_eq!(events.last().unwrap()["payload"]["usage"]["characters"], 5);
    drop(socket);
    simulator
        .wait_until(|account| account.open_streams() == 0)
        .await;
}

#[tokio::test]
async fn a_client_that_vanishes_in_a_task_has_left() {
    let simulator = simulator().await;
    let mut socket = inference(&simulator).await;
    say(&mut socket, listening("t1", &json!({}))).await;
    assert_eq!(event(&mut socket).await["header"]["event"], "task-started");
    drop(socket);
    simulator
        .wait_until(|account| account.open_streams() == 0)
        .await;
    let outcome = simulator.received()[0].outcome;
    assert!(matches!(outcome, Outcome::ClientLeft { .. }), "{outcome:?}");
}

#[tokio::test]
async fn a_fault_fails_tasks_and_a_shutdown_ends_connections() {
    let simulator = Simulator::start(Options {
        faults: vec!["throttle".parse::<FaultPlan>().unwrap()],
        ..Options::immediate()
    })
    .await
    .unwrap();
    let mut socket = inference(&simulator).await;
    say(&mut socket, listening("t1", &json!({}))).await;
    let failed = event(&mut socket).await;
    assert_eq!(failed["header"]["error_code"], "Throttling.RateQuota");
    let mut open = inference(&simulator).await;
    let handle = simulator.handle();
    tokio::time::timeout(Duration::from_secs(20), simulator.shutdown())
        .await
        .unwrap()
        .unwrap();
    assert!(hear(&mut open).await.is_none());
    handle
        .wait_until(|account| account.open_streams() == 0)
        .await;
}

#[tokio::test]
async fn a_connection_breaks_after_so_many_frames() {
    let simulator = simulator().await;
    for fault in ["error-event@1", "cut@1"] {
        simulator.order_faults(FaultOrder::once(fault.parse().unwrap()));
        let mut socket = inference(&simulator).await;
        say(&mut socket, speaking("t1", &json!({}))).await;
        assert_eq!(event(&mut socket).await["header"]["event"], "task-started");
        let text = json!({ "input": { "text": TEXT } });
        say(&mut socket, frame("continue-task", "t1", &text)).await;
        if fault == "error-event@1" {
            let failed = event(&mut socket).await;
            assert_eq!(failed["header"]["event"], "task-failed");
            assert_eq!(failed["header"]["error_code"], "DataInspectionFailed");
        }
        assert!(hear(&mut socket).await.is_none());
    }
}

#[tokio::test]
async fn tingwu_writes_down_what_is_said() {
    let simulator = simulator().await;
    let mut socket = inference(&simulator).await;
    let (_, sound) = speak(&mut socket, "t1", TEXT).await;
    let meeting = |directive: &str| {
        json!({
            "task_group": "aigc", "task": "multimodal-generation", "function": "generation",
            "model": "tingwu-meeting-realtime",
            "parameters": { "format": "pcm", "sampleRate": 16_000, "translationTargetLang": ["en"] },
            "input": { "appId": "tw_demo", "dataId": "d1", "directive": directive },
        })
    };
    say(&mut socket, frame("run-task", "t2", &meeting("start"))).await;
    assert_eq!(event(&mut socket).await["header"]["event"], "task-started");
    let output = |event: Value| event["payload"]["output"].clone();
    let ready = output(event(&mut socket).await);
    assert_eq!(ready, json!({ "action": "speech-listen", "dataId": "d1" }));
    socket.send(Message::binary(sound)).await.unwrap();
    say(&mut socket, frame("finish-task", "t2", &meeting("stop"))).await;
    let (mut said, mut translated) = (String::new(), Vec::new());
    loop {
        let output = output(event(&mut socket).await);
        if output["action"] == "speech-end" {
            break;
        }
        if output["transcription"]["sentenceEnd"] == true {
            said.push_str(output["transcription"]["text"].as_str().unwrap());
        }
        let results = &output["translations"]["en"]["translateResult"];
        translated.extend(results[0]["text"].as_str().map(str::to_owned));
    }
    assert_eq!(said, TEXT);
    assert_eq!(translated[0], "There are three things to discuss today.");
}
