//! What is somebody else's looks like what never was; who is not signed in gets nothing.

use std::collections::BTreeSet;

use http::StatusCode;
use leptos::server_fn::axum::server_fn_paths;
use model::FailureCode;
use simulator::Answer as Script;

use crate::support::{
    Access, Browser, FUNCTIONS, Function, Reply, Target, TestApp, TestResult, databases,
};

async fn call(browser: &Browser, function: &Function, target: Target) -> anyhow::Result<Reply> {
    let arguments = function.arguments(target);
    let arguments: Vec<(&str, &str)> = arguments
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    browser.call(function.name, &arguments).await
}

fn owners() -> impl Iterator<Item = &'static Function> {
    FUNCTIONS
        .iter()
        .filter(|function| function.access == Access::Owner)
}

#[test]
fn the_table_of_functions_is_complete() {
    let served: BTreeSet<String> = server_fn_paths().map(|(path, _)| path.to_owned()).collect();
    let listed: BTreeSet<String> = FUNCTIONS.iter().map(Function::path).collect();
    assert_eq!(served, listed);
}

#[tokio::test]
async fn a_strangers_conversation_looks_like_none() -> TestResult {
    for database in databases().await? {
        let app = TestApp::start_on(database).await?;
        let (lin, eve) = (app.user("lin").await?, app.user("eve").await?);
        app.simulator
            .next_answer(Script::words(["春", "眠"]).held_after(1));
        let asked = lin.ask("背一首诗").await?;
        lin.stop(asked.conversation).await?;
        let before = lin.ended_answer(asked.conversation).await?;
        let lins = Target {
            conversation: asked.conversation,
            message: asked.answer.id,
        };
        for function in owners() {
            let foreign = call(&eve, function, lins).await?;
            let missing = call(&eve, function, Target::nowhere()).await?;
            assert_eq!(
                missing.status,
                StatusCode::NOT_FOUND,
                "{}: {}",
                function.name,
                missing.text()
            );
            assert_eq!(foreign.status, missing.status, "{}", function.name);
            assert_eq!(foreign.body, missing.body, "{}", function.name);
        }
        let (foreign, missing) = (asked.conversation, Target::nowhere().conversation);
        for (kind, path) in [("page", "/c/"), ("events", "/events/conversations/")] {
            let foreign = Reply::to(eve.get(&format!("{path}{foreign}"))).await?;
            let missing = Reply::to(eve.get(&format!("{path}{missing}"))).await?;
            assert_eq!(missing.status, StatusCode::NOT_FOUND, "{kind}");
            assert_eq!(foreign.status, missing.status, "{kind}");
            assert!(!foreign.text().contains("背一首诗"), "{kind}");
        }
        assert!(eve.list().await?.is_empty());
        let view = lin.open(asked.conversation).await?;
        assert_eq!(
            view.messages.items.last(),
            Some(&before),
            "nothing happened"
        );
        assert_eq!((view.title.as_str(), &*view.draft), ("背一首诗", ""));
    }
    Ok(())
}

/// The conversation is Eve's, the message is not.
#[tokio::test]
async fn a_strangers_message_is_not_reached_through_ones_own_conversation() -> TestResult {
    let app = TestApp::start().await?;
    let (lin, eve) = (app.user("lin").await?, app.user("eve").await?);
    let (lins, eves) = (lin.ask("背一首诗").await?, eve.ask("你好").await?);
    lin.ended_answer(lins.conversation).await?;
    eve.ended_answer(eves.conversation).await?;
    for function in owners() {
        let target = Target {
            conversation: eves.conversation,
            message: lins.answer.id,
        };
        if function
            .arguments(target)
            .iter()
            .any(|(name, _)| *name == "message")
        {
            let refused = call(&eve, function, target).await?;
            assert_eq!(
                refused.failure()?,
                FailureCode::NotFound,
                "{}",
                function.name
            );
        }
    }
    Ok(())
}

#[tokio::test]
async fn who_is_not_signed_in_is_told_so_and_no_more() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let asked = lin.ask("背一首诗").await?;
    lin.ended_answer(asked.conversation).await?;
    let target = Target {
        conversation: asked.conversation,
        message: asked.answer.id,
    };
    let stranger = app.anonymous()?;
    for function in FUNCTIONS
        .iter()
        .filter(|function| function.access != Access::Anyone)
    {
        let refused = call(&stranger, function, target).await?;
        assert_eq!(
            refused.failure()?,
            FailureCode::SignInNeeded,
            "{}",
            function.name
        );
    }
    let events = format!("/events/conversations/{}", asked.conversation);
    let refused = Reply::to(stranger.get(&events)).await?;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    for path in ["/", &format!("/c/{}", asked.conversation)] {
        let page = Reply::to(stranger.get(path)).await?;
        assert!(!page.text().contains("背一首诗"), "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn text_that_is_no_id_is_refused_without_a_fault() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    for function in owners() {
        for nonsense in ["", "1", "../../etc/passwd", "' OR 1=1 --", "\0"] {
            let arguments = function.arguments(Target::nowhere());
            let arguments: Vec<(&str, &str)> = arguments
                .iter()
                .map(|(name, value)| match *name {
                    "id" | "message" | "conversation" => (*name, nonsense),
                    _ => (*name, value.as_str()),
                })
                .collect();
            let reply = lin.call(function.name, &arguments).await?;
            assert!(
                !reply.status.is_server_error(),
                "{} of {nonsense:?}: {} {}",
                function.name,
                reply.status,
                reply.text()
            );
        }
    }
    for path in ["/events/conversations/x", "/c/x", "/c/%00"] {
        let reply = Reply::to(lin.get(path)).await?;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
    }
    Ok(())
}
