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

const PUBLIC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../public");

#[tokio::test]
async fn the_service_worker_is_asked_for_each_time_and_reaches_only_the_site() -> TestResult {
    let script = fs::read_to_string(Path::new(PUBLIC).join("sw.js"))?;
    for kept in ["caches", "indexedDB", "localStorage"] {
        assert!(!script.contains(kept), "it keeps nothing: {kept}");
    }
    if !Path::new(SITE).join("sw.js").exists() {
        return Ok(());
    }
    let app = TestApp::start().await?;
    let reply = Reply::to(app.anonymous()?.get("/sw.js")).await?;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.header("cache-control"), Some("no-cache"));
    assert_eq!(
        reply.header("content-type"),
        Some("text/javascript; charset=utf-8")
    );
    assert_eq!(
        reply.header("content-security-policy"),
        Some("default-src 'none'; connect-src 'self'; frame-ancestors 'none'")
    );
    Ok(())
}

#[test]
fn the_manifests_differ_in_their_words_only_and_name_pictures_that_are_there() -> TestResult {
    let manifest = |language: &str| -> anyhow::Result<serde_json::Value> {
        let path = Path::new(PUBLIC).join(format!("manifest.{language}.webmanifest"));
        Ok(serde_json::from_str(&fs::read_to_string(path)?)?)
    };
    let (english, chinese) = (manifest("en")?, manifest("zh")?);
    for same in [
        "id",
        "start_url",
        "scope",
        "display",
        "icons",
        "share_target",
    ] {
        assert_eq!(english[same], chinese[same], "{same}");
        assert!(!english[same].is_null(), "{same}");
    }
    assert_eq!(english["name"], "Liantai");
    assert_eq!(chinese["name"], "炼台");
    let icons = english["icons"].as_array().expect("icons");
    for icon in icons {
        let name = icon["src"].as_str().expect("an address");
        assert!(Path::new(&format!("{PUBLIC}{name}")).exists(), "{name}");
    }
    Ok(())
}

#[tokio::test]
async fn a_page_names_the_manifest_of_its_language() -> TestResult {
    let app = TestApp::start().await?;
    for (language, expected) in [
        ("en", "href=\"/manifest.en.webmanifest\""),
        ("zh-CN", "href=\"/manifest.zh.webmanifest\""),
    ] {
        let request = app.anonymous()?.get("/login");
        let page = Reply::to(request.header("accept-language", language)).await?;
        assert!(page.text().contains(expected), "{language}");
        let policy = page.header("content-security-policy").unwrap_or_default();
        for allowed in ["worker-src 'self'", "manifest-src 'self'"] {
            assert!(policy.contains(allowed), "{policy}");
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
