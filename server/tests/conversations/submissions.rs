//! Pressing *Send*: once, twice, and in two tabs at once.

use futures_util::future::{join_all, try_join_all};
use http::{StatusCode, header};
use model::{Asked, FailureCode, Speaker};
use simulator::Answer as Script;

use crate::support::{Reply, TestApp, TestResult, databases, submission};

#[tokio::test]
async fn the_same_submission_many_times_is_one_question_and_one_call() -> TestResult {
    for database in databases().await? {
        let app = TestApp::start_on(database).await?;
        let lin = app.user("lin").await?;
        let submission = submission();
        let presses = (0..20).map(|_| lin.submit("", "你好", &submission));
        let replies = try_join_all(presses).await?;
        let asked: Vec<Asked> = replies
            .iter()
            .map(Reply::json)
            .collect::<anyhow::Result<_>>()?;
        let first = &asked[0];
        assert!(
            asked
                .iter()
                .all(|one| one.question.id == first.question.id && one.answer.id == first.answer.id)
        );

        lin.ended_answer(first.conversation).await?;
        app.titles_written(1).await?;
        assert_eq!(lin.list().await?.len(), 1);
        assert_eq!(lin.open(first.conversation).await?.messages.items.len(), 2);
        assert_eq!(app.asked_of_upstream().len(), 1);
    }
    Ok(())
}

#[tokio::test]
async fn of_two_questions_at_once_one_is_asked_and_the_other_is_told() -> TestResult {
    for database in databases().await? {
        let app = TestApp::start_on(database).await?;
        let lin = app.user("lin").await?;
        let asked = lin.ask("你好").await?;
        lin.ended_answer(asked.conversation).await?;
        app.titles_written(1).await?;
        app.simulator
            .next_answer(Script::words(["好"]).held_after(0));

        let id = asked.conversation.to_string();
        let (one, other) = (submission(), submission());
        let questions = [
            lin.submit(&id, "第一", &one),
            lin.submit(&id, "第二", &other),
        ];
        let replies: Vec<Reply> = try_join_all(questions).await?;
        let (granted, refused): (Vec<_>, Vec<_>) = replies
            .iter()
            .partition(|reply| reply.status == StatusCode::OK);
        assert_eq!((granted.len(), refused.len()), (1, 1), "{replies:?}");
        assert_eq!(refused[0].failure()?, FailureCode::AlreadyGenerating);
        app.release().await?;
        lin.ended_answer(asked.conversation).await?;
        let said = lin.open(asked.conversation).await?.messages.items;
        assert_eq!(said.len(), 4, "a refused question leaves nothing behind");
    }
    Ok(())
}

#[tokio::test]
async fn without_scripts_one_of_two_waits_and_a_refused_question_is_the_draft() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let asked = lin.ask("你好").await?;
    lin.ended_answer(asked.conversation).await?;
    app.titles_written(1).await?;
    app.simulator
        .next_answer(Script::words(["好"]).held_after(0));

    let id = asked.conversation.to_string();
    let page = format!("{}/c/{id}", lin.origin);
    let form = |(text, model): (&'static str, &'static str)| {
        let fields = [
            ("conversation", id.clone()),
            ("prompt", text.to_owned()),
            ("model", model.to_owned()),
            ("submission", submission()),
        ];
        let request = lin.post("/fn/generation.ask");
        let request = request
            .header(header::ACCEPT, "text/html")
            .header(header::REFERER, page.as_str());
        Reply::to(request.form(&fields))
    };
    let texts = ["第一", "第二"];
    let replies = join_all(texts.map(|text| form((text, "qwen-plus")))).await;
    for reply in replies {
        let reply = reply?;
        assert!(reply.status.is_redirection(), "{reply:?}");
        assert_eq!(reply.header("location"), Some(&*format!("/c/{id}")));
    }
    let refused = form(("第三", "no-such-model")).await?;
    assert_eq!(
        refused.header("location"),
        Some(&*format!("/c/{id}?problem=unknown_model"))
    );

    let view = lin.open(asked.conversation).await?;
    let questions = view.messages.items.iter();
    let questions: Vec<&str> = questions
        .filter(|message| message.speaker == Speaker::User)
        .skip(1)
        .map(|message| message.text.as_str())
        .collect();
    let waiting = view.queue.items.iter();
    let waiting: Vec<&str> = waiting.map(|message| message.text.as_str()).collect();
    assert_eq!((questions.len(), waiting.len()), (1, 1));
    let mut kept = [questions[0], waiting[0]];
    kept.sort_unstable();
    assert_eq!(kept, texts, "one was asked, the other waits");
    assert_eq!(view.draft, "第三");
    Ok(())
}
