//! Resumable uploads by tus.

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::StatusCode;

use crate::support::{Reply, TestApp, TestResult, databases, eventually, film, recording};

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
        Some("creation,creation-defer-length,expiration,termination")
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

/// A recording is sent while it is made: its length is told with its end, and what came is there for whoever comes back.
#[tokio::test]
async fn the_length_of_what_is_being_made_is_told_with_its_end() -> TestResult {
    for database in databases().await? {
        let app = TestApp::start_on(database).await?;
        let (lin, eve) = (app.user("lin").await?, app.user("eve").await?);
        let both = lin
            .tus("POST", "/uploads")?
            .header("upload-length", 5)
            .header("upload-defer-length", "1");
        assert_eq!(Reply::to(both).await?.status, StatusCode::BAD_REQUEST);
        let begin = lin
            .tus("POST", "/uploads")?
            .header("upload-defer-length", "1")
            .header("upload-recorded", "0")
            .header(
                "upload-metadata",
                "filename d2Vla2x5Lndhdg==,filetype YXVkaW8vd2F2",
            );
        let begun = Reply::to(begin).await?;
        assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text());
        assert_eq!(begun.header("upload-defer-length"), Some("1"));
        let upload = begun.header("location").unwrap_or_default().to_owned();
        let sound = recording(2);
        let half = sound.len() / 2;

        let first = lin
            .appending(&upload, 0, sound[..half].to_vec())?
            .header("upload-recorded", "1000");
        let first = Reply::to(first).await?;
        assert_eq!(first.status, StatusCode::NO_CONTENT, "{}", first.text());
        assert_eq!(first.header("upload-length"), None);
        let used = "SELECT bytes FROM storage WHERE files > 0";
        assert_eq!(app.database.number(used).await?, i64::try_from(half)?);
        let told = Reply::to(lin.tus("HEAD", &upload)?).await?;
        assert_eq!(told.header("upload-defer-length"), Some("1"));
        assert_eq!(
            told.header("upload-offset"),
            Some(half.to_string().as_str())
        );
        let view = lin.call("transcripts.list", &[]).await?;
        let view: serde_json::Value = view.json()?;
        assert_eq!(view["unfinished"][0]["recorded_ms"], 1000, "{view}");
        let theirs = eve.call("transcripts.list", &[]).await?;
        let theirs: serde_json::Value = theirs.json()?;
        assert_eq!(theirs["unfinished"], serde_json::json!([]));

        // Less than what came can't be its length, and nobody else ends it.
        for (who, length, status) in [
            (&lin, half - 1, StatusCode::BAD_REQUEST),
            (&eve, half, StatusCode::NOT_FOUND),
        ] {
            let end = who.appending(&upload, half, Vec::new())?;
            let end = Reply::to(end.header("upload-length", length)).await?;
            assert_eq!(end.status, status, "{}", end.text());
        }
        let end = lin.appending(&upload, half, sound[half..].to_vec())?;
        let end = Reply::to(end.header("upload-length", sound.len())).await?;
        assert_eq!(end.status, StatusCode::NO_CONTENT, "{}", end.text());
        let file = end.header("upload-file").unwrap_or_default().parse()?;
        assert_eq!(lin.content(file).await?.body, sound);
        assert_eq!(
            app.database.number(used).await?,
            i64::try_from(sound.len())?
        );
        let view = lin.call("transcripts.list", &[]).await?;
        let view: serde_json::Value = view.json()?;
        assert_eq!(view["unfinished"], serde_json::json!([]));
    }
    Ok(())
}

/// That there is no room for more leaves what came, which can be used as it is.
#[tokio::test]
async fn what_came_of_a_recording_stays_when_there_is_no_room_for_more() -> TestResult {
    let app = TestApp::start_with(|config| config.files.person_bytes = 50_000).await?;
    let lin = app.user("lin").await?;
    let begin = lin
        .tus("POST", "/uploads")?
        .header("upload-defer-length", "1")
        .header("upload-metadata", "filename d2Vla2x5Lndhdg==");
    let begun = Reply::to(begin).await?;
    let upload = begun.header("location").unwrap_or_default().to_owned();
    let sound = recording(2);
    let first = lin.appending(&upload, 0, sound[..40_000].to_vec())?;
    assert_eq!(Reply::to(first).await?.status, StatusCode::NO_CONTENT);
    let more = lin.appending(&upload, 40_000, sound[40_000..].to_vec())?;
    let more = Reply::to(more).await?;
    assert_eq!(more.text(), "storage_used_up");
    let end = lin.appending(&upload, 40_000, Vec::new())?;
    let end = Reply::to(end.header("upload-length", 40_000)).await?;
    let file = end.header("upload-file").unwrap_or_default().parse()?;
    assert_eq!(lin.content(file).await?.body, sound[..40_000].to_vec());
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
