//! Lines that both sides speak on, against a server that plays a script.

use std::time::Duration;

use bailian::socket::realtime::{ClientEvent, OmniSession, ServerEvent};
use bailian::socket::recognition::RecognitionRequest;
use bailian::socket::synthesis::{SynthesisEvent, SynthesisRequest};
use bailian::{Client, ClientOptions, ErrorKind, Phase};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, accept_async};

use crate::support::{KEY, Upstream};

type Line = WebSocketStream<TcpStream>;

/// Serves one line with `play` and gives the client that speaks to it.
async fn serving<F, T>(play: impl FnOnce(Line) -> F + Send + 'static) -> (Client, JoinHandle<T>)
where
    F: Future<Output = T> + Send,
    T: Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let served = tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        play(accept_async(socket).await.unwrap()).await
    });
    (client(url, Duration::from_secs(20)), served)
}

pub fn client(url: String, idle: Duration) -> Client {
    let mut options = ClientOptions::new(url, KEY);
    options.timeouts.idle = idle;
    options.retry.attempts = 1;
    Client::new(options).unwrap()
}

async fn hear(line: &mut Line) -> Value {
    loop {
        match line.next().await.unwrap().unwrap() {
            Message::Text(text) => return serde_json::from_str(&text).unwrap(),
            Message::Binary(bytes) => return json!(bytes.len()),
            _ => {}
        }
    }
}

async fn say(line: &mut Line, message: &Value) {
    line.send(Message::text(message.to_string())).await.unwrap();
}

fn event(asked: &Value, event: &str, payload: &Value) -> Value {
    json!({
        "header": { "task_id": asked["header"]["task_id"], "event": event, "attributes": {} },
        "payload": payload,
    })
}

pub fn sentence(text: &str, end: Option<u64>) -> Value {
    json!({
        "output": { "sentence": {
            "sentence_id": 1, "begin_time": 220, "end_time": end, "text": text,
            "heartbeat": false, "sentence_end": end.is_some(), "words": null, "emo_tag": "neutral",
        }},
        "usage": end.map(|_| json!({ "duration": 2 })),
    })
}

#[tokio::test]
async fn speech_becomes_sentences_and_the_line_is_free_again() {
    let (client, served) = serving(|mut line| async move {
        let asked = hear(&mut line).await;
        say(&mut line, &event(&asked, "task-started", &json!({}))).await;
        assert_eq!(hear(&mut line).await, json!(3_200));
        let beat = json!({ "output": { "sentence": { "sentence_id": 0, "heartbeat": true } } });
        say(&mut line, &event(&asked, "result-generated", &beat)).await;
        say(&mut line, &event(&asked, "tomorrow", &json!({}))).await;
        say(
            &mut line,
            &event(&asked, "result-generated", &sentence("明天开", None)),
        )
        .await;
        say(
            &mut line,
            &event(
                &asked,
                "result-generated",
                &sentence("明天开会。", Some(1_480)),
            ),
        )
        .await;
        let finish = hear(&mut line).await;
        say(
            &mut line,
            &event(
                &asked,
                "task-finished",
                &json!({ "output": {}, "usage": null }),
            ),
        )
        .await;
        (asked, finish, line)
    })
    .await;
    let request = RecognitionRequest::new("paraformer-realtime-v2", "pcm", 16_000)
        .language_hints(["zh"])
        .parameter("speech_noise_threshold", 0.5);
    let (sound, mut sentences) = client
        .task_line()
        .await
        .unwrap()
        .recognize(request)
        .await
        .unwrap();
    sound.send(vec![0; 3_200]).await.unwrap();
    let part = sentences.next().await.unwrap().unwrap();
    assert_eq!((part.text.as_str(), part.is_final()), ("明天开", false));
    let whole = sentences.next().await.unwrap().unwrap();
    assert_eq!(
        (whole.text.as_str(), whole.is_final()),
        ("明天开会。", true)
    );
    assert_eq!(whole.billed_seconds, Some(2.0));
    assert_eq!(whole.extra["emo_tag"], "neutral");
    sound.finish().await.unwrap();
    assert_eq!(sentences.next().await.unwrap(), None);
    assert!(sentences.into_line().is_some());

    let (asked, finish, _line) = served.await.unwrap();
    assert_eq!(asked["header"]["action"], "run-task");
    assert_eq!(asked["header"]["streaming"], "duplex");
    assert_eq!(asked["header"]["task_id"].as_str().unwrap().len(), 32);
    assert_eq!(
        asked["payload"],
        json!({
            "task_group": "audio", "task": "asr", "function": "recognition", "model": "paraformer-realtime-v2",
            "parameters": {
                "format": "pcm", "sample_rate": 16000, "language_hints": ["zh"], "speech_noise_threshold": 0.5,
            },
            "input": {},
        })
    );
    assert_eq!(finish["header"]["action"], "finish-task");
    assert_eq!(finish["payload"], json!({ "input": {} }));
}

#[tokio::test]
async fn a_second_task_runs_on_the_same_line() {
    let (client, served) = serving(|mut line| async move {
        for _ in 0..2 {
            let asked = hear(&mut line).await;
            say(&mut line, &event(&asked, "task-started", &json!({}))).await;
            hear(&mut line).await;
            line.send(Message::binary(vec![1, 2])).await.unwrap();
            hear(&mut line).await;
            let usage = json!({ "usage": { "characters": 4 } });
            say(&mut line, &event(&asked, "task-finished", &usage)).await;
        }
        line
    })
    .await;
    let mut line = client.task_line().await.unwrap();
    for _ in 0..2 {
        let request = SynthesisRequest::new("cosyvoice-v3-flash", "longanyang").rate(1.5);
        let (text, mut sound) = line.synthesize(request).await.unwrap();
        text.say("你好").await.unwrap();
        let first = sound.next().await.unwrap().unwrap();
        assert_eq!(first, SynthesisEvent::Audio(vec![1, 2].into()));
        text.finish().await.unwrap();
        let last = sound.next().await.unwrap().unwrap();
        assert_eq!(
            last,
            SynthesisEvent::Finished {
                characters: Some(4)
            }
        );
        assert_eq!(sound.next().await.unwrap(), None);
        line = sound.into_line().unwrap();
    }
    served.await.unwrap();
}

#[tokio::test]
async fn a_failed_task_is_an_error_of_its_code() {
    let (client, _served) = serving(|mut line| async move {
        let asked = hear(&mut line).await;
        let mut failed = event(&asked, "task-failed", &json!({}));
        failed["header"]["error_code"] = "Throttling.RateQuota".into();
        failed["header"]["error_message"] =
            "Requests rate limit exceeded, please try again later.".into();
        say(&mut line, &failed).await;
        line
    })
    .await;
    let request = RecognitionRequest::new("fun-asr-realtime", "pcm", 16_000);
    let error = client
        .task_line()
        .await
        .unwrap()
        .recognize(request)
        .await
        .unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Throttled { .. }),
        "{error}"
    );
    assert_eq!(error.code(), Some("Throttling.RateQuota"));
}

#[tokio::test]
async fn a_line_that_closes_early_keeps_what_was_said() {
    let (client, _served) = serving(|mut line| async move {
        let asked = hear(&mut line).await;
        say(&mut line, &event(&asked, "task-started", &json!({}))).await;
        say(
            &mut line,
            &event(&asked, "result-generated", &sentence("明天", None)),
        )
        .await;
        line.close(None).await.unwrap();
    })
    .await;
    let request = RecognitionRequest::new("paraformer-realtime-v2", "pcm", 16_000);
    let (_sound, mut sentences) = client
        .task_line()
        .await
        .unwrap()
        .recognize(request)
        .await
        .unwrap();
    assert_eq!(sentences.next().await.unwrap().unwrap().text, "明天");
    let error = sentences.next().await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Interrupted);
    assert_eq!(sentences.next().await.unwrap(), None);
    assert!(sentences.into_line().is_none());
}

#[tokio::test]
async fn a_silent_line_is_asked_for_a_sign_of_life_and_then_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let served = tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        let mut line = accept_async(socket).await.unwrap();
        let asked = hear(&mut line).await;
        say(&mut line, &event(&asked, "task-started", &json!({}))).await;
        // From here on the socket is open, and nobody reads it.
        std::future::pending::<()>().await;
    });
    let client = client(url, Duration::from_millis(30));
    let request = RecognitionRequest::new("paraformer-realtime-v2", "pcm", 16_000);
    let (_sound, mut sentences) = client
        .task_line()
        .await
        .unwrap()
        .recognize(request)
        .await
        .unwrap();
    let error = sentences.next().await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Timeout { phase: Phase::Idle });
    served.abort();
}

#[tokio::test]
async fn dropping_both_halves_hangs_up() {
    let (client, served) = serving(|mut line| async move {
        let asked = hear(&mut line).await;
        say(&mut line, &event(&asked, "task-started", &json!({}))).await;
        while let Some(Ok(_)) = line.next().await {}
    })
    .await;
    let request = RecognitionRequest::new("paraformer-realtime-v2", "pcm", 16_000);
    let halves = client
        .task_line()
        .await
        .unwrap()
        .recognize(request)
        .await
        .unwrap();
    drop(halves);
    served.await.unwrap();
}

#[tokio::test]
async fn a_handshake_is_refused_like_any_call() {
    let refused = concat!(
        "HTTP/1.1 401 Unauthorized\r\nx-request-id: r-1\r\ncontent-length: 69\r\n\r\n",
        r#"{"code":"InvalidApiKey","message":"Invalid API-key.","request_id":""}"#,
    );
    let upstream = Upstream::answering(refused).await;
    let error = upstream.client().task_line().await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Authentication);
    assert_eq!(
        (error.status(), error.request_id()),
        (Some(401), Some("r-1"))
    );
    let asked = upstream.requests().remove(0).to_ascii_lowercase();
    for line in [
        "get /api-ws/v1/inference http/1.1",
        "upgrade: websocket",
        "sec-websocket-version: 13",
    ] {
        assert!(asked.contains(line), "{asked}");
    }

    let wrong = "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: no\r\n\r\n";
    let error = Upstream::answering(wrong)
        .await
        .client()
        .task_line()
        .await
        .unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Malformed);
}

#[tokio::test]
async fn a_realtime_session_greets_refuses_and_ends() {
    let (client, served) = serving(|mut line| async move {
        say(&mut line, &json!({ "type": "session.created", "session": { "id": "sess_1" } })).await;
        let update = hear(&mut line).await;
        let error = json!({ "type": "invalid_request_error", "code": "invalid_value", "message": "no", "param": "session.modalities" });
        say(&mut line, &json!({ "type": "error", "error": error })).await;
        say(&mut line, &json!({ "type": "response.text.delta", "response_id": "r", "item_id": "i", "delta": "好" })).await;
        hear(&mut line).await;
        say(&mut line, &json!({ "type": "session.finished" })).await;
        update
    })
    .await;
    let (speak, mut listen) = client
        .realtime("qwen3.5-omni-flash-realtime")
        .await
        .unwrap();
    let session = OmniSession::written().turn_detection(None);
    speak.send(ClientEvent::session(session)).await.unwrap();
    let Some(ServerEvent::Error(error)) = listen.next().await.unwrap() else {
        panic!("no refusal");
    };
    assert!(matches!(error.kind(), ErrorKind::InvalidParameter { .. }));
    let Some(ServerEvent::Text { place, delta }) = listen.next().await.unwrap() else {
        panic!("no text");
    };
    assert_eq!(
        (place.item_id.as_deref(), delta.as_str()),
        (Some("i"), "好")
    );
    speak.send(ClientEvent::FinishSession).await.unwrap();
    assert!(matches!(
        listen.next().await.unwrap(),
        Some(ServerEvent::SessionFinished(_))
    ));
    assert!(listen.next().await.unwrap().is_none());
    let update = served.await.unwrap();
    assert_eq!(
        update["session"],
        json!({ "modalities": ["text"], "turn_detection": null })
    );
}
