//! What an answer to a sign-in gives away.

use http::HeaderMap;
use model::{FailureCode, RegistrationMode};

use crate::support::{Reply, TestApp, TestResult};

/// What two answers may differ in.
fn without_date_and_id(reply: &Reply) -> HeaderMap {
    let mut headers = reply.headers.clone();
    headers.remove("date");
    headers.remove("x-request-id");
    headers
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_answered_alike() -> TestResult {
    let app = TestApp::start().await?;
    app.user("lin").await?;
    let stranger = app.anonymous()?;
    let wrong = stranger.sign_in("lin", "twelve grey herons").await?;
    let unknown = stranger.sign_in("nobody", "twelve grey herons").await?;
    assert_eq!(wrong.failure()?, FailureCode::WrongCredentials);
    assert_eq!(unknown.status, wrong.status);
    assert_eq!(unknown.body, wrong.body);
    assert_eq!(without_date_and_id(&unknown), without_date_and_id(&wrong));
    Ok(())
}

#[tokio::test]
async fn guessing_is_slowed_down_and_says_for_how_long() -> TestResult {
    let app = TestApp::start().await?;
    app.user("lin").await?;
    let stranger = app.anonymous()?;
    for guess in 0..12 {
        let refused = stranger
            .sign_in("lin", &format!("guess number {guess}"))
            .await?;
        if refused.failure()? == FailureCode::TooManyAttempts {
            let refusal: serde_json::Value = serde_json::from_slice(&refused.body)?;
            assert!(refusal["retry_after_s"].as_u64() >= Some(1), "{refusal}");
            return Ok(());
        }
    }
    panic!("a dozen guesses were taken");
}

#[tokio::test]
async fn what_is_wrong_with_a_registration_is_said_at_its_field() -> TestResult {
    let app = TestApp::start().await?;
    app.user("lin").await?;
    let browser = app.anonymous()?;
    for (name, email, password, code) in [
        (
            "",
            "mei@example.com",
            "eleven grey herons",
            FailureCode::InvalidName,
        ),
        (
            "Mei",
            "mei",
            "eleven grey herons",
            FailureCode::InvalidEmail,
        ),
        (
            "Mei",
            "mei@example.com",
            "short",
            FailureCode::PasswordTooShort,
        ),
        (
            "Mei",
            "mei@example.com",
            "password123",
            FailureCode::PasswordTooCommon,
        ),
        (
            "Mei",
            "LIN@example.com",
            "eleven grey herons",
            FailureCode::EmailTaken,
        ),
    ] {
        let who = [("name", name), ("email", email), ("password", password)];
        let refused = browser.call("identity.register", &who).await?;
        assert_eq!(refused.failure()?, code, "{who:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_closed_registration_lets_nobody_in() -> TestResult {
    let app = TestApp::start_with(|config| config.identity.registration = RegistrationMode::Closed)
        .await?;
    let refused = app.anonymous()?.register("lin").await?;
    assert_eq!(refused.failure()?, FailureCode::RegistrationClosed);
    let offered = app.anonymous()?.session().await?.registration;
    assert_eq!(offered, RegistrationMode::Closed);
    Ok(())
}
