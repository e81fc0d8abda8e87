//! Answers: what is thought of them, by forms without scripts.

use http::header;
use model::{BuiltIn, FailureCode, Ratings};

use crate::support::{Reply, TestApp, TestResult};

#[tokio::test]
async fn an_answer_is_rated_with_a_comment_by_plain_forms_and_administrators_read_it() -> TestResult
{
    let app = TestApp::start().await?;
    let boss = app.person("boss", BuiltIn::Auditor).await?;
    let lin = app.user("lin").await?;
    let asked = lin.ask("背一首诗").await?;
    lin.ended_answer(asked.conversation).await?;
    let (id, message) = (asked.conversation.to_string(), asked.answer.id.to_string());
    let page = async || -> anyhow::Result<String> {
        let page = lin
            .get(&format!("/c/{id}"))
            .header(header::ACCEPT, "text/html");
        Ok(Reply::to(page).await?.text())
    };
    assert!(page().await?.contains("/fn/ratings.set"));
    let post = async |function: &str, more: &[(&str, &str)]| -> anyhow::Result<Option<String>> {
        let mut form = vec![("id", &*id), ("message", &*message)];
        form.extend_from_slice(more);
        let reply = Reply::to(
            lin.post(&format!("/fn/{function}"))
                .header(header::ACCEPT, "text/html")
                .header("origin", &lin.origin)
                .form(&form),
        )
        .await?;
        Ok(reply.header("location").map(str::to_owned))
    };
    let here = Some(format!("/c/{id}"));
    assert_eq!(post("ratings.set", &[("good", "false")]).await?, here);
    let hostile = "<script>alert(1)</script>";
    let said = [("good", "false"), ("comment", hostile)];
    assert_eq!(post("ratings.set", &said).await?, here);
    // IO-05: what was typed is text.
    let shown = page().await?;
    assert!(shown.contains("&lt;script&gt;alert(1)"), "{shown}");
    assert!(!shown.contains(hostile), "{shown}");

    let long = "长".repeat(1001);
    let wrong = [
        ("id", &*id),
        ("message", &*message),
        ("good", "true"),
        ("comment", &*long),
    ];
    let refused = lin.call("ratings.set", &wrong).await?.failure()?;
    assert_eq!(refused, FailureCode::InvalidComment);
    let wrong = [("id", &*id), ("message", &*message), ("good", "very")];
    let refused = lin.call("ratings.set", &wrong).await?.failure()?;
    assert_eq!(refused, FailureCode::BadRequest);

    let read: Ratings = boss.call("ratings.list", &[]).await?.json()?;
    assert_eq!(read.page.items.len(), 1);
    assert_eq!(read.page.items[0].rating.comment, hostile);
    let list = boss
        .get("/admin/ratings")
        .header(header::ACCEPT, "text/html");
    let list = Reply::to(list).await?.text();
    assert!(list.contains("&lt;script&gt;alert(1)"), "{list}");
    for secret in ["背一首诗", "lin@"] {
        assert!(!list.contains(secret), "{secret}");
    }

    assert_eq!(post("ratings.remove", &[]).await?, here);
    let read: Ratings = boss.call("ratings.list", &[]).await?.json()?;
    assert_eq!(read, Ratings::default());
    Ok(())
}
