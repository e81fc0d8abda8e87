//! What passes, passes as it is.

use http::Method;
use model::BuiltIn;
use serde_json::json;
use simulator::{Answer, Fault, Refusal};

use crate::support::{Api, TestApp, TestResult, answered, question};

/// Fields that nobody knows, their order and numbers beyond a double's survive; only the model's name is changed where it
/// stands for another.
#[tokio::test]
async fn a_request_arrives_as_it_was_sent() -> TestResult {
    let app = TestApp::start().await?;
    let program = app.program("lin").await?;
    let body = r#"{ "zeta":1, "model" : "qwen-plus","vendor":{"big":9007199254740993,"b":[1.10,2]},"messages":[{"role":"user","content":"hé\u00e9","x":null}],"alpha":true}"#;
    let answer = program.send("/v1/chat/completions", body).await?;
    assert_eq!(answer.status, 200, "{:?}", answer.json());
    let received = app.simulator.received();
    let received = received.last().ok_or_else(|| anyhow::anyhow!("nothing"))?;
    let sent: serde_json::Value = serde_json::from_str(body)?;
    assert_eq!(*received.body, sent);
    assert_eq!(received.path, "/compatible-mode/v1/chat/completions");
    assert!(
        received
            .header("authorization")
            .is_some_and(|key| !key.contains("lt-"))
    );
    assert_eq!(
        received.header("content-length"),
        Some(&*body.len().to_string())
    );
    Ok(())
}

/// A name that stands for models: the next is asked when one fails, the answer says which it was.
#[tokio::test]
async fn another_model_answers_when_one_fails() -> TestResult {
    let app = TestApp::start().await?;
    let program = app
        .program_with("lin", BuiltIn::Administrator, json!({}))
        .await?;
    app.database
        .execute(
            "INSERT INTO model_routes (name, models, updated_at) VALUES ('gpt-4o-mini', '[\"qwen-max\", \"qwen-plus\"]', 0)",
        )
        .await?;
    app.simulator
        .next_answer(Answer::refusal(Refusal::model_not_found("qwen-max")));
    let answer = program.ask(&question("gpt-4o-mini")).await?.done()?;
    assert_eq!(answer["model"], "qwen-plus");
    let models: Vec<_> = app
        .simulator
        .received()
        .iter()
        .map(|request| request.model.clone())
        .collect();
    assert_eq!(models, ["qwen-max", "qwen-plus"]);
    let logged = "SELECT COUNT(*) FROM calls WHERE model = 'gpt-4o-mini' AND served_model = 'qwen-plus' AND cost > 0";
    assert_eq!(app.number(logged).await?, 1);
    let listed = program.api.get("/v1/models/gpt-4o-mini").await?;
    assert_eq!(listed.status, 200);
    Ok(())
}

/// The upstream's own words, code and request id; only what concerns this site's key is not the caller's business.
#[tokio::test]
async fn a_refusal_of_the_upstream_passes_as_it_is() -> TestResult {
    let app = TestApp::start().await?;
    let program = app.program("lin").await?;
    app.simulator.refuse_with(Refusal::inspected_input());
    let refused = program.ask(&question("qwen-plus")).await?;
    assert_eq!(refused.status, 400);
    assert_eq!(
        refused.json()["error"]["code"],
        "data_inspection_failed",
        "{:?}",
        refused.json()
    );
    app.simulator
        .refuse_with(Refusal::too_many_requests().retry_after(3_600));
    let throttled = program.ask(&question("qwen-plus")).await?;
    assert_eq!(
        (throttled.status.as_u16(), throttled.header("retry-after")),
        (429, "3600")
    );
    for (refusal, hidden) in [
        (Refusal::invalid_key(), "api_key"),
        (Refusal::arrears(), "rrear"),
    ] {
        app.simulator.refuse_with(refusal);
        let hushed = program.ask(&question("qwen-plus")).await?;
        assert_eq!(hushed.status, 503, "{:?}", hushed.json());
        let said = hushed.json().to_string();
        assert!(!said.contains(hidden), "{said}");
    }
    let free = "SELECT COUNT(*) FROM calls WHERE cost <> 0 OR input_tokens <> 0";
    assert_eq!(app.number(free).await?, 0);
    assert_eq!(app.number("SELECT COUNT(*) FROM calls").await?, 4);
    Ok(())
}

/// Bailian wraps some refusals of streams in an event, which official clients don't read in a refusal.
#[tokio::test]
async fn a_refusal_in_an_event_is_told_as_a_refusal() -> TestResult {
    let app = TestApp::start().await?;
    let program = app.program("lin").await?;
    let mut streamed = question("qwen-plus");
    streamed["stream"] = true.into();
    let message = json!({
        "model": "qwen-plus", "max_tokens": 9, "stream": true,
        "messages": [{ "role": "user", "content": "Hello" }],
    });
    for (path, body) in [
        ("/v1/chat/completions", streamed),
        ("/v1/messages", message),
    ] {
        let fault = Fault::RefusedAsEvent(Refusal::inspected_input());
        app.simulator.next_answer(Answer::fault(fault));
        let refused = program.api.post(path, body).await?;
        assert_eq!(refused.status, 400, "{path}: {}", refused.json());
        assert_eq!(refused.header("content-type"), "application/json", "{path}");
        let said = refused.json();
        assert!(said["error"].is_object(), "{path}: {said}");
    }
    let free = "SELECT COUNT(*) FROM calls WHERE outcome = 'refused' AND cost = 0";
    assert_eq!(app.number(free).await?, 2);
    Ok(())
}

/// A page of something in between is nobody's protocol: its status is told in the caller's.
#[tokio::test]
async fn a_refusal_that_cannot_be_read_keeps_its_status() -> TestResult {
    let app = TestApp::start().await?;
    let program = app.program("lin").await?;
    let message = json!({
        "model": "qwen-plus", "max_tokens": 9,
        "messages": [{ "role": "user", "content": "Hello" }],
    });
    let native = json!({ "model": "qwen-plus", "input": { "messages": message["messages"] } });
    for (status, path, body, place, code) in [
        (
            403,
            "/v1/chat/completions",
            question("qwen-plus"),
            "/error/code",
            "access_denied",
        ),
        (
            400,
            "/v1/messages",
            message,
            "/error/type",
            "invalid_request_error",
        ),
        (
            413,
            "/api/v1/services/aigc/text-generation/generation",
            native,
            "/code",
            "BadRequest.TooLarge",
        ),
    ] {
        app.simulator
            .next_answer(Answer::fault(Fault::Gateway(status)));
        let refused = program.api.post(path, body).await?;
        assert_eq!(refused.status, status, "{path}: {}", refused.json());
        assert_eq!(refused.json().pointer(place), Some(&json!(code)), "{path}");
        assert_eq!(refused.header("x-should-retry"), "false", "{path}");
    }
    let free = "SELECT COUNT(*) FROM calls WHERE outcome = 'refused' AND cost = 0";
    assert_eq!(app.number(free).await?, 3);
    Ok(())
}

/// Who asks for the head of an answer is told it.
#[tokio::test]
async fn a_head_is_told_as_its_answer_would_be() -> TestResult {
    let app = TestApp::start().await?;
    let program = app.program("lin").await?;
    for path in ["/v1/models", "/v1/files"] {
        let told = answered(program.api.request(Method::HEAD, path)).await?;
        assert_eq!(told.status, 200, "{path}");
        assert_eq!(told.header("content-type"), "application/json", "{path}");
        assert!(told.bytes.is_empty());
    }
    Ok(())
}

/// What may be asked for is told in each protocol's form, and so is that there is no such address, or none for that method.
#[tokio::test]
async fn models_are_listed_in_two_protocols() -> TestResult {
    let app = TestApp::start().await?;
    let draft = json!({ "models": ["qwen-flash", "qwen-plus"] });
    let program = app.program_with("lin", BuiltIn::Member, draft).await?;
    let keyed = Api::of(&app)?.keyed(&program.key);
    let asked = |path: &str| {
        let request = keyed.request(Method::GET, path);
        answered(request.header("anthropic-version", "2023-06-01"))
    };
    for path in ["/v1/models", "/anthropic/v1/models"] {
        let list = asked(&format!("{path}?limit=1000")).await?.done()?;
        assert_eq!(list["has_more"], false, "{path}: {list}");
        assert_eq!(list["first_id"], "qwen-flash", "{path}: {list}");
        assert_eq!(list["last_id"], "qwen-plus", "{path}: {list}");
        let one = asked(&format!("{path}/qwen-plus")).await?.done()?;
        assert_eq!(one, list["data"][1], "{path}: {list}");
        assert_eq!(one["type"], "model");
        assert!(one["created_at"].is_string() && one["display_name"].is_string());
        let none = asked(&format!("{path}/qwen-max")).await?;
        assert_eq!(none.status, 404);
        assert_eq!(none.json()["error"]["type"], "not_found_error", "{path}");
        assert!(!none.header("request-id").is_empty(), "{path}");
    }
    let list = keyed.get("/v1/models").await?.done()?;
    assert_eq!(list["object"], "list");
    assert_eq!(list["data"][0]["object"], "model");
    for path in [
        "/v1/models/%FF",
        "/v1/models/vendor%2Fmodel",
        "/v1/models/vendor/model",
    ] {
        let none = keyed.get(path).await?;
        assert_eq!(none.status, 404, "{path}");
        assert_eq!(none.json()["error"]["code"], "model_not_found", "{path}");
    }
    for (method, path, place) in [
        (Method::POST, "/v1/models", "/error/code"),
        (Method::DELETE, "/v1/models/qwen-plus", "/error/code"),
        (Method::OPTIONS, "/v1/chat/completions", "/error/code"),
        (Method::PUT, "/v1/messages", "/error/type"),
        (Method::POST, "/api-ws/v1/realtime", "/code"),
        (Method::GET, "/api-ws/v1/nothing", "/code"),
    ] {
        let none = answered(keyed.request(method.clone(), path)).await?;
        assert_eq!(none.status, 404, "{method} {path}");
        let said = none.json();
        let code = said.pointer(place).and_then(serde_json::Value::as_str);
        let told = code.is_some_and(|code| code.to_ascii_lowercase().starts_with("not"));
        assert!(told, "{method} {path}: {said}");
    }
    Ok(())
}

/// Each protocol by its own address, header and form of refusal.
#[tokio::test]
async fn three_protocols_are_spoken() -> TestResult {
    let app = TestApp::start().await?;
    let program = app.program("lin").await?;
    let keyed = Api::of(&app)?.keyed(&program.key);
    let message = json!({ "model": "qwen-plus", "max_tokens": 50, "messages": [{ "role": "user", "content": "Hello" }] });
    for path in [
        "/v1/messages",
        "/anthropic/v1/messages",
        "/apps/anthropic/v1/messages",
    ] {
        let answer = keyed.post(path, message.clone()).await?.done()?;
        assert_eq!(answer["type"], "message", "{path}: {answer}");
        let refused = keyed.post(path, question("gpt-4o-mini")).await?.json();
        assert_eq!(
            refused["error"]["type"], "not_found_error",
            "{path}: {refused}"
        );
    }
    let native = json!({ "model": "qwen-plus", "input": { "messages": [{ "role": "user", "content": "Hello" }] }, "parameters": { "result_format": "message" } });
    let path = "/api/v1/services/aigc/text-generation/generation";
    let answer = program.api.post(path, native).await?.done()?;
    assert!(answer["output"]["choices"].is_array(), "{answer}");
    let refused = program
        .api
        .post(path, question("gpt-4o-mini"))
        .await?
        .json();
    assert_eq!(refused["code"], "ModelNotFound", "{refused}");
    let nothing = program.api.get("/v1/nothing").await?;
    assert_eq!(
        (
            nothing.status.as_u16(),
            nothing.json()["error"]["code"].as_str()
        ),
        (404, Some("not_found"))
    );
    let by_protocol = "SELECT COUNT(DISTINCT protocol) FROM calls WHERE cost > 0";
    assert_eq!(app.number(by_protocol).await?, 2);
    Ok(())
}

/// R-30: what is no answer in the protocol is never given as one, and costs nothing. Nor does a refusal whose status says
/// that all is well.
#[tokio::test]
async fn what_is_no_answer_costs_nothing() -> TestResult {
    let app = TestApp::start().await?;
    let program = app.program("lin").await?;
    for fault in [Fault::Html, Fault::EmptyBody, Fault::NoContent] {
        app.simulator.next_answer(Answer::fault(fault.clone()));
        let answer = program.ask(&question("qwen-plus")).await?;
        assert_eq!(answer.status, 502, "{fault:?}");
        assert_eq!(
            answer.json()["error"]["code"],
            "upstream_error",
            "{fault:?}"
        );
    }
    let refusal = Refusal::new(200, "data_inspection_failed", "Inappropriate content.");
    app.simulator.next_answer(Answer::refusal(refusal));
    let answer = program.ask(&question("qwen-plus")).await?;
    assert_eq!(answer.json()["error"]["code"], "data_inspection_failed");
    let free =
        "SELECT COUNT(*) FROM calls WHERE cost = 0 AND input_tokens = 0 AND usage_source = 'none'";
    assert_eq!(
        app.number(&format!("{free} AND outcome = 'failed'"))
            .await?,
        3
    );
    assert_eq!(
        app.number(&format!("{free} AND outcome = 'refused'"))
            .await?,
        1
    );
    Ok(())
}

/// The log has both names of a request, ours and the upstream's.
#[tokio::test]
async fn an_answer_can_be_found_at_the_upstream() -> TestResult {
    let app = TestApp::start().await?;
    let program = app.program("lin").await?;
    let whole = program.ask(&question("qwen-plus")).await?;
    let mut body = question("qwen-plus");
    body["stream"] = true.into();
    let streamed = program.ask(&body).await?;
    for answer in [whole, streamed] {
        let (theirs, ours) = (
            answer.header("x-request-id"),
            answer.header("x-liantai-request-id"),
        );
        assert!(!theirs.is_empty() && theirs != ours);
        let logged = format!(
            "SELECT COUNT(*) FROM calls WHERE upstream_request_id = '{theirs}' AND request_id = '{ours}'"
        );
        assert_eq!(app.number(&logged).await?, 1, "{theirs} {ours}");
    }
    Ok(())
}
