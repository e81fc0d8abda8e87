//! Links to what is shared, as somebody without an account opens them.

use http::{Method, StatusCode, header};
use model::{NewShare, Page, Share};

use crate::support::{Browser, Reply, TestApp, TestResult};

/// A prompt that would be more than text, were it not escaped.
const PROMPT: &str = "a lantern <script>alert(1)</script>";

async fn shared(browser: &Browser, work: &str, life: &str) -> anyhow::Result<Reply> {
    let thing = [("kind", "work"), ("id", work), ("life", life)];
    browser.call("shares.create", &thing).await
}

/// The path of a link, which leads to the configured origin.
fn path(share: &NewShare) -> anyhow::Result<String> {
    let at = share.link.find("/s/");
    let at = at.ok_or_else(|| anyhow::anyhow!("{}", share.link))?;
    Ok(share.link[at..].to_owned())
}

/// AC-11, AC-12.
#[tokio::test]
async fn who_has_a_link_sees_the_work_and_leaves_no_trace() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let work = lin.image(PROMPT).await?;
    let share: NewShare = shared(&lin, &work, "week").await?.json()?;
    let path = path(&share)?;
    let stranger = app.anonymous()?;

    let page = Reply::to(stranger.get(&path).header(header::ACCEPT, "text/html")).await?;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let text = page.text();
    assert!(text.contains("a lantern &lt;script&gt;"), "{text}");
    assert!(!text.contains("<script>alert(1)"), "{text}");
    assert!(
        !text.contains("lin@example.com") && !text.contains(&work),
        "{text}"
    );
    let file = format!("{path}/file");
    let whole = Reply::to(stranger.get(&file)).await?;
    assert_eq!(whole.status, StatusCode::OK);
    assert_eq!(whole.header("content-type"), Some("image/png"));
    for reply in [&page, &whole] {
        for (name, value) in [
            ("referrer-policy", "no-referrer"),
            ("x-robots-tag", "noindex, nofollow, noarchive"),
        ] {
            assert_eq!(reply.header(name), Some(value), "{name}");
        }
        assert_eq!(reply.header("set-cookie"), None);
    }
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert_eq!(whole.header("cache-control"), Some("private, no-cache"));
    let part = Reply::to(stranger.get(&file).header("range", "bytes=1-3")).await?;
    assert_eq!(part.status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.body, whole.body.slice(1..4));

    // It is for reading, and for nothing else.
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        let url = format!("{}{file}", stranger.origin);
        let origin = stranger.origin.clone();
        let reply = Reply::to(stranger.request(method, &url).header("origin", origin)).await?;
        assert!(reply.status.is_client_error(), "{}", reply.status);
    }
    let url = format!("{}{file}", stranger.origin);
    let head = Reply::to(stranger.request(Method::HEAD, &url)).await?;
    assert_eq!(head.status, StatusCode::OK);
    Ok(())
}

/// AC-12.
#[tokio::test]
async fn a_link_that_was_taken_back_looks_like_one_that_never_was() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let work = lin.image(PROMPT).await?;
    let share: NewShare = shared(&lin, &work, "day").await?.json()?;
    let revoked = path(&share)?;
    let stranger = app.anonymous()?;
    let tag = Reply::to(stranger.get(&format!("{revoked}/file"))).await?;
    let tag = tag.header("etag").unwrap_or_default().to_owned();

    let listed: Page<Share> = lin.call("shares.list", &[]).await?.json()?;
    let id = listed.items[0].id.to_string();
    assert!(!serde_json::to_string(&listed)?.contains(&revoked));
    lin.call("shares.revoke", &[("id", &id)]).await?.done()?;

    let unknown = format!("/s/{}", "A".repeat(43));
    for end in ["", "/file"] {
        let ask = |path: &str| {
            stranger
                .get(&format!("{path}{end}"))
                .header(header::ACCEPT, "text/html")
        };
        // A browser that has it asks whether it changed.
        let gone = Reply::to(ask(&revoked).header("if-none-match", &tag)).await?;
        let never = Reply::to(ask(&unknown)).await?;
        assert_eq!(gone.status, StatusCode::NOT_FOUND, "{end}");
        assert_eq!(never.status, gone.status);
        assert_eq!(never.header("x-robots-tag"), gone.header("x-robots-tag"));
        if end == "/file" {
            assert_eq!(gone.body, never.body);
        }
        assert!(!gone.text().contains("a lantern"));
    }
    Ok(())
}

#[tokio::test]
async fn without_scripts_the_link_is_shown_once_where_all_links_are() -> TestResult {
    let app = TestApp::start_with(|config| config.works.endless_shares = true).await?;
    let lin = app.user("lin").await?;
    let work = lin.image(PROMPT).await?;
    let form = lin
        .post("/fn/shares.create")
        .header(header::ACCEPT, "text/html")
        .header("origin", &lin.origin)
        .form(&[("kind", "work"), ("id", &work), ("life", "endless")]);
    let reply = Reply::to(form).await?;
    assert_eq!(reply.header("location"), Some("/settings/shares"));
    let ask = || {
        lin.get("/settings/shares")
            .header(header::ACCEPT, "text/html")
    };
    let first = Reply::to(ask()).await?.text();
    assert!(first.contains("/s/"), "{first}");
    let second = Reply::to(ask()).await?.text();
    assert!(!second.contains("/s/"), "{second}");
    assert!(second.contains("a lantern &lt;script&gt;"), "{second}");
    Ok(())
}

#[tokio::test]
async fn a_link_has_an_end_where_the_site_asks_for_one() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let work = lin.image(PROMPT).await?;
    for life in ["endless", "for ever"] {
        let refused = shared(&lin, &work, life).await?;
        let code = refused.failure()?;
        assert_eq!(code, model::FailureCode::InvalidExpiry, "{life}");
    }
    Ok(())
}
