//! Files for models: what is sent where, and how it is referred to.

use bailian::pool::{Pool, Upstream as Member};
use bailian::{Client, ErrorKind};

use crate::studio::studio;
use crate::support::{KEY, Step, Upstream, reply};

const JSON: &str = "application/json";

fn policy(host: &str) -> Vec<Step> {
    let body = format!(
        r#"{{"data":{{"policy":"cG9saWN5","signature":"c2lnbmVk","upload_dir":"dashscope-instant/0011/2026-01-15/9090","upload_host":"{host}","expire_in_seconds":300,"max_file_size_mb":1,"oss_access_key_id":"LTAI","x_oss_object_acl":"private","x_oss_forbid_overwrite":"true"}},"request_id":"r"}}"#
    );
    vec![Step::Send(reply("200 OK", JSON, &body))]
}

#[tokio::test]
async fn a_file_goes_to_the_named_host_without_the_key() {
    let host = Upstream::answering(reply("200 OK", "text/plain", "")).await;
    let service = Upstream::playing(vec![policy(&host.url)]).await;
    let file = service
        .client()
        .upload("fun-asr", "周会 1.mp3", b"sound".to_vec())
        .await
        .unwrap();
    assert_eq!(
        file.url,
        "oss://dashscope-instant/0011/2026-01-15/9090/___1.mp3"
    );
    let asked = &service.requests()[0];
    assert!(
        asked.starts_with("GET /api/v1/uploads?action=getPolicy&model=fun-asr "),
        "{asked}"
    );
    let sent = &host.requests()[0];
    assert!(
        !sent.contains(KEY) && !sent.to_ascii_lowercase().contains("authorization"),
        "{sent}"
    );
    let order: Vec<_> = [
        "\"OSSAccessKeyId\"",
        "\"Signature\"",
        "\"policy\"",
        "\"key\"",
        "\"x-oss-object-acl\"",
        "\"x-oss-forbid-overwrite\"",
        "\"success_action_status\"",
        "\"x-oss-content-type\"",
        "\"file\"",
    ]
    .iter()
    .map(|name| sent.find(&format!("name={name}")).unwrap())
    .collect();
    assert!(order.is_sorted(), "{order:?}");
}

#[tokio::test]
async fn a_file_is_not_sent_where_it_is_not_safe_or_not_wanted() {
    let service = Upstream::playing(vec![policy("http://oss.example.com")]).await;
    let error = service
        .client()
        .upload("m", "a.mp3", vec![0])
        .await
        .unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Configuration);

    let host = Upstream::answering(reply("200 OK", "text/plain", "")).await;
    let service = Upstream::playing(vec![policy(&host.url)]).await;
    let large = vec![0; (1 << 20) + 1];
    let error = service
        .client()
        .upload("m", "a.mp3", large)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::TooLarge);
    assert!(host.requests().is_empty());
}

#[tokio::test]
async fn what_the_storage_says_is_understood() {
    let expired = r#"<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>Invalid according to Policy: Policy expired.</Message><RequestId>65A5</RequestId></Error>"#;
    let host = Upstream::answering(reply("403 Forbidden", "application/xml", expired)).await;
    let service = Upstream::playing(vec![policy(&host.url)]).await;
    let error = service
        .client()
        .upload("m", "a.mp3", vec![0])
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.code(), error.is_retryable()),
        (&ErrorKind::Other, Some("AccessDenied"), true)
    );

    // It is about that permission: the account is passed over for nobody.
    let service = Upstream::playing(vec![policy(&host.url), policy(&host.url)]).await;
    let other = Upstream::answering(reply("500 x", JSON, "")).await;
    let pool = Pool::new([
        Member::new("first", service.client()),
        Member::new("second", other.client()).priority(1),
    ])
    .unwrap();
    for _ in 0..2 {
        let put = |client: Client| async move { client.upload("m", "a.mp3", vec![0]).await };
        let error = pool.run("m", put).await.unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::Other);
    }
    assert!(pool.status()[0].paused_models.is_empty());
    assert!(other.requests().is_empty());

    // The first answer was lost, so the file is there already.
    let there = "<Error><Code>FileAlreadyExists</Code><Message>m</Message></Error>";
    let host = Upstream::answering(reply("409 Conflict", "application/xml", there)).await;
    let service = Upstream::playing(vec![policy(&host.url)]).await;
    assert!(service.client().upload("m", "a.mp3", vec![0]).await.is_ok());
}

#[tokio::test]
async fn a_file_on_disk_is_uploaded_and_read_by_a_model() {
    let (_simulator, client) = studio().await;
    let speech = bailian::audio::Speech::new("qwen3-tts-flash", "渡轮九点开。", "Cherry");
    let answer = client.speak(&speech).await.unwrap();
    let url = &answer.output.audio.url;
    let wav = client
        .download(url, 1 << 24)
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    let path = std::env::temp_dir().join(format!("bailian-upload-{}.wav", std::process::id()));
    std::fs::write(&path, &wav).unwrap();
    let uploaded = client
        .upload("qwen3-asr-flash", "ferry.wav", path.clone())
        .await;
    std::fs::remove_file(&path).unwrap();
    let file = uploaded.unwrap();
    assert!(
        file.url.starts_with("oss://") && file.url.ends_with("/ferry.wav"),
        "{}",
        file.url
    );
    let heard = client
        .recognize(&bailian::audio::Recognition::new(file.url))
        .await
        .unwrap();
    assert!(!heard.output.text().is_empty());
}
