//! Files in a bucket that speaks S3.

use http::StatusCode;

use crate::support::{Bucket, PIXEL, Reply, TestApp, TestResult, film};

#[tokio::test]
async fn a_bucket_does_what_the_folder_does() -> TestResult {
    let (bucket, s3) = Bucket::start().await?;
    let app = TestApp::start_with(|config| config.files.s3 = Some(s3)).await?;
    let lin = app.user("lin").await?;
    // Small enough to be put at once, and long enough for pieces.
    let small = lin.keep("a.png", PIXEL.to_vec()).await?;
    let content = film(17_000_001);
    let large = lin.keep("b.mp4", content.clone()).await?;
    assert!(lin.content(large.id).await?.body == content);
    let part = lin
        .get(&format!("/files/{}", large.id))
        .header("range", "bytes=16999990-");
    let part = Reply::to(part).await?;
    assert_eq!(part.status, StatusCode::PARTIAL_CONTENT);
    assert!(part.body == content[16_999_990..]);
    let thumbnail = Reply::to(lin.get(&format!("/files/{}/thumbnail", small.id))).await?;
    assert_eq!(thumbnail.status, StatusCode::OK, "{}", thumbnail.text());
    assert_eq!(bucket.names().len(), 3, "{:?}", bucket.names());

    let upload = lin.begin_upload(content.len()).await?;
    Reply::to(lin.appending(&upload, 0, content[..6_000_000].to_vec())?)
        .await?
        .done()?;
    assert_eq!(bucket.names().len(), 5, "two parts more");
    let ended = lin.appending(&upload, 6_000_000, content[6_000_000..].to_vec())?;
    let ended = Reply::to(ended).await?;
    assert!(
        ended.header("upload-file").is_some(),
        "{} {}",
        ended.status,
        ended.text()
    );
    // Its content was there already, and its parts are gone.
    assert_eq!(bucket.names().len(), 3, "{:?}", bucket.names());
    Ok(())
}

#[tokio::test]
async fn a_bucket_that_is_away_costs_an_answer_and_nothing_else() -> TestResult {
    let (_, mut s3) = Bucket::start().await?;
    s3.access_key = "of-somebody-else".to_owned();
    let app = TestApp::start_with(|config| config.files.s3 = Some(s3)).await?;
    let lin = app.user("lin").await?;
    let reply = Reply::to(lin.sending("a.png", PIXEL.to_vec())).await?;
    assert_eq!(
        (reply.status.as_u16(), reply.text().as_str()),
        (503, "files_unavailable")
    );
    assert!(lin.session().await?.account.is_some());
    Ok(())
}
