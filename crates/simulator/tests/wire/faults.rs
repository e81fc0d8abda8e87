//! Every fault looks on the line as it was described.

use std::{io, time::Duration};

use serde_json::{Value, json};
use simulator::{Answer, Fault, Framing, Outcome, Refusal};

use crate::support::{CHAT, Reply, ask, chat, open, read_until, simulator, with};

const WORDS: [&str; 3] = ["春", "眠", "晓"];

async fn failing(after: usize, fault: Fault) -> Reply {
    let simulator = simulator().await;
    simulator.next_answer(Answer::words(WORDS).fails_after(after, fault));
    chat(&simulator, &ask("?")).await
}

#[tokio::test]
async fn a_refusal_may_come_framed_as_an_event() {
    let reply = failing(0, Fault::RefusedAsEvent(Refusal::inspected_input())).await;
    assert_eq!(reply.status, 400);
    let event: Value = serde_json::from_str(&reply.events()[0]).unwrap();
    assert_eq!(event["error"]["code"], "data_inspection_failed");
}

#[tokio::test]
async fn a_native_frame_may_leak() {
    let reply = failing(0, Fault::NativeFrame(Refusal::too_many_tokens(), 200)).await;
    assert_eq!(reply.status, 200);
    let text = reply.text();
    let (head, data) = text.split_once("\ndata:").unwrap();
    assert_eq!(head, "id:1\nevent:error\n:HTTP_STATUS/429");
    assert_eq!(
        serde_json::from_str::<Value>(data).unwrap()["code"],
        "Throttling.AllocationQuota"
    );
}

#[tokio::test]
async fn an_error_in_the_middle_ends_the_stream_without_done() {
    let reply = failing(2, Fault::ErrorEvent(Refusal::inspected_output())).await;
    let events = reply.events();
    let last: Value = serde_json::from_str(events.last().unwrap()).unwrap();
    assert_eq!(
        last["error"]["message"],
        "Output data may contain inappropriate content."
    );
    assert_eq!(
        (events.len(), reply.complete, reply.said().as_str()),
        (4, true, "春眠")
    );
}

#[tokio::test]
async fn a_connection_may_be_cut_in_an_event_or_in_a_character() {
    let cut = failing(1, Fault::Cut(10)).await;
    assert!(!cut.complete);
    assert!(cut.text().ends_with("\n\ndata: {\"ch"), "{}", cut.text());
    let inside = failing(1, Fault::CutInsideCharacter).await;
    assert!(!inside.complete);
    let valid = std::str::from_utf8(&inside.body).unwrap_err();
    assert_eq!(
        (valid.valid_up_to(), valid.error_len()),
        (inside.body.len() - 1, None)
    );
}

#[tokio::test]
async fn a_connection_may_be_reset() {
    let simulator = simulator().await;
    simulator.next_answer(
        Answer::words(WORDS)
            .held_after(1)
            .fails_after(1, Fault::Reset(0)),
    );
    let mut stream = open(
        &simulator,
        "POST",
        CHAT,
        Some("sk-test"),
        &ask("?").to_string(),
    )
    .await;
    read_until(&mut stream, "春").await;
    simulator.release();
    let mut rest = Vec::new();
    let end = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut rest).await;
    assert_eq!(
        end.map_err(|error| error.kind()),
        Err(io::ErrorKind::ConnectionReset)
    );
    assert_eq!(simulator.received()[0].outcome, Outcome::Broken);
}

#[tokio::test]
async fn a_stream_may_end_without_its_last_events() {
    let early = failing(2, Fault::EndsEarly).await;
    assert_eq!(
        (early.complete, early.said().as_str(), early.events().len()),
        (true, "春眠", 3)
    );
    let without_done = failing(0, Fault::NoDone).await;
    assert!(
        without_done
            .events()
            .last()
            .unwrap()
            .contains("prompt_tokens")
    );
    let without_usage = failing(0, Fault::NoUsage).await;
    assert!(
        !without_usage.text().contains("prompt_tokens")
            && without_usage.text().ends_with("data: [DONE]\n\n")
    );
    let after_done = failing(0, Fault::DataAfterDone).await;
    assert_eq!(
        after_done
            .events()
            .iter()
            .position(|event| event == "[DONE]"),
        Some(after_done.events().len() - 2)
    );
}

#[tokio::test]
async fn an_event_may_be_malformed_and_the_stream_goes_on() {
    let reply = failing(1, Fault::Malformed).await;
    assert_eq!(reply.events()[2], r#"{"choices":[{"delta":{"content":"#);
    assert_eq!(
        (
            reply.said().as_str(),
            reply.events().last().unwrap().as_str()
        ),
        ("春眠晓", "[DONE]")
    );
}

#[tokio::test]
async fn other_forms_of_the_stream_say_the_same() {
    let plain = |text: String| text.replace("\r\n", "\n");
    let returns = failing(0, Fault::Framing(Framing::CarriageReturns)).await;
    assert!(returns.text().ends_with("data: [DONE]\r\n\r\n"));
    let no_space = failing(0, Fault::Framing(Framing::NoSpace)).await;
    assert!(no_space.text().ends_with("\n\ndata:[DONE]\n\n"));
    let comments = failing(0, Fault::Framing(Framing::Comments)).await;
    assert!(
        comments
            .text()
            .starts_with(": keep-alive\n\nid: 1\nevent: result\ndata: {")
    );
    let usual = failing(0, Fault::NoDone).await;
    assert_eq!(
        plain(returns.text()).matches("data: {").count(),
        usual.events().len()
    );
    let slow = failing(0, Fault::SlowBytes(Duration::ZERO)).await;
    let split = failing(0, Fault::SplitCharacters).await;
    assert_eq!(
        (slow.said().as_str(), split.said().as_str()),
        ("春眠晓", "春眠晓")
    );
}

#[tokio::test]
async fn a_gateway_may_answer_instead_of_the_service() {
    let redirect = failing(0, Fault::Redirect(302)).await;
    assert_eq!(redirect.status, 302);
    assert!(redirect.head.contains("location: https://"));
    let html = failing(0, Fault::Html).await;
    assert!(html.head.contains("content-type: text/html") && html.text().starts_with("<html>"));
    let empty = failing(0, Fault::EmptyBody).await;
    assert_eq!((empty.status, empty.body.len()), (200, 0));
}

#[tokio::test]
async fn a_stalled_or_endless_stream_ends_with_the_client() {
    let simulator = simulator().await;
    for fault in [Fault::Stall, Fault::Endless] {
        simulator.next_answer(Answer::words(WORDS).fails_after(1, fault));
        let mut stream = open(
            &simulator,
            "POST",
            CHAT,
            Some("sk-test"),
            &ask("?").to_string(),
        )
        .await;
        read_until(&mut stream, "春").await;
        assert_eq!(simulator.open_streams(), 1);
        drop(stream);
        simulator
            .wait_until(|account| account.open_streams() == 0)
            .await;
    }
}

#[tokio::test]
async fn a_whole_answer_can_fail_too() {
    let simulator = simulator().await;
    let body = with(ask("?"), json!({ "stream": false }));
    simulator.next_answer(Answer::words(WORDS).fails_after(0, Fault::Cut(30)));
    let cut = chat(&simulator, &body).await;
    assert_eq!((cut.complete, cut.body.len()), (false, 30));
    simulator
        .next_answer(Answer::words(WORDS).fails_after(0, Fault::ErrorEvent(Refusal::internal())));
    assert_eq!(chat(&simulator, &body).await.status, 500);
}

#[tokio::test]
async fn a_scripted_answer_may_suffer_what_only_the_front_can_do() {
    let twice = failing(0, Fault::TwoDones).await;
    assert_eq!(
        (
            twice.said().as_str(),
            twice.text().matches("[DONE]").count()
        ),
        ("春眠晓", 2)
    );
    let absurd = failing(0, Fault::AbsurdUsage("-5".to_owned())).await;
    assert!(absurd.text().contains(r#""total_tokens":-5"#));
    let null = failing(1, Fault::NullDelta).await;
    assert!(null.events()[2].contains(r#""delta":null"#));
    let gateway = failing(0, Fault::Gateway(503)).await;
    assert_eq!(gateway.status, 503);
    let throttled = failing(0, Fault::RetryAfter("banana".to_owned())).await;
    assert!(throttled.head.contains("retry-after: banana"));
}
