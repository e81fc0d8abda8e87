//! *Stop*.

use model::MessageStatus;
use simulator::{Answer as Script, Outcome};

use crate::support::{Answer, TestApp, TestResult, databases};

#[tokio::test]
async fn stop_ends_the_upstream_call_and_keeps_what_has_arrived() -> TestResult {
    for database in databases().await? {
        let app = TestApp::start_on(database).await?;
        let lin = app.user("lin").await?;
        app.simulator
            .next_answer(Script::words(["春", "眠"]).held_after(1));
        let asked = lin.ask("背一首诗").await?;
        let mut tab = lin.watch(&asked).await?;
        tab.until("the first word", |tab| tab.shown.text().contains('春'))
            .await?;

        lin.stop(asked.conversation).await?;
        assert_eq!(tab.ended().await?.status, MessageStatus::Stopped);
        app.upstream("the client to leave", |account| {
            let first = account.received().next();
            first.is_some_and(|call| matches!(call.outcome, Outcome::ClientLeft { .. }))
        })
        .await?;
        let kept = lin.ended_answer(asked.conversation).await?;
        assert_eq!(kept.status, MessageStatus::Stopped);
        assert_eq!(lin.source(&Answer::from(&asked)).await?, "春");
    }
    Ok(())
}

#[tokio::test]
async fn after_a_stop_the_next_question_is_answered() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    app.simulator
        .next_answer(Script::words(["春"]).held_after(0));
    let asked = lin.ask("背一首诗").await?;
    // What is stopped before the model was asked leaves its script to the next question.
    app.upstream("a call", |account| account.open_streams() > 0)
        .await?;
    lin.stop(asked.conversation).await?;
    lin.ended_answer(asked.conversation).await?;

    app.simulator.next_answer(Script::words(["好的"]));
    let again = lin.ask_in(asked.conversation, "再来").await?;
    let answer = lin.ended_answer(asked.conversation).await?;
    assert_eq!(answer.status, MessageStatus::Complete);
    assert_eq!(lin.source(&Answer::from(&again)).await?, "好的");
    Ok(())
}

#[tokio::test]
async fn stopping_what_has_ended_does_nothing() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let asked = lin.ask("你好").await?;
    let answer = lin.ended_answer(asked.conversation).await?;
    lin.stop(asked.conversation).await?;
    let still = lin.ended_answer(asked.conversation).await?;
    assert_eq!(still.status, MessageStatus::Complete);
    assert_eq!(still.blocks, answer.blocks);
    Ok(())
}

#[tokio::test]
async fn a_stopped_answer_is_taken_up_from_its_last_word() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    app.simulator
        .next_answer(Script::words(["春眠", "…"]).held_after(1));
    let asked = lin.ask("背一首诗").await?;
    let mut tab = lin.watch(&asked).await?;
    tab.until("the first words", |tab| tab.shown.text().contains("春眠"))
        .await?;
    lin.stop(asked.conversation).await?;
    tab.ended().await?;

    app.simulator.next_answer(Script::words(["不觉晓"]));
    lin.continue_answer(&Answer::from(&asked)).await?.done()?;
    tab.until("the whole line", |tab| {
        tab.shown.text().contains("春眠不觉晓") && tab.shown.status == MessageStatus::Complete
    })
    .await?;
    let sent = app.asked_of_upstream();
    let turns = sent[1]["messages"].as_array().expect("messages");
    assert_eq!(turns[1]["role"], "assistant");
    assert_eq!(turns[1]["content"], "春眠");
    assert_eq!(turns[1]["partial"], true);
    assert_eq!(lin.source(&Answer::from(&asked)).await?, "春眠不觉晓");
    Ok(())
}
