//! Throwing away and bringing back.

use http::StatusCode;
use model::MessageStatus;
use simulator::{Answer as Script, Outcome};

use crate::support::{Answer, TestApp, TestResult, databases};

#[tokio::test]
async fn deleting_stops_the_answer_and_restoring_brings_it_back() -> TestResult {
    for database in databases().await? {
        let app = TestApp::start_on(database).await?;
        let lin = app.user("lin").await?;
        app.simulator
            .next_answer(Script::words(["春", "眠"]).held_after(1));
        let asked = lin.ask("背一首诗").await?;
        let mut tab = lin.watch(&asked).await?;
        tab.until("the first word", |tab| tab.shown.text().contains('春'))
            .await?;

        lin.delete(asked.conversation).await?;
        tab.until("the news", |tab| tab.deleted).await?;
        app.upstream("the client to leave", |account| {
            let first = account.received().next();
            first.is_some_and(|call| matches!(call.outcome, Outcome::ClientLeft { .. }))
        })
        .await?;
        assert!(lin.list().await?.is_empty());
        let id = asked.conversation.to_string();
        let gone = lin.call("conversations.open", &[("id", &id)]).await?;
        assert_eq!(gone.status, StatusCode::NOT_FOUND);

        lin.restore(asked.conversation).await?;
        assert_eq!(lin.list().await?.len(), 1);
        let answer = lin.ended_answer(asked.conversation).await?;
        assert_eq!(answer.status, MessageStatus::Stopped);
        assert_eq!(lin.source(&Answer::from(&asked)).await?, "春");
    }
    Ok(())
}
