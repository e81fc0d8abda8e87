//! Several answers to one question.

use model::MessageStatus;
use simulator::Answer as Script;

use crate::support::{Answer, TestApp, TestResult, databases};

#[tokio::test]
async fn another_answer_stands_beside_the_first_and_both_can_be_shown() -> TestResult {
    for database in databases().await? {
        let app = TestApp::start_on(database).await?;
        let lin = app.user("lin").await?;
        app.simulator.next_answer(Script::words(["春眠"]));
        let asked = lin.ask("背一首诗").await?;
        let first = lin.ended_answer(asked.conversation).await?;
        app.titles_written(1).await?;

        app.simulator.next_answer(Script::words(["床前"]));
        lin.regenerate(&Answer::from(&asked)).await?.done()?;
        let second = lin.ended_answer(asked.conversation).await?;
        assert_eq!(second.status, MessageStatus::Complete);
        assert_eq!((second.branch.index, second.branch.count), (2, 2));
        assert_eq!(second.branch.previous, Some(first.id));
        assert_eq!(second.parent, first.parent);
        let view = lin.open(asked.conversation).await?;
        assert_eq!(
            view.messages.items.len(),
            2,
            "one of the two answers is shown"
        );
        let sent = app.asked_of_upstream();
        assert_eq!(
            sent[1]["messages"], sent[0]["messages"],
            "the same is asked"
        );

        let (id, message) = (asked.conversation.to_string(), first.id.to_string());
        let place = [("id", id.as_str()), ("message", message.as_str())];
        lin.call("conversations.show_branch", &place)
            .await?
            .done()?;
        let shown = lin.ended_answer(asked.conversation).await?;
        assert_eq!(shown.id, first.id);
        assert_eq!(shown.branch.next, Some(second.id));
    }
    Ok(())
}

#[tokio::test]
async fn a_complete_answer_is_not_continued() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let asked = lin.ask("你好").await?;
    lin.ended_answer(asked.conversation).await?;
    let refused = lin.continue_answer(&Answer::from(&asked)).await?;
    assert_eq!(refused.failure()?, model::FailureCode::CannotContinue);
    Ok(())
}
