//! The cookie that carries a session.

use anyhow::Context;
use http::StatusCode;

use crate::support::{Browser, PASSWORD, Reply, TestApp, TestResult};

async fn signed_in(browser: &Browser) -> anyhow::Result<bool> {
    Ok(browser.session().await?.account.is_some())
}

fn set_cookie(reply: &Reply) -> anyhow::Result<Vec<String>> {
    let cookie = reply.header("set-cookie").context("no cookie was set")?;
    Ok(cookie.split("; ").map(ToOwned::to_owned).collect())
}

#[tokio::test]
async fn scripts_and_other_sites_do_not_get_the_cookie() -> TestResult {
    let app = TestApp::start().await?;
    let cookie = set_cookie(&app.anonymous()?.register("lin").await?)?;
    assert!(cookie[0].starts_with("liantai="), "{cookie:?}");
    for flag in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.iter().any(|one| one == flag), "{flag}: {cookie:?}");
    }
    assert!(
        !cookie
            .iter()
            .any(|one| one == "Secure" || one.starts_with("Domain"))
    );
    Ok(())
}

#[tokio::test]
async fn over_https_the_cookie_never_travels_in_the_clear() -> TestResult {
    let app = TestApp::start_with(|config| {
        config.server.public_url = Some("https://ai.example.com".to_owned());
    })
    .await?;
    let reply = app.anonymous()?.register("lin").await?;
    let cookie = set_cookie(&reply)?;
    assert!(cookie[0].starts_with("__Host-liantai="), "{cookie:?}");
    for flag in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.iter().any(|one| one == flag), "{flag}: {cookie:?}");
    }
    assert!(reply.header("strict-transport-security").is_some());
    Ok(())
}

#[tokio::test]
async fn reading_a_page_sets_no_cookie() -> TestResult {
    let app = TestApp::start().await?;
    let reply = Reply::to(app.anonymous()?.get("/login")).await?;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.header("set-cookie"), None);
    Ok(())
}

#[tokio::test]
async fn signing_in_makes_a_new_session_and_ends_the_old_one() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let before = lin.cookies()?;
    lin.sign_in("lin", PASSWORD).await?.done()?;
    assert_ne!(lin.cookies()?, before);
    assert!(signed_in(&lin).await?);

    let thief = app.anonymous()?;
    thief.keep_cookie(&before)?;
    assert!(!signed_in(&thief).await?);
    Ok(())
}

#[tokio::test]
async fn a_planted_session_id_is_never_adopted() -> TestResult {
    let app = TestApp::start().await?;
    app.user("lin").await?;
    // Well-formed, so that only the store can tell.
    let planted = "liantai=AAECAwQFBgcICQoLDA0ODw";
    let victim = app.anonymous()?;
    victim.keep_cookie(planted)?;
    victim.sign_in("lin", PASSWORD).await?.done()?;
    assert!(signed_in(&victim).await?);

    let attacker = app.anonymous()?;
    attacker.keep_cookie(planted)?;
    assert!(!signed_in(&attacker).await?);
    Ok(())
}

#[tokio::test]
async fn after_signing_out_the_cookie_is_dead() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let cookie = lin.cookies()?;
    lin.sign_out().await?;
    assert!(!signed_in(&lin).await?);

    let thief = app.anonymous()?;
    thief.keep_cookie(&cookie)?;
    assert!(!signed_in(&thief).await?);
    let refused = thief.call("conversations.list", &[]).await?;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    Ok(())
}

/// SE-27.
#[tokio::test]
async fn signing_out_makes_the_browser_forget() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let page = Reply::to(lin.get("/")).await?;
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let out = lin.call("identity.sign_out", &[]).await?;
    assert_eq!(out.header("clear-site-data"), Some(r#""cache", "storage""#));
    Ok(())
}
