//! Finding again what was said.

use http::{StatusCode, header};
use model::{ConversationId, FailureCode, FolderId, SearchResults, Speaker};
use simulator::Answer as Script;

use crate::support::{Browser, Reply, TestApp, TestResult, databases};

/// A conversation with that question, whose answer is there.
async fn said(browser: &Browser, words: &str) -> anyhow::Result<ConversationId> {
    let asked = browser.ask(words).await?;
    browser.ended_answer(asked.conversation).await?;
    Ok(asked.conversation)
}

/// The page of a search, as a browser loads it.
async fn searched(browser: &Browser, asked: &[(&str, &str)]) -> anyhow::Result<Reply> {
    let page = browser.get("/search").query(asked);
    Reply::to(page.header(header::ACCEPT, "text/html")).await
}

#[tokio::test]
async fn what_was_said_is_found_by_whoever_said_it_and_stays_text() -> TestResult {
    for database in databases().await? {
        let app = TestApp::start_on(database).await?;
        let (lin, eve) = (app.user("lin").await?, app.user("eve").await?);
        app.simulator.next_answer(Script::words(["处处", "闻啼鸟"]));
        let asked = lin.ask("春眠 <img src=x onerror=alert(1)>").await?;
        lin.ended_answer(asked.conversation).await?;

        let sought = [("words", "处闻")];
        let found: SearchResults = lin.call("conversations.search", &sought).await?.json()?;
        let [hit] = &found.hits.items[..] else {
            anyhow::bail!("{found:?}");
        };
        let message = hit.message.as_ref().map(|hit| (hit.id, hit.speaker));
        assert_eq!(message, Some((asked.answer.id, Speaker::Assistant)));
        let foreign: SearchResults = eve.call("conversations.search", &sought).await?.json()?;
        assert_eq!(foreign.hits.items, []);

        // 春眠
        let path = "/search?words=%E6%98%A5%E7%9C%A0";
        let page = Reply::to(lin.get(path)).await?;
        assert_eq!(page.status, StatusCode::OK);
        let page = page.text();
        let link = format!("/c/{}?message={}", asked.conversation, asked.question.id);
        assert!(page.contains(&link), "{page}");
        assert!(page.contains("<mark>春眠"), "{page}");
        assert!(page.contains("&lt;img src=x") && !page.contains("<img src=x"));
        let foreign = Reply::to(eve.get(path)).await?;
        assert!(!foreign.text().contains("onerror"));

        let opened = Reply::to(lin.get(&link)).await?;
        assert_eq!(opened.status, StatusCode::OK);
        assert_eq!(opened.text().matches("data-found=\"true\"").count(), 1);
    }
    Ok(())
}

#[tokio::test]
async fn within_a_conversation_its_owner_finds_what_was_said_and_nobody_else() -> TestResult {
    for database in databases().await? {
        let app = TestApp::start_on(database).await?;
        let (lin, eve) = (app.user("lin").await?, app.user("eve").await?);
        let asked = lin.ask("春眠 <img src=x onerror=alert(1)>").await?;
        lin.ended_answer(asked.conversation).await?;
        let elsewhere = lin.ask("春眠不觉晓").await?;
        lin.ended_answer(elsewhere.conversation).await?;

        let id = asked.conversation.to_string();
        let sought = [("id", id.as_str()), ("words", "春眠")];
        let found: SearchResults = lin.call("conversations.find", &sought).await?.json()?;
        let hits = found.hits.items.iter();
        let places: Vec<_> = hits
            .map(|hit| (hit.conversation, hit.message.as_ref().map(|hit| hit.id)))
            .collect();
        let question = (asked.conversation, Some(asked.question.id));
        assert!(places.contains(&question), "{found:?}");
        let others = places.iter().filter(|(id, _)| *id != asked.conversation);
        assert_eq!(others.count(), 0, "{found:?}");
        let foreign = eve.call("conversations.find", &sought).await?;
        assert_eq!(foreign.status, StatusCode::NOT_FOUND);

        // 春眠
        let path = format!("/search?conversation={id}&words=%E6%98%A5%E7%9C%A0");
        let page = Reply::to(lin.get(&path)).await?;
        assert_eq!(page.status, StatusCode::OK);
        let page = page.text();
        let link = |id, message| format!("/c/{id}?message={message}");
        let here = link(asked.conversation, asked.question.id);
        assert!(page.contains(&here), "{page}");
        let there = link(elsewhere.conversation, elsewhere.question.id);
        assert!(!page.contains(&there), "{page}");
        assert!(!page.contains("<img src=x"));
        let foreign = Reply::to(eve.get(&path)).await?;
        assert_eq!(foreign.status, StatusCode::NOT_FOUND);
        assert!(!foreign.text().contains("onerror"));
    }
    Ok(())
}

#[tokio::test]
async fn a_search_is_narrowed_to_a_folder_and_a_tag_of_ones_own() -> TestResult {
    for database in databases().await? {
        let app = TestApp::start_on(database).await?;
        let (lin, eve) = (app.user("lin").await?, app.user("eve").await?);
        let filed = said(&lin, "春眠不觉晓").await?;
        let loose = said(&lin, "春眠").await?;
        said(&eve, "春眠").await?;
        let named = [("name", "我的 诗")];
        let folder: FolderId = lin.call("folders.create", &named).await?.json()?;
        let (folder, id) = (folder.to_string(), filed.to_string());
        let put = [("folder", &*folder), ("ids[]", &*id)];
        lin.call("folders.put", &put).await?.done()?;
        let put = [("tag", "<b>唐诗</b>"), ("ids[]", &*id)];
        lin.call("tags.put", &put).await?.done()?;

        let sought = [("words", "春眠"), ("folder", &*folder)];
        let found: SearchResults = lin.call("conversations.search", &sought).await?.json()?;
        assert!(!found.hits.items.is_empty());
        let elsewhere = found.hits.items.iter().any(|hit| hit.conversation != filed);
        assert!(!elsewhere, "{found:?}");
        let foreign: SearchResults = eve.call("conversations.search", &sought).await?.json()?;
        assert_eq!(foreign.hits.items, []);
        let no_id = [("words", "春眠"), ("tag", "' OR 1=1 --")];
        let refused = lin.call("conversations.search", &no_id).await?;
        assert_eq!(refused.failure()?, FailureCode::NotFound);

        let shows =
            |page: &Reply, id: ConversationId| page.text().contains(&format!("/c/{id}?message="));
        let page = searched(&lin, &sought).await?;
        assert_eq!(page.status, StatusCode::OK);
        assert!(shows(&page, filed) && !shows(&page, loose));
        let chosen = format!("value=\"{folder}\" selected");
        assert!(page.text().contains(&chosen), "{}", page.text());
        assert!(!page.text().contains("<b>唐诗"), "{}", page.text());
        let foreign = searched(&eve, &sought).await?;
        assert_eq!(foreign.status, StatusCode::OK);
        assert!(!foreign.text().contains("我的 诗") && !shows(&foreign, filed));

        // 春眠
        let words = "/search?words=%E6%98%A5%E7%9C%A0";
        let narrowed = format!("{words}&folder={folder}");
        for typed in ["folder:\"我的 诗\" 春眠", "春眠 文件夹：“我的 诗”"] {
            let led = searched(&lin, &[("words", typed)]).await?;
            assert_eq!(led.status, StatusCode::FOUND, "{typed}");
            assert_eq!(led.header("location"), Some(&*narrowed), "{typed}");
        }
        let tagged = searched(&lin, &[("words", "tag：<B>唐诗</b> 春眠")]).await?;
        let led = tagged.header("location").unwrap_or_default();
        assert!(led.starts_with(&format!("{words}&tag=")), "{led}");

        let unknown = searched(&lin, &[("words", "folder:<i>没有</i> 春眠")]).await?;
        assert_eq!(unknown.status, StatusCode::OK);
        let text = unknown.text();
        assert!(
            text.contains("&lt;i&gt;没有&lt;/i&gt;") && !text.contains("<i>没有"),
            "{text}"
        );
        // What there is leads to the same words.
        let offered = narrowed.replace('&', "&amp;");
        assert!(text.contains(&format!("href=\"{offered}\"")), "{text}");
        assert!(!shows(&unknown, filed) && !shows(&unknown, loose));
    }
    Ok(())
}
