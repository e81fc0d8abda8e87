//! Waiting for one's turn, as calls see it.

use std::time::Duration;

use bailian::{Client, ErrorKind, Limit, Pacing, Sent};
use tokio::time::{Instant, timeout};

use crate::support::{Upstream, asking, collect, reply, stream_of};

const ANSWER: &str = r#"{"choices":[{"message":{"role":"assistant","content":"春"},"finish_reason":"stop"}],"usage":{"prompt_tokens":500,"completion_tokens":560,"total_tokens":1060}}"#;

fn pacing(requests: Option<u32>, tokens: Option<u32>) -> Pacing {
    Pacing {
        requests_per_minute: requests,
        tokens_per_minute: tokens,
    }
}

fn paced(upstream: &Upstream, pacing: Pacing) -> Client {
    let mut options = upstream.options();
    options.pacing = pacing;
    Client::new(options).unwrap()
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_its_turn_has_not_left() {
    let upstream = Upstream::answering(reply("200 OK", "application/json", ANSWER)).await;
    let client = paced(&upstream, pacing(Some(1), None));
    client.chat(asking()).await.unwrap();
    let sent = Sent::default();
    let client = client.noting(&sent);
    let waited = timeout(Duration::from_secs(1), client.chat(asking())).await;
    assert!(waited.is_err());
    assert!(!sent.is_noted());
    client.chat(asking()).await.unwrap();
    assert!(sent.is_noted());
}

#[tokio::test(start_paused = true)]
async fn requests_wait_for_their_turn() {
    let upstream = Upstream::answering(reply("200 OK", "application/json", ANSWER)).await;
    let client = paced(&upstream, pacing(Some(60), None));
    let began = Instant::now();
    for _ in 0..5 {
        client.chat(asking()).await.unwrap();
    }
    assert_eq!(began.elapsed().as_secs(), 4);
}

#[tokio::test(start_paused = true)]
async fn what_an_answer_cost_is_waited_for_by_the_next_call() {
    let usage = r#"{"choices":[{"delta":{"content":"春"},"finish_reason":"stop"}],"usage":{"prompt_tokens":500,"completion_tokens":560,"total_tokens":1060}}"#;
    let streamed = stream_of(&format!("data: {usage}\n\ndata: [DONE]\n\n"));
    for (bytes, is_stream) in [
        (reply("200 OK", "application/json", ANSWER), false),
        (streamed, true),
    ] {
        let upstream = Upstream::answering(bytes).await;
        let client = paced(&upstream, pacing(None, Some(6_000)));
        for _ in 0..2 {
            if is_stream {
                collect(client.chat_stream(asking()).await.unwrap()).await;
            } else {
                client.chat(asking()).await.unwrap();
            }
        }
        let arrivals = upstream.arrivals();
        // 1,060 tokens at about 98 a second, of which 100 were there.
        let gap = (arrivals[1] - arrivals[0]).as_secs();
        assert!((9..=11).contains(&gap), "{gap} s");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_costs_no_tokens() {
    let refusal = reply(
        "400 x",
        "application/json",
        r#"{"code":"InvalidParameter"}"#,
    );
    let upstream = Upstream::answering(refusal).await;
    let client = paced(&upstream, pacing(None, Some(600)));
    let began = Instant::now();
    for _ in 0..50 {
        client.chat(asking()).await.unwrap_err();
    }
    assert!(began.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_turn_after_the_calls_time_is_refused_here() {
    let upstream = Upstream::answering(reply("200 OK", "application/json", ANSWER)).await;
    let mut options = upstream.options();
    options.timeouts.total = Duration::from_secs(5);
    options.pacing = pacing(Some(6), None);
    let client = Client::new(options).unwrap();
    client.chat(asking()).await.unwrap();
    let began = Instant::now();
    let error = client.chat(asking()).await.unwrap_err();
    let limit = Limit::Requests;
    assert_eq!(error.kind(), &ErrorKind::Throttled { limit });
    assert!(error.is_retryable() && error.retry_after().is_some());
    assert!(began.elapsed().is_zero());
    assert_eq!(upstream.requests().len(), 1);
}
