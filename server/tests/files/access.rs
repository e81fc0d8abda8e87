//! Who may have which files: every route × every kind of caller.

use http::{Method, StatusCode};
use model::BuiltIn;
use serde_json::json;

use crate::support::{Api, PIXEL, Reply, TestApp, TestResult, answered, databases};

/// Every route that is not REST's, which has a table of its own.
const ROUTES: [(&str, &str); 8] = [
    ("POST", "/files"),
    ("GET", "/files/{id}"),
    ("HEAD", "/files/{id}"),
    ("GET", "/files/{id}/thumbnail"),
    ("POST", "/uploads"),
    ("HEAD", "/uploads/{id}"),
    ("PATCH", "/uploads/{id}"),
    ("DELETE", "/uploads/{id}"),
];

const NOWHERE: &str = "01990000-0000-7000-8000-000000000000";

/// AC-01, FI-10.
#[tokio::test]
async fn only_who_may_keep_files_gets_to_them() -> TestResult {
    for database in databases().await? {
        let app = TestApp::start_on(database).await?;
        let api = Api::of(&app)?;
        let device = app.device("programmer", BuiltIn::Member).await?;
        let programmer = api.bearing(&device.access);
        let mut keys = Vec::new();
        for scopes in [json!([]), json!(["files.use"])] {
            let draft = json!({ "name": "A key", "scopes": scopes });
            let made = programmer.post("/rest/v1/me/api-keys", draft).await?;
            let made = made.done()?;
            keys.push(api.bearing(made["secret"].as_str().unwrap_or_default()));
        }
        let mut lacking = Vec::new();
        for role in [BuiltIn::Guest, BuiltIn::Auditor] {
            lacking.push(app.person(role.as_str(), role).await?);
        }
        for (method, path) in ROUTES {
            let path = path.replace("{id}", NOWHERE);
            let method: Method = method.parse()?;
            for (who, expected) in [
                (&api, StatusCode::UNAUTHORIZED),
                (&api.bearing("lt-guessed"), StatusCode::UNAUTHORIZED),
                (&keys[0], StatusCode::FORBIDDEN),
            ] {
                let answer = answered(who.request(method.clone(), &path)).await?;
                assert_eq!(answer.status, expected, "{method} {path}");
            }
            let answer = answered(keys[1].request(method.clone(), &path)).await?;
            assert!(
                ![401, 403].contains(&answer.status.as_u16()) && !answer.status.is_server_error(),
                "{method} {path}: {}",
                answer.status
            );
            for browser in &lacking {
                let url = format!("{}{path}", browser.origin);
                let reply = Reply::to(browser.request(method.clone(), &url)).await?;
                assert_eq!(reply.status, StatusCode::FORBIDDEN, "{method} {path}");
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_strangers_file_looks_like_one_that_never_was() -> TestResult {
    for database in databases().await? {
        let app = TestApp::start_on(database).await?;
        let (lin, eve) = (app.user("lin").await?, app.user("eve").await?);
        let file = lin.keep("a.png", PIXEL.to_vec()).await?;
        assert_eq!(lin.content(file.id).await?.status, StatusCode::OK);
        for path in ["", "/thumbnail"] {
            let theirs = Reply::to(eve.get(&format!("/files/{}{path}", file.id))).await?;
            let none = Reply::to(eve.get(&format!("/files/{NOWHERE}{path}"))).await?;
            assert_eq!(theirs.status, StatusCode::NOT_FOUND);
            assert_eq!((theirs.status, theirs.text()), (none.status, none.text()));
        }
        let upload = lin.begin_upload(1000).await?;
        for method in ["HEAD", "DELETE"] {
            let theirs = Reply::to(eve.tus(method, &upload)?).await?;
            assert_eq!(theirs.status, StatusCode::NOT_FOUND, "{method}");
        }
        let theirs = Reply::to(eve.appending(&upload, 0, vec![0; 10])?).await?;
        assert_eq!(theirs.status, StatusCode::NOT_FOUND);
        // A session that has ended is one no more.
        let kept = lin.clone();
        lin.sign_out().await?;
        assert_eq!(
            kept.content(file.id).await?.status,
            StatusCode::UNAUTHORIZED
        );
    }
    Ok(())
}

/// AP-08.
#[tokio::test]
async fn another_sites_page_can_store_and_end_nothing() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let upload = lin.begin_upload(1000).await?;
    let foreign = [
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://evil.example"),
    ];
    for request in [
        lin.sending("a.png", PIXEL.to_vec()),
        lin.tus("POST", "/uploads")?.header("upload-length", 10),
        lin.appending(&upload, 0, vec![0; 10])?,
        lin.tus("DELETE", &upload)?,
    ] {
        let request = foreign.iter().fold(request, |request, (name, value)| {
            request.header(*name, *value)
        });
        assert_eq!(Reply::to(request).await?.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(
        Reply::to(lin.tus("HEAD", &upload)?).await?.status,
        StatusCode::OK
    );
    Ok(())
}
