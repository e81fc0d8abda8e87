//! Conversations that leave as files and on paper, those that come in files, and links to them.

use anyhow::Context;
use http::{StatusCode, header};
use model::{FailureCode, ImportReport, NewShare};
use reqwest::multipart::{Form, Part};
use simulator::Answer as Script;

use crate::support::{Browser, Reply, Target, TestApp, TestResult};

/// What a browser's form sends.
async fn import(browser: &Browser, name: &str, file: Vec<u8>) -> anyhow::Result<Reply> {
    let form = Form::new().part("file", Part::bytes(file).file_name(name.to_owned()));
    let request = browser.post("/conversations/import").multipart(form);
    Reply::to(request.header("origin", &browser.origin)).await
}

async fn reports(browser: &Browser) -> anyhow::Result<Vec<ImportReport>> {
    browser.call("imports.list", &[]).await?.json()
}

/// IO-15, IO-30.
#[tokio::test]
async fn a_conversation_is_taken_along_and_taken_in_again() -> TestResult {
    let app = TestApp::start().await?;
    let (lin, wang) = (app.user("lin").await?, app.user("wang").await?);
    app.simulator.next_answer(Script::words(["春", "眠"]));
    let asked = lin.ask("背一首诗").await?;
    lin.ended_answer(asked.conversation).await?;
    lin.rename(asked.conversation, "春 \"晓\" ; x=<b>").await?;
    let path = format!("/c/{}/export", asked.conversation);
    let mut kept = Vec::new();
    for (form, kind) in [
        ("md", "text/markdown; charset=utf-8"),
        ("html", "text/html; charset=utf-8"),
        ("json", "application/json"),
    ] {
        let file = Reply::to(lin.get(&format!("{path}?form={form}&language=en"))).await?;
        assert_eq!(file.status, StatusCode::OK, "{form}: {}", file.text());
        assert_eq!(file.header("content-type"), Some(kind));
        assert_eq!(file.header("cache-control"), Some("no-store"));
        let name = file.header("content-disposition").unwrap_or_default();
        let full = format!("filename*=UTF-8''%E6%98%A5%20_%E6%99%93_%20%3B%20x%3D_b_.{form}");
        assert!(
            name.starts_with("attachment; ") && name.ends_with(&full),
            "{name}"
        );
        let text = file.text();
        assert!(
            text.contains("背一首诗") && text.contains("春眠"),
            "{form}: {text}"
        );
        kept = file.body.to_vec();
    }
    let taken = import(&wang, "春晓.json", kept.clone()).await?;
    let place = taken.header("location").unwrap_or_default().to_owned();
    assert!(place.starts_with("/settings/import?report="), "{place}");
    let page = Reply::to(wang.get(&place).header(header::ACCEPT, "text/html")).await?;
    let text = page.text();
    assert!(
        text.contains("春晓.json") && text.contains("x=&lt;b&gt;"),
        "{text}"
    );
    let report = reports(&wang).await?.remove(0);
    assert_eq!((report.taken, report.messages), (1, 2));
    let line = report.lines[0].conversation.context("a conversation")?;
    let view = wang.open(line).await?;
    assert_eq!(
        (view.title.as_str(), view.messages.items.len()),
        ("春 \"晓\" ; x=<b>", 2)
    );
    import(&wang, "again.json", kept).await?;
    assert_eq!(reports(&wang).await?[0].already, 1);
    assert_eq!(wang.list().await?.len(), 1);
    assert_eq!(reports(&lin).await?, []);
    Ok(())
}

/// The page that is printed has all of a long conversation and a policy of its own.
#[tokio::test]
async fn what_is_printed_is_whole_and_runs_one_script() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    app.simulator.next_answer(Script::words(["春", "眠"]));
    let asked = lin.ask("<script>alert(1)</script>").await?;
    lin.ended_answer(asked.conversation).await?;
    let path = format!("/c/{}/print?language=zh", asked.conversation);
    let page = Reply::to(lin.get(&path)).await?;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.header("content-disposition"), None);
    let policy = page.header("content-security-policy").unwrap_or_default();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe-inline"), "{policy}");
    let text = page.text();
    assert_eq!(text.matches("<script").count(), 1, "{text}");
    assert!(
        text.contains("&lt;script&gt;alert(1)") && text.contains("春眠"),
        "{text}"
    );
    Ok(())
}

/// AC-03, AC-04.
#[tokio::test]
async fn a_strangers_conversation_can_be_neither_taken_along_nor_printed_nor_shared() -> TestResult
{
    let app = TestApp::start().await?;
    let (lin, eve) = (app.user("lin").await?, app.user("eve").await?);
    let asked = lin.ask("背一首诗").await?;
    lin.ended_answer(asked.conversation).await?;
    let missing = Target::nowhere().conversation;
    for end in [
        "export?form=md",
        "export?form=html",
        "export?form=json",
        "print",
    ] {
        let foreign = Reply::to(eve.get(&format!("/c/{}/{end}", asked.conversation))).await?;
        let missing = Reply::to(eve.get(&format!("/c/{missing}/{end}"))).await?;
        assert_eq!(
            foreign.header("location"),
            Some("/conversations?problem=not_found")
        );
        assert_eq!(missing.header("location"), foreign.header("location"));
        assert_eq!(
            (foreign.status, &foreign.body),
            (missing.status, &missing.body)
        );
        let stranger = app.anonymous()?;
        let own = format!("/c/{}/{end}", asked.conversation);
        let stranger = Reply::to(stranger.get(&own)).await?;
        let place = stranger.header("location").unwrap_or_default();
        assert!(place.starts_with("/login?next="), "{place}");
    }
    let odd = Reply::to(lin.get(&format!("/c/{}/export?form=exe", asked.conversation))).await?;
    assert_eq!(
        odd.header("location"),
        Some("/conversations?problem=bad_request")
    );
    let id = asked.conversation.to_string();
    let thing = [
        ("kind", "conversation"),
        ("id", id.as_str()),
        ("life", "day"),
    ];
    let refused = eve.call("shares.create", &thing).await?;
    assert_eq!(refused.failure()?, FailureCode::NotFound);
    Ok(())
}

/// AC-11, AC-12.
#[tokio::test]
async fn who_has_a_link_to_a_conversation_reads_what_was_there_then() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    app.simulator.next_answer(Script::words(["春", "眠"]));
    let asked = lin.ask("背一首 <script>诗").await?;
    lin.ended_answer(asked.conversation).await?;
    let id = asked.conversation.to_string();
    let thing = [
        ("kind", "conversation"),
        ("id", id.as_str()),
        ("life", "week"),
    ];
    let share: NewShare = lin.call("shares.create", &thing).await?.json()?;
    let at = share.link.find("/s/").context("a link")?;
    let path = share.link[at..].to_owned();
    lin.ask_in(asked.conversation, "以后的问题").await?;
    lin.ended_answer(asked.conversation).await?;

    let stranger = app.anonymous()?;
    let open = || stranger.get(&path).header(header::ACCEPT, "text/html");
    let page = Reply::to(open()).await?;
    let text = page.text();
    assert_eq!(page.status, StatusCode::OK, "{text}");
    assert!(
        text.contains("春眠") && text.contains("背一首 &lt;script&gt;诗"),
        "{text}"
    );
    for secret in [
        "以后的问题",
        "lin@example.com",
        &id,
        &asked.answer.id.to_string(),
    ] {
        assert!(!text.contains(secret), "{secret}");
    }
    for (name, value) in [
        ("referrer-policy", "no-referrer"),
        ("x-robots-tag", "noindex, nofollow, noarchive"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(page.header(name), Some(value), "{name}");
    }
    let share = share.id.to_string();
    lin.call("shares.refresh", &[("id", &share)])
        .await?
        .done()?;
    assert!(Reply::to(open()).await?.text().contains("以后的问题"));
    lin.call("shares.revoke", &[("id", &share)]).await?.done()?;
    let gone = Reply::to(open()).await?;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    assert!(!gone.text().contains("春眠"));
    Ok(())
}

/// IO-23: files may be larger than other bodies.
#[tokio::test]
async fn a_file_has_a_limit_of_its_own_and_a_form_without_one_is_refused() -> TestResult {
    let app = TestApp::start_with(|config| config.server.max_body_bytes = 64 * 1024).await?;
    let lin = app.user("lin").await?;
    let usual = import(&lin, "a.json", vec![b' '; 256 * 1024]).await?;
    assert_eq!(usual.status, StatusCode::SEE_OTHER, "{}", usual.text());
    let empty = import(&lin, "", Vec::new()).await?;
    assert_eq!(
        empty.header("location"),
        Some("/settings/import?problem=bad_request")
    );
    let odd = lin.post("/conversations/import").body("a=b");
    let odd = Reply::to(odd.header("origin", &lin.origin)).await?;
    assert_eq!(odd.header("location"), empty.header("location"));
    Ok(())
}
