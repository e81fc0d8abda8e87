//! Tools over HTTP: chosen by a form, allowed by a form, never by a stranger.

use http::header;
use model::{FailureCode, MessageStatus, ToolCallState, ToolChoices, ToolsChosen};
use simulator::Answer;

use crate::support::{Reply, TestApp, TestResult};

#[tokio::test]
async fn a_call_waits_for_its_owners_click_and_for_nobody_elses() -> TestResult {
    let app = TestApp::start().await?;
    let (lin, eve) = (app.user("lin").await?, app.user("eve").await?);
    let chosen = [("tools[]", "draw_image"), ("tools[]", "no_such_tool")];
    lin.call("tools.choose", &chosen).await?.done()?;
    let choices: ToolChoices = lin.call("tools.load", &[]).await?.json()?;
    let on: Vec<_> = choices.tools.iter().filter(|tool| tool.is_on).collect();
    assert_eq!(on.len(), 1);
    assert!(on[0].asks_first && choices.model_calls);
    assert_eq!(choices.chosen, ToolsChosen::ByDefault);

    app.simulator.next_answer(Answer::calls(
        "draw_image",
        r#"{"prompt":"<script>alert(1)</script>"}"#,
    ));
    let asked = lin.ask("画一座灯塔").await?;
    let answer = lin.ended_answer(asked.conversation).await?;
    assert_eq!(answer.status, MessageStatus::Waiting);
    let call = answer.tools[0].id.to_string();
    let (id, message) = (asked.conversation.to_string(), answer.id.to_string());
    let page = Reply::to(lin.get(&format!("/c/{id}"))).await?.text();
    assert!(
        !page.contains("<script>alert"),
        "what a model wrote is text"
    );
    assert!(
        page.contains("/fn/tools.decide"),
        "the buttons are there without scripts"
    );

    let click = [
        ("id", &*id),
        ("message", &*message),
        ("call", &*call),
        ("allow", "yes"),
    ];
    let foreign = eve.call("tools.decide", &click).await?;
    assert_eq!(foreign.failure()?, FailureCode::NotFound);
    let form = lin
        .post("/fn/tools.decide")
        .header(header::ACCEPT, "text/html")
        .header("origin", &lin.origin)
        .header("referer", format!("{}/c/{id}", lin.origin))
        .form(&click);
    let reply = Reply::to(form).await?;
    assert_eq!(reply.header("location"), Some(&*format!("/c/{id}")));
    let answer = lin.ended_answer(asked.conversation).await?;
    assert_eq!(answer.status, MessageStatus::Complete);
    assert_eq!(answer.tools[0].state, ToolCallState::Done);
    // The same click once more changes nothing.
    lin.call("tools.decide", &click).await?.done()?;
    let again = lin.ended_answer(asked.conversation).await?;
    assert_eq!(again, answer);
    Ok(())
}
