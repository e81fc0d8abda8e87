//! Faults in the middle of an answer: what came is kept, and the ending is named.

use std::time::Duration;

use bailian::{ErrorKind, Phase};
use simulator::{Answer, Fault, Framing};
use tokio::time::Instant;

use crate::faults::Stage;
use crate::support::{Step, Upstream, asking, collect, stream_head, stream_of, text};

const POEM: [&str; 4] = ["春", "眠", "不觉🌸", "晓"];

fn poem() -> Answer {
    Answer::words(POEM)
}

fn kind(error: Option<bailian::Error>) -> Option<ErrorKind> {
    error.map(|error| error.kind().clone())
}

/// R-17
#[tokio::test]
async fn a_reset_after_any_byte_keeps_the_whole_pieces() {
    let whole = POEM.concat();
    for bytes in (0..2_000).step_by(97) {
        let stage = Stage::new()
            .await
            .answering([poem().fails_after(1, Fault::Reset(bytes))]);
        let (text, error) = stage.streamed().await;
        assert!(
            whole.starts_with(&text) && text.starts_with('春'),
            "{bytes}: {text}"
        );
        if text != whole {
            assert_eq!(kind(error), Some(ErrorKind::Interrupted), "{bytes}");
        }
        assert_eq!(stage.sent(), 2, "not sent again");
        stage.leaves_nothing().await;
    }
}

/// R-18
#[tokio::test]
async fn an_end_without_a_reason_is_no_success() {
    for fault in [Fault::EndsEarly, Fault::Cut(20), Fault::Cut(0)] {
        let stage = Stage::new().await.answering([poem().fails_after(2, fault)]);
        let (text, error) = stage.streamed().await;
        assert_eq!(text, "春眠");
        assert_eq!(kind(error), Some(ErrorKind::Interrupted));
        stage.leaves_nothing().await;
    }
}

/// R-19
#[tokio::test]
async fn an_answer_without_usage_or_without_done_is_whole() {
    for fault in [Fault::NoUsage, Fault::NoDone] {
        let has_usage = fault == Fault::NoDone;
        let stage = Stage::new().await.answering([poem().fails_after(0, fault)]);
        let (chunks, error) = collect(stage.stream().await.unwrap()).await;
        assert!(error.is_none());
        assert_eq!(text(&chunks), POEM.concat());
        assert_eq!(chunks.iter().any(|chunk| chunk.usage.is_some()), has_usage);
        stage.leaves_nothing().await;
    }
}

/// R-20
#[tokio::test]
async fn what_follows_the_end_is_ignored() {
    let stage = Stage::new()
        .await
        .answering([poem().fails_after(0, Fault::DataAfterDone)]);
    let (text, error) = stage.streamed().await;
    assert!(error.is_none());
    assert_eq!(text, POEM.concat());
    stage.leaves_nothing().await;
}

/// R-21
#[tokio::test(start_paused = true)]
async fn a_head_that_drips_runs_into_the_limit_of_the_first_byte() {
    let upstream = Upstream::playing(vec![vec![Step::Drip(stream_head())]]).await;
    let began = Instant::now();
    let error = upstream.client().chat_stream(asking()).await.unwrap_err();
    let phase = Phase::FirstByte;
    assert_eq!(error.kind(), &ErrorKind::Timeout { phase });
    assert_eq!(began.elapsed().as_secs(), 60);
    assert_eq!(upstream.requests().len(), 1);
}

/// R-22
#[tokio::test(start_paused = true)]
async fn a_body_that_drips_is_read_until_the_limit_of_the_whole() {
    let slow = Fault::SlowBytes(Duration::from_secs(1));
    let stage = Stage::with(|options| options.timeouts.total = Duration::from_mins(20))
        .await
        .answering([Answer::words(["春"]).fails_after(0, slow.clone())]);
    let (text, error) = stage.streamed().await;
    assert!(error.is_none());
    assert_eq!(text, "春");
    stage.leaves_nothing().await;

    let stage = Stage::with(|options| options.timeouts.total = Duration::from_mins(15))
        .await
        .answering([Answer::words(vec!["春"; 50]).fails_after(0, slow)]);
    let began = Instant::now();
    let (text, error) = stage.streamed().await;
    let phase = Phase::Total;
    assert_eq!(kind(error), Some(ErrorKind::Timeout { phase }));
    assert_eq!(began.elapsed().as_secs(), 900);
    assert!(!text.is_empty());
    stage.leaves_nothing().await;
}

/// R-23
#[tokio::test]
async fn an_event_that_is_no_json_ends_the_answer_and_keeps_what_came() {
    let stage = Stage::new()
        .await
        .answering([poem().fails_after(2, Fault::Malformed)]);
    let (text, error) = stage.streamed().await;
    assert_eq!(text, "春眠");
    assert_eq!(kind(error), Some(ErrorKind::Malformed));
    stage.leaves_nothing().await;
}

/// R-24
#[tokio::test]
async fn a_character_cut_in_two_is_whole_and_half_a_one_is_none() {
    let stage = Stage::new()
        .await
        .answering([poem().fails_after(0, Fault::SplitCharacters)]);
    let (text, error) = stage.streamed().await;
    assert!(error.is_none());
    assert_eq!(text, POEM.concat());
    stage.leaves_nothing().await;

    let stage = Stage::new()
        .await
        .answering([poem().fails_after(2, Fault::CutInsideCharacter)]);
    let (text, error) = stage.streamed().await;
    assert_eq!(text, "春眠");
    assert_eq!(kind(error), Some(ErrorKind::Interrupted));
    stage.leaves_nothing().await;
}

/// R-25; every split of every form is a property of the decoder, tested beside it.
#[tokio::test]
async fn every_form_of_an_event_stream_says_the_same() {
    for framing in [
        Framing::Usual,
        Framing::CarriageReturns,
        Framing::Comments,
        Framing::NoSpace,
    ] {
        let stage = Stage::new()
            .await
            .answering([poem().fails_after(0, Fault::Framing(framing))]);
        let (text, error) = stage.streamed().await;
        assert!(error.is_none(), "{framing:?}");
        assert_eq!(text, POEM.concat(), "{framing:?}");
        stage.leaves_nothing().await;
    }
}

/// R-26
#[tokio::test]
async fn a_large_event_is_read_and_a_huge_one_is_cut_at_the_limit() {
    let megabyte = "春".repeat(350_000);
    let stage = Stage::new()
        .await
        .answering([Answer::words([megabyte.clone()])]);
    let (text, error) = stage.streamed().await;
    assert!(error.is_none());
    assert_eq!(text, megabyte);
    stage.leaves_nothing().await;

    let huge = vec![
        Step::Send(stream_of(
            "data: {\"choices\":[{\"delta\":{\"content\":\"春\"}}]}\n\ndata: ",
        )),
        Step::Flood(vec![b'a'; 64 * 1024]),
    ];
    let upstream = Upstream::playing(vec![huge]).await;
    let stream = upstream.client().chat_stream(asking()).await.unwrap();
    let (chunks, error) = collect(stream).await;
    assert_eq!((chunks.len(), kind(error)), (1, Some(ErrorKind::TooLarge)));
    upstream.saw_the_client_leave().await;
    let flooded = upstream.flooded();
    assert!(flooded < 16 * 1024 * 1024, "{flooded} bytes were taken");
}

/// R-27
#[tokio::test(start_paused = true)]
async fn a_stall_ends_the_answer_when_patience_does() {
    let stage = Stage::with(|options| options.timeouts.idle = Duration::from_secs(3))
        .await
        .answering([poem().fails_after(2, Fault::Stall)]);
    let began = Instant::now();
    let (text, error) = stage.streamed().await;
    let phase = Phase::Idle;
    assert_eq!(kind(error), Some(ErrorKind::Timeout { phase }));
    assert_eq!((&*text, began.elapsed().as_secs()), ("春眠", 3));
    stage.leaves_nothing().await;
}

/// R-31
#[tokio::test]
async fn an_endless_answer_is_cut_and_its_upstream_let_go() {
    let stage = Stage::with(|options| options.max_response_bytes = 300_000)
        .await
        .answering([poem().fails_after(1, Fault::Endless)]);
    let (text, error) = stage.streamed().await;
    assert_eq!(kind(error), Some(ErrorKind::TooLarge));
    assert!(text.starts_with('春'));
    stage.leaves_nothing().await;
}

/// R-32
#[tokio::test]
async fn what_comes_compressed_is_refused_before_it_is_read() {
    for encoding in ["gzip", "br", "zstd", "deflate", "GZIP, br"] {
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: {encoding}\r\nconnection: close\r\n\r\n"
        );
        let bomb = vec![Step::Send(head.into()), Step::Flood(vec![0; 64 * 1024])];
        let upstream = Upstream::playing(vec![bomb]).await;
        let error = upstream.client().chat_stream(asking()).await.unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::Malformed, "{encoding}");
        upstream.saw_the_client_leave().await;
        assert!(upstream.requests()[0].contains("accept-encoding: identity"));
    }
}

/// R-36
#[tokio::test]
async fn an_absurd_usage_neither_panics_nor_ends_the_answer() {
    for usage in [
        r#"{"prompt_tokens":-5,"completion_tokens":-1,"total_tokens":-6}"#,
        r#"{"prompt_tokens":9e18,"total_tokens":9e18}"#,
        r#"{"prompt_tokens":"12"}"#,
        r#"{"prompt_tokens":null}"#,
        "null",
        "[]",
        r#"{"completion_tokens":1.5}"#,
    ] {
        let body = format!(
            "data: {{\"choices\":[{{\"delta\":{{\"content\":\"春\"}},\"finish_reason\":\"stop\"}}]}}\n\ndata: {{\"choices\":[],\"usage\":{usage}}}\n\ndata: [DONE]\n\n"
        );
        let upstream = Upstream::answering(stream_of(&body)).await;
        let (chunks, error) = collect(upstream.client().chat_stream(asking()).await.unwrap()).await;
        assert_eq!(text(&chunks), "春", "{usage}");
        assert!(error.is_none(), "{usage}: {error:?}");
    }
}
