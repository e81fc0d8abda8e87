//! Results are fetched without the key, within limits, from where they are and nowhere else.

use std::time::Duration;

use bailian::{Client, ErrorKind, Phase};

use crate::support::{KEY, Step, Upstream, reply};

#[tokio::test]
async fn a_result_is_fetched_whole_and_the_key_stays() {
    let host = Upstream::answering(reply("200 OK", "image/PNG", "picture")).await;
    let client = host.client().with_workspace(Some("llm-1")).unwrap();
    let file = client
        .download(&format!("{}/a.png?Expires=1", host.url), 7)
        .await
        .unwrap();
    assert_eq!((file.content_type(), file.length()), ("image/png", Some(7)));
    assert_eq!(file.bytes().await.unwrap(), "picture");
    let request = host.requests()[0].to_ascii_lowercase();
    assert!(request.starts_with("get /a.png?expires=1 "), "{request}");
    assert!(
        !request.contains(KEY) && !request.contains("llm-1"),
        "{request}"
    );
}

#[tokio::test]
async fn a_result_larger_than_allowed_is_cut() {
    let endless = vec![
        Step::Send(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec()),
        Step::Flood(vec![0; 1_000]),
    ];
    let host = Upstream::playing(vec![endless]).await;
    let file = host.client().download(&host.url, 5_000).await.unwrap();
    let error = file.bytes().await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::TooLarge);
    host.saw_the_client_leave().await;
}

/// Files of results may be larger than what comes within the time of a call.
#[tokio::test(start_paused = true)]
async fn a_large_file_takes_its_time_where_that_is_said() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 30\r\nconnection: close\r\n\r\n";
    let slow = vec![
        Step::Send(head.as_bytes().to_vec()),
        Step::Drip(vec![b'x'; 30]),
    ];
    let host = Upstream::playing(vec![slow]).await;
    let mut options = host.options();
    options.timeouts.total = Duration::from_secs(10);
    let client = Client::new(options).unwrap();
    let file = client.download(&host.url, 100).await.unwrap();
    let error = file.bytes().await.unwrap_err();
    let phase = Phase::Total;
    assert_eq!(error.kind(), &ErrorKind::Timeout { phase });
    let file = client.download(&host.url, 100).await.unwrap();
    let file = file.lasting(Duration::from_mins(1));
    assert_eq!(file.bytes().await.unwrap().len(), 30);
}

#[tokio::test]
async fn an_address_that_leads_elsewhere_is_not_followed() {
    let elsewhere = Upstream::answering(reply("200 OK", "image/png", "x")).await;
    let redirect = format!(
        "HTTP/1.1 302 Found\r\nlocation: {}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        elsewhere.url
    );
    let host = Upstream::answering(redirect).await;
    let client: Client = host.client();
    let error = client.download(&host.url, 100).await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::UnexpectedRedirect);
    for url in [
        "",
        "file:///etc/passwd",
        "ftp://host/a",
        "data:,a",
        "/a.png",
    ] {
        let error = client.download(url, 100).await.unwrap_err();
        assert_eq!(error.kind().name(), "invalid_parameter", "{url}");
    }
    assert!(elsewhere.requests().is_empty());
    assert_eq!(host.requests().len(), 1);
}

#[tokio::test]
async fn another_key_calls_over_the_same_client() {
    let host = Upstream::answering(reply("200 OK", "application/json", r#"{"data":[]}"#)).await;
    let client = host.client();
    client.models().await.unwrap();
    let other = client.with_key("st-temporary").unwrap();
    other.models().await.unwrap();
    client
        .with_workspace(Some("llm-1"))
        .unwrap()
        .models()
        .await
        .unwrap();
    let requests = host.requests();
    assert!(requests[0].contains(&format!("authorization: Bearer {KEY}")));
    assert!(requests[1].contains("authorization: Bearer st-temporary"));
    assert!(requests[2].contains("x-dashscope-workspace: llm-1"));
    assert!(requests[2].contains(&format!("authorization: Bearer {KEY}")));
    assert!(client.with_key("").is_err());
}
