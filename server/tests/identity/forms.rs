//! The settings without scripts: plain forms, whose answers are redirects and files.

use anyhow::Context;
use http::{StatusCode, header};

use crate::support::{Browser, Reply, TestApp, TestResult};

const HTML: &str = "text/html,application/xhtml+xml";

async fn posted(
    browser: &Browser,
    path: &str,
    from: &str,
    fields: &[(&str, &str)],
) -> anyhow::Result<Reply> {
    let request = browser
        .post(path)
        .header(header::ACCEPT, HTML)
        .header(header::REFERER, format!("{}{from}", browser.origin));
    Reply::to(request.form(fields)).await
}

async fn page(browser: &Browser, path: &str) -> anyhow::Result<String> {
    let reply = Reply::to(browser.get(path)).await?;
    anyhow::ensure!(reply.status == StatusCode::OK, "{path}: {}", reply.status);
    Ok(reply.text())
}

#[tokio::test]
async fn a_new_key_is_shown_on_the_next_page_and_never_again() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let fields = [("key[name]", "Loom"), ("key[scopes][]", "chat.use")];
    let reply = posted(&lin, "/fn/keys.create", "/settings/keys", &fields).await?;
    assert_eq!(reply.header("location"), Some("/settings/keys"));
    let cookie = reply.header("set-cookie").context("no cookie")?;
    for flag in ["lt_once=", "HttpOnly", "SameSite=Strict", "Max-Age=60"] {
        assert!(cookie.contains(flag), "{flag}: {cookie}");
    }
    let shown = page(&lin, "/settings/keys").await?;
    let begin = shown.find(">lt-").context("no key is shown")? + 1;
    let end = begin + shown[begin..].find('<').context("no end")?;
    let secret = shown[begin..end].to_owned();
    assert!(secret.len() > 30, "{secret}");
    let again = page(&lin, "/settings/keys").await?;
    assert!(!again.contains(&secret));
    assert!(again.contains("Loom"));
    Ok(())
}

/// The programs beside a new key ask a model that it may call, and there are none where it may call no models; what bounds a key
/// is told in the list.
#[tokio::test]
async fn a_new_key_comes_with_programs_that_it_may_run() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    for (scope, model_is_asked) in [("gateway.use", true), ("chat.use", false)] {
        let fields = [
            ("key[name]", "Loom"),
            ("key[scopes][]", scope),
            ("key[models]", "qwen-max"),
            ("key[requests]", "60"),
            ("key[budget]", "12.5"),
        ];
        let reply = posted(&lin, "/fn/keys.create", "/settings/keys", &fields).await?;
        assert_eq!(reply.header("location"), Some("/settings/keys"));
        let shown = page(&lin, "/settings/keys").await?;
        let shown = shown.replace("&quot;", "\"");
        assert!(shown.contains("secret__text"), "no key is shown");
        let asks = |model: &str| shown.contains(&format!("model=\"{model}\""));
        assert_eq!(
            (asks("qwen-max"), asks("qwen-plus")),
            (model_is_asked, false)
        );
        assert_eq!(shown.contains("/v1/chat/completions"), model_is_asked);
        assert!(shown.contains(": 60 · ") && shown.contains(": ¥12.50"));
    }
    Ok(())
}

#[tokio::test]
async fn a_seed_that_is_being_set_up_is_the_same_after_a_wrong_code() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let reply = posted(&lin, "/fn/security.begin_totp", "/settings/security", &[]).await?;
    let path = "/settings/security/totp";
    assert_eq!(reply.header("location"), Some(path));
    let secret = |page: &str| {
        let (_, rest) = page.split_once("secret__text\">")?;
        rest.split_once('<').map(|(secret, _)| secret.to_owned())
    };
    let first = secret(&page(&lin, path).await?).context("no seed is shown")?;
    let wrong = [("code", "000000")];
    let reply = posted(&lin, "/fn/security.confirm_totp", path, &wrong).await?;
    let back = reply.header("location").context("no way back")?.to_owned();
    assert_eq!(back, format!("{path}?problem=wrong_code"));
    assert_eq!(secret(&page(&lin, &back).await?), Some(first));
    Ok(())
}

#[tokio::test]
async fn ones_data_comes_as_a_file_and_nobody_elses() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let reply = posted(&lin, "/account/export", "/settings/privacy", &[]).await?;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.header("content-type"), Some("application/zip"));
    let kept = reply.header("content-disposition").context("no name")?;
    assert!(kept.starts_with("attachment"), "{kept}");
    let stranger = app.anonymous()?;
    for path in [
        "/account/export",
        "/account/picture",
        "/pictures/assistants/01990000-0000-7000-8000-0000000000ff",
    ] {
        let reply = posted(&stranger, path, "/settings", &[]).await?;
        assert!(reply.status.is_redirection() || reply.status.is_client_error());
        assert_ne!(reply.header("content-type"), Some("application/zip"));
    }
    Ok(())
}

#[tokio::test]
async fn what_the_profile_chooses_applies_where_nothing_else_was_chosen() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let profile = [
        ("name", "Lin"),
        ("language", "zh"),
        ("theme", "dark"),
        ("time_zone", "Asia/Shanghai"),
    ];
    posted(&lin, "/fn/account.update_profile", "/settings", &profile).await?;
    assert_eq!(lin.session().await?.utc_offset_minutes, 480);
    let elsewhere = app.anonymous()?;
    elsewhere.sign_in("lin", crate::support::PASSWORD).await?;
    let page = page(&elsewhere, "/settings").await?;
    assert!(page.contains("lang=\"zh-CN\""));
    assert!(page.contains("data-theme=\"dark\""));
    Ok(())
}

#[tokio::test]
async fn habits_are_in_the_document_of_every_device() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let plain = page(&lin, "/settings/appearance").await?;
    assert!(plain.contains("data-send=\"enter\""));
    let habits = [
        ("density", "compact"),
        ("text_size", "largest"),
        ("send_key", "command"),
        ("notify", "true"),
    ];
    let at = "/settings/appearance";
    let reply = posted(&lin, "/fn/preferences.set_habits", at, &habits).await?;
    assert_eq!(
        reply.header("location"),
        Some("/settings/appearance?done=1")
    );
    let elsewhere = app.anonymous()?;
    elsewhere.sign_in("lin", crate::support::PASSWORD).await?;
    let document = page(&elsewhere, "/").await?;
    let root = document
        .split_once("<html")
        .and_then(|(_, rest)| rest.split_once('>'))
        .map(|(root, _)| root.to_owned())
        .context("no root")?;
    for said in [
        "data-density=\"compact\"",
        "data-text-size=\"largest\"",
        "data-send=\"command\"",
        "data-letter-keys=\"false\"",
        "data-notify=\"true\"",
    ] {
        assert!(root.contains(said), "{said} in {root}");
    }
    // Nobody else's page has them, and what is no choice is refused.
    let stranger = page(&app.anonymous()?, "/login").await?;
    assert!(!stranger.contains("data-density"));
    let wrong = [
        ("density", "airy"),
        ("text_size", "usual"),
        ("send_key", "enter"),
    ];
    let reply = posted(&lin, "/fn/preferences.set_habits", at, &wrong).await?;
    let back = reply.header("location").context("no way back")?;
    assert!(back.contains("problem=bad_request"), "{back}");
    assert_eq!(
        lin.session().await?.habits.text_size,
        model::TextSize::Largest
    );
    Ok(())
}
