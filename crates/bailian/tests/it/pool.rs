//! Several upstreams as one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bailian::pool::{Pool, Reach, Served, Upstream as Member, UpstreamState};
use bailian::relay::{Body, Relay};
use bailian::{ChatCompletion, Client, Error, ErrorKind};

use crate::support::{Step, Upstream, asking, reply, stream_of};

const JSON: &str = "application/json";
const ANSWER: &str =
    r#"{"choices":[{"message":{"role":"assistant","content":"春"},"finish_reason":"stop"}]}"#;
const CHUNK: &str = "data: {\"choices\":[{\"delta\":{\"content\":\"春\"}}]}\n\n";

fn answer() -> Vec<u8> {
    reply("200 OK", JSON, ANSWER)
}

fn refusal(status: &str, code: &str) -> Vec<u8> {
    let body = format!(r#"{{"error":{{"message":"m","code":"{code}"}}}}"#);
    reply(status, JSON, &body)
}

async fn ask(pool: &Pool) -> Result<Served<ChatCompletion>, Error> {
    pool.run("qwen-plus", |client: Client| async move {
        client.chat(asking()).await
    })
    .await
}

async fn served_by(pool: &Pool) -> Arc<str> {
    ask(pool).await.unwrap().upstream
}

#[tokio::test]
async fn calls_are_shared_by_weight_within_the_first_priority() {
    let upstream = Upstream::answering(answer()).await;
    let pool = Pool::new([
        Member::new("large", upstream.client()).weight(3),
        Member::new("small", upstream.client()),
        Member::new("reserve", upstream.client())
            .priority(1)
            .weight(100),
        Member::new("other", upstream.client())
            .models(["qwen-max"])
            .weight(100),
    ])
    .unwrap();
    let mut shares = BTreeMap::<Arc<str>, usize>::new();
    for _ in 0..40 {
        *shares.entry(served_by(&pool).await).or_default() += 1;
    }
    assert_eq!(
        shares,
        BTreeMap::from([("large".into(), 30), ("small".into(), 10)])
    );
}

#[tokio::test(start_paused = true)]
async fn what_another_account_can_cure_goes_to_the_next_at_once() {
    for (status, code) in [
        ("401 x", "invalid_api_key"),
        ("400 x", "Arrearage"),
        ("403 x", "AllocationQuota.FreeTierOnly"),
        ("403 x", "access_denied"),
        ("404 x", "model_not_found"),
        ("429 x", "limit_requests"),
        ("500 x", "internal_error"),
        ("503 x", "ModelUnavailable"),
    ] {
        let (first, second) = (
            Upstream::answering(refusal(status, code)).await,
            Upstream::answering(answer()).await,
        );
        let pool = Pool::new([
            Member::new("first", first.client()),
            Member::new("second", second.client()).priority(1),
        ])
        .unwrap();
        assert_eq!(&*served_by(&pool).await, "second", "{code}");
        assert_eq!(
            first.requests().len(),
            1,
            "{code}: not sent again where it failed"
        );
        assert_eq!(pool.status()[0].handed_on, 1);
    }
}

#[tokio::test]
async fn what_is_wrong_with_the_request_is_told_by_the_first() {
    for (status, code) in [
        ("400 x", "invalid_parameter_error"),
        ("400 x", "data_inspection_failed"),
        ("413 x", "request_too_large"),
    ] {
        let first = Upstream::answering(refusal(status, code)).await;
        let second = Upstream::answering(answer()).await;
        let pool = Pool::new([
            Member::new("first", first.client()),
            Member::new("second", second.client()),
        ])
        .unwrap();
        ask(&pool).await.unwrap_err();
        assert!(second.requests().is_empty(), "{code}");
    }
}

#[tokio::test]
async fn a_stream_is_handed_on_until_its_first_piece_and_never_after() {
    let refused = Upstream::answering(stream_of(
        "data: {\"error\":{\"code\":\"limit_requests\",\"message\":\"m\"}}\n\n",
    ))
    .await;
    let cut = Upstream::answering(stream_of(CHUNK)).await;
    let never = Upstream::answering(stream_of(CHUNK)).await;
    let pool = Pool::new([
        Member::new("refused", refused.client()),
        Member::new("cut", cut.client()).priority(1),
        Member::new("never", never.client()).priority(2),
    ])
    .unwrap();
    let stream = pool
        .run("qwen-plus", |client| async move {
            client.chat_stream(asking()).await
        })
        .await
        .unwrap();
    assert_eq!(&*stream.upstream, "cut");
    let (chunks, error) = crate::support::collect(stream.answer).await;
    assert_eq!(chunks.len(), 1);
    assert_eq!(error.unwrap().kind(), &ErrorKind::Interrupted);
    assert!(never.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_throttled_upstream_is_asked_again_after_its_time() {
    let busy =
        "HTTP/1.1 429 x\r\nretry-after: 20\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let script = vec![vec![Step::Send(busy.into())], vec![Step::Send(answer())]];
    let first = Upstream::playing(script).await;
    let second = Upstream::answering(answer()).await;
    let pool = Pool::new([
        Member::new("first", first.client()),
        Member::new("second", second.client()).priority(1),
    ])
    .unwrap();
    assert_eq!(&*served_by(&pool).await, "second");
    assert_eq!(&*served_by(&pool).await, "second");
    let status = &pool.status()[0];
    assert_eq!(status.state, UpstreamState::Ready);
    assert_eq!(status.paused_models["qwen-plus"], "throttled");
    assert_eq!(status.client.failures["throttled"], 1);
    tokio::time::advance(Duration::from_secs(20)).await;
    assert_eq!(&*served_by(&pool).await, "first");
    assert_eq!(first.requests().len(), 2);
    assert!(pool.status()[0].paused_models.is_empty());
}

#[tokio::test]
async fn an_account_in_debt_is_left_alone_until_it_is_reset() {
    let script = vec![
        vec![Step::Send(refusal("400 x", "Arrearage"))],
        vec![Step::Send(answer())],
    ];
    let debtor = Upstream::playing(script).await;
    let pool = Pool::new([Member::new("debtor", debtor.client())]).unwrap();
    for _ in 0..3 {
        let error = ask(&pool).await.unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::Arrears);
        assert!(!error.is_retryable());
    }
    assert_eq!(debtor.requests().len(), 1);
    let state = pool.status()[0].state.clone();
    assert!(
        matches!(
            state,
            UpstreamState::Refused {
                kind: "arrears",
                ..
            }
        ),
        "{state:?}"
    );
    assert!(pool.reset("debtor") && !pool.reset("nobody"));
    assert_eq!(&*served_by(&pool).await, "debtor");
}

#[tokio::test(start_paused = true)]
async fn an_upstream_that_is_down_is_passed_over_until_it_is_back() {
    let mut script = vec![vec![Step::Send(refusal("503 x", "ModelUnavailable"))]; 5];
    script.push(vec![Step::Send(answer())]);
    let first = Upstream::playing(script).await;
    let second = Upstream::answering(answer()).await;
    let pool = Pool::new([
        Member::new("first", first.client()),
        Member::new("second", second.client()).priority(1),
    ])
    .unwrap();
    for _ in 0..20 {
        assert_eq!(&*served_by(&pool).await, "second");
    }
    assert_eq!(first.requests().len(), 5);
    tokio::time::advance(Duration::from_secs(10)).await;
    assert_eq!(&*served_by(&pool).await, "first");
}

#[tokio::test(start_paused = true)]
async fn when_nobody_is_left_the_caller_learns_when_somebody_is() {
    let busy =
        "HTTP/1.1 429 x\r\nretry-after: 40\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let first = Upstream::answering(busy).await;
    let pool = Pool::new([Member::new("first", first.client())]).unwrap();
    assert_eq!(ask(&pool).await.unwrap_err().kind().name(), "throttled");
    let error = ask(&pool).await.unwrap_err();
    assert_eq!(error.kind().name(), "throttled");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(40)));
    assert_eq!(first.requests().len(), 1);
    let error = pool
        .run("qwen-max", |_| async { Ok::<_, Error>(()) })
        .await
        .map(|served| served.upstream);
    assert_eq!(error.unwrap(), "first".into());
    let only = Member::new("only", first.client()).models(["wan"]);
    let error = ask(&Pool::new([only]).unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::NotFound);
}

/// A voice, say, that exists in one account only: the other one has the model all the same, and is asked for it.
#[tokio::test]
async fn an_account_without_a_voice_does_not_lack_the_model() {
    for (status, code, lacks) in [
        ("400 x", "BadRequest.VoiceNotFound", false),
        ("404 x", "model_not_found", true),
    ] {
        let first = Upstream::answering(refusal(status, code)).await;
        let second = Upstream::answering(answer()).await;
        let pool = Pool::new([
            Member::new("first", first.client()),
            Member::new("second", second.client()).priority(1),
        ])
        .unwrap();
        for _ in 0..2 {
            assert_eq!(&*served_by(&pool).await, "second", "{code}");
        }
        assert_eq!(first.requests().len(), if lacks { 1 } else { 2 }, "{code}");
        let paused = pool.status()[0].paused_models.len();
        assert_eq!(paused, usize::from(lacks), "{code}");
    }
}

#[tokio::test]
async fn what_one_upstream_made_is_asked_for_there() {
    let first = Upstream::answering(answer()).await;
    let pool = Pool::new([Member::new("first", first.client())]).unwrap();
    let upstream = served_by(&pool).await;
    assert!(pool.client(&upstream).unwrap().models().await.is_err());
    assert!(first.requests()[1].starts_with("GET /compatible-mode/v1/models"));
    assert!(pool.client("nobody").is_none());
}

#[tokio::test]
async fn an_unusable_pool_is_refused() {
    let client = Upstream::answering("").await.client();
    let member = || Member::new("a", client.clone());
    assert!(Pool::new([]).is_err());
    assert!(Pool::new([member(), member()]).is_err());
    assert!(Pool::new([member().weight(0)]).is_err());
}

/// What exists in one account is asked for there alone, by any of its keys, whatever models they were refused for.
#[tokio::test]
async fn what_exists_in_an_account_is_asked_for_there() {
    let other = Upstream::answering(answer()).await;
    let (one, same) = (
        Upstream::answering(refusal("403 x", "access_denied")).await,
        Upstream::answering(answer()).await,
    );
    let pool = Pool::new([
        Member::new("other", other.client()).weight(100),
        Member::new("one", one.client()).models(["qwen-plus"]),
        Member::new("same", same.client())
            .account("one")
            .models(["qwen-plus"]),
    ])
    .unwrap();
    let account = pool.account("same").unwrap();
    assert_eq!(
        (&*account, pool.account("one")),
        ("one", Some(account.clone()))
    );
    assert!(pool.account("gone").is_none() && pool.client_there("gone").is_none());
    for asked in 1..4 {
        let mut relay = Relay::post("/compatible-mode/v1/chat/completions", r#"{"a":1}"#);
        relay.model = Some("qwen-plus".to_owned());
        let reach = Reach::Only(account.clone());
        let served = pool.relay_within(relay, reach).await.unwrap();
        assert_eq!(
            (&*served.upstream, served.answer.status.as_u16()),
            ("same", 200)
        );
        assert_eq!(same.requests().len(), asked);
    }
    // Whatever names no model is there though they serve a few only.
    let file = Relay::get("/compatible-mode/v1/files/file-1");
    let served = pool.relay_within(file, Reach::Only(account)).await.unwrap();
    assert_eq!(&*served.upstream, "same");
    assert!(other.requests().is_empty());
}

#[tokio::test]
async fn an_account_that_is_refused_is_not_stood_in_for() {
    let first = Upstream::answering(refusal("401 x", "invalid_api_key")).await;
    let second = Upstream::answering(answer()).await;
    let pool = Pool::new([
        Member::new("first", first.client()),
        Member::new("second", second.client()).priority(1),
    ])
    .unwrap();
    assert_eq!(&*served_by(&pool).await, "second");
    let only = Reach::Only("first".into());
    let file = Relay::get("/compatible-mode/v1/files/file-1");
    let error = pool.relay_within(file.clone(), only).await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Authentication);
    let rather = Reach::Rather("first".into());
    let served = pool.relay_within(file, rather).await.unwrap();
    assert_eq!(&*served.upstream, "second");
    assert_eq!(first.requests().len(), 1);
}

#[tokio::test]
async fn what_belongs_together_lies_together_as_long_as_it_can() {
    let upstream = Upstream::answering(answer()).await;
    let pool = Pool::new([
        Member::new("first", upstream.client()).weight(100),
        Member::new("second", upstream.client()).priority(1),
    ])
    .unwrap();
    for _ in 0..3 {
        let file = Relay::get("/compatible-mode/v1/files");
        let rather = Reach::Rather("second".into());
        let served = pool.relay_within(file, rather).await.unwrap();
        assert_eq!(&*served.upstream, "second");
    }
}

/// A body that was read on its way to one is not there for the next, whose refusal would hide the first one's.
#[tokio::test]
async fn a_body_that_comes_in_is_sent_to_one_only() {
    // Whoever hangs up before the whole body came may not be heard.
    let hears = |answer: Vec<u8>| Upstream::playing(vec![vec![Step::Send(answer), Step::Hang]]);
    let first = hears(refusal("401 x", "invalid_api_key")).await;
    let second = hears(answer()).await;
    let pool = Pool::new([
        Member::new("first", first.client()),
        Member::new("second", second.client()).priority(1),
    ])
    .unwrap();
    let upload = || {
        let pieces = [Ok::<_, std::io::Error>("a".into()), Ok("b".into())];
        Relay {
            body: Body::stream(futures_util::stream::iter(pieces)),
            costly: true,
            ..Relay::post("/compatible-mode/v1/files", "")
        }
    };
    let served = pool.relay_within(upload(), Reach::Any).await.unwrap();
    let refusal = served.answer.refusal.unwrap();
    assert_eq!(refusal.kind(), &ErrorKind::Authentication);
    assert_eq!((&*served.upstream, second.requests().len()), ("first", 0));
    let served = pool.relay_within(upload(), Reach::Any).await.unwrap();
    assert_eq!(&*served.upstream, "second");
}
