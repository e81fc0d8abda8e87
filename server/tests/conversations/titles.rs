//! Titles: the question's beginning, then the model's, and a person's for good.

use simulator::Answer as Script;

use crate::support::{TestApp, TestResult};

#[tokio::test]
async fn the_models_title_reaches_the_open_page_and_the_list() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    app.simulator
        .next_answer(Script::words(["春眠", "不觉晓"]).held_after(1));
    app.simulator.next_answer(Script::words(["《春晓》"]));
    let asked = lin.ask("背一首诗").await?;
    assert_eq!(lin.list().await?[0].title.as_str(), "背一首诗");
    let mut tab = lin.watch(&asked).await?;
    app.release().await?;
    tab.until("the model's title", |tab| {
        tab.title
            .as_ref()
            .is_some_and(|title| title.as_str() == "春晓")
    })
    .await?;
    assert_eq!(lin.list().await?[0].title.as_str(), "春晓");
    Ok(())
}

#[tokio::test]
async fn the_model_never_overwrites_a_persons_title() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    app.simulator
        .next_answer(Script::words(["春眠", "不觉晓"]).held_after(1));
    app.simulator.next_answer(Script::words(["春晓"]));
    let asked = lin.ask("背一首诗").await?;
    lin.rename(asked.conversation, "孟浩然").await?;
    app.release().await?;
    lin.ended_answer(asked.conversation).await?;
    app.titles_written(1).await?;

    // The next answer is stored by the writer that would have stored the title before it.
    lin.ask_in(asked.conversation, "再来").await?;
    lin.ended_answer(asked.conversation).await?;
    assert_eq!(lin.list().await?[0].title.as_str(), "孟浩然");
    Ok(())
}
