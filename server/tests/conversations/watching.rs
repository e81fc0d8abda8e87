//! Answers belong to the server; pages watch them.

use model::MessageStatus;
use simulator::Answer as Script;

use crate::support::{Answer, TestApp, TestResult, databases};

/// More than one commit at the pace that [`slowly`] sets.
const POEM: &str = "# 春晓\n\n春眠不觉晓，\n处处闻啼鸟。\n\n- 夜来*风雨*声\n- 花落知多少\n\n```\nlet spring = 1;\n```\n\n完。";

/// An answer of one character a chunk.
fn poem() -> Script {
    Script::words(POEM.chars())
}

async fn slowly() -> anyhow::Result<TestApp> {
    TestApp::start_with(|config| config.simulator.speed = 120).await
}

#[tokio::test]
async fn a_closed_tab_does_not_stop_the_answer() -> TestResult {
    for database in databases().await? {
        let app = TestApp::start_on(database).await?;
        let lin = app.user("lin").await?;
        app.simulator
            .next_answer(Script::words(["春", "眠", "不觉晓"]).held_after(1));
        let asked = lin.ask("背一首诗").await?;
        let mut tab = lin.watch(&asked).await?;
        tab.until("the first word", |tab| tab.shown.text().contains('春'))
            .await?;
        drop(tab);

        app.release().await?;
        let answer = lin.ended_answer(asked.conversation).await?;
        assert_eq!(answer.status, MessageStatus::Complete);
        assert_eq!(lin.source(&Answer::from(&asked)).await?, "春眠不觉晓");
    }
    Ok(())
}

#[tokio::test]
async fn two_tabs_see_the_same() -> TestResult {
    let app = slowly().await?;
    let lin = app.user("lin").await?;
    app.simulator.next_answer(poem());
    let asked = lin.ask("背一首诗").await?;
    let mut first = lin.watch(&asked).await?;
    let mut second = lin.watch(&asked).await?;
    let (first, second) = tokio::try_join!(first.ended(), second.ended())?;

    assert_eq!(first, second);
    assert_eq!(first.status, MessageStatus::Complete);
    let kept = lin.ended_answer(asked.conversation).await?;
    assert_eq!(kept.blocks, first.blocks, "what is kept is what was shown");
    assert_eq!(kept.seq, first.seq);
    assert_eq!(lin.source(&Answer::from(&asked)).await?, POEM);
    Ok(())
}

#[tokio::test]
async fn a_tab_that_loses_its_line_after_every_event_misses_and_repeats_nothing() -> TestResult {
    let app = slowly().await?;
    let lin = app.user("lin").await?;
    app.simulator.next_answer(poem());
    let asked = lin.ask("背一首诗").await?;
    // As long as somebody watches, the end is told to those who come late.
    let mut steady = lin.watch(&asked).await?;
    let mut unlucky = lin.watch(&asked).await?;
    while unlucky.shown.status == MessageStatus::Generating {
        let seen = unlucky.shown.seq;
        // A tab refuses an event that does not begin where the last one ended.
        unlucky
            .until("another event", |tab| tab.shown.seq > seen)
            .await?;
        unlucky.reconnect().await?;
    }
    assert_eq!(unlucky.reloads, 0, "it never had to load the page again");
    assert_eq!(unlucky.shown, steady.ended().await?);
    Ok(())
}

#[tokio::test]
async fn a_page_that_is_opened_in_the_middle_goes_on_from_there() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    app.simulator
        .next_answer(Script::words(["春", "眠", "不觉晓"]).held_after(2));
    let asked = lin.ask("背一首诗").await?;
    let mut first = lin.watch(&asked).await?;
    first
        .until("two words", |tab| tab.shown.text().contains("春眠"))
        .await?;

    let mut page = lin.open(asked.conversation).await?.messages.items;
    let half = page.pop().expect("an answer");
    assert_eq!(half.status, MessageStatus::Generating);
    assert_eq!(half.blocks, first.shown.blocks);
    let mut second = crate::support::Tab::open(lin.clone(), asked.conversation, half).await?;
    app.release().await?;
    assert_eq!(second.ended().await?, first.ended().await?);
    assert_eq!(second.reloads, 0);
    Ok(())
}

#[tokio::test]
async fn a_page_that_comes_back_after_the_end_is_told_to_load_it() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    app.simulator
        .next_answer(Script::words(["春", "眠", "不觉晓"]).held_after(1));
    let asked = lin.ask("背一首诗").await?;
    let mut tab = lin.watch(&asked).await?;
    tab.until("the first word", |tab| tab.shown.text().contains('春'))
        .await?;
    app.release().await?;
    lin.ended_answer(asked.conversation).await?;
    app.titles_written(1).await?;

    tab.reconnect().await?;
    let shown = tab.ended().await?;
    assert_eq!(shown.text().trim(), "春眠不觉晓");
    Ok(())
}

#[tokio::test]
async fn reasoning_is_shown_beside_the_answer() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    app.simulator.next_answer(
        Script::words(["是"])
            .reasoning(["想", "一想"])
            .held_after(2),
    );
    let asked = lin.ask("想").await?;
    let mut tab = lin.watch(&asked).await?;
    tab.until("thoughts", |tab| {
        tab.shown.reasoning.concat().contains("想一想")
    })
    .await?;
    assert!(tab.shown.blocks.is_empty(), "it has not answered yet");
    app.release().await?;
    assert_eq!(tab.ended().await?.text().trim(), "是");
    let kept = lin.ended_answer(asked.conversation).await?;
    assert!(kept.reasoning.concat().contains("想一想"));
    assert_eq!(lin.source(&Answer::from(&asked)).await?, "是");
    Ok(())
}
