//! How contents are served.

use http::{Method, StatusCode};

use crate::support::{PIXEL, Reply, TestApp, TestResult, film};

/// FI-09.
#[tokio::test]
async fn a_content_comes_with_what_makes_it_harmless() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let file = lin.keep("春 晓.png", PIXEL.to_vec()).await?;
    assert_eq!((file.width, file.height), (Some(1), Some(1)));
    let reply = lin.content(file.id).await?;
    assert_eq!(reply.status, StatusCode::OK);
    let length = reply.body.len().to_string();
    for (name, value) in [
        ("content-type", "image/png"),
        ("content-length", length.as_str()),
        (
            "content-disposition",
            "inline; filename=\"_ _.png\"; filename*=UTF-8''%E6%98%A5%20%E6%99%93.png",
        ),
        ("content-security-policy", "sandbox; default-src 'none'"),
        ("cross-origin-resource-policy", "same-origin"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "private, no-cache"),
        ("accept-ranges", "bytes"),
    ] {
        assert_eq!(reply.header(name), Some(value), "{name}");
    }
    let small = Reply::to(lin.get(&format!("/files/{}/thumbnail?side=128", file.id))).await?;
    assert_eq!(small.status, StatusCode::OK, "{}", small.text());
    assert!(
        small
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("image/"))
    );
    assert_eq!(
        small.header("content-security-policy"),
        Some("sandbox; default-src 'none'")
    );
    Ok(())
}

/// FI-14.
#[tokio::test]
async fn ranges_and_tags_are_answered_as_the_rfc_says() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let content = film(400_000);
    let file = lin.keep("a.mp4", content.clone()).await?;
    let path = format!("/files/{}", file.id);
    let whole = lin.content(file.id).await?;
    // A film is not compressed on the way: parts of it could not be counted.
    assert_eq!(whole.header("content-encoding"), None);
    assert!(whole.body == content);
    let tag = whole.header("etag").unwrap_or_default().to_owned();
    for (range, status, says, part) in [
        ("bytes=0-0", 206, "bytes 0-0/400000", &content[..1]),
        (
            "bytes=100000-299999",
            206,
            "bytes 100000-299999/400000",
            &content[100_000..300_000],
        ),
        (
            "bytes=399990-",
            206,
            "bytes 399990-399999/400000",
            &content[399_990..],
        ),
        (
            "bytes=-5",
            206,
            "bytes 399995-399999/400000",
            &content[399_995..],
        ),
        ("bytes=400000-", 416, "bytes */400000", &[][..]),
    ] {
        let reply = Reply::to(lin.get(&path).header("range", range)).await?;
        assert_eq!(reply.status.as_u16(), status, "{range}");
        assert_eq!(reply.header("content-range"), Some(says), "{range}");
        assert!(reply.body == part, "{range}");
    }
    let reply = Reply::to(
        lin.get(&path)
            .header("range", "bytes=0-9")
            .header("if-range", &tag),
    )
    .await?;
    assert_eq!(reply.status, StatusCode::PARTIAL_CONTENT);
    let reply = Reply::to(
        lin.get(&path)
            .header("range", "bytes=0-9")
            .header("if-range", "\"old\""),
    )
    .await?;
    assert_eq!(
        (reply.status, reply.body.len()),
        (StatusCode::OK, content.len())
    );
    let reply = Reply::to(lin.get(&path).header("if-none-match", &tag)).await?;
    assert_eq!(
        (reply.status, reply.body.len()),
        (StatusCode::NOT_MODIFIED, 0)
    );
    let url = format!("{}{path}", lin.origin);
    let reply = Reply::to(lin.request(Method::HEAD, &url)).await?;
    assert_eq!(reply.header("content-length"), Some("400000"));
    Ok(())
}
