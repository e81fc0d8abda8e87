//! The files of the page. A build of the page has to be there for most of this.

use std::{fs, path::Path};

use http::StatusCode;

use crate::support::{Reply, TestApp, TestResult};

const SITE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/site");

/// What `./dev build` has left in `pkg/`, if it was run.
fn built() -> Vec<String> {
    let Ok(files) = fs::read_dir(Path::new(SITE).join("pkg")) else {
        return Vec::new();
    };
    let names = files.filter_map(|file| file.ok()?.file_name().into_string().ok());
    names.map(|name| format!("/pkg/{name}")).collect()
}

#[tokio::test]
async fn files_are_sent_as_the_client_takes_them_and_kept_for_good() -> TestResult {
    let app = TestApp::start().await?;
    let browser = app.anonymous()?;
    let files = built();
    let is_compressed = |path: &str| [".br", ".gz"].iter().any(|ending| path.ends_with(ending));
    for path in files.iter().filter(|path| !is_compressed(path)) {
        for (accepted, ending, coding) in [
            ("gzip, deflate, br, zstd", ".br", Some("br")),
            ("gzip", ".gz", Some("gzip")),
            ("identity", "", None),
        ] {
            let compressed = format!("{path}{ending}");
            if !files.contains(&compressed) {
                continue;
            }
            let request = browser.get(path).header("accept-encoding", accepted);
            let reply = Reply::to(request).await?;
            assert_eq!(reply.status, StatusCode::OK, "{path}");
            assert_eq!(reply.header("content-encoding"), coding, "{path}");
            assert_eq!(reply.header("vary"), Some("accept-encoding"), "{path}");
            // The hash in this name is older than the content.
            let kept = if path.starts_with("/pkg/__wasm_split.") {
                "no-cache"
            } else {
                "public, max-age=31536000, immutable"
            };
            assert_eq!(reply.header("cache-control"), Some(kept), "{path}");
            assert_eq!(
                reply.body,
                fs::read(format!("{SITE}{compressed}"))?,
                "{path} as {accepted}"
            );

            let tag = reply.header("etag").expect("a tag").to_owned();
            let again = browser.get(path).header("accept-encoding", accepted);
            let again = Reply::to(again.header("if-none-match", tag)).await?;
            assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{path}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn nothing_but_the_pages_files_is_served() -> TestResult {
    let app = TestApp::start().await?;
    let browser = app.anonymous()?;
    for path in [
        "/pkg/nothing.js",
        "/pkg/../Cargo.toml",
        "/pkg/%2e%2e/%2e%2e/Cargo.toml",
        "/favicon.ico",
        "/pkg/",
    ] {
        let reply = Reply::to(browser.get(path)).await?;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
    }
    Ok(())
}
