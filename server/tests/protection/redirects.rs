//! A form is answered with a redirect; none leads elsewhere.

use http::header;

use crate::support::{FUNCTIONS, PASSWORD, Reply, Target, TestApp, TestResult};

fn is_local(location: &str) -> bool {
    location.starts_with('/') && !location.starts_with("//") && !location.contains('\\')
}

#[tokio::test]
async fn a_foreign_referer_is_never_gone_back_to() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let asked = lin.ask("背一首诗").await?;
    lin.ended_answer(asked.conversation).await?;
    let own = Target {
        conversation: asked.conversation,
        message: asked.answer.id,
    };
    let stranger = app.anonymous()?;
    for referer in [
        "https://evil.example/".to_owned(),
        "//evil.example".to_owned(),
        format!("{}//evil.example/", lin.origin),
        format!("{}.evil.example/", lin.origin),
        format!("{}/\\evil.example", lin.origin),
        "javascript:alert(1)".to_owned(),
    ] {
        for browser in [&lin, &stranger] {
            for target in [own, Target::nowhere()] {
                for function in FUNCTIONS {
                    let request = browser.post(&function.path());
                    let request = request
                        .header(header::ACCEPT, "text/html,application/xhtml+xml")
                        .header(header::REFERER, referer.as_str())
                        .form(&function.arguments(target));
                    let reply = Reply::to(request).await?;
                    if let Some(location) = reply.header("location") {
                        assert!(
                            is_local(location),
                            "{} to {location} from {referer}",
                            function.name
                        );
                    }
                }
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn signing_in_leads_on_within_the_site_only() -> TestResult {
    let app = TestApp::start().await?;
    app.user("lin").await?;
    for (next, expected) in [
        ("/c/1?a=b", "/c/1?a=b"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("", "/"),
    ] {
        let browser = app.anonymous()?;
        let fields = [
            ("email", "lin@example.com"),
            ("password", PASSWORD),
            ("next", next),
        ];
        let request = browser.post("/fn/identity.sign_in");
        let request = request.header(header::ACCEPT, "text/html").form(&fields);
        let reply = Reply::to(request).await?;
        assert!(reply.status.is_redirection(), "{next:?}");
        assert_eq!(reply.header("location"), Some(expected), "{next:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_form_that_fails_goes_back_with_the_reason() -> TestResult {
    let app = TestApp::start().await?;
    let browser = app.anonymous()?;
    let fields = [("email", "nobody@example.com"), ("password", "guess")];
    let request = browser.post("/fn/identity.sign_in");
    let request = request.header(header::ACCEPT, "text/html").header(
        header::REFERER,
        format!("{}/login?next=/c/1", browser.origin),
    );
    let reply = Reply::to(request.form(&fields)).await?;
    assert!(reply.status.is_redirection(), "{reply:?}");
    assert_eq!(
        reply.header("location"),
        Some("/login?next=/c/1&problem=wrong_credentials")
    );
    Ok(())
}
