//! Parameters and personal instructions, as a page with and without scripts sets them.

use http::header;
use model::{FailureCode, ParametersView};

use crate::support::{Reply, TestApp, TestResult};

#[tokio::test]
async fn a_plain_form_sets_parameters_and_the_next_question_has_them() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let asked = lin.ask("背一首诗").await?;
    lin.ended_answer(asked.conversation).await?;
    let id = asked.conversation.to_string();
    let page = format!(
        "{}/parameters?conversation={id}&problem=invalid_seed",
        lin.origin
    );
    let form = lin
        .post("/fn/parameters.set")
        .header(header::ACCEPT, "text/html")
        .header("origin", &lin.origin)
        .header("referer", &page)
        .form(&[
            ("conversation", &*id),
            ("model", "qwen-plus"),
            ("form[temperature]", "0,3"),
            ("form[instructions]", "Rhyme.\r\nAlways."),
        ]);
    let reply = Reply::to(form).await?;
    let back = format!("/parameters?conversation={id}&done=1");
    assert_eq!(reply.header("location"), Some(&*back));

    lin.ask_in(asked.conversation, "再背一首").await?;
    lin.ended_answer(asked.conversation).await?;
    let sent = app.asked_of_upstream();
    let told = |body: &serde_json::Value| {
        body["temperature"] == 0.3 && body["messages"][0]["content"] == "Rhyme.\nAlways."
    };
    assert!(sent.iter().any(told), "{sent:?}");
    let shown = lin.get(&back).header(header::ACCEPT, "text/html");
    let shown = Reply::to(shown).await?.text();
    assert!(shown.contains("value=\"0.3\""), "{shown}");
    Ok(())
}

#[tokio::test]
async fn each_refusal_names_its_field_and_nothing_is_set() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let asked = lin.ask("背一首诗").await?;
    lin.ended_answer(asked.conversation).await?;
    let id = asked.conversation.to_string();
    for (field, text, code) in [
        ("form[temperature]", "2", FailureCode::InvalidTemperature),
        ("form[top_p]", "0", FailureCode::InvalidTopP),
        ("form[max_tokens]", "32769", FailureCode::InvalidMaxTokens),
        ("form[seed]", "-1", FailureCode::InvalidSeed),
        (
            "form[thinking_budget]",
            "81921",
            FailureCode::InvalidThinkingBudget,
        ),
        ("form[thinking]", "perhaps", FailureCode::BadRequest),
    ] {
        let form = [
            ("conversation", &*id),
            ("model", "qwen-plus"),
            (field, text),
        ];
        let refused = lin.call("parameters.set", &form).await?.failure()?;
        assert_eq!(refused, code, "{field}");
    }
    let of = [("conversation", &*id)];
    let view: ParametersView = lin.call("parameters.load", &of).await?.json()?;
    assert!(view.parameters.is_empty());
    assert_eq!(view.model.name.as_str(), "qwen-plus");
    Ok(())
}

#[tokio::test]
async fn a_plain_form_deletes_a_prompt_and_takes_that_back() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let new = [
        ("name", "/weekly"),
        ("text", "About {{topic}}. <script>alert(1)</script>"),
    ];
    let id: String = lin.call("prompts.create", &new).await?.json()?;
    let again = lin.call("prompts.create", &new).await?.failure()?;
    assert_eq!(again, FailureCode::NameTaken);
    let bad = [("name", "two words"), ("text", "x")];
    let bad = lin.call("prompts.create", &bad).await?.failure()?;
    assert_eq!(bad, FailureCode::InvalidPromptName);
    let page = async |path: &str| -> anyhow::Result<String> {
        let page = lin.get(path).header(header::ACCEPT, "text/html");
        Ok(Reply::to(page).await?.text())
    };
    // IO-05: what was typed is text.
    let shown = page("/prompts").await?;
    assert!(shown.contains("&lt;script&gt;alert(1)"), "{shown}");
    assert!(!shown.contains("<script>alert(1)"), "{shown}");

    let post = async |function: &str| -> anyhow::Result<Option<String>> {
        let form = lin
            .post(&format!("/fn/{function}"))
            .header(header::ACCEPT, "text/html")
            .header("origin", &lin.origin)
            .form(&[("id", &*id)]);
        let reply = Reply::to(form).await?;
        Ok(reply.header("location").map(str::to_owned))
    };
    let removed = post("prompts.delete").await?;
    assert_eq!(removed, Some(format!("/prompts?removed={id}")));
    let gone = page(&removed.unwrap_or_default()).await?;
    assert!(!gone.contains("About {{topic}}"), "{gone}");
    assert!(gone.contains("/fn/prompts.restore"), "{gone}");
    assert_eq!(post("prompts.restore").await?.as_deref(), Some("/prompts"));
    assert!(page("/prompts").await?.contains("About {{topic}}"));
    Ok(())
}
