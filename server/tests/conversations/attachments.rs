//! Files that are handed in with questions, over HTTP.

use http::StatusCode;
use model::{Asked, FailureCode, FileView};

use crate::support::{Browser, PIXEL, Reply, TestApp, TestResult, databases, submission};

impl Browser {
    /// Asks with a file.
    async fn hand_in(&self, file: &FileView, prompt: &str, model: &str) -> anyhow::Result<Reply> {
        let (submission, file) = (submission(), file.id.to_string());
        let question = [
            ("conversation", ""),
            ("prompt", prompt),
            ("model", model),
            ("submission", submission.as_str()),
            ("attachments[0]", file.as_str()),
        ];
        self.call("generation.ask", &question).await
    }
}

#[tokio::test]
async fn a_text_is_handed_in_and_read_and_is_there_when_the_page_opens() -> TestResult {
    for database in databases().await? {
        let app = TestApp::start_on(database).await?;
        let lin = app.user("lin").await?;
        let file = lin.keep("诗.md", "春眠不觉晓".as_bytes().to_vec()).await?;
        assert_eq!(file.mime, "text/plain");
        let asked: Asked = lin.hand_in(&file, "谁写的？", "qwen-plus").await?.json()?;
        lin.ended_answer(asked.conversation).await?;
        let sent = app.asked_of_upstream();
        let content = sent[0]["messages"][1]["content"]
            .as_str()
            .unwrap_or_default();
        assert!(content.contains("春眠不觉晓"), "{content}");
        let page = lin.open(asked.conversation).await?.messages.items;
        let attached = &page[0].attachments[0];
        assert_eq!((attached.name.as_str(), attached.is_gone), ("诗.md", false));
        // What was handed in is given out as a text to keep, never as a page.
        let content = lin.content(file.id).await?;
        assert_eq!(content.header("content-type"), Some("text/plain"));
        let disposition = content.header("content-disposition").unwrap_or_default();
        assert!(disposition.starts_with("attachment"), "{disposition}");
    }
    Ok(())
}

/// AC-03.
#[tokio::test]
async fn what_cant_be_handed_in_is_refused_and_nothing_is_asked() -> TestResult {
    let app = TestApp::start().await?;
    let (lin, eve) = (app.user("lin").await?, app.user("eve").await?);
    let image = lin.keep("a.png", PIXEL.to_vec()).await?;
    let blind = lin.hand_in(&image, "看看", "qwen-plus").await?;
    assert_eq!(blind.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(blind.failure()?, FailureCode::ModelCantSee);
    let stolen = eve.hand_in(&image, "看看", "qwen3.5-plus").await?;
    assert_eq!(stolen.failure()?, FailureCode::FileGone);
    let id = image.id.to_string();
    let discarded = eve.call("files.discard", &[("id", &id)]).await?;
    assert_eq!(discarded.failure()?, FailureCode::NotFound);
    lin.call("files.discard", &[("id", &id)]).await?.done()?;
    assert_eq!(lin.content(image.id).await?.status, StatusCode::NOT_FOUND);
    assert!(lin.list().await?.is_empty() && eve.list().await?.is_empty());
    assert!(app.asked_of_upstream().is_empty());
    Ok(())
}
