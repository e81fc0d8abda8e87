//! Faults before the first byte: what is sent again, when, and how often.

use std::time::Duration;

use bailian::image::TextToImage;
use bailian::{ErrorKind, RetryPolicy};
use futures_util::future::join_all;
use simulator::{Answer, Fault, Refusal};
use tokio::time::Instant;

use crate::faults::Stage;
use crate::support::{Step, Upstream, asking, reply};

const JSON: &str = "application/json";
const ANSWER: &str =
    r#"{"choices":[{"message":{"role":"assistant","content":"春"},"finish_reason":"stop"}]}"#;

fn busy() -> Refusal {
    Refusal::too_many_requests()
}

/// R-10
#[tokio::test(start_paused = true)]
async fn a_short_retry_after_is_waited_for_and_one_request_follows() {
    let stage = Stage::new().await.answering([
        Answer::refusal(busy().retry_after(2)),
        Answer::words(["春"]),
    ]);
    let began = Instant::now();
    let answer = stage.client.chat(asking()).await.unwrap();
    let waited = began.elapsed().as_secs_f64();
    assert_eq!(answer.message().unwrap().text(), "春");
    assert!((2.0..=2.6).contains(&waited), "{waited}");
    assert_eq!(stage.sent(), 2);
    let received = stage.simulator.received();
    let answered = received
        .iter()
        .filter(|request| request.status == Some(200));
    assert_eq!(answered.count(), 2, "the very first and this one");
    stage.leaves_nothing().await;
}

/// R-11
#[tokio::test(start_paused = true)]
async fn a_long_retry_after_ends_the_call_at_once_and_is_passed_on() {
    let stage = Stage::new()
        .await
        .answering([Answer::refusal(busy().retry_after(3_600))]);
    let began = Instant::now();
    let error = stage.client.chat(asking()).await.unwrap_err();
    assert!(began.elapsed() < Duration::from_secs(1));
    assert_eq!(error.retry_after(), Some(Duration::from_hours(1)));
    assert_eq!(stage.sent(), 1);
    stage.leaves_nothing().await;
}

/// R-12
#[tokio::test(start_paused = true)]
async fn throttling_without_end_is_given_up_after_three_requests_further_and_further_apart() {
    let upstream = Upstream::answering(reply("429 x", JSON, "{}")).await;
    let mut options = upstream.options();
    // Jitter may shrink a single gap, not the sum of many.
    options.retry = RetryPolicy {
        attempts: 6,
        cap: Duration::from_mins(1),
        budget: 10.0,
        ..RetryPolicy::default()
    };
    let client = bailian::Client::new(options).unwrap();
    for _ in 0..30 {
        let error = client.chat(asking()).await.unwrap_err();
        assert_eq!(error.status(), Some(429));
    }
    let arrivals = upstream.arrivals();
    assert_eq!(arrivals.len(), 180);
    let sum = |place: usize| -> Duration {
        let gaps = arrivals.chunks(6).map(|call| call[place + 1] - call[place]);
        gaps.sum()
    };
    for place in 1..5 {
        assert!(sum(place) > sum(place - 1), "gap {place}");
    }
    let stage = Stage::new()
        .await
        .answering([busy(), busy(), busy()].map(Answer::refusal));
    let error = stage.client.chat(asking()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Throttled { .. }));
    assert_eq!(stage.sent(), 3);
    stage.leaves_nothing().await;
}

/// R-12
#[tokio::test(start_paused = true)]
async fn a_hundred_callers_send_little_more_than_a_hundred_requests() {
    let stage = Stage::new()
        .await
        .answering(vec![Answer::refusal(busy()); 400]);
    let began = Instant::now();
    let calls = (0..100).map(|_| stage.client.chat(asking()));
    assert!(join_all(calls).await.iter().all(Result::is_err));
    let allowed = 120.0 + 10.0 + 10.0 * began.elapsed().as_secs_f64();
    assert!(
        f64::from(u32::try_from(stage.sent()).unwrap()) <= allowed,
        "{}",
        stage.sent()
    );
    assert_eq!(
        usize::try_from(stage.client.status().retries).unwrap(),
        stage.sent() - 100
    );
    stage.leaves_nothing().await;
}

/// R-13
#[tokio::test(start_paused = true)]
async fn a_retry_after_without_sense_counts_as_none() {
    for (value, kept) in [
        ("-1", false),
        ("banana", false),
        ("1e9", false),
        ("Sun, 06 Nov 1994 08:49:27 GMT", false),
        ("Sun, 06 Nov 1994 08:49:57 GMT", true),
        ("99999999999999999999999999", false),
    ] {
        let busy = format!(
            "HTTP/1.1 429 x\r\nretry-after: {value}\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        );
        let script = vec![
            vec![Step::Send(busy.into())],
            vec![Step::Send(reply("200 OK", JSON, ANSWER))],
        ];
        let upstream = Upstream::playing(script).await;
        upstream.client().chat(asking()).await.unwrap();
        let arrivals = upstream.arrivals();
        let gap = arrivals[1] - arrivals[0];
        assert_eq!(gap >= Duration::from_secs(20), kept, "{value}: {gap:?}");
        assert!(gap <= Duration::from_secs(26), "{value}: {gap:?}");
    }
    let never = "HTTP/1.1 429 x\r\nretry-after: 18446744073709551615\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let upstream = Upstream::answering(never).await;
    upstream.client().chat(asking()).await.unwrap_err();
    assert_eq!(upstream.requests().len(), 1);
}

/// R-14
#[tokio::test(start_paused = true)]
async fn each_code_is_sent_again_or_not_as_documented() {
    for (refusal, kind, sent) in [
        (Refusal::too_many_requests(), "throttled", 3),
        (Refusal::too_many_tokens(), "throttled", 3),
        (Refusal::burst(), "throttled", 3),
        (Refusal::internal(), "unavailable", 3),
        (Refusal::overloaded(), "unavailable", 3),
        (Refusal::free_quota_spent(), "quota_exhausted", 1),
        (Refusal::free_tier_only(), "quota_exhausted", 1),
        (Refusal::inspected_input(), "content_inspection", 1),
        (Refusal::arrears(), "arrears", 1),
        (Refusal::invalid_key(), "authentication", 1),
        (Refusal::access_denied(), "permission_denied", 1),
        (
            Refusal::invalid_parameter("Range of n should be [1, 4]"),
            "invalid_parameter",
            1,
        ),
    ] {
        let stage = Stage::new()
            .await
            .answering(vec![Answer::refusal(refusal); 3]);
        let error = stage.client.chat(asking()).await.unwrap_err();
        assert_eq!(error.kind().name(), kind);
        assert_eq!(
            (stage.sent(), error.is_retryable()),
            (sent, sent > 1),
            "{kind}"
        );
        assert!(error.request_id().is_some());
        stage.leaves_nothing().await;
    }
}

/// R-15
#[tokio::test(start_paused = true)]
async fn a_failure_before_the_first_byte_is_sent_again_twice_at_most() {
    for status in [500, 502, 503, 504] {
        let down = Refusal::new(status, "", "down");
        let stage = Stage::new()
            .await
            .answering(vec![Answer::refusal(down.clone()); 3]);
        let error = stage.stream().await.unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::Unavailable, "{status}");
        assert_eq!(stage.sent(), 3, "{status}");
        stage.simulator.refuse_with(down);
        let (text, error) = stage.streamed().await;
        assert!(error.is_none() && !text.is_empty(), "{status}");
        stage.leaves_nothing().await;
    }
}

/// R-15
#[tokio::test(start_paused = true)]
async fn what_starts_paid_work_is_not_sent_again_after_a_failure() {
    for status in ["500 x", "503 x", "504 x"] {
        let upstream = Upstream::answering(reply(status, JSON, "{}")).await;
        let request = TextToImage::new("wan2.2-t2i-flash", "雾中的灯塔");
        let error = upstream
            .client()
            .submit_text_to_image(&request)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::Unavailable);
        assert_eq!(upstream.requests().len(), 1, "{status}");
    }
    let upstream = Upstream::playing(vec![vec![Step::Reset]]).await;
    let request = TextToImage::new("wan2.2-t2i-flash", "雾中的灯塔");
    let error = upstream
        .client()
        .submit_text_to_image(&request)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Connection);
    assert_eq!(upstream.requests().len(), 1, "it may have been taken");
}

/// R-16
#[tokio::test(start_paused = true)]
async fn a_refusal_instead_of_the_first_piece_is_sent_again_and_never_after_it() {
    let instead = Answer::fault(Fault::RefusedAsEvent(busy()));
    let stage = Stage::new()
        .await
        .answering([instead, Answer::words(["春"])]);
    let (text, error) = stage.streamed().await;
    assert!(error.is_none());
    assert_eq!((&*text, stage.sent()), ("春", 3));
    stage.leaves_nothing().await;

    let late = Answer::words(["春", "眠"]).fails_after(1, Fault::ErrorEvent(busy()));
    let stage = Stage::new().await.answering([late]);
    let (text, error) = stage.streamed().await;
    assert!(matches!(error.unwrap().kind(), ErrorKind::Throttled { .. }));
    assert_eq!((&*text, stage.sent()), ("春", 2));
    stage.leaves_nothing().await;
}

/// R-30
#[tokio::test]
async fn a_page_or_nothing_is_no_answer() {
    for fault in [Fault::Html, Fault::EmptyBody] {
        let stage = Stage::new()
            .await
            .answering([Answer::fault(fault.clone()), Answer::fault(fault)]);
        let error = stage.client.chat(asking()).await.unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::Malformed);
        assert!(!error.message().contains('<'), "the page is not passed on");
        let (text, error) = stage.streamed().await;
        assert_eq!(error.unwrap().kind(), &ErrorKind::Malformed);
        assert!(text.is_empty());
        stage.leaves_nothing().await;
    }
    let empty = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n".to_vec();
    let upstream = Upstream::answering(empty).await;
    let error = upstream.client().chat(asking()).await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Malformed);
    assert_eq!(upstream.requests().len(), 1);
}

/// R-33
#[tokio::test]
async fn a_redirect_ends_the_call_and_the_key_stays() {
    for status in [301, 302, 303, 307, 308] {
        let stage = Stage::new()
            .await
            .answering([Answer::fault(Fault::Redirect(status))]);
        let error = stage.client.chat(asking()).await.unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::UnexpectedRedirect, "{status}");
        assert_eq!(stage.sent(), 1, "{status}");
        stage.leaves_nothing().await;
    }
}
