//! Finding again what was said.

use http::StatusCode;
use model::{SearchResults, Speaker};
use simulator::Answer as Script;

use crate::support::{Reply, TestApp, TestResult, databases};

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
