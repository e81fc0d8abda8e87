//! The same request again is not another one.

use anyhow::bail;
use futures_util::future::join_all;
use http::Method;
use platform::{
    Visitor,
    gateway::{GatewayError, Once},
};
use serde_json::{Value, json};
use simulator::{Answer, Fault, FaultOrder, Refusal, Strike};

use crate::support::{Api, ApiResponse, TestApp, TestResult, answered, eventually, question};

async fn ask(api: &Api, path: &str, key: &str, body: &Value) -> anyhow::Result<ApiResponse> {
    let request = api.request(Method::POST, path);
    answered(request.header("idempotency-key", key).json(body)).await
}

const CHAT: &str = "/v1/chat/completions";
const CALLS: &str = "SELECT COUNT(*) FROM calls";

///
#[tokio::test]
async fn twenty_at_once_are_one_call() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.program("lin").await?;
    app.simulator
        .next_answer(Answer::words(["one"]).held_after(0));
    let body = question("qwen-plus");
    let asked: Vec<_> = (0..20)
        .map(|_| {
            let (api, body) = (lin.api.clone(), body.clone());
            tokio::spawn(async move { ask(&api, CHAT, "order-1", &body).await })
        })
        .collect();
    app.release().await?;
    let mut answers = Vec::new();
    for answer in join_all(asked).await {
        answers.push(answer??);
    }
    let done: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status == 200)
        .collect();
    assert!(!done.is_empty());
    for answer in &answers {
        match answer.status.as_u16() {
            200 => assert_eq!(answer.bytes, done[0].bytes),
            409 => assert_eq!(answer.header("retry-after"), "1"),
            status => panic!("{status}: {:?}", answer.json()),
        }
    }
    let again = ask(&lin.api, CHAT, "order-1", &body).await?;
    assert_eq!((again.status.as_u16(), &again.bytes), (200, &done[0].bytes));
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.header("content-type"), "application/json");
    assert_eq!(app.simulator.received().len(), 1);
    assert_eq!(app.number(CALLS).await?, 1);
    Ok(())
}

///
#[tokio::test]
async fn a_key_is_for_one_request_and_its_refusal_too() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.program("lin").await?;
    ask(&lin.api, CHAT, "a", &question("qwen-plus"))
        .await?
        .done()?;
    let other = ask(&lin.api, CHAT, "a", &question("qwen-max")).await?;
    assert_eq!(other.status, 422);
    assert_eq!(other.json()["error"]["code"], "idempotency_key_reused");
    for key in ["", &"k".repeat(256)] {
        let refused = ask(&lin.api, CHAT, key, &question("qwen-plus")).await?;
        assert_eq!(refused.status, 400, "{:?}", refused.json());
    }
    ask(&lin.api, CHAT, &"k".repeat(255), &question("qwen-plus"))
        .await?
        .done()?;
    let before = app.simulator.received().len();
    app.simulator.refuse_with(Refusal::inspected_input());
    let first = ask(&lin.api, CHAT, "b", &question("qwen-plus")).await?;
    let again = ask(&lin.api, CHAT, "b", &question("qwen-plus")).await?;
    assert_eq!(first.status, 400);
    assert_eq!((again.status, again.bytes), (first.status, first.bytes));
    assert_eq!(app.simulator.received().len(), before + 1);
    Ok(())
}

///
#[tokio::test]
async fn a_key_is_its_owners_and_its_addresss() -> TestResult {
    let app = TestApp::start().await?;
    let (lin, mei) = (app.program("lin").await?, app.program("mei").await?);
    let body = question("qwen-plus");
    ask(&lin.api, CHAT, "a", &body).await?.done()?;
    for (api, path) in [
        (&mei.api, CHAT),
        (&lin.api, "/compatible-mode/v1/chat/completions"),
    ] {
        let answer = ask(api, path, "a", &body).await?;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("idempotent-replayed"), "");
    }
    assert_eq!(app.number(CALLS).await?, 3);
    Ok(())
}

/// what came of a request whose process was killed nobody knows, and it is not made again.
#[tokio::test]
async fn what_broke_off_is_not_made_again() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.program("lin").await?;
    let body = question("qwen-plus");
    ask(&lin.api, CHAT, "a", &body).await?.done()?;
    app.database
        .execute("UPDATE idempotency_keys SET state = 'running', node = 'killed'")
        .await?;
    let again = ask(&lin.api, CHAT, "a", &body).await?;
    assert_eq!(again.status, 409);
    assert_eq!(again.header("x-should-retry"), "false");
    // Nor is one whose caller left.
    app.simulator
        .next_answer(Answer::words(["one"]).held_after(0));
    let (api, asked) = (lin.api.clone(), body.clone());
    let leaving = tokio::spawn(async move { ask(&api, CHAT, "b", &asked).await });
    app.upstream("a call", |account| account.open_streams() > 0)
        .await?;
    leaving.abort();
    eventually("that nobody knows", async || {
        let again = ask(&lin.api, CHAT, "b", &body).await?;
        assert_eq!(again.status, 409);
        Ok((again.header("x-should-retry") == "false").then_some(()))
    })
    .await?;
    assert_eq!(app.simulator.received().len(), 2);
    Ok(())
}

/// What Bailian was too busy for, or refused because of this site's key, was not made: it may be made by the same key.
#[tokio::test]
async fn what_was_certainly_not_made_may_be_made() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.program("lin").await?;
    let (body, mut streamed) = (question("qwen-plus"), question("qwen-plus"));
    streamed["stream"] = json!(true);
    let busy = || Refusal::too_many_requests().retry_after(3_600);
    for (refusal, body, status) in [
        (busy(), &body, 429),
        (busy(), &streamed, 429),
        (Refusal::arrears(), &body, 503),
    ] {
        app.simulator.refuse_with(refusal);
        let refused = ask(&lin.api, CHAT, "a", body).await?;
        assert_eq!(refused.status, status, "{:?}", refused.json());
        let kept = "SELECT COUNT(*) FROM idempotency_keys";
        assert_eq!(app.number(kept).await?, 0);
    }
    Ok(())
}

/// So it is where the status says that all is well, in one piece and in a stream.
#[tokio::test]
async fn what_was_not_made_though_its_status_is_well_may_be_made() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.program("lin").await?;
    let busy = || {
        let message = "Requests rate limit exceeded, please try again later.";
        Refusal::new(200, "limit_requests", message).natively("Throttling.RateQuota")
    };
    let messages = json!([{ "role": "user", "content": "What is a loom?" }]);
    let native = json!({ "model": "qwen-plus", "input": { "messages": messages } });
    let path = "/api/v1/services/aigc/text-generation/generation";
    let ask = async |sse: &str| {
        let request = lin.api.request(Method::POST, path);
        let request = request.header("x-dashscope-sse", sse);
        answered(request.header("idempotency-key", sse).json(&native)).await
    };
    for (sse, fault) in [
        ("disable", Fault::Refused(busy())),
        ("enable", Fault::NativeFrame(busy(), 200)),
    ] {
        app.simulator
            .order_faults(FaultOrder::once(Strike { fault, after: 0 }));
        let before = app.simulator.received().len();
        let refused = ask(sse).await?;
        let text = String::from_utf8_lossy(&refused.bytes).into_owned();
        assert_eq!(refused.status, 200, "{text}");
        assert!(text.contains("Throttling"), "{text}");
        let made = ask(sse).await?;
        assert_eq!(made.header("idempotent-replayed"), "", "{sse}");
        let text = String::from_utf8_lossy(&made.bytes).into_owned();
        assert!(text.contains("\"usage\""), "{text}");
        assert_eq!(app.simulator.received().len(), before + 2);
        let again = ask(sse).await?;
        assert_eq!(again.header("idempotent-replayed"), "true", "{sse}");
        assert_eq!(again.bytes, made.bytes);
    }
    Ok(())
}

/// Who leaves before anything is asked may send the same again.
#[tokio::test]
async fn what_was_not_asked_yet_may_be_asked() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.program("lin").await?;
    let (gateway, visitor) = (&app.gateway, Visitor::default());
    let principal = gateway.principal(&lin.key, &visitor).await?;
    let claim = async || gateway.once(&principal, "POST /v1/x", "a", b"{}").await;
    let Once::Now(claimed) = claim().await? else {
        bail!("it was made before");
    };
    assert!(matches!(claim().await, Err(GatewayError::OnceBusy)));
    drop(claimed);
    let claimed = eventually("that it may be made", async || {
        Ok(match claim().await {
            Ok(Once::Now(claimed)) => Some(claimed),
            _ => None,
        })
    })
    .await?;
    claimed.sent().note();
    drop(claimed);
    eventually("that nobody knows", async || {
        let unknown = matches!(claim().await, Err(GatewayError::OnceUnknown));
        Ok(unknown.then_some(()))
    })
    .await
}

/// A stream is told again as it was, and what was refused before anything was asked is asked when it may be.
#[tokio::test]
async fn streams_and_second_thoughts() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.program("lin").await?;
    let mut body = question("qwen-plus");
    body["stream"] = json!(true);
    let first = ask(&lin.api, CHAT, "a", &body).await?;
    let again = ask(&lin.api, CHAT, "a", &body).await?;
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.header("content-type"), first.header("content-type"));
    assert!(first.bytes.ends_with(b"data: [DONE]\n\n"));
    assert_eq!(again.bytes, first.bytes);
    assert_eq!(app.simulator.received().len(), 1);

    let body = question("gpt-4o-mini");
    assert_eq!(ask(&lin.api, CHAT, "b", &body).await?.status, 404);
    app.database
        .execute("INSERT INTO model_routes (name, models, updated_at) VALUES ('gpt-4o-mini', '[\"qwen-plus\"]', 0)")
        .await?;
    eventually("the name", async || {
        let answer = ask(&lin.api, CHAT, "b", &body).await?;
        Ok((answer.status == 200).then_some(()))
    })
    .await?;
    // Without a key two requests are two.
    lin.ask(&body).await?.done()?;
    lin.ask(&body).await?.done()?;
    assert_eq!(app.number(CALLS).await?, 4);
    Ok(())
}

/// What was asked for to be remembered is answered from memory, to the same key only, and costs nothing.
#[tokio::test]
async fn an_answer_is_given_again_to_who_wants_it() -> TestResult {
    let app = TestApp::start().await?;
    let (lin, mei) = (app.program("lin").await?, app.program("mei").await?);
    let ask = async |api: &Api, life: &str, body: &Value| {
        let request = api.request(Method::POST, CHAT);
        answered(request.header("x-liantai-cache", life).json(body)).await
    };
    for streamed in [false, true] {
        let mut body = question("qwen-plus");
        body["stream"] = json!(streamed);
        let before = app.simulator.received().len();
        let first = ask(&lin.api, "60", &body).await?;
        assert_eq!(first.header("x-liantai-cache"), "miss");
        let again = ask(&lin.api, "60", &body).await?;
        assert_eq!(again.header("x-liantai-cache"), "hit");
        assert_eq!(again.header("content-type"), first.header("content-type"));
        assert_eq!(again.bytes, first.bytes);
        assert_eq!(app.simulator.received().len(), before + 1);
        assert_eq!(
            ask(&mei.api, "60", &body).await?.header("x-liantai-cache"),
            "miss"
        );
    }
    // Nobody who did not ask for it gets an old answer.
    let fresh = lin.ask(&question("qwen-plus")).await?;
    assert_eq!(
        (fresh.status.as_u16(), fresh.header("x-liantai-cache")),
        (200, "")
    );
    // What failed is asked again.
    let other = question("qwen-max");
    app.simulator.refuse_with(Refusal::inspected_input());
    assert_eq!(ask(&lin.api, "60", &other).await?.status, 400);
    assert_eq!(
        ask(&lin.api, "60", &other).await?.header("x-liantai-cache"),
        "miss"
    );
    // What never comes out alike is not remembered, and says so.
    let picture = json!({ "model": "qwen-image", "prompt": "A loom" });
    let request = lin.api.request(Method::POST, "/v1/images/generations");
    let refused = answered(request.header("x-liantai-cache", "60").json(&picture)).await?;
    assert_eq!(refused.status, 400);
    assert_eq!(refused.json()["error"]["param"], "x-liantai-cache");
    for life in ["-1", "soon", "100000", ""] {
        assert_eq!(ask(&lin.api, life, &other).await?.status, 400, "{life}");
    }
    Ok(())
}
