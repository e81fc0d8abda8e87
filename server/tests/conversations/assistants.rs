//! Assistants, as a page with and without scripts makes them and begins with them.

use http::header;
use model::{Asked, BuiltIn, FailureCode};

use crate::support::{Browser, Reply, TestApp, TestResult, submission};

const APPLICATION: &str = "6105c965c31b40958a43dc93c28c7a59";

async fn page(browser: &Browser, path: &str) -> anyhow::Result<String> {
    let page = browser.get(path).header(header::ACCEPT, "text/html");
    Ok(Reply::to(page).await?.text())
}

/// Where a plain form leads.
async fn post(
    browser: &Browser,
    function: &str,
    form: &[(&str, &str)],
) -> anyhow::Result<Option<String>> {
    let form = browser
        .post(&format!("/fn/{function}"))
        .header(header::ACCEPT, "text/html")
        .header("origin", &browser.origin)
        .form(form);
    let reply = Reply::to(form).await?;
    Ok(reply.header("location").map(str::to_owned))
}

#[tokio::test]
async fn a_plain_form_makes_an_assistant_and_a_conversation_begins_with_it() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let eve = app.user("eve").await?;
    let hostile = "<script>alert(1)</script>";
    let instructions = format!("Rhyme in {{{{form|couplets}}}}. {hostile}");
    let new = [
        ("form[name]", hostile),
        ("form[emoji]", "🌸"),
        ("form[description]", hostile),
        ("form[instructions]", &*instructions),
        ("form[starters]", hostile),
        ("form[parameters][temperature]", "0.3"),
        ("form[tools][]", "calculate"),
        ("form[tools][]", "payroll__look_up"),
        ("form[tools][]", hostile),
    ];
    let id: String = lin.call("assistants.create", &new).await?.json()?;
    let paths = [
        "/assistants".to_owned(),
        format!("/assistants/{id}/edit"),
        format!("/assistants/new?from={id}"),
        format!("/?assistant={id}"),
    ];
    for path in &paths {
        let shown = page(&lin, path).await?;
        // IO-05: what was typed is text.
        assert!(shown.contains("&lt;script&gt;alert(1)"), "{path}: {shown}");
        assert!(!shown.contains("<script>alert(1)"), "{path}: {shown}");
        let strange = page(&eve, path).await?;
        assert!(!strange.contains("alert(1)"), "{path}: {strange}");
    }
    let form = lin.call("assistants.form", &[("id", &id)]).await?;
    let form: serde_json::Value = form.json()?;
    let kept = serde_json::json!(["calculate", "payroll__look_up"]);
    assert_eq!(form["filled"]["assistant"]["tools"], kept);
    let shown = page(&lin, &paths[1]).await?;
    assert!(
        shown.contains(r#"name="form[tools][]" value="payroll__look_up""#),
        "what nobody has is shown and stays: {shown}"
    );

    let submission = submission();
    let question = [
        ("conversation", ""),
        ("prompt", "雨"),
        ("model", "qwen-plus"),
        ("submission", &*submission),
        ("assistant", &*id),
        ("variables[0]", "sonnets"),
    ];
    let refused = eve.call("generation.ask", &question).await?.failure()?;
    assert_eq!(refused, FailureCode::AssistantGone);
    let place = post(&lin, "generation.ask", &question).await?;
    let place = place.unwrap_or_default();
    let conversation = place.strip_prefix("/c/").unwrap_or_default().parse()?;
    lin.ended_answer(conversation).await?;
    let told = format!("Rhyme in sonnets. {hostile}");
    let sent = app.asked_of_upstream();
    let is_told = |body: &serde_json::Value| {
        // What is said of tools comes behind it.
        let content = body["messages"][0]["content"].as_str();
        body["temperature"] == 0.3
            && content.is_some_and(|content| content.starts_with(&told))
            && body["tools"][0]["function"]["name"] == "calculate"
    };
    assert!(sent.iter().any(is_told), "{sent:?}");
    let shown = page(&lin, &place).await?;
    assert!(
        shown.contains("Rhyme in sonnets. &lt;script&gt;"),
        "{shown}"
    );

    // In a conversation that has begun it answers one question, and what it is called is text there too.
    let here = conversation.to_string();
    let once = crate::support::submission();
    let question = [
        ("conversation", &*here),
        ("prompt", "雪"),
        ("model", "qwen-plus"),
        ("submission", &*once),
        ("assistant", &*id),
    ];
    let place = post(&lin, "generation.ask", &question).await?;
    assert_eq!(place.as_deref(), Some(&*format!("/c/{here}")));
    lin.ended_answer(conversation).await?;
    let shown = page(&lin, &format!("/c/{here}")).await?;
    assert!(shown.contains(r#"data-of="answer""#), "{shown}");
    assert!(!shown.contains("<script>alert(1)"), "{shown}");

    let deleted = post(&lin, "assistants.delete", &[("id", &id)]).await?;
    assert_eq!(deleted.as_deref(), Some("/assistants?done=1"));
    // One that is gone is asked nothing, and what was typed comes back.
    let late = crate::support::submission();
    let question = [
        ("conversation", &*here),
        ("prompt", "霜降之后"),
        ("model", "qwen-plus"),
        ("submission", &*late),
        ("assistant", &*id),
    ];
    let refused = lin.call("generation.ask", &question).await?.failure()?;
    assert_eq!(refused, FailureCode::AssistantGone);
    post(&lin, "generation.ask", &question).await?;
    let shown = page(&lin, &format!("/c/{here}")).await?;
    assert!(shown.contains("霜降之后"), "{shown}");
    assert!(shown.contains("Rhyme in sonnets."), "the copy stays");
    Ok(())
}

#[tokio::test]
async fn each_refusal_names_its_field_and_publishing_needs_its_permission() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let boss = app.person("boss", BuiltIn::Administrator).await?;
    let long = "a".repeat(61);
    for (field, text, code) in [
        ("form[name]", &*long, FailureCode::InvalidAssistantName),
        ("form[emoji]", &*long, FailureCode::InvalidSign),
        ("form[instructions]", "", FailureCode::InvalidInstructions),
        ("form[application]", "a/b", FailureCode::InvalidApplication),
        ("form[application]", APPLICATION, FailureCode::Forbidden),
        ("form[audience]", "everybody", FailureCode::Forbidden),
        ("form[audience]", "nobody", FailureCode::BadRequest),
        (
            "form[parameters][temperature]",
            "2",
            FailureCode::InvalidTemperature,
        ),
    ] {
        let mut form = vec![("form[name]", "Poet"), ("form[instructions]", "Rhyme.")];
        form.retain(|(name, _)| *name != field);
        form.push((field, text));
        let refused = lin.call("assistants.create", &form).await?.failure()?;
        assert_eq!(refused, code, "{field}");
    }
    assert!(
        !page(&lin, "/assistants/new")
            .await?
            .contains("kind=application")
    );
    let form = page(&boss, "/assistants/new?kind=application").await?;
    assert!(form.contains("form[application]"), "{form}");
    let help = [
        ("form[name]", "Help desk"),
        ("form[application]", APPLICATION),
        ("form[audience]", "everybody"),
    ];
    let id: String = boss.call("assistants.create", &help).await?.json()?;
    let shown = page(&lin, &format!("/?assistant={id}")).await?;
    assert!(
        shown.contains("Help desk") && !shown.contains(APPLICATION),
        "{shown}"
    );
    assert!(
        !shown.contains("class=\"model-picker\""),
        "it has a model of its own"
    );

    let submission = submission();
    let question = [
        ("prompt", "你好"),
        ("model", "qwen-plus"),
        ("submission", &*submission),
        ("assistant", &*id),
    ];
    let asked: Asked = lin.call("generation.ask", &question).await?.json()?;
    let answer = lin.ended_answer(asked.conversation).await?;
    assert!(!answer.blocks.is_empty());
    Ok(())
}
