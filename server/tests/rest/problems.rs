//! What a failure looks like.

use http::{Method, StatusCode, header};
use model::{BuiltIn, FailureCode};
use serde_json::Value;

use crate::support::{Api, TestApp, TestResult, answered};

#[tokio::test]
async fn every_failure_is_a_problem_also_those_of_the_layers() -> TestResult {
    let app = TestApp::start_with(|config| config.server.max_body_bytes = 300_000).await?;
    let device = app.device("lin", BuiltIn::Member).await?;
    let api = Api::of(&app)?;
    let lin = api.bearing(&device.access);
    let large = vec![b' '; 300_001];
    let foreign = api
        .request(Method::POST, "/rest/v1/auth/login")
        .header("sec-fetch-site", "cross-site");
    for (request, status, code) in [
        (
            api.request(Method::GET, "/rest/v1/me"),
            401,
            "sign_in_needed",
        ),
        (lin.request(Method::GET, "/rest"), 404, "not_found"),
        (lin.request(Method::GET, "/rest/v1"), 404, "not_found"),
        (lin.request(Method::GET, "/rest/v2/me"), 404, "not_found"),
        (
            lin.request(Method::GET, "/rest/v1/me/api-keys/nonsense/x"),
            404,
            "not_found",
        ),
        (
            lin.request(Method::DELETE, "/rest/v1/me/api-keys/nonsense"),
            404,
            "not_found",
        ),
        (lin.request(Method::POST, "/rest/v1/me"), 405, "bad_request"),
        (
            api.request(Method::GET, "/rest/v1/auth/login"),
            405,
            "bad_request",
        ),
        (
            api.request(Method::POST, "/rest/v1/auth/login").body("{}"),
            415,
            "bad_request",
        ),
        (
            api.request(Method::POST, "/rest/v1/auth/login")
                .header(header::CONTENT_TYPE, "application/json")
                .body(large),
            413,
            "too_large",
        ),
        (foreign, 403, "foreign_origin"),
    ] {
        let answer = answered(request).await?;
        let what = format!("{answer:?}");
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (status, code),
            "{what}"
        );
        assert_eq!(
            answer.header(header::CONTENT_TYPE),
            "application/problem+json",
            "{what}"
        );
        assert_eq!(answer.json()["status"], status, "{what}");
        assert_eq!(
            answer.text("type"),
            format!("urn:liantai:problem:{code}"),
            "{what}"
        );
        assert!(!answer.text("title").is_empty(), "{what}");
    }
    let wrong_method = answered(lin.request(Method::POST, "/rest/v1/me")).await?;
    assert!(wrong_method.header(header::ALLOW).contains("PATCH"));
    Ok(())
}

#[tokio::test]
async fn a_body_that_cannot_be_read_says_where() -> TestResult {
    let app = TestApp::start().await?;
    let api = Api::of(&app)?;
    for (body, status, field) in [
        ("", 400, None),
        ("{", 400, None),
        ("{\"email\": }", 400, None),
        ("{\"email\":\"a\",\"password\":\"b\"} x", 400, None),
        ("[]", 422, None),
        ("{\"email\":\"a\"}", 422, Some("password")),
        (
            "{\"email\":\"a\",\"password\":\"b\",\"role\":\"owner\"}",
            422,
            Some("role"),
        ),
        (
            "{\"email\":\"a\",\"password\":\"b\",\"password\":\"c\"}",
            422,
            Some("password"),
        ),
        ("{\"email\":\"a\",\"password\":12345678}", 422, None),
        ("{\"email\":\"a\",\"password\":\"\\ud800\"}", 400, None),
    ] {
        let request = api
            .request(Method::POST, "/rest/v1/auth/login")
            .header(header::CONTENT_TYPE, "application/json")
            .body(body);
        let answer = answered(request).await?;
        assert_eq!(answer.status.as_u16(), status, "{body}: {answer:?}");
        assert_eq!(answer.code(), "bad_request", "{body}");
        assert_eq!(answer.json()["field"].as_str(), field, "{body}");
        let detail = answer.text("detail");
        assert!(
            !detail.is_empty() && !detail.contains("12345678"),
            "{body}: {detail}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_problem_speaks_the_callers_language() -> TestResult {
    let app = TestApp::start().await?;
    let api = Api::of(&app)?;
    for (accepted, tag, word) in [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN", "字段"),
        ("en-GB", "en", "field"),
        ("", "en", "field"),
    ] {
        let request = api
            .request(Method::POST, "/rest/v1/auth/login")
            .header(header::ACCEPT_LANGUAGE, accepted)
            .header(header::CONTENT_TYPE, "application/json")
            .body("{}");
        let answer = answered(request).await?;
        assert_eq!(answer.header(header::CONTENT_LANGUAGE), tag);
        assert!(answer.text("detail").contains(word), "{answer:?}");
    }
    Ok(())
}

/// LO-07, AP-14: what went wrong inside stays inside.
#[tokio::test]
async fn a_fault_of_ours_names_the_request_and_nothing_else() -> TestResult {
    let app = TestApp::start().await?;
    let device = app.device("lin", BuiltIn::Member).await?;
    let spoil = "UPDATE users SET name = '' WHERE email_key = 'lin@example.com'";
    app.database.execute(spoil).await?;
    let lin = Api::of(&app)?.bearing(&device.access);
    let answer = lin.get("/rest/v1/me").await?;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(answer.code(), FailureCode::Internal.as_str());
    assert_eq!(answer.text("reference"), answer.header("x-request-id"));
    let names: Vec<String> = match answer.json() {
        Value::Object(fields) => fields.keys().cloned().collect(),
        _ => Vec::new(),
    };
    assert_eq!(names, ["code", "reference", "status", "title", "type"]);
    Ok(())
}
