//! Getting in without a browser.

use http::{Method, StatusCode, header};
use model::BuiltIn;
use serde_json::json;

use crate::support::{Api, Device, PASSWORD, TestApp, TestResult, answered, databases};

#[tokio::test]
async fn a_device_registers_changes_its_tokens_and_leaves() -> TestResult {
    for database in databases().await? {
        let app = TestApp::start_on(database).await?;
        let api = Api::of(&app)?;
        let who = json!({ "name": "Lin", "email": "lin@example.com", "password": PASSWORD });
        let made = api.post("/rest/v1/auth/register", who).await?;
        assert_eq!(made.status, StatusCode::CREATED);
        assert_eq!(made.header(header::CACHE_CONTROL), "no-store");
        assert_eq!(made.text("token_type"), "Bearer");
        let first = Device::of(&made.done()?)?;
        let me = api
            .bearing(&first.access)
            .get("/rest/v1/me")
            .await?
            .done()?;
        assert_eq!(me["profile"]["email"], "lin@example.com");

        let body = json!({ "refresh_token": first.refresh });
        let second = api.post("/rest/v1/auth/refresh", body).await?.done()?;
        let second = Device::of(&second)?;
        assert_eq!(second.id, first.id);
        let lin = api.bearing(&second.access);
        assert!(lin.get("/rest/v1/me").await?.status.is_success());

        let body = || json!({ "refresh_token": second.refresh });
        let left = api.post("/rest/v1/auth/logout", body()).await?;
        assert_eq!(left.status, StatusCode::NO_CONTENT);
        assert_eq!(lin.get("/rest/v1/me").await?.code(), "invalid_token");
        let refused = api.post("/rest/v1/auth/refresh", body()).await?;
        assert_eq!(refused.code(), "invalid_token");
        let challenge = refused.header(header::WWW_AUTHENTICATE);
        assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
    }
    Ok(())
}

/// SE-25.
#[tokio::test]
async fn a_refresh_token_that_is_used_twice_ends_the_device() -> TestResult {
    let app = TestApp::start().await?;
    let device = app.device("lin", BuiltIn::Member).await?;
    let api = Api::of(&app)?;
    let body = || json!({ "refresh_token": device.refresh });
    let next = api.post("/rest/v1/auth/refresh", body()).await?.done()?;
    let next = Device::of(&next)?;
    let again = api.post("/rest/v1/auth/refresh", body()).await?;
    assert_eq!(again.code(), "invalid_token");
    let ended = api.bearing(&next.access).get("/rest/v1/me").await?;
    assert_eq!(ended.code(), "invalid_token");
    Ok(())
}

/// AU-17.
#[tokio::test]
async fn unknown_disabled_and_wrong_are_one_answer() -> TestResult {
    let app = TestApp::start().await?;
    app.user("lin").await?;
    app.user("bo").await?;
    let close = "UPDATE users SET disabled = TRUE WHERE email_key = 'bo@example.com'";
    app.database.execute(close).await?;
    let api = Api::of(&app)?;
    let wrong = api.log_in("lin", "not the password").await?;
    let unknown = api.log_in("nobody", PASSWORD).await?;
    let disabled = api.log_in("bo", PASSWORD).await?;
    assert_eq!(wrong.code(), "wrong_credentials");
    for other in [unknown, disabled] {
        assert_eq!((other.status, &other.bytes), (wrong.status, &wrong.bytes));
    }
    Ok(())
}

/// AU-28.
#[tokio::test]
async fn a_second_factor_is_asked_for_by_its_kinds() -> TestResult {
    let app = TestApp::start().await?;
    app.user("lin").await?;
    let secret = app.database.bytes("00");
    let factor = format!(
        "INSERT INTO totp_factors (user_id, secret, last_step, created_at, confirmed_at) \
         SELECT id, {secret}, 0, 0, 1 FROM users WHERE email_key = 'lin@example.com'"
    );
    app.database.execute(&factor).await?;
    let refused = Api::of(&app)?.log_in("lin", PASSWORD).await?;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert_eq!(refused.code(), "second_factor_needed");
    let factors = refused.json()["factors"].clone();
    assert!(
        factors
            .as_array()
            .is_some_and(|all| all.contains(&json!("totp"))),
        "{factors}"
    );
    assert!(refused.json()["access_token"].is_null());
    Ok(())
}

/// AU-13.
#[tokio::test]
async fn guessing_is_slowed_down_here_as_well() -> TestResult {
    let app = TestApp::start().await?;
    app.user("lin").await?;
    let api = Api::of(&app)?;
    for _ in 0..5 {
        assert_eq!(
            api.log_in("lin", "a wrong guess").await?.code(),
            "wrong_credentials"
        );
    }
    let refused = api.log_in("lin", "a wrong guess").await?;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    let seconds = refused.json()["retry_after_s"].as_u64().unwrap_or_default();
    assert!(seconds >= 1);
    assert_eq!(refused.header(header::RETRY_AFTER), seconds.to_string());
    Ok(())
}

/// AP-08: a cookie opens nothing here, so that no other site's page can.
#[tokio::test]
async fn a_session_is_no_credential() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let answer = answered(lin.get("/rest/v1/me")).await?;
    assert_eq!(answer.code(), "sign_in_needed");
    Ok(())
}

/// AP-19, IO-20.
#[tokio::test]
async fn a_credential_comes_once_and_in_a_header() -> TestResult {
    let app = TestApp::start().await?;
    let device = app.device("lin", BuiltIn::Member).await?;
    let anyone = Api::of(&app)?;
    let lin = anyone.bearing(&device.access);
    for query in [
        format!("access_token={}", device.access),
        "api_key=lt-x".to_owned(),
        "token=x".to_owned(),
        "whatever=lt-x".to_owned(),
        "a%63cess_token=x".to_owned(),
    ] {
        for api in [&anyone, &lin] {
            let refused = api.get(&format!("/rest/v1/me?{query}")).await?;
            assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{query}");
        }
    }
    let both = lin
        .request(Method::GET, "/rest/v1/me")
        .header("x-api-key", "lt-x");
    assert_eq!(answered(both).await?.status, StatusCode::BAD_REQUEST);
    let twice = lin
        .request(Method::GET, "/rest/v1/me")
        .header("authorization", "Bearer x");
    assert_eq!(answered(twice).await?.status, StatusCode::BAD_REQUEST);
    Ok(())
}

/// SE-26.
#[tokio::test]
async fn the_public_keys_are_there_for_everybody() -> TestResult {
    let app = TestApp::start().await?;
    app.device("lin", BuiltIn::Member).await?;
    let keys = Api::of(&app)?.get("/.well-known/jwks.json").await?;
    assert_eq!(keys.header(header::CACHE_CONTROL), "public, max-age=600");
    let key = &keys.json()["keys"][0];
    assert_eq!(key["crv"], "Ed25519");
    assert!(key["d"].is_null());
    Ok(())
}

/// SE-07.
#[tokio::test]
async fn a_disabled_person_is_out_with_the_next_request() -> TestResult {
    let app = TestApp::start().await?;
    let device = app.device("lin", BuiltIn::Member).await?;
    let lin = Api::of(&app)?.bearing(&device.access);
    assert!(lin.get("/rest/v1/me").await?.status.is_success());
    let close = "UPDATE users SET disabled = TRUE WHERE email_key = 'lin@example.com'";
    app.database.execute(close).await?;
    assert_eq!(lin.get("/rest/v1/me").await?.code(), "invalid_token");
    Ok(())
}
