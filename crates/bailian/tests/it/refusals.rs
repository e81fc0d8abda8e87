//! What is refused, what is sent again, and what is never sent again.

use bailian::{ErrorKind, Limit};

use crate::support::{KEY, Step, Upstream, asking, reply, stream_of};

const JSON: &str = "application/json";
const ANSWER: &str =
    r#"{"choices":[{"message":{"role":"assistant","content":"春"},"finish_reason":"stop"}]}"#;

fn refusal(status: &str, code: &str) -> Vec<u8> {
    let body = format!(r#"{{"error":{{"message":"m","code":"{code}"}},"request_id":"body-id"}}"#);
    reply(status, JSON, &body)
}

fn with_header(answer: &[u8], header: &str) -> Vec<u8> {
    let text = String::from_utf8(answer.to_vec()).unwrap();
    text.replacen("\r\n", &format!("\r\n{header}\r\n"), 1)
        .into_bytes()
}

#[tokio::test(start_paused = true)]
async fn codes_are_retried_exactly_if_documented() {
    let requests = ErrorKind::Throttled {
        limit: Limit::Requests,
    };
    let tokens = ErrorKind::Throttled {
        limit: Limit::Tokens,
    };
    let invalid = ErrorKind::InvalidParameter { parameter: None };
    for (status, code, kind, sent) in [
        ("429 x", "limit_requests", requests, 3),
        ("429 x", "insufficient_quota", tokens, 3),
        ("500 x", "internal_error", ErrorKind::Unavailable, 3),
        ("503 x", "ModelUnavailable", ErrorKind::Unavailable, 3),
        ("504 x", "", ErrorKind::Unavailable, 3),
        ("501 x", "", ErrorKind::Unavailable, 1),
        (
            "400 x",
            "data_inspection_failed",
            ErrorKind::ContentInspection,
            1,
        ),
        ("400 x", "Arrearage", ErrorKind::Arrears, 1),
        ("400 x", "invalid_parameter_error", invalid, 1),
        ("401 x", "invalid_api_key", ErrorKind::Authentication, 1),
        ("403 x", "access_denied", ErrorKind::PermissionDenied, 1),
        ("404 x", "model_not_found", ErrorKind::NotFound, 1),
    ] {
        let upstream = Upstream::answering(refusal(status, code)).await;
        let error = upstream.client().chat(asking()).await.unwrap_err();
        assert_eq!(error.kind(), &kind, "{status} {code}");
        assert_eq!(error.request_id(), Some("body-id"));
        assert_eq!(error.is_retryable(), sent > 1);
        assert_eq!(upstream.requests().len(), sent, "{status} {code}");
        let error = upstream.client().chat_stream(asking()).await.unwrap_err();
        assert_eq!(error.kind(), &kind, "streamed: {status} {code}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_the_provider_asks_for_is_kept() {
    let busy = with_header(&refusal("429 x", "limit_requests"), "retry-after: 2");
    let script = vec![
        vec![Step::Send(busy)],
        vec![Step::Send(reply("200 OK", JSON, ANSWER))],
    ];
    let upstream = Upstream::playing(script).await;
    let began = tokio::time::Instant::now();
    assert_eq!(
        upstream
            .client()
            .chat(asking())
            .await
            .unwrap()
            .message()
            .unwrap()
            .text(),
        "春"
    );
    assert!(began.elapsed().as_millis() >= 2_000);
    assert_eq!(upstream.requests().len(), 2);
}

#[tokio::test]
async fn a_wait_beyond_the_cap_ends_the_call_at_once() {
    let busy = with_header(&refusal("429 x", "limit_requests"), "retry-after: 3600");
    let upstream = Upstream::answering(busy).await;
    let error = upstream.client().chat(asking()).await.unwrap_err();
    assert_eq!(error.retry_after().unwrap().as_secs(), 3_600);
    assert_eq!(upstream.requests().len(), 1);
}

#[tokio::test]
async fn the_provider_can_forbid_to_try_again() {
    let down = with_header(&refusal("500 x", "internal_error"), "x-should-retry: false");
    let upstream = Upstream::answering(down).await;
    assert!(
        !upstream
            .client()
            .chat(asking())
            .await
            .unwrap_err()
            .is_retryable()
    );
    assert_eq!(upstream.requests().len(), 1);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Upstream::answering(reply("200 OK", JSON, ANSWER)).await;
    let location = format!("location: {}", elsewhere.url);
    for status in ["301 x", "302 x", "307 x", "308 x"] {
        let upstream = Upstream::answering(with_header(&reply(status, JSON, ""), &location)).await;
        let error = upstream.client().chat(asking()).await.unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::UnexpectedRedirect);
    }
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn what_is_no_answer_is_never_passed_as_one() {
    let captive = reply("200 OK", "text/html", "<html>log in</html>");
    let gzip = with_header(&reply("200 OK", JSON, ANSWER), "content-encoding: gzip");
    for bytes in [
        captive,
        gzip,
        reply("200 OK", JSON, ""),
        reply("200 OK", "text/event-stream", ""),
        reply("200 OK", JSON, "{}"),
        reply("200 OK", JSON, "{\"choices\":"),
        reply("202 Accepted", JSON, ANSWER),
        b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n".to_vec(),
    ] {
        let upstream = Upstream::answering(bytes.clone()).await;
        let shown = String::from_utf8_lossy(&bytes);
        let error = upstream.client().chat(asking()).await.unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::Malformed, "{shown}");
        let error = upstream.client().chat_stream(asking()).await.unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::Malformed, "streamed: {shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_refused_at_its_beginning_is_an_error_of_the_call_in_every_shape() {
    let envelope = r#"{"error":{"code":"limit_requests","message":"m"}}"#;
    let native = "id:1\nevent:error\n:HTTP_STATUS/429\ndata:{\"code\":\"Throttling.RateQuota\",\"message\":\"m\"}\n\n";
    for bytes in [
        reply("429 x", JSON, envelope),
        reply("429 x", JSON, &format!("data: {envelope}")),
        stream_of(&format!("data: {envelope}\n\n")),
        stream_of(native),
        reply("429 x", "text/event-stream", native),
        stream_of(envelope),
        reply("200 OK", JSON, native),
    ] {
        let upstream = Upstream::answering(bytes.clone()).await;
        let error = upstream.client().chat_stream(asking()).await.unwrap_err();
        let kind = ErrorKind::Throttled {
            limit: Limit::Requests,
        };
        assert_eq!(error.kind(), &kind, "{}", String::from_utf8_lossy(&bytes));
        assert_eq!(
            upstream.requests().len(),
            3,
            "nothing was shown, so it is tried again"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_breaks_before_the_answer_is_tried_again() {
    let answer = vec![Step::Send(reply("200 OK", JSON, ANSWER))];
    let upstream = Upstream::playing(vec![vec![Step::Reset], vec![], answer]).await;
    upstream.client().chat(asking()).await.unwrap();
    assert_eq!(upstream.requests().len(), 3);
}

#[tokio::test]
async fn neither_key_nor_prompt_is_in_what_is_logged() {
    let body = format!(r#"{{"error":{{"message":"{KEY} 背一首诗","code":"invalid_api_key"}}}}"#);
    let upstream = Upstream::answering(reply("401 x", JSON, &body)).await;
    let client = upstream.client();
    let error = client.chat(asking()).await.unwrap_err();
    let shown = format!("{error} {error:?} {client:?} {:?}", upstream.options());
    assert!(
        !shown.contains(KEY) && !shown.contains("背一首诗"),
        "{shown}"
    );
    assert!(!error.message().contains(KEY));
    assert!(upstream.requests()[0].contains(&format!("authorization: Bearer {KEY}")));
}

#[tokio::test]
async fn a_wrong_request_is_not_sent() {
    let upstream = Upstream::answering(reply("200 OK", JSON, ANSWER)).await;
    let error = upstream
        .client()
        .chat(asking().temperature(9.0))
        .await
        .unwrap_err();
    assert_eq!(error.kind().name(), "invalid_parameter");
    assert!(upstream.requests().is_empty());
}
