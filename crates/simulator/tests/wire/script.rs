//! Tests decide what is answered, hold it, and see what was received.

use simulator::{Answer, Options, Outcome, Refusal, Simulator};

use crate::support::{CHAT, ask, chat, open, read, read_until, simulator};

#[tokio::test]
async fn a_held_answer_goes_on_when_it_is_released() {
    let simulator = simulator().await;
    simulator.next_answer(Answer::words(["春", "眠", "不觉晓"]).held_after(1));
    let stream = open(
        &simulator,
        "POST",
        CHAT,
        Some("sk-test"),
        &ask("背诗").to_string(),
    )
    .await;
    simulator
        .wait_until(|account| account.received().any(|received| received.sent == 1))
        .await;
    assert_eq!(simulator.open_streams(), 1);
    simulator.release();
    let (reply, _) = read(stream).await;
    assert_eq!(reply.said(), "春眠不觉晓");
    assert_eq!(simulator.received()[0].sent, 3);
}

#[tokio::test]
async fn a_release_before_the_hold_is_reached_is_not_lost() {
    let simulator = simulator().await;
    simulator.next_answer(Answer::words(["a", "b"]).held_after(2));
    let stream = open(
        &simulator,
        "POST",
        CHAT,
        Some("sk-test"),
        &ask("?").to_string(),
    )
    .await;
    simulator
        .wait_until(|account| account.received().len() == 1)
        .await;
    simulator.release();
    assert_eq!(read(stream).await.0.said(), "ab");
}

#[tokio::test]
async fn a_client_that_leaves_ends_the_answer_and_is_noticed() {
    let simulator = simulator().await;
    simulator.next_answer(Answer::words(["one", "two"]).held_after(1));
    let mut stream = open(
        &simulator,
        "POST",
        CHAT,
        Some("sk-test"),
        &ask("?").to_string(),
    )
    .await;
    read_until(&mut stream, "one").await;
    drop(stream);
    simulator
        .wait_until(|account| account.open_streams() == 0)
        .await;
    let received = &simulator.received()[0];
    assert!(
        matches!(received.outcome, Outcome::ClientLeft { .. }),
        "{:?}",
        received.outcome
    );
    assert_eq!(received.sent, 1);
}

#[tokio::test]
async fn a_client_that_leaves_before_the_first_byte_is_noticed_too() {
    let latency = "3600s".parse().unwrap();
    let options = Options {
        latency,
        ..Options::immediate()
    };
    let simulator = Simulator::start(options).await.unwrap();
    let stream = open(
        &simulator,
        "POST",
        CHAT,
        Some("sk-test"),
        &ask("?").to_string(),
    )
    .await;
    simulator
        .wait_until(|account| account.open_streams() == 1)
        .await;
    drop(stream);
    simulator
        .wait_until(|account| account.open_streams() == 0)
        .await;
    assert!(matches!(
        simulator.received()[0].outcome,
        Outcome::ClientLeft { .. }
    ));
}

#[tokio::test]
async fn requests_are_remembered_without_the_key() {
    let simulator = simulator().await;
    let (reply, _) = read(
        open(
            &simulator,
            "POST",
            CHAT,
            Some("sk-very-secret"),
            &ask("hello").to_string(),
        )
        .await,
    )
    .await;
    assert_eq!(reply.status, 200);
    let received = &simulator.received()[0];
    assert_eq!(
        (received.method.as_str(), received.path.as_str()),
        ("POST", CHAT)
    );
    assert_eq!(received.header("authorization"), Some("Bearer sk-ver…"));
    assert_eq!(*received.body, ask("hello"));
    assert_eq!(received.outcome, Outcome::Answered);
}

#[tokio::test]
async fn refusals_and_answers_are_given_in_the_order_they_were_set() {
    let simulator = simulator().await;
    simulator.refuse_with(Refusal::too_many_requests().retry_after(3));
    simulator.next_answer(Answer::words(["ok"]).finish("length"));
    let refused = chat(&simulator, &ask("?")).await;
    assert_eq!(
        (refused.status, refused.json()["error"]["code"].as_str()),
        (429, Some("limit_requests"))
    );
    assert!(refused.head.contains("retry-after: 3"));
    let answered = chat(&simulator, &ask("?")).await;
    assert_eq!(answered.said(), "ok");
    assert!(answered.text().contains(r#""finish_reason":"length""#));
}

#[tokio::test]
async fn a_planned_fault_strikes_by_its_share() {
    let faults = vec!["throttle:0.5".parse().unwrap()];
    let simulator = Simulator::start(Options {
        faults,
        ..Options::immediate()
    })
    .await
    .unwrap();
    let mut refused = 0;
    for _ in 0..40 {
        refused += usize::from(chat(&simulator, &ask("?")).await.status == 429);
    }
    assert!((8..=32).contains(&refused), "{refused}");
}

#[tokio::test]
async fn shutting_down_breaks_off_what_is_held() {
    let simulator = simulator().await;
    let handle = simulator.handle();
    simulator.next_answer(Answer::words(["one", "two"]).held_after(1));
    let mut stream = open(
        &simulator,
        "POST",
        CHAT,
        Some("sk-test"),
        &ask("?").to_string(),
    )
    .await;
    read_until(&mut stream, "one").await;
    simulator.shutdown().await.unwrap();
    assert_eq!(handle.received()[0].outcome, Outcome::Broken);
    assert_eq!(handle.open_streams(), 0);
}
