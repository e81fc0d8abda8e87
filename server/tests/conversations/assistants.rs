//! Assistants, as a page with and without scripts makes them and begins with them.

use anyhow::Context;
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

/// IO-05: what was typed is text, and a stranger sees none of it.
async fn is_text_and_nobody_elses(owner: &Browser, stranger: &Browser, path: &str) -> TestResult {
    let shown = page(owner, path).await?;
    assert!(shown.contains("&lt;script&gt;alert(1)"), "{path}: {shown}");
    assert!(!shown.contains("<script>alert(1)"), "{path}: {shown}");
    let strange = page(stranger, path).await?;
    assert!(!strange.contains("alert(1)"), "{path}: {strange}");
    Ok(())
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
        is_text_and_nobody_elses(&lin, &eve, path).await?;
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

    asks_it_once(&lin, &id, &conversation.to_string()).await?;
    let told = format!("Rhyme in <i>haiku</i>. {hostile}");
    let is_told = |body: &serde_json::Value| {
        let content = body["messages"][0]["content"].as_str();
        content.is_some_and(|content| content.starts_with(&told))
    };
    assert!(app.asked_of_upstream().iter().any(is_told), "{told}");
    Ok(())
}

/// In a conversation that has begun it answers one question, and what it is called and given is text there too.
async fn asks_it_once(lin: &Browser, id: &str, here: &str) -> TestResult {
    let draft = [
        ("conversation", here),
        ("text", "雪"),
        ("assistant", id),
        ("names[0]", "form"),
        ("variables[0]", "<i>haiku</i>"),
    ];
    lin.call("conversations.save_draft", &draft).await?.done()?;
    let shown = page(lin, &format!("/c/{here}")).await?;
    assert!(shown.contains("&lt;i&gt;haiku"), "{shown}");
    assert!(shown.contains(r#"name="names[0]""#), "{shown}");
    let once = submission();
    let with = |name: &'static str| {
        [
            ("conversation", here),
            ("prompt", "雪"),
            ("model", "qwen-plus"),
            ("submission", &*once),
            ("assistant", id),
            ("names[0]", name),
            ("variables[0]", "<i>haiku</i>"),
        ]
    };
    let changed = lin.call("generation.ask", &with("tone")).await?;
    assert_eq!(changed.failure()?, FailureCode::Outdated);
    let question = with("form");
    let place = post(lin, "generation.ask", &question).await?;
    assert_eq!(place.as_deref(), Some(&*format!("/c/{here}")));
    lin.ended_answer(here.parse()?).await?;
    let shown = page(lin, &format!("/c/{here}")).await?;
    assert!(shown.contains(r#"data-of="answer""#), "{shown}");
    assert!(!shown.contains("<script>alert(1)"), "{shown}");
    // The way from there to several models, which are asked as it is told.
    let to = format!("/c/{here}/compare/");
    let (_, way) = shown.rsplit_once(&*to).context("no way")?;
    let asked = way.get(..36).context("no question")?;
    let compared = page(lin, &format!("{to}{asked}")).await?;
    assert!(compared.contains(r#"data-of="question""#), "{compared}");
    assert!(!compared.contains("<script>alert(1)"), "{compared}");

    let deleted = post(lin, "assistants.delete", &[("id", id)]).await?;
    let removed = format!("/assistants?removed={id}");
    assert_eq!(deleted.as_deref(), Some(&*removed));
    // The page after it takes that back.
    let offered = page(lin, &removed).await?;
    assert!(offered.contains("/fn/assistants.restore"), "{offered}");
    let restored = post(lin, "assistants.restore", &[("id", id)]).await?;
    assert_eq!(restored.as_deref(), Some("/assistants"));
    assert!(page(lin, "/assistants").await?.contains(id));
    post(lin, "assistants.delete", &[("id", id)]).await?;
    // One that is gone is asked nothing, and what was typed comes back.
    let late = submission();
    let question = [
        ("conversation", here),
        ("prompt", "霜降之后"),
        ("model", "qwen-plus"),
        ("submission", &*late),
        ("assistant", id),
    ];
    let refused = lin.call("generation.ask", &question).await?.failure()?;
    assert_eq!(refused, FailureCode::AssistantGone);
    post(lin, "generation.ask", &question).await?;
    let shown = page(lin, &format!("/c/{here}")).await?;
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

/// AC-03, DP-02.
#[tokio::test]
async fn a_picture_goes_with_the_right_to_its_assistant_whatever_the_browser_has_of_it()
-> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let boss = app.person("boss", BuiltIn::Administrator).await?;
    let poet = [
        ("form[name]", "Poet"),
        ("form[instructions]", "Rhyme."),
        ("form[audience]", "everybody"),
    ];
    let id: String = boss.call("assistants.create", &poet).await?.json()?;
    let path = format!("/pictures/assistants/{id}");
    let status = async |who: &Browser, tag: &str| -> anyhow::Result<(u16, Option<String>)> {
        let reply = Reply::to(who.get(&path).header(header::IF_NONE_MATCH, tag)).await?;
        let kept = reply.header("cache-control").map(str::to_owned);
        Ok((reply.status.as_u16(), kept))
    };
    let private = Some("private, no-cache".to_owned());
    assert_eq!(status(&lin, "\"\"").await?.0, 404, "it has none");
    let image = app.database.bytes("89504E470D0A1A0A");
    let keep = format!(
        "INSERT INTO assistant_pictures (assistant_id, image, version, updated_at) SELECT '{id}', {image}, 'first', 5"
    );
    app.database.execute(&keep).await?;
    assert_eq!(status(&lin, "\"\"").await?, (200, private.clone()));
    assert_eq!(status(&lin, "\"first\"").await?, (304, private.clone()));
    assert_eq!(status(&app.anonymous()?, "\"first\"").await?.0, 401);

    let mut own = vec![("id", &*id)];
    own.extend(poet);
    own.retain(|(name, _)| *name != "form[audience]");
    boss.call("assistants.update", &own).await?.done()?;
    let gone = (404, Some("no-store".to_owned()));
    assert_eq!(status(&lin, "\"first\"").await?, gone);
    assert_eq!(status(&boss, "\"first\"").await?, (304, private));
    let taken = post(&lin, "assistants.remove_picture", &[("id", &id)]).await?;
    assert!(
        taken.is_some_and(|way| way.contains("problem=not_found")),
        "a stranger's looks like none"
    );
    assert_eq!(status(&boss, "\"first\"").await?.0, 304);
    Ok(())
}
