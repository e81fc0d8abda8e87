//! Who may call what: every address × every kind of caller.

use http::Method;
use model::BuiltIn;
use serde_json::json;

use crate::support::{Api, TestApp, TestResult, answered, question};

fn filled(path: &str) -> String {
    let parts = path.split('/').map(|part| match part {
        "{id}" => "nothing-of-theirs",
        "{item}" => "item",
        "{app}" => "application",
        part if part.starts_with("{*") => "aigc/text-generation/generation",
        part => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

/// AP-07: a page of another site reads what is answered where the operator names its origin, and never by a browser's credentials.
#[tokio::test]
async fn pages_of_other_sites_read_what_the_operator_lets_them() -> TestResult {
    const ORIGIN: &str = "https://app.example.com";
    let app = TestApp::start_with(|config| {
        config.gateway.browser_origins = vec![ORIGIN.to_owned()];
    })
    .await?;
    let lin = app.program("lin").await?;
    let anyone = Api::of(&app)?;
    for path in [
        "/v1/chat/completions",
        "/compatible-mode/v1/chat/completions",
        "/anthropic/v1/messages",
        "/api/v1/services/aigc/text-generation/generation",
    ] {
        let preflight = |origin: &'static str| {
            let request = anyone.request(Method::OPTIONS, path);
            let request = request.header("origin", origin);
            let request = request.header("access-control-request-method", "POST");
            answered(request.header("access-control-request-headers", "authorization"))
        };
        let told = preflight(ORIGIN).await?;
        assert_eq!(told.status, 200, "{path}");
        assert_eq!(told.header("access-control-allow-origin"), ORIGIN);
        assert_eq!(told.header("access-control-allow-headers"), "authorization");
        assert!(told.header("access-control-allow-methods").contains("POST"));
        assert_eq!(told.header("access-control-allow-credentials"), "");
        for stranger in ["https://app.example.com.example.org", "null"] {
            let told = preflight(stranger).await?;
            assert_eq!(told.header("access-control-allow-origin"), "", "{path}");
        }
    }
    let asked = lin.api.request(Method::POST, "/v1/chat/completions");
    let asked = asked.header("origin", ORIGIN).json(&question("qwen-plus"));
    let answer = answered(asked).await?;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), ORIGIN);
    let readable = answer.header("access-control-expose-headers");
    for name in [
        "x-request-id",
        "retry-after",
        "x-ratelimit-remaining-requests",
    ] {
        assert!(readable.contains(name), "{readable}");
    }
    // Refusals are read there too; what is for people's browsers is not.
    let refused = anyone.request(Method::GET, "/v1/models");
    let refused = answered(refused.header("origin", ORIGIN)).await?;
    assert_eq!(refused.status, 401);
    assert_eq!(refused.header("access-control-allow-origin"), ORIGIN);
    let page = anyone.request(Method::GET, "/login");
    let page = answered(page.header("origin", ORIGIN)).await?;
    assert_eq!(page.header("access-control-allow-origin"), "");
    Ok(())
}

/// By default nothing is let in, as there was nothing to let in.
#[tokio::test]
async fn pages_of_other_sites_read_nothing_by_default() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.program("lin").await?;
    let asked = lin.api.request(Method::GET, "/v1/models");
    let answer = answered(asked.header("origin", "https://app.example.com")).await?;
    assert_eq!(answer.header("access-control-allow-origin"), "");
    Ok(())
}

/// AC-01 to AC-03: what isn't allowed is refused before anything is asked of the upstream, at every address in the form
/// of its protocol.
#[tokio::test]
async fn every_address_refuses_whoever_may_not_call() -> TestResult {
    let app = TestApp::start().await?;
    let anyone = Api::of(&app)?;
    let unscoped = app
        .program_with(
            "unscoped",
            BuiltIn::Member,
            json!({ "scopes": ["chat.use"] }),
        )
        .await?;
    let disabled = app.program("disabled").await?;
    app.database
        .execute("UPDATE users SET disabled = TRUE WHERE email_key = 'disabled@example.com'")
        .await?;
    let elsewhere = app
        .program_with(
            "elsewhere",
            BuiltIn::Member,
            json!({ "networks": ["203.0.113.0/24"] }),
        )
        .await?;
    let addresses = server::gateway_addresses();
    assert!(addresses.len() > 70, "{}", addresses.len());
    for (method, path) in addresses {
        let path = filled(&path);
        for (who, api, status) in [
            ("nobody", anyone.clone(), 401),
            (
                "a made-up key",
                anyone.bearing("lt-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
                401,
            ),
            (
                "a made-up token",
                anyone.bearing("eyJhbGciOiJFZERTQSJ9.e30.c2ln"),
                401,
            ),
            ("a disabled account", anyone.bearing(&disabled.key), 401),
            ("another scope", unscoped.api.clone(), 403),
            ("another network", elsewhere.api.clone(), 403),
        ] {
            let body = if method == Method::POST {
                question("qwen-plus")
            } else {
                json!(null)
            };
            let answer = api.call(method.clone(), &path, body).await?;
            assert_eq!(
                answer.status.as_u16(),
                status,
                "{method} {path} as {who}: {:?}",
                answer.json()
            );
            let json = answer.json();
            let is_native = path.starts_with("/api/v1/");
            assert_eq!(json["code"].is_string(), is_native, "{path}: {json}");
            assert_eq!(json["error"].is_object(), !is_native, "{path}: {json}");
        }
    }
    assert_eq!(app.simulator.received().len(), 0);
    Ok(())
}

/// A model that is not the caller's is as one that there is not.
#[tokio::test]
async fn a_key_has_its_models_and_no_others() -> TestResult {
    let app = TestApp::start().await?;
    let program = app
        .program_with(
            "lin",
            BuiltIn::Member,
            json!({ "models": ["qwen-plus", "qwen-flash"] }),
        )
        .await?;
    let listed = program.api.get("/v1/models").await?.done()?;
    let names: Vec<_> = listed["data"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|model| model["id"].clone())
        .collect();
    assert_eq!(names, ["qwen-flash", "qwen-plus"]);
    assert_eq!(program.ask(&question("qwen-plus")).await?.status, 200);
    for model in ["qwen-max", "gpt-4o-mini", ""] {
        let refused = program.ask(&question(model)).await?;
        let expected = if model.is_empty() { 400 } else { 404 };
        assert_eq!(refused.status.as_u16(), expected, "{model}");
    }
    let refused = program.ask(&question("qwen-max")).await?.json();
    assert_eq!(refused["error"]["code"], "model_not_found");
    let one = program.api.get("/v1/models/qwen-max").await?;
    assert_eq!(one.status, 404);
    // What asks models of its own choosing could ask any.
    let batch = json!({ "input_file_id": "file-1", "endpoint": "/v1/chat/completions", "completion_window": "24h" });
    for (path, body) in [
        ("/v1/batches", batch),
        (
            "/api/v1/apps/a/completion",
            json!({ "input": { "prompt": "Hi" } }),
        ),
    ] {
        assert_eq!(program.api.post(path, body).await?.status, 404, "{path}");
    }
    assert_eq!(app.simulator.received().len(), 1);
    Ok(())
}

/// AP-19, IO-20, IO-21: what two readers could understand differently is refused before anything is asked.
#[tokio::test]
async fn what_no_model_could_accept_is_refused_here() -> TestResult {
    let app = TestApp::start().await?;
    let program = app.program("lin").await?;
    for body in [
        "",
        "[]",
        "{\"model\":\"qwen-plus\"",
        r#"{"model":"qwen-plus","model":"qwen-max","messages":[]}"#,
        r#"{"model":"qwen-plus","max_tokens":-1,"messages":[]}"#,
        r#"{"model":"qwen-plus","max_tokens":1e999,"messages":[]}"#,
        r#"{"model":"qwen-plus","max_tokens":"12","messages":[]}"#,
        r#"{"model":"qwen-plus","n":100000,"messages":[]}"#,
        r#"{"model":"qwen-plus","stream":"yes","messages":[]}"#,
        r#"{"model":7,"messages":[]}"#,
        r#"{"messages":[]}"#,
    ] {
        let refused = program.send("/v1/chat/completions", body).await?;
        assert_eq!(refused.status, 400, "{body}");
        assert_eq!(
            refused.json()["error"]["type"],
            "invalid_request_error",
            "{body}"
        );
    }
    let in_address = format!("/v1/models?api_key={}", program.key);
    assert_eq!(program.api.get(&in_address).await?.status, 400);
    assert_eq!(app.simulator.received().len(), 0);
    let chinese = program
        .api
        .request(Method::POST, "/v1/chat/completions")
        .header("accept-language", "zh-CN");
    let refused = answered(chinese.json(&question("gpt-4o-mini"))).await?;
    assert!(
        refused.json()["error"]["message"]
            .as_str()
            .is_some_and(|said| said.contains("模型"))
    );
    Ok(())
}

/// SE: a key that was deleted is refused within a second, and its running answer ends within five.
#[tokio::test]
async fn a_deleted_key_is_refused_and_its_answer_ends() -> TestResult {
    let app = TestApp::start().await?;
    let program = app.program("lin").await?;
    app.simulator
        .next_answer(simulator::Answer::words(["a", "b", "c"]).held_after(1));
    let mut body = question("qwen-plus");
    body["stream"] = true.into();
    let asked = program.api.clone();
    let running = tokio::spawn(async move { asked.post("/v1/chat/completions", body).await });
    app.upstream("a call", |account| account.open_streams() > 0)
        .await?;
    let device = Api::of(&app)?
        .log_in("lin", crate::support::PASSWORD)
        .await?
        .done()?;
    let access = device["access_token"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let path = format!("/rest/v1/me/api-keys/{}", program.id);
    Api::of(&app)?
        .bearing(&access)
        .call(Method::DELETE, &path, json!(null))
        .await?
        .done()?;
    let ended = crate::support::within("the end of the answer", async { running.await? }).await?;
    let text = String::from_utf8_lossy(&ended.bytes).into_owned();
    assert!(
        text.contains("\"error\"") && !text.contains("[DONE]"),
        "{text}"
    );
    crate::support::eventually("the refusal", async || {
        let refused = program.ask(&question("qwen-plus")).await?;
        Ok((refused.status == 401).then_some(()))
    })
    .await
}
