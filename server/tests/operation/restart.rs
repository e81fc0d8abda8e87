//! Processes end: killed, told to, or with answers that take too long.

use model::MessageStatus;
use simulator::Answer as Script;

use crate::support::{
    Answer, Database, Line, Process, TestApp, TestResult, eventually, upstream, within,
};

#[tokio::test]
async fn a_killed_process_loses_no_word_that_was_shown() -> TestResult {
    let (database, upstream) = (Database::sqlite()?, upstream().await?);
    let process = Process::start(&database, &upstream).await?;
    let lin = process.anonymous()?;
    lin.register("lin").await?.done()?;
    upstream.next_answer(Script::words(["春", "眠", "不觉晓"]).held_after(2));
    let asked = lin.ask("背一首诗").await?;
    let mut tab = lin.watch(&asked).await?;
    tab.until("two words", |tab| tab.shown.text().contains("春眠"))
        .await?;
    let shown = tab.shown.text();
    process.kill().await?;

    let process = Process::start(&database, &upstream).await?;
    let lin = process.again(&lin)?;
    let cut = lin.ended_answer(asked.conversation).await?;
    assert_eq!(cut.status, MessageStatus::Interrupted);
    let answer = Answer::from(&asked);
    let kept = lin.source(&answer).await?;
    assert!(kept.starts_with(shown.trim()), "{kept:?}, {shown:?}");

    upstream.next_answer(Script::words(["不觉晓"]));
    lin.continue_answer(&answer).await?.done()?;
    let whole = lin.ended_answer(asked.conversation).await?;
    assert_eq!(whole.status, MessageStatus::Complete);
    assert_eq!(lin.source(&answer).await?, format!("{kept}不觉晓"));
    let sent = upstream.received();
    let turns = sent.last().map(|call| call.body["messages"].clone());
    let last = &turns.expect("a request")[1];
    assert_eq!(last["content"], kept.as_str());
    assert_eq!(last["partial"], true);

    upstream.next_answer(Script::words(["处处闻啼鸟"]));
    lin.regenerate(&answer).await?.done()?;
    let second = lin.ended_answer(asked.conversation).await?;
    assert_eq!((second.branch.index, second.branch.count), (2, 2));
    Ok(())
}

#[tokio::test]
async fn a_process_that_is_told_to_stop_finishes_its_answers_first() -> TestResult {
    let (database, upstream) = (Database::sqlite()?, upstream().await?);
    let process = Process::start(&database, &upstream).await?;
    let lin = process.anonymous()?;
    lin.register("lin").await?.done()?;
    upstream.next_answer(Script::words(["春", "眠", "不觉晓"]).held_after(1));
    let asked = lin.ask("背一首诗").await?;
    let mut tab = lin.watch(&asked).await?;
    tab.until("the first word", |tab| tab.shown.text().contains('春'))
        .await?;
    let mut probe = Line::to(process.addr()?).await?;
    assert_eq!(within("readiness", probe.get("/readyz")).await?, 200);

    process.terminate().await?;
    eventually("the process to leave", async || {
        let status = probe.get("/readyz").await?;
        Ok((status == 503).then_some(()))
    })
    .await?;
    assert!(
        Line::to(process.addr()?).await.is_err(),
        "nobody new is let in"
    );

    upstream.release();
    let shown = tab.ended().await?;
    assert_eq!(shown.status, MessageStatus::Complete);
    assert_eq!(shown.text().trim(), "春眠不觉晓");
    let ended = process.ended().await?;
    assert_eq!(ended.code, Some(0), "{}", ended.log);
    Ok(())
}

#[tokio::test]
async fn an_answer_that_outlasts_the_drain_is_kept_as_interrupted() -> TestResult {
    let app = TestApp::start_with(|config| config.server.drain_s = 0).await?;
    let lin = app.user("lin").await?;
    app.simulator
        .next_answer(Script::words(["春", "眠"]).held_after(1));
    let asked = lin.ask("背一首诗").await?;
    let mut tab = lin.watch(&asked).await?;
    tab.until("the first word", |tab| tab.shown.text().contains('春'))
        .await?;
    let (shown, database) = tokio::try_join!(tab.ended(), app.stopped())?;
    assert_eq!(shown.status, MessageStatus::Interrupted);

    let app = TestApp::start_on(database).await?;
    let again = app.anonymous()?;
    again.keep_cookie(&lin.cookies()?)?;
    let kept = again.ended_answer(asked.conversation).await?;
    assert_eq!(kept.status, MessageStatus::Interrupted);
    assert_eq!(kept.blocks, shown.blocks);
    Ok(())
}
