//! Folders, tags, acts on several, temporary conversations and what is remembered, as pages with and without scripts ask for them.

use anyhow::Context;
use http::{StatusCode, header};
use model::{
    ConversationId, FailureCode, Filing, Folder, FolderId, Page, Remembered, ShelfLine, Tag,
};

use crate::support::{Browser, Reply, TestApp, TestResult};

const HOSTILE: &str = "<img src=x onerror=alert(1)>";

async fn page(browser: &Browser, path: &str) -> anyhow::Result<String> {
    let page = browser.get(path).header(header::ACCEPT, "text/html");
    Ok(Reply::to(page).await?.text())
}

/// What a browser without scripts does; where it is led.
async fn posted(
    browser: &Browser,
    path: &str,
    from: &str,
    form: &[(&str, &str)],
) -> anyhow::Result<Reply> {
    let request = browser
        .post(path)
        .header(header::ACCEPT, "text/html")
        .header(header::REFERER, format!("{}{from}", browser.origin))
        .header("origin", &browser.origin)
        .form(form);
    Reply::to(request).await
}

async fn asked(browser: &Browser, text: &str) -> anyhow::Result<ConversationId> {
    let asked = browser.ask(text).await?;
    browser.ended_answer(asked.conversation).await?;
    Ok(asked.conversation)
}

/// Several conversations as one file, which a stranger does not get.
async fn are_taken_along(lin: &Browser, eve: &Browser, [one, two]: [&str; 2]) -> TestResult {
    let form = [("ids[]", one), ("ids[]", two), ("form", "md"), ("tag", "")];
    let zip = posted(lin, "/conversations/export", "/conversations", &form).await?;
    assert_eq!(zip.status, StatusCode::OK);
    assert_eq!(zip.header("content-type"), Some("application/zip"));
    assert!(zip.body.starts_with(b"PK"));
    let text = String::from_utf8_lossy(&zip.body).into_owned();
    assert!(text.contains("001 ") && text.contains("002 "), "two files");
    let none = posted(
        lin,
        "/conversations/export",
        "/conversations",
        &[("form", "md")],
    )
    .await?;
    assert_eq!(
        none.header("location"),
        Some("/conversations?problem=bad_request")
    );
    let stranger = posted(eve, "/conversations/export", "/conversations", &form).await?;
    assert_eq!(
        stranger.header("location"),
        Some("/conversations?problem=not_found")
    );
    Ok(())
}

#[tokio::test]
async fn plain_forms_file_tag_and_take_along_several_at_once() -> TestResult {
    let app = TestApp::start().await?;
    let (lin, eve) = (app.user("lin").await?, app.user("eve").await?);
    let one = asked(&lin, "背一首诗").await?.to_string();
    let two = asked(&lin, "再背一首").await?.to_string();
    let made = posted(
        &lin,
        "/fn/folders.create",
        "/conversations",
        &[("name", HOSTILE)],
    )
    .await?;
    let place = made.header("location").context("no way on")?.to_owned();
    let folder = place
        .strip_prefix("/conversations?folder=")
        .context("no folder")?;
    let again = lin.call("folders.create", &[("name", HOSTILE)]).await?;
    assert_eq!(again.failure()?, FailureCode::NameTaken);
    let long = "字".repeat(61);
    let refused = lin.call("folders.create", &[("name", &*long)]).await?;
    assert_eq!(refused.failure()?, FailureCode::InvalidFolderName);

    let both = [
        ("ids[]", &*one),
        ("ids[]", &*two),
        ("folder", folder),
        ("tag", HOSTILE),
    ];
    for (function, count) in [
        ("folders.put", "2"),
        ("tags.put", "2"),
        ("folders.put", "0"),
    ] {
        let done = posted(&lin, &format!("/fn/{function}"), "/conversations", &both).await?;
        let told = format!("/conversations?count={count}");
        assert_eq!(done.header("location"), Some(&*told), "{function}");
    }
    // IO-05: what was typed is text, in the list, in the sidebar, in chips and on the page of one.
    for path in [&*place, "/conversations", &format!("/conversations/{one}")] {
        let shown = page(&lin, path).await?;
        assert!(shown.contains("&lt;img src=x"), "{path}: {shown}");
        assert!(!shown.contains(HOSTILE), "{path}");
    }
    let filing: Filing = lin.call("folders.filing", &[("id", &*one)]).await?.json()?;
    assert_eq!(
        (filing.folder.map(|f| f.id.to_string()), filing.tags.len()),
        (Some(folder.to_owned()), 1)
    );
    let tag: &Tag = filing.tags.first().context("no tag")?;
    let tag = tag.id.to_string();
    let narrowed = [("shelf", "kept"), ("folder", folder), ("tag", &*tag)];
    let found: Page<ShelfLine> = lin.call("conversations.shelf", &narrowed).await?.json()?;
    assert_eq!(found.items.len(), 2);
    let found: Page<ShelfLine> = eve.call("conversations.shelf", &narrowed).await?.json()?;
    assert_eq!(found.items, []);

    are_taken_along(&lin, &eve, [&*one, &*two]).await?;

    let off = [("ids[]", &*one), ("tag_id", &*tag)];
    let off: u64 = lin.call("tags.take_off", &off).await?.json()?;
    assert_eq!(off, 1);
    let with_contents = [("id", folder), ("contents", "1")];
    let gone = posted(&lin, "/fn/folders.delete", &place, &with_contents).await?;
    let removed = format!("/conversations?removed_folder={folder}");
    assert_eq!(gone.header("location"), Some(&*removed));
    let left: Vec<Folder> = lin.call("folders.list", &[]).await?.json()?;
    assert_eq!(left, []);
    assert!(lin.list().await?.is_empty());
    // The page after it takes that back, for nobody else, and not while another has the name.
    assert!(page(&lin, &removed).await?.contains("/fn/folders.restore"));
    let of = [("id", folder)];
    let strange = eve.call("folders.restore", &of).await?;
    assert_eq!(strange.failure()?, FailureCode::NotFound);
    let named = [("name", HOSTILE)];
    let other: FolderId = lin.call("folders.create", &named).await?.json()?;
    let clash = posted(&lin, "/fn/folders.restore", &removed, &of).await?;
    let told = format!("{removed}&problem=name_taken");
    assert_eq!(clash.header("location"), Some(&*told));
    let told = page(&lin, &told).await?;
    assert!(told.contains("/fn/folders.restore"), "{told}");
    let other = other.to_string();
    lin.call("folders.delete", &[("id", &*other)]).await?;
    let back = posted(&lin, "/fn/folders.restore", &removed, &of).await?;
    assert_eq!(back.header("location"), Some(&*place));
    let within = [("shelf", "kept"), ("folder", folder)];
    let found: Page<ShelfLine> = lin.call("conversations.shelf", &within).await?.json()?;
    assert_eq!(found.items.len(), 2, "with what went with it");

    let of = [("id", &*tag)];
    let gone = posted(&lin, "/fn/tags.delete", &place, &of).await?;
    let removed = format!("/conversations?removed_tag={tag}");
    assert_eq!(gone.header("location"), Some(&*removed));
    assert!(page(&lin, &removed).await?.contains("/fn/tags.restore"));
    let strange = eve.call("tags.restore", &of).await?;
    assert_eq!(strange.failure()?, FailureCode::NotFound);
    let back = posted(&lin, "/fn/tags.restore", &removed, &of).await?;
    let tagged = format!("/conversations?tag={tag}");
    assert_eq!(back.header("location"), Some(&*tagged));
    let narrowed = [("shelf", "kept"), ("folder", folder), ("tag", &*tag)];
    let found: Page<ShelfLine> = lin.call("conversations.shelf", &narrowed).await?.json()?;
    assert_eq!(found.items.len(), 1, "the other one lost it before");
    Ok(())
}

#[tokio::test]
async fn a_temporary_conversation_leaves_nothing_behind() -> TestResult {
    let app = TestApp::start().await?;
    let (lin, eve) = (app.user("lin").await?, app.user("eve").await?);
    let shown = page(&lin, "/?temporary=1").await?;
    assert!(shown.contains(r#"name="temporary" value="1""#), "{shown}");
    let question = [
        ("conversation", ""),
        ("prompt", "背一首诗"),
        ("model", "qwen-plus"),
        ("submission", "0f2b8c1e-1f5e-4f5b-9a53-3c1c2b1f7a10"),
        ("temporary", "1"),
    ];
    let asked = posted(&lin, "/fn/generation.ask", "/?temporary=1", &question).await?;
    let path = asked.header("location").context("no way on")?.to_owned();
    let id = path.strip_prefix("/c/").context("no conversation")?;
    lin.ended_answer(id.parse()?).await?;
    assert!(lin.list().await?.is_empty());
    let shown = page(&lin, &path).await?;
    assert!(shown.contains("/fn/conversations.forget"), "{shown}");
    assert!(!shown.contains("/settings/shares?conversation="), "{shown}");
    assert_eq!(
        lin.get(&format!("/conversations/{id}"))
            .send()
            .await?
            .status(),
        StatusCode::NOT_FOUND
    );
    let of = [("id", id)];
    let refused = eve.call("conversations.forget", &of).await?.failure()?;
    assert_eq!(refused, FailureCode::NotFound);
    let found = lin
        .call("conversations.search", &[("words", "背一首诗")])
        .await?;
    assert!(!found.text().contains(id), "{}", found.text());
    // As the page does while it is left.
    let left = lin
        .post("/fn/conversations.forget")
        .header("origin", &lin.origin)
        .form(&of);
    assert_eq!(Reply::to(left).await?.status, StatusCode::OK);
    assert_eq!(lin.get(&path).send().await?.status(), StatusCode::NOT_FOUND);
    let trash: Page<ShelfLine> = lin
        .call("conversations.shelf", &[("shelf", "trash")])
        .await?
        .json()?;
    assert_eq!(trash.items, []);
    Ok(())
}

#[tokio::test]
async fn what_is_remembered_is_shown_as_it_is_sent() -> TestResult {
    let app = TestApp::start().await?;
    let (lin, eve) = (app.user("lin").await?, app.user("eve").await?);
    let at = "/settings/memory";
    let reply = posted(&lin, "/fn/memory.add", at, &[("text", HOSTILE)]).await?;
    assert_eq!(reply.header("location"), Some("/settings/memory?done=1"));
    let kept: Remembered = lin.call("memory.load", &[]).await?.json()?;
    assert_eq!((kept.enabled, kept.facts.len()), (false, 1));
    posted(&lin, "/fn/memory.switch", at, &[("enabled", "on")]).await?;
    let shown = page(&lin, at).await?;
    assert!(
        shown.contains("\n- &lt;img src=x onerror=alert(1)"),
        "{shown}"
    );
    assert!(!shown.contains(HOSTILE));
    let long = "字".repeat(301);
    let refused = lin.call("memory.add", &[("text", &*long)]).await?;
    assert_eq!(refused.failure()?, FailureCode::InvalidFact);
    posted(&lin, "/fn/memory.switch", at, &[]).await?;
    let kept: Remembered = lin.call("memory.load", &[]).await?.json()?;
    assert!(!kept.enabled);
    let forgotten = posted(&lin, "/fn/memory.forget_all", at, &[]).await?;
    let told = forgotten
        .header("location")
        .context("no way on")?
        .to_owned();
    let moment = told
        .strip_prefix("/settings/memory?forgotten=")
        .context("nothing was forgotten")?;
    let kept: Remembered = lin.call("memory.load", &[]).await?.json()?;
    assert_eq!(kept.facts, []);
    // The page after it takes that back, for nobody else.
    assert!(page(&lin, &told).await?.contains("/fn/memory.restore"));
    let of = [("forgotten_at", moment)];
    let strange = eve.call("memory.restore", &of).await?;
    assert_eq!(strange.failure()?, FailureCode::NotFound);
    posted(&lin, "/fn/memory.restore", &told, &of).await?;
    let kept: Remembered = lin.call("memory.load", &[]).await?.json()?;
    assert_eq!(kept.facts.len(), 1);

    let own = [("model", "qwen-flash")];
    let saved = posted(
        &lin,
        "/fn/preferences.set_default_model",
        "/settings/appearance",
        &own,
    );
    assert_eq!(
        saved.await?.header("location"),
        Some("/settings/appearance?done=1")
    );
    let refused = lin
        .call("preferences.set_default_model", &[("model", "nobody's")])
        .await?;
    assert_eq!(refused.failure()?, FailureCode::UnknownModel);
    Ok(())
}

#[tokio::test]
async fn a_list_that_can_t_be_loaded_says_so_and_is_asked_for_again() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    asked(&lin, "背一首诗").await?;
    assert!(!page(&lin, "/settings").await?.contains("sidebar__empty"));
    let away = "ALTER TABLE conversations RENAME TO conversations_away";
    app.database.execute(away).await?;
    let shown = page(&lin, "/settings").await?;
    let (_, failed) = shown
        .split_once("sidebar__empty")
        .context("nothing is said")?;
    let (failed, _) = failed.split_once("</a>").context("there is no way on")?;
    assert!(failed.contains("href=\"\""), "{failed}");
    // Who is not signed in is led there, and told nothing else.
    let nobody = page(&app.anonymous()?, "/settings").await?;
    assert!(!nobody.contains("sidebar__empty"), "{nobody}");
    Ok(())
}
