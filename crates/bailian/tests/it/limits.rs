//! Limits of time and size, each by its name. Time is virtual: it runs as soon as nothing else does.

use std::time::Duration;

use bailian::{Client, ClientOptions, ErrorKind, Phase};
use futures_util::StreamExt;

use crate::support::{Step, Upstream, asking, collect, reply, stream_head, stream_of};

const CHUNK: &str = "data: {\"choices\":[{\"delta\":{\"content\":\"春\"}}]}\n\n";

fn timed_out(phase: Phase) -> ErrorKind {
    ErrorKind::Timeout { phase }
}

#[tokio::test(start_paused = true)]
async fn silence_before_the_first_byte_ends_the_call() {
    let head_then_silence = vec![Step::Send(stream_head()), Step::Hang];
    for script in [
        vec![Step::Hang],
        vec![Step::Drip(stream_head())],
        head_then_silence,
    ] {
        let upstream = Upstream::playing(vec![script]).await;
        let error = upstream.client().chat_stream(asking()).await.unwrap_err();
        assert_eq!(error.kind(), &timed_out(Phase::FirstByte));
        assert_eq!(upstream.requests().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_whole_answer_may_take_as_long_as_the_server_computes() {
    let upstream = Upstream::playing(vec![vec![Step::Hang]]).await;
    let began = tokio::time::Instant::now();
    let error = upstream.client().chat(asking()).await.unwrap_err();
    assert_eq!(error.kind(), &timed_out(Phase::FirstByte));
    assert!(began.elapsed() > Duration::from_mins(5));
}

#[tokio::test(start_paused = true)]
async fn a_stall_ends_the_stream_and_keeps_what_came() {
    let script = vec![Step::Send(stream_of(CHUNK)), Step::Hang];
    let upstream = Upstream::playing(vec![script]).await;
    let (chunks, error) = collect(upstream.client().chat_stream(asking()).await.unwrap()).await;
    assert_eq!(chunks.len(), 1);
    assert_eq!(error.unwrap().kind(), &timed_out(Phase::Idle));
}

#[tokio::test(start_paused = true)]
async fn a_slow_stream_goes_on_until_the_whole_limit() {
    let script = vec![
        Step::Send(stream_of(CHUNK)),
        Step::Drip(CHUNK.repeat(50).into_bytes()),
    ];
    let upstream = Upstream::playing(vec![script]).await;
    let (chunks, error) = collect(upstream.client().chat_stream(asking()).await.unwrap()).await;
    assert!(chunks.len() > 5);
    assert_eq!(error.unwrap().kind(), &timed_out(Phase::Total));
}

#[tokio::test(start_paused = true)]
async fn a_handshake_that_stalls_or_fails_is_not_tried_again() {
    let stalling = Upstream::playing(vec![vec![Step::Hang]]).await;
    let speaks_http = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = speaks_http.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = speaks_http.accept().await {
            let _ =
                tokio::io::AsyncWriteExt::write_all(&mut socket, b"HTTP/1.1 400 x\r\n\r\n").await;
        }
    });
    for (url, kind) in [
        (
            stalling.url.replace("http:", "https:"),
            timed_out(Phase::Connect),
        ),
        (format!("https://{address}"), ErrorKind::Connection),
    ] {
        let client = Client::new(ClientOptions::new(url, "sk-x")).unwrap();
        let error = client.chat(asking()).await.unwrap_err();
        assert_eq!(error.kind(), &kind);
        assert!(!error.is_retryable());
    }
    assert!(stalling.requests().is_empty());
}

#[tokio::test]
async fn an_answer_larger_than_allowed_is_cut_and_the_upstream_closed() {
    let flood = |bytes: &str| {
        vec![
            Step::Send(stream_head()),
            Step::Flood(bytes.as_bytes().to_vec()),
        ]
    };
    for script in [
        flood(CHUNK),
        flood(": comment\n\n"),
        flood("data: aaaaaaaaaaaaaaaaaaaaaaaa"),
    ] {
        let upstream = Upstream::playing(vec![script]).await;
        let mut options = upstream.options();
        options.max_response_bytes = 500_000;
        options.max_event_bytes = 10_000;
        let error = match Client::new(options).unwrap().chat_stream(asking()).await {
            Ok(stream) => collect(stream).await.1.unwrap(),
            Err(error) => error,
        };
        assert_eq!(error.kind(), &ErrorKind::TooLarge);
        upstream.saw_the_client_leave().await;
    }
    let upstream =
        Upstream::answering(reply("200 OK", "application/json", &"a".repeat(2_000))).await;
    let mut options = upstream.options();
    options.max_response_bytes = 1_000;
    let error = Client::new(options)
        .unwrap()
        .chat(asking())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::TooLarge);
}

#[tokio::test]
async fn an_event_of_a_megabyte_is_read() {
    let long = "春".repeat(350_000);
    let body = format!(
        "data: {{\"choices\":[{{\"delta\":{{\"content\":\"{long}\"}}}}]}}\n\ndata: [DONE]\n\n"
    );
    let upstream = Upstream::answering(stream_of(&body)).await;
    let (chunks, error) = collect(upstream.client().chat_stream(asking()).await.unwrap()).await;
    assert!(error.is_none());
    assert_eq!(crate::support::text(&chunks), long);
}

#[tokio::test]
async fn dropping_the_stream_or_the_call_ends_the_upstreams_work() {
    let script = vec![Step::Send(stream_of(CHUNK)), Step::Hang];
    let upstream = Upstream::playing(vec![script, vec![Step::Hang]]).await;
    let client = upstream.client();
    let mut stream = client.chat_stream(asking()).await.unwrap();
    stream.next().await.unwrap().unwrap();
    drop(stream);
    upstream.saw_the_client_leave().await;
    {
        let mut call = Box::pin(client.chat(asking()));
        while upstream.requests().len() < 2 {
            let pending = futures_util::future::poll_immediate(&mut call).await;
            assert!(pending.is_none());
            tokio::task::yield_now().await;
        }
    }
    upstream.saw_the_client_leave().await;
}

#[tokio::test]
async fn names_are_looked_up_and_an_unknown_one_is_not_tried_again() {
    let upstream = Upstream::answering(stream_of("data: [DONE]\n\n")).await;
    let url = upstream.url.replace("127.0.0.1", "localhost");
    let client = Client::new(ClientOptions::new(url, "sk-x")).unwrap();
    client.chat_stream(asking()).await.unwrap();
    let client = Client::new(ClientOptions::new("http://nowhere.invalid", "sk-x")).unwrap();
    let error = client.chat(asking()).await.unwrap_err();
    assert!(!error.is_retryable(), "{error:?}");
}

#[test]
fn unusable_options_are_refused() {
    for url in [
        "",
        "dashscope",
        "ftp://host",
        "https://user:word@host",
        "https://host/?key=1",
    ] {
        let error = Client::new(ClientOptions::new(url, "sk-x")).unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::Configuration, "{url}");
    }
}

#[tokio::test]
async fn calls_and_streams_can_move_between_threads() {
    let upstream = Upstream::answering(stream_of(&format!("{CHUNK}data: [DONE]\n\n"))).await;
    let client = upstream.client();
    let call = tokio::spawn(async move {
        let stream = client.chat_stream(asking()).await?;
        let refused = client.chat(asking()).await.is_err() && client.models().await.is_err();
        Ok::<_, bailian::Error>((stream, refused))
    });
    let (stream, refused) = call.await.unwrap().unwrap();
    assert!(refused);
    let (chunks, error) = tokio::spawn(collect(stream)).await.unwrap();
    assert!(chunks.len() == 1 && error.is_none());
}
