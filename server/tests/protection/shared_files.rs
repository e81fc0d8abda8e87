//! Links to uploaded files, as somebody without an account opens them.

use anyhow::Context;
use http::{StatusCode, header};
use model::{FileView, NewShare, Page, Share};
use serde_json::json;

use crate::support::{Api, Browser, PASSWORD, PIXEL, Reply, TestApp, TestResult, film};

/// A name that would be more than text, were it not escaped.
const NAME: &str = "notes <img src=x onerror=alert(1)>.md";

/// Where a link to the file leads, which works for a week.
async fn shared(browser: &Browser, file: &FileView) -> anyhow::Result<String> {
    let id = file.id.to_string();
    let thing = [("kind", "file"), ("id", id.as_str()), ("life", "week")];
    let share: NewShare = browser.call("shares.create", &thing).await?.json()?;
    let at = share.link.find("/s/").context("a link")?;
    Ok(share.link[at..].to_owned())
}

async fn page(browser: &Browser, path: &str) -> anyhow::Result<Reply> {
    Reply::to(browser.get(path).header(header::ACCEPT, "text/html")).await
}

/// AC-11, AC-12, FI-09, FI-14.
#[tokio::test]
async fn who_has_a_link_sees_the_file_and_nothing_of_it_runs() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let stranger = app.anonymous()?;
    let notes = lin.keep(NAME, b"# What was done".to_vec()).await?;
    let path = shared(&lin, &notes).await?;

    let seen = page(&stranger, &path).await?;
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.text());
    let text = seen.text();
    assert!(text.contains("notes &lt;img src=x"), "{text}");
    assert!(!text.contains("<img src=x"), "{text}");
    let id = notes.id.to_string();
    assert!(
        !text.contains("lin@example.com") && !text.contains(&id),
        "{text}"
    );
    let file = format!("{path}/file");
    let whole = Reply::to(stranger.get(&file)).await?;
    assert_eq!(whole.status, StatusCode::OK);
    assert_eq!(whole.text(), "# What was done");
    for reply in [&seen, &whole] {
        assert_eq!(reply.header("referrer-policy"), Some("no-referrer"));
        let robots = Some("noindex, nofollow, noarchive");
        assert_eq!(reply.header("x-robots-tag"), robots);
        assert_eq!(reply.header("set-cookie"), None);
    }
    let named = whole.header("content-disposition").unwrap_or_default();
    assert!(named.starts_with("attachment; "), "{named}");
    let harmless = Some("sandbox; default-src 'none'");
    assert_eq!(whole.header("content-security-policy"), harmless);
    assert_eq!(whole.header("x-content-type-options"), Some("nosniff"));
    let part = Reply::to(stranger.get(&file).header("range", "bytes=2-5")).await?;
    assert_eq!(part.status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.text(), "What");

    // What is looked at is looked at there, and still runs nothing.
    for (name, content, element) in [
        ("red.png", PIXEL.to_vec(), "<img"),
        ("sea.mp4", film(4_000), "<video"),
    ] {
        let kept = lin.keep(name, content).await?;
        let path = shared(&lin, &kept).await?;
        let text = page(&stranger, &path).await?.text();
        assert!(text.contains(element), "{name}: {text}");
        let content = Reply::to(stranger.get(&format!("{path}/file"))).await?;
        let named = content.header("content-disposition").unwrap_or_default();
        assert!(named.starts_with("inline; "), "{named}");
        assert_eq!(content.header("content-security-policy"), harmless);
    }
    Ok(())
}

/// AC-12.
#[tokio::test]
async fn without_scripts_a_file_is_shared_from_the_library_until_it_is_deleted() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let notes = lin.keep(NAME, b"# What was done".to_vec()).await?;
    let (id, stranger) = (notes.id.to_string(), app.anonymous()?);
    let way = format!("/settings/shares?file={id}");
    let library = page(&lin, "/library").await?.text();
    assert!(library.contains(&way), "{library}");
    let asked = page(&lin, &way).await?.text();
    assert!(asked.contains("notes &lt;img src=x"), "{asked}");
    assert!(asked.contains(&format!("value=\"{id}\"")), "{asked}");
    assert!(!asked.contains("This document goes out"), "{asked}");
    let form = lin
        .post("/fn/shares.create")
        .header(header::ACCEPT, "text/html")
        .header("origin", &lin.origin)
        .form(&[("kind", "file"), ("id", &id), ("life", "day")]);
    let reply = Reply::to(form).await?;
    assert_eq!(reply.header("location"), Some("/settings/shares"));
    let once = page(&lin, "/settings/shares").await?.text();
    let at = once.find("/s/").context("the link, shown once")?;
    let secret: String = once[at + 3..]
        .chars()
        .take_while(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'))
        .collect();
    let path = format!("/s/{secret}");
    assert_eq!(page(&stranger, &path).await?.status, StatusCode::OK);

    lin.call("library.delete", &[("ids[]", &format!("file:{id}"))])
        .await?
        .done()?;
    let never = format!("/s/{}", "A".repeat(43));
    for end in ["", "/file"] {
        let gone = page(&stranger, &format!("{path}{end}")).await?;
        let unknown = page(&stranger, &format!("{never}{end}")).await?;
        assert_eq!(gone.status, StatusCode::NOT_FOUND, "{end}");
        assert_eq!(unknown.status, gone.status);
        assert!(!gone.text().contains("onerror"), "{}", gone.text());
    }
    let left: Page<Share> = lin.call("shares.list", &[]).await?.json()?;
    assert!(left.items.is_empty());
    let eve = app.user("eve").await?;
    let theirs = page(&eve, &way).await?;
    assert!(!theirs.text().contains("onerror"), "{}", theirs.text());
    Ok(())
}

/// AP-24.
#[tokio::test]
async fn programs_share_files_as_they_share_works() -> TestResult {
    let app = TestApp::start().await?;
    let browser = app.user("lin").await?;
    let notes = browser.keep("a.md", b"# What was done".to_vec()).await?;
    let api = Api::of(&app)?;
    let tokens = api.log_in("lin", PASSWORD).await?.done()?;
    let lin = api.bearing(tokens["access_token"].as_str().context("no token")?);
    let draft = json!({ "thing": { "kind": "file", "id": notes.id }, "life": "day" });
    let made = lin.post("/rest/v1/shares", draft).await?.done()?;
    assert!(
        made["link"]
            .as_str()
            .is_some_and(|link| link.contains("/s/"))
    );
    let listed = lin.get("/rest/v1/shares").await?.done()?;
    assert_eq!(listed["items"][0]["medium"], "file");
    assert_eq!(listed["items"][0]["title"], "a.md");
    assert_eq!(listed["items"][0]["thing"]["kind"], "file");
    Ok(())
}
