//! The description and the page to try it.

use http::{StatusCode, header};

use crate::support::{Api, TestApp, TestResult, answered};

/// CF-06.
#[tokio::test]
async fn the_docs_are_for_those_who_are_signed_in() -> TestResult {
    let app = TestApp::start().await?;
    let anyone = Api::of(&app)?;
    for path in ["/rest/openapi.json", "/rest/docs/swagger-ui.css"] {
        assert_eq!(
            anyone.get(path).await?.status,
            StatusCode::UNAUTHORIZED,
            "{path}"
        );
        let wrong = anyone.bearing("x").get(path).await?;
        assert_eq!(wrong.code(), "invalid_token", "{path}");
    }
    let front = anyone.get("/rest/docs/").await?;
    assert_eq!(front.status, StatusCode::SEE_OTHER);
    assert_eq!(
        front.header(header::LOCATION),
        "/login?next=%2Frest%2Fdocs%2F"
    );
    Ok(())
}

/// CF-01, CF-04.
#[tokio::test]
async fn the_page_to_try_it_brings_its_own_files() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let page = answered(lin.get("/rest/docs/")).await?;
    assert_eq!(page.status, StatusCode::OK);
    let policy = page.header(header::CONTENT_SECURITY_POLICY);
    assert!(policy.contains("script-src 'self';"), "{policy}");
    assert!(policy.contains("default-src 'none'"), "{policy}");
    assert_eq!(page.header(header::CACHE_CONTROL), "no-store");
    let html = String::from_utf8(page.bytes.to_vec())?;
    assert!(!html.contains("://"), "{html}");
    let named = |attribute: &str| {
        let parts = html.split(attribute).skip(1);
        let names = parts.filter_map(|rest| rest.split('"').next());
        names
            .map(|name| name.trim_start_matches("./").to_owned())
            .collect::<Vec<_>>()
    };
    let files = [named("src=\""), named("href=\"")].concat();
    assert!(files.len() >= 4, "{files:?}");
    for file in files {
        let answer = answered(lin.get(&format!("/rest/docs/{file}"))).await?;
        assert_eq!(answer.status, StatusCode::OK, "{file}");
        assert_eq!(answer.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    }
    let start = answered(lin.get("/rest/docs/swagger-initializer.js")).await?;
    let start = String::from_utf8(start.bytes.to_vec())?;
    assert!(start.contains("/rest/openapi.json"), "{start}");
    let missing = answered(lin.get("/rest/docs/..%2f..%2fetc%2fpasswd")).await?;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert!(
        answered(lin.get("/rest/openapi.json"))
            .await?
            .status
            .is_success()
    );
    Ok(())
}
