//! Assistants and prompts, as programs keep and use them.

use http::{Method, StatusCode, header};
use model::BuiltIn;
use serde_json::{Value, json};

use crate::support::{Api, PIXEL, TestApp, TestResult, answered};

const ALL: &str = "/rest/v1/assistants";

#[tokio::test]
async fn a_program_keeps_an_assistant_and_others_see_what_is_shared() -> TestResult {
    let app = TestApp::start().await?;
    let of = async |name: &str, role| -> anyhow::Result<Api> {
        let device = app.device(name, role).await?;
        Ok(Api::of(&app)?.bearing(&device.access))
    };
    let lin = of("lin", BuiltIn::Member).await?;
    let eve = of("eve", BuiltIn::Member).await?;
    let boss = of("boss", BuiltIn::Administrator).await?;
    let poet = json!({
        "name": "Poet", "emoji": "🌸", "instructions": "Rhyme in {{form|couplets}}.", "model": "qwen-plus",
        "parameters": { "temperature": 1.3, "thinking": false }, "tools": ["calculate"], "starters": ["雨", "Snow"],
    });
    let made = lin.post(ALL, poet.clone()).await?;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    let id = made.done()?["id"].as_str().unwrap_or_default().to_owned();
    let one = format!("{ALL}/{id}");
    let shown = lin.get(&one).await?.done()?;
    for (field, value) in poet.as_object().into_iter().flatten() {
        if field != "parameters" {
            assert_eq!(shown[field], *value, "{field}");
        }
    }
    assert_eq!(shown["parameters"]["temperature"], json!(1.3));
    assert_eq!(shown["parameters"]["thinking"], json!(false));
    assert_eq!(
        (&shown["audience"], &shown["is_mine"]),
        (&json!("private"), &json!(true))
    );
    let found = lin.get(&format!("{ALL}?words=poet")).await?.done()?;
    assert_eq!(found["own"][0]["id"], json!(id));
    assert_eq!(
        lin.get("/rest/v1/assistants/en-translator").await?.done()?["is_mine"],
        json!(false)
    );

    // A picture, for who may use the assistant.
    let picture = format!("{one}/picture");
    assert_eq!(lin.get(&picture).await?.code(), "not_found");
    let refused = answered(lin.request(Method::PUT, &picture).body("<svg/>")).await?;
    assert_eq!(refused.code(), "invalid_picture");
    let set = answered(lin.request(Method::PUT, &picture).body(PIXEL)).await?;
    assert_eq!(set.status, StatusCode::NO_CONTENT, "{set:?}");
    let given = lin.get(&picture).await?;
    assert_eq!(given.header(header::CONTENT_TYPE), "image/png");
    assert!(given.bytes.starts_with(b"\x89PNG"));
    assert_eq!(lin.get(&one).await?.done()?["has_picture"], json!(true));

    // AC-03: a stranger's looks like none.
    for path in [&one, &picture] {
        assert_eq!(eve.get(path).await?.code(), "not_found", "{path}");
        let gone = eve.call(Method::DELETE, path, Value::Null).await?;
        assert_eq!(gone.code(), "not_found", "{path}");
    }
    let changed = eve.call(Method::PUT, &one, poet.clone()).await?;
    assert_eq!(changed.code(), "not_found");
    let given = answered(eve.request(Method::PUT, &picture).body(PIXEL)).await?;
    assert_eq!(given.code(), "not_found");

    // Each field has its own refusal, and to publish needs its permission.
    for (field, value, code) in [
        ("name", json!(""), "invalid_assistant_name"),
        ("instructions", json!(""), "invalid_instructions"),
        ("starters", json!(["a\nb"]), "invalid_starters"),
        (
            "parameters",
            json!({ "temperature": 2.0 }),
            "invalid_temperature",
        ),
        ("audience", json!("everybody"), "forbidden"),
        ("audience", json!("group"), "bad_request"),
        (
            "audience",
            json!("01990000-0000-7000-8000-000000000000"),
            "bad_request",
        ),
    ] {
        let mut wrong = poet.clone();
        wrong[field] = value;
        let refused = lin.call(Method::PUT, &one, wrong).await?;
        assert_eq!(refused.code(), code, "{field}");
    }
    let mut shared = poet.clone();
    shared["audience"] = json!("everybody");
    let published = boss.post(ALL, shared).await?.done()?;
    let found = eve.get(ALL).await?.done()?;
    assert_eq!(found["shared"][0]["id"], published["id"]);
    assert!(
        found["built_in"]
            .as_array()
            .is_some_and(|all| all.len() > 10)
    );

    let gone = lin.call(Method::DELETE, &one, Value::Null).await?;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(lin.get(&picture).await?.code(), "not_found");
    Ok(())
}

#[tokio::test]
async fn a_program_keeps_prompts() -> TestResult {
    let app = TestApp::start().await?;
    let lin = Api::of(&app)?.bearing(&app.device("lin", BuiltIn::Member).await?.access);
    let eve = Api::of(&app)?.bearing(&app.device("eve", BuiltIn::Member).await?.access);
    let all = "/rest/v1/prompts";
    let text = "Translate {{text}}.";
    let made = lin
        .post(all, json!({ "name": "/译", "text": text }))
        .await?;
    let made = made.done()?;
    let one = format!("{all}/{}", made["id"].as_str().unwrap_or_default());
    assert_eq!(
        lin.get(&one).await?.done()?,
        json!({ "id": made["id"], "name": "译", "text": text })
    );
    let taken = lin.post(all, json!({ "name": "译", "text": "x" })).await?;
    assert_eq!(taken.code(), "name_taken");
    let wrong = lin
        .call(Method::PUT, &one, json!({ "name": "a b", "text": "x" }))
        .await?;
    assert_eq!(wrong.code(), "invalid_prompt_name");
    for method in [Method::GET, Method::DELETE] {
        let strange = eve.call(method, &one, Value::Null).await?;
        assert_eq!(strange.code(), "not_found");
    }
    lin.call(Method::DELETE, &one, Value::Null).await?;
    assert_eq!(lin.get(all).await?.done()?["items"], json!([]));
    let back = lin
        .call(Method::POST, &format!("{one}/restore"), Value::Null)
        .await?;
    assert_eq!(back.status, StatusCode::NO_CONTENT, "{back:?}");
    assert_eq!(lin.get(all).await?.done()?["items"][0]["name"], json!("译"));
    Ok(())
}
