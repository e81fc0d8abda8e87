//! Files that come with one request, for pages and programs.

use http::{Method, StatusCode};
use model::{BuiltIn, FileView};
use reqwest::multipart::{Form, Part};

use crate::support::{Api, PIXEL, Reply, TestApp, TestResult, answered, film};

#[tokio::test]
async fn a_forms_files_are_taken_in_their_order() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let form = Form::new()
        .text("note", "passed over")
        .part(
            "file",
            Part::bytes(PIXEL)
                .file_name("a.png")
                .mime_str("image/png")?,
        )
        .part("file", Part::bytes(film(100_000)).file_name("b.mp4"));
    let reply = Reply::to(lin.post("/files").multipart(form)).await?;
    let files: Vec<FileView> = reply.json()?;
    let names: Vec<_> = files
        .iter()
        .map(|file| (file.name.as_str(), file.mime.as_str()))
        .collect();
    assert_eq!(names, [("a.png", "image/png"), ("b.mp4", "video/mp4")]);
    let wrong = Form::new().part(
        "file",
        Part::bytes(PIXEL)
            .file_name("a.png")
            .mime_str("text/html")?,
    );
    let reply = Reply::to(lin.post("/files").multipart(wrong)).await?;
    assert_eq!(
        (reply.status.as_u16(), reply.text().as_str()),
        (422, "file_type_mismatch")
    );
    Ok(())
}

/// IO-23: also where the length is not said.
#[tokio::test]
async fn what_is_larger_than_an_upload_may_be_is_refused() -> TestResult {
    let app = TestApp::start_with(|config| config.files.largest_upload = 100_000).await?;
    let lin = app.user("lin").await?;
    let reply = Reply::to(lin.sending("a.mp4", film(300_000))).await?;
    assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE);
    let pieces = futures_util::stream::iter(
        film(120_000)
            .chunks(10_000)
            .map(|piece| anyhow::Ok(piece.to_vec()))
            .collect::<Vec<_>>(),
    );
    let body = reqwest::Body::wrap_stream(pieces);
    let reply = Reply::to(lin.post("/files?name=a.mp4").body(body)).await?;
    assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE);
    let begin = lin
        .tus("POST", "/uploads")?
        .header("upload-length", 100_001);
    assert_eq!(
        Reply::to(begin).await?.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    Ok(())
}

#[tokio::test]
async fn a_program_keeps_files_over_rest() -> TestResult {
    let app = TestApp::start().await?;
    let device = app.device("lin", BuiltIn::Member).await?;
    let lin = Api::of(&app)?.bearing(&device.access);
    let upload = lin
        .request(Method::POST, "/rest/v1/files?name=a")
        .body(film(10_000));
    let file = answered(upload).await?.done()?;
    assert_eq!(file["name"], "a.mp4");
    let path = format!("/rest/v1/files/{}", file["id"].as_str().unwrap_or_default());
    let part = lin
        .request(Method::GET, &format!("{path}/content"))
        .header("range", "bytes=0-7");
    let part = answered(part).await?;
    assert_eq!(
        (part.status, &part.bytes[4..]),
        (StatusCode::PARTIAL_CONTENT, &b"ftyp"[..])
    );
    let renamed = lin
        .call(Method::PATCH, &path, serde_json::json!({ "name": "春" }))
        .await?
        .done()?;
    assert_eq!(renamed["name"], "春.mp4");
    let listed = lin.get("/rest/v1/files?medium=video").await?.done()?;
    assert_eq!(listed["items"][0], renamed);
    let used = lin.get("/rest/v1/files/used").await?.done()?;
    assert_eq!(
        (&used["bytes"], &used["files"]),
        (&10_000.into(), &1.into())
    );
    let gone = lin
        .call(Method::DELETE, &path, serde_json::Value::Null)
        .await?;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(lin.get(&path).await?.code(), "not_found");
    let none = lin.request(Method::POST, "/rest/v1/files").body("<html>");
    assert_eq!(answered(none).await?.code(), "file_type_refused");
    Ok(())
}
