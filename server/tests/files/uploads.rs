//! Resumable uploads by tus.

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::StatusCode;

use crate::support::{Reply, TestApp, TestResult, databases, eventually, film};

#[tokio::test]
async fn the_server_says_what_it_speaks() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let url = format!("{}/uploads", lin.origin);
    let reply = Reply::to(lin.request(http::Method::OPTIONS, &url)).await?;
    assert_eq!(reply.status, StatusCode::NO_CONTENT);
    assert_eq!(reply.header("tus-version"), Some("1.0.0"));
    assert_eq!(
        reply.header("tus-extension"),
        Some("creation,expiration,termination")
    );
    assert_eq!(reply.header("tus-max-size"), Some("2147483648"));
    let other = lin
        .post("/uploads")
        .header("tus-resumable", "0.2.2")
        .header("upload-length", 10);
    let reply = Reply::to(other).await?;
    assert_eq!(reply.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(reply.header("tus-version"), Some("1.0.0"));
    for length in ["-1", "1e3", "", "99999999999999999999999"] {
        let begin = lin.tus("POST", "/uploads")?.header("upload-length", length);
        assert!(Reply::to(begin).await?.status.is_client_error(), "{length}");
    }
    Ok(())
}

/// The connection is cut in the middle; what arrived stays, and the rest makes it a file.
#[tokio::test]
async fn an_upload_that_was_cut_goes_on() -> TestResult {
    for database in databases().await? {
        let app = TestApp::start_on(database).await?;
        let lin = app.user("lin").await?;
        let content = film(9_000_000);
        let upload = lin.begin_upload(content.len()).await?;

        let begun = Bytes::copy_from_slice(&content[..5_000_000]);
        let begun = stream::once(async move { anyhow::Ok(begun) }).chain(stream::pending());
        let sending = lin.appending(&upload, 0, reqwest::Body::wrap_stream(begun))?;
        let cut = tokio::time::timeout(std::time::Duration::from_millis(1500), sending.send());
        assert!(cut.await.is_err(), "it is still sending");
        let offset = eventually("what arrived", async || {
            let reply = Reply::to(lin.tus("HEAD", &upload)?).await?;
            let offset: usize = reply.header("upload-offset").unwrap_or_default().parse()?;
            Ok((offset == 5_000_000).then_some(offset))
        })
        .await?;

        let wrong = Reply::to(lin.appending(&upload, 0, content[..10].to_vec())?).await?;
        assert_eq!(wrong.status, StatusCode::CONFLICT);
        assert_eq!(wrong.header("upload-offset"), Some("5000000"));
        let reply = Reply::to(lin.appending(&upload, offset, content[offset..].to_vec())?).await?;
        assert_eq!(reply.status, StatusCode::NO_CONTENT, "{}", reply.text());
        assert!(
            reply
                .header("upload-expires")
                .is_some_and(|at| at.ends_with("GMT"))
        );
        let file = reply.header("upload-file").unwrap_or_default().parse()?;
        let served = lin.content(file).await?;
        assert!(served.body == content);
        assert!(
            served
                .header("content-disposition")
                .is_some_and(|name| name.contains("%E6%98%A5.mp4"))
        );
        let asked = Reply::to(lin.tus("HEAD", &upload)?).await?;
        assert_eq!(asked.header("upload-file"), Some(file.to_string().as_str()));
        let ended = Reply::to(lin.tus("DELETE", &upload)?).await?;
        assert_eq!(ended.status, StatusCode::NO_CONTENT);
        assert_eq!(
            Reply::to(lin.tus("HEAD", &upload)?).await?.status,
            StatusCode::NOT_FOUND
        );
    }
    Ok(())
}

#[tokio::test]
async fn what_is_not_a_part_is_refused() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let upload = lin.begin_upload(1000).await?;
    let plain = lin
        .tus("PATCH", &upload)?
        .header("upload-offset", 0)
        .body(film(1000));
    assert_eq!(
        Reply::to(plain).await?.status,
        StatusCode::UNSUPPORTED_MEDIA_TYPE
    );
    let nowhere = lin
        .tus("PATCH", &upload)?
        .header("content-type", "application/offset+octet-stream")
        .body(film(1000));
    assert_eq!(Reply::to(nowhere).await?.status, StatusCode::BAD_REQUEST);
    let more = Reply::to(lin.appending(&upload, 0, film(1001))?).await?;
    assert_eq!(more.status, StatusCode::BAD_REQUEST);
    let wrong = lin.begin_upload(10_000).await?;
    let reply = Reply::to(lin.appending(&wrong, 0, vec![b'<'; 10_000])?).await?;
    assert_eq!(
        (reply.status.as_u16(), reply.text().as_str()),
        (422, "file_type_refused")
    );
    assert_eq!(
        Reply::to(lin.tus("HEAD", &wrong)?).await?.status.as_u16(),
        422
    );
    Ok(())
}
