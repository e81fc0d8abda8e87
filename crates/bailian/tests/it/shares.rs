//! Several upstreams, each with so much that it may be asked.

use std::time::Duration;

use bailian::pool::{Pool, PoolPolicy, Served, Upstream as Member};
use bailian::{ChatCompletion, Client, Error, ErrorKind, Pacing};
use tokio::time::{Instant, timeout};

use crate::support::{Step, Upstream, asking, reply};

const JSON: &str = "application/json";
const ANSWER: &str = r#"{"choices":[{"message":{"role":"assistant","content":"春"},"finish_reason":"stop"}],"usage":{"prompt_tokens":500,"completion_tokens":560,"total_tokens":1060}}"#;
const BUSY: &str =
    "HTTP/1.1 429 x\r\nretry-after: 1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

fn answer() -> Vec<u8> {
    reply("200 OK", JSON, ANSWER)
}

fn missing() -> Vec<u8> {
    let body = r#"{"error":{"message":"m","code":"model_not_found"}}"#;
    reply("404 x", JSON, body)
}

/// A client that sends everything once and keeps to these limits.
fn paced(upstream: &Upstream, requests: Option<u32>, tokens: Option<u32>) -> Client {
    let mut options = upstream.options();
    options.retry.attempts = 1;
    options.pacing = Pacing {
        requests_per_minute: requests,
        tokens_per_minute: tokens,
    };
    Client::new(options).unwrap()
}

fn policy(wait_s: u64, waiting_at_most: usize) -> PoolPolicy {
    PoolPolicy {
        wait_at_most: Duration::from_secs(wait_s),
        waiting_at_most,
        ..PoolPolicy::default()
    }
}

async fn ask(pool: &Pool) -> Result<Served<ChatCompletion>, Error> {
    pool.run("qwen-plus", |client: Client| async move {
        client.chat(asking()).await
    })
    .await
}

/// How often each answered so many calls.
async fn answered(pool: &Pool, calls: usize) -> [usize; 2] {
    let mut answered = [0, 0];
    for _ in 0..calls {
        let by = ask(pool).await.unwrap().upstream;
        answered[usize::from(&*by == "b")] += 1;
    }
    answered
}

#[tokio::test]
async fn who_has_most_left_is_asked_whatever_the_weights() {
    let upstream = Upstream::answering(answer()).await;
    let pool = Pool::new([
        Member::new("a", paced(&upstream, Some(6), None)).weight(100),
        Member::new("b", paced(&upstream, Some(6), None)),
    ])
    .unwrap();
    assert_eq!(answered(&pool, 2).await, [1, 1]);
    let error = ask(&pool).await.unwrap_err();
    assert_eq!(error.kind().name(), "throttled");
    let wait = error.retry_after().unwrap();
    assert!(wait <= Duration::from_secs(10) && wait > Duration::from_secs(2));
    assert_eq!(upstream.requests().len(), 2);
}

#[tokio::test]
async fn tokens_that_an_answer_took_are_no_longer_left() {
    let upstream = Upstream::answering(answer()).await;
    let pool = Pool::new([
        Member::new("a", paced(&upstream, None, Some(60_000))),
        Member::new("b", paced(&upstream, None, Some(6_000_000))),
    ])
    .unwrap();
    // The first answer at "a" takes all of its second; "b" has a hundred times as much.
    assert_eq!(answered(&pool, 8).await, [1, 7]);
}

#[tokio::test(start_paused = true)]
async fn when_all_is_used_up_a_call_waits_for_the_first_that_is_free() {
    let upstream = Upstream::answering(answer()).await;
    let pool = Pool::new([
        Member::new("a", paced(&upstream, Some(60), None)),
        Member::new("b", paced(&upstream, Some(60), None)),
    ])
    .unwrap();
    let began = Instant::now();
    assert_eq!(answered(&pool, 4).await, [2, 2]);
    assert_eq!(began.elapsed().as_secs(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_throttled_one_is_waited_for_and_asked_again() {
    let script = vec![vec![Step::Send(BUSY.into())], vec![Step::Send(answer())]];
    let upstream = Upstream::playing(script).await;
    let only = Member::new("a", paced(&upstream, None, None));
    let pool = Pool::with_policy([only], policy(2, 100)).unwrap();
    assert_eq!(ask(&pool).await.unwrap_err().kind().name(), "throttled");
    let began = Instant::now();
    ask(&pool).await.unwrap();
    assert_eq!(began.elapsed().as_secs(), 1);
}

#[tokio::test(start_paused = true)]
async fn who_leaves_waits_no_longer_and_the_queue_is_short() {
    let upstream = Upstream::answering(BUSY).await;
    let only = Member::new("a", paced(&upstream, None, None));
    let pool = Pool::with_policy([only], policy(60, 1)).unwrap();
    ask(&pool).await.unwrap_err();
    for _ in 0..5 {
        // Each has the one place of the queue after the one before has left.
        let left = timeout(Duration::from_millis(50), ask(&pool)).await;
        assert!(left.is_err(), "{left:?}");
    }
    let (first, second) = tokio::join!(
        timeout(Duration::from_millis(50), ask(&pool)),
        timeout(Duration::from_millis(50), ask(&pool)),
    );
    assert!(first.is_err());
    let refused = second.unwrap().unwrap_err();
    assert_eq!(refused.kind().name(), "throttled");
    assert!(refused.retry_after().is_some_and(|wait| !wait.is_zero()));
    assert_eq!(upstream.requests().len(), 1);
}

/// What nobody finds may be a caller's mistake; what another one finds is lacking at the first.
#[tokio::test]
async fn what_was_not_found_concerns_an_account_only_if_another_found_it() {
    for (second, asked_again) in [(missing(), 2), (answer(), 1)] {
        let first = Upstream::answering(missing()).await;
        let second = Upstream::answering(second).await;
        let pool = Pool::new([
            Member::new("a", paced(&first, None, None)),
            Member::new("b", paced(&second, None, None)).priority(1),
        ])
        .unwrap();
        for _ in 0..2 {
            if let Err(error) = ask(&pool).await {
                assert_eq!(error.kind(), &ErrorKind::NotFound);
            }
        }
        assert_eq!(first.requests().len(), asked_again);
        let paused = &pool.status()[0].paused_models;
        assert_eq!(paused.len(), 2 - asked_again);
    }
}
