//! What people write stays text where the server writes it into a page. (IO-05)

use http::header;

use crate::support::{Reply, TestApp, TestResult};

#[tokio::test]
async fn a_title_ends_no_element_of_the_page() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let asked = lin.ask("背一首诗").await?;
    lin.ended_answer(asked.conversation).await?;
    app.titles_written(1).await?;
    let hostile = "</title><meta http-equiv=refresh content=0>";
    lin.rename(asked.conversation, hostile).await?;
    let page = lin
        .get(&format!("/c/{}", asked.conversation))
        .header(header::ACCEPT, "text/html");
    let page = Reply::to(page).await?.text();
    assert!(page.contains("<title>&lt;/title&gt;&lt;meta"), "{page}");
    assert!(!page.contains("<meta http-equiv"), "{page}");
    Ok(())
}
