//! Several answers to one question.

use futures_util::future::try_join_all;
use http::header;
use model::{Asked, FailureCode, MessageId, MessageStatus};
use simulator::Answer as Script;

use crate::support::{Answer, Browser, Reply, TestApp, TestResult, databases, submission};

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
    assert_eq!(refused.failure()?, FailureCode::CannotContinue);
    Ok(())
}

/// A version of the question, by a given press of *Send*.
async fn edit(lin: &Browser, asked: &Asked, text: &str, press: &str) -> anyhow::Result<Reply> {
    version(lin, "messages.edit_question", asked, (text, press)).await
}

/// The same by that function, which sends it or keeps it.
async fn version(
    lin: &Browser,
    function: &str,
    asked: &Asked,
    (text, press): (&str, &str),
) -> anyhow::Result<Reply> {
    let (id, message) = (
        asked.conversation.to_string(),
        asked.question.id.to_string(),
    );
    let version = [
        ("id", id.as_str()),
        ("message", message.as_str()),
        ("prompt", text),
        ("model", "qwen-plus"),
        ("submission", press),
    ];
    lin.call(function, &version).await
}

async fn about(
    lin: &Browser,
    function: &str,
    asked: &Asked,
    message: MessageId,
) -> anyhow::Result<Reply> {
    let (id, message) = (asked.conversation.to_string(), message.to_string());
    let place = [("id", id.as_str()), ("message", message.as_str())];
    lin.call(function, &place).await
}

#[tokio::test]
async fn an_edited_question_is_another_version_once_a_press() -> TestResult {
    for database in databases().await? {
        let app = TestApp::start_on(database).await?;
        let lin = app.user("lin").await?;
        let asked = lin.ask("背一首诗").await?;
        lin.ended_answer(asked.conversation).await?;
        let press = submission();
        let presses = (0..5).map(|_| edit(&lin, &asked, "背一首词", &press));
        let edited: Vec<Asked> = try_join_all(presses)
            .await?
            .iter()
            .map(Reply::json)
            .collect::<anyhow::Result<_>>()?;
        assert!(
            edited
                .iter()
                .all(|one| one.answer.id == edited[0].answer.id)
        );
        lin.ended_answer(asked.conversation).await?;
        let shown = lin.open(asked.conversation).await?.messages.items;
        assert_eq!(shown.len(), 2, "one of the two versions is shown");
        assert_eq!((&*shown[0].text, shown[0].branch.count), ("背一首词", 2));
        assert_eq!(app.asked_of_upstream().len(), 2);
        for (text, code) in [
            ("  ", FailureCode::InvalidText),
            ("a\0b", FailureCode::InvalidText),
        ] {
            let refused = edit(&lin, &asked, text, &submission()).await?;
            assert_eq!(refused.failure()?, code);
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_version_that_is_only_kept_is_shown_and_answered_when_that_is_asked_for() -> TestResult {
    const KEEP: &str = "messages.save_question";
    for database in databases().await? {
        let app = TestApp::start_on(database).await?;
        let lin = app.user("lin").await?;
        let asked = lin.ask("背一首诗").await?;
        let first = lin.ended_answer(asked.conversation).await?;
        app.titles_written(1).await?;
        let before = app.asked_of_upstream().len();
        let press = submission();
        let presses = (0..3).map(|_| version(&lin, KEEP, &asked, ("背一首词", &*press)));
        let kept: Vec<MessageId> = try_join_all(presses)
            .await?
            .iter()
            .map(Reply::json)
            .collect::<anyhow::Result<_>>()?;
        assert!(kept.iter().all(|one| *one == kept[0]), "once a press");
        let shown = lin.open(asked.conversation).await?.messages.items;
        assert_eq!(shown.len(), 1, "nothing answers it");
        assert_eq!((shown[0].id, &*shown[0].text), (kept[0], "背一首词"));
        assert_eq!(shown[0].branch.previous, Some(asked.question.id));
        assert_eq!(app.asked_of_upstream().len(), before, "nobody was asked");

        about(&lin, "generation.regenerate", &asked, kept[0])
            .await?
            .done()?;
        let answer = lin.ended_answer(asked.conversation).await?;
        assert_eq!(answer.parent, Some(kept[0]));
        let sent = app.asked_of_upstream();
        let last = sent.last().map(|body| body["messages"].to_string());
        assert!(last.is_some_and(|turns| turns.contains("背一首词")));
        about(&lin, "conversations.show_branch", &asked, first.id)
            .await?
            .done()?;

        let blank = version(&lin, KEEP, &asked, ("  ", &*submission())).await?;
        assert_eq!(blank.failure()?, FailureCode::InvalidText);
        let wang = app.user("wang").await?;
        let others = version(&wang, KEEP, &asked, ("谁的？", &*submission())).await?;
        assert_eq!(others.failure()?, FailureCode::NotFound);
        app.simulator
            .next_answer(Script::words(["春", "眠"]).held_after(1));
        lin.regenerate(&Answer::from(&asked)).await?.done()?;
        let meanwhile = version(&lin, KEEP, &asked, ("再说", &*submission())).await?;
        assert_eq!(meanwhile.failure()?, FailureCode::AlreadyGenerating);
        lin.stop(asked.conversation).await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_is_being_written_is_not_deleted_until_it_is_stopped() -> TestResult {
    for database in databases().await? {
        let app = TestApp::start_on(database).await?;
        let lin = app.user("lin").await?;
        app.simulator
            .next_answer(Script::words(["春", "眠"]).held_after(1));
        let asked = lin.ask("背一首诗").await?;
        let (top, delete) = (asked.question.id, "messages.delete_branch");
        let refused = about(&lin, delete, &asked, top).await?;
        assert_eq!(refused.failure()?, FailureCode::AlreadyGenerating);
        lin.stop(asked.conversation).await?;
        let stopped = lin.ended_answer(asked.conversation).await?;
        about(&lin, delete, &asked, top).await?.done()?;
        assert_eq!(lin.open(asked.conversation).await?.messages.items, []);
        let again = about(&lin, delete, &asked, top).await?;
        assert_eq!(again.failure()?, FailureCode::NotFound);

        about(&lin, "messages.restore_branch", &asked, top)
            .await?
            .done()?;
        let back = lin.open(asked.conversation).await?.messages.items;
        assert_eq!((back.len(), back.last()), (2, Some(&stopped)));
    }
    Ok(())
}

/// Walking and asking once more are forms; the page says which version it shows, and whose words they are.
#[tokio::test]
async fn without_scripts_versions_are_walked_and_written_by_forms() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let asked = lin.ask("背一首诗").await?;
    let first = lin.ended_answer(asked.conversation).await?;
    edit(&lin, &asked, "<b>背一首词</b>", &submission())
        .await?
        .done()?;
    let second = lin.ended_answer(asked.conversation).await?;
    let (id, version) = (asked.conversation.to_string(), second.id.to_string());
    let press = submission();
    let mine = [
        ("id", id.as_str()),
        ("message", version.as_str()),
        ("text", "我的<script>alert(1)</script>词"),
        ("submission", press.as_str()),
    ];
    lin.call("messages.edit_answer", &mine).await?.done()?;
    let page = format!("/c/{id}");
    let html = Reply::to(lin.get(&page)).await?.text();
    assert_eq!(
        html.matches(">2 / 2<").count(),
        2,
        "of the question, and of its answer"
    );
    assert!(html.contains("&lt;b&gt;背一首词"), "as text");
    assert!(html.contains("Edited by you"), "{html}");
    assert!(
        !html.contains("<script>alert"),
        "nor is an answer's version trusted"
    );
    let post = async |function: &str, message: MessageId| {
        let fields = [("id", id.clone()), ("message", message.to_string())];
        let request = lin.post(&format!("/fn/{function}"));
        let request = request.header(header::ACCEPT, "text/html");
        Reply::to(request.form(&fields)).await
    };
    let walked = post("conversations.show_branch", asked.question.id).await?;
    assert_eq!(walked.header("location"), Some(&*page));
    assert_eq!(lin.ended_answer(asked.conversation).await?.id, first.id);
    let again = post("generation.regenerate", asked.question.id).await?;
    assert_eq!(again.header("location"), Some(&*page));
    let third = lin.ended_answer(asked.conversation).await?;
    assert_eq!(third.branch.previous, Some(first.id));
    Ok(())
}
