//! One's own account.

use http::{Method, StatusCode, header};
use model::BuiltIn;
use serde_json::{Value, json};

use crate::support::{Api, PASSWORD, TestApp, TestResult, answered};

/// A PNG of one pixel.
const PIXEL: &[u8] = b"\x89PNG\x0d\x0a\x1a\x0a\x00\x00\x00\x0dIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\
    \x15\xc4\x89\x00\x00\x00\x0dIDATx\xdacd\xf8\xcfP\x0f\x00\x03\x86\x01\x80Z4}k\x00\x00\x00\x00IEND\xae\
    B`\x82";

#[tokio::test]
async fn a_profile_is_changed_where_it_is_said_and_stays_otherwise() -> TestResult {
    let app = TestApp::start().await?;
    let device = app.device("lin", BuiltIn::Member).await?;
    let lin = Api::of(&app)?.bearing(&device.access);
    let change = json!({ "theme": "dark", "time_zone": "Asia/Shanghai" });
    let me = lin
        .call(Method::PATCH, "/rest/v1/me", change)
        .await?
        .done()?;
    assert_eq!(me["profile"]["name"], "lin");
    let change = json!({ "name": "Lin Mei" });
    let me = lin
        .call(Method::PATCH, "/rest/v1/me", change)
        .await?
        .done()?;
    assert_eq!(me["profile"]["name"], "Lin Mei");
    assert_eq!(me["profile"]["theme"], "dark");
    assert_eq!(me["profile"]["time_zone"], "Asia/Shanghai");
    let change = json!({ "habits": { "send_key": "command" } });
    let me = lin
        .call(Method::PATCH, "/rest/v1/me", change)
        .await?
        .done()?;
    assert_eq!(
        me["profile"]["habits"],
        json!({
            "density": "comfortable",
            "text_size": "usual",
            "send_key": "command",
            "letter_keys": true,
            "notify": false
        })
    );
    assert_eq!(me["profile"]["theme"], "dark");
    assert_eq!(
        me["permissions"],
        json!([
            "chat.use",
            "media.use",
            "media.share",
            "api_keys.use",
            "gateway.use",
            "tools.use",
            "files.use"
        ])
    );
    // AC-10.
    for field in ["email", "rank", "permissions", "id"] {
        let change = json!({ field: "x" });
        let refused = lin.call(Method::PATCH, "/rest/v1/me", change).await?;
        assert_eq!(refused.text("field"), field);
    }
    Ok(())
}

#[tokio::test]
async fn browsers_and_devices_are_listed_and_ended() -> TestResult {
    let app = TestApp::start().await?;
    let browser = app.user("lin").await?;
    let api = Api::of(&app)?;
    let first = api.log_in("lin", PASSWORD).await?.done()?;
    let second = api.log_in("lin", PASSWORD).await?.done()?;
    let lin = api.bearing(first["access_token"].as_str().unwrap_or_default());
    let other = api.bearing(second["access_token"].as_str().unwrap_or_default());
    let all = lin.get("/rest/v1/me/sessions").await?.done()?;
    let all = all.as_array().cloned().unwrap_or_default();
    assert_eq!(all.len(), 3, "{all:?}");
    let current: Vec<&Value> = all
        .iter()
        .filter(|session| session["current"] == true)
        .collect();
    assert_eq!(current.len(), 1);
    assert_eq!(current[0]["id"]["id"], first["device"]);
    assert_eq!(current[0]["device"], "A phone");

    let device = second["device"].as_str().unwrap_or_default();
    let path = format!("/rest/v1/me/sessions/device/{device}");
    let ended = lin.call(Method::DELETE, &path, Value::Null).await?;
    assert_eq!(ended.status, StatusCode::NO_CONTENT);
    assert_eq!(other.get("/rest/v1/me").await?.code(), "invalid_token");

    let ended = lin
        .call(Method::DELETE, "/rest/v1/me/sessions", Value::Null)
        .await?;
    assert_eq!(ended.done()?["ended"], 1);
    assert!(browser.session().await?.account.is_none());
    assert!(lin.get("/rest/v1/me").await?.status.is_success());
    Ok(())
}

/// AP-18, AC-18.
#[tokio::test]
async fn a_key_is_shown_once_and_limited() -> TestResult {
    let app = TestApp::start().await?;
    let device = app.device("lin", BuiltIn::Member).await?;
    let api = Api::of(&app)?;
    let lin = api.bearing(&device.access);
    let draft = json!({ "name": "A program", "scopes": ["chat.use"], "requests_per_minute": 2 });
    let made = lin.post("/rest/v1/me/api-keys", draft).await?;
    assert_eq!(made.status, StatusCode::CREATED);
    let made = made.done()?;
    let secret = made["secret"].as_str().unwrap_or_default().to_owned();
    let listed = lin.get("/rest/v1/me/api-keys").await?;
    let listed_text = String::from_utf8(listed.bytes.to_vec())?;
    assert!(!listed_text.contains(&secret));
    assert!(listed_text.contains(made["key"]["hint"].as_str().unwrap_or("?")));

    for _ in 0..2 {
        assert_eq!(
            api.keyed(&secret).get("/rest/v1/users").await?.code(),
            "forbidden"
        );
    }
    let refused = api.bearing(&secret).get("/rest/v1/users").await?;
    assert_eq!(refused.code(), "too_many_attempts");
    assert!(!refused.header(header::RETRY_AFTER).is_empty());

    let greedy = json!({ "name": "x", "scopes": ["users.write"] });
    let refused = lin.post("/rest/v1/me/api-keys", greedy).await?;
    assert_eq!(refused.code(), "forbidden");
    let unknown = json!({ "name": "x", "scopes": [], "owner": "somebody" });
    let refused = lin.post("/rest/v1/me/api-keys", unknown).await?;
    assert_eq!(refused.text("field"), "owner");

    let id = made["key"]["id"].as_str().unwrap_or_default();
    let path = format!("/rest/v1/me/api-keys/{id}");
    let gone = lin.call(Method::DELETE, &path, Value::Null).await?;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(
        api.keyed(&secret).get("/rest/v1/users").await?.code(),
        "invalid_token"
    );
    Ok(())
}

#[tokio::test]
async fn a_picture_is_set_given_and_taken_away() -> TestResult {
    let app = TestApp::start().await?;
    let device = app.device("lin", BuiltIn::Member).await?;
    let lin = Api::of(&app)?.bearing(&device.access);
    let path = "/rest/v1/me/picture";
    assert_eq!(lin.get(path).await?.code(), "not_found");
    let refused = answered(lin.request(Method::PUT, path).body("<svg/>")).await?;
    assert_eq!(refused.code(), "invalid_picture");
    let set = answered(lin.request(Method::PUT, path).body(PIXEL)).await?;
    assert_eq!(set.status, StatusCode::NO_CONTENT, "{set:?}");
    let picture = lin.get(path).await?;
    assert_eq!(picture.header(header::CONTENT_TYPE), "image/png");
    assert!(picture.bytes.starts_with(b"\x89PNG"));
    lin.call(Method::DELETE, path, Value::Null).await?;
    assert_eq!(lin.get(path).await?.code(), "not_found");
    Ok(())
}

/// SE-11.
#[tokio::test]
async fn an_account_is_exported_and_deleted_by_who_has_just_signed_in() -> TestResult {
    let app = TestApp::start().await?;
    let device = app.device("lin", BuiltIn::Member).await?;
    let lin = Api::of(&app)?.bearing(&device.access);
    let archive = lin.post("/rest/v1/me/export", Value::Null).await?;
    assert!(archive.bytes.starts_with(b"PK"), "{archive:?}");
    assert!(
        archive
            .header(header::CONTENT_DISPOSITION)
            .starts_with("attachment")
    );
    let typo = json!({ "email": "lin@example.org" });
    let refused = lin.post("/rest/v1/me/delete", typo).await?;
    assert_eq!(refused.code(), "not_confirmed");
    let sure = json!({ "email": "lin@example.com" });
    let gone = lin.post("/rest/v1/me/delete", sure).await?;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(lin.get("/rest/v1/me").await?.code(), "invalid_token");
    Ok(())
}
