//! No route is forgotten: each that the server has is in the description, or stands here with the reason why not.

use std::{collections::BTreeSet, fs, path::Path};

use model::BuiltIn;

use crate::support::{Api, TestApp, TestResult};

/// Routes that the description leaves out.
const ELSEWHERE: &[(&str, &str)] = &[
    // A page's own: its forms, its files, its events, for the browser that has the session.
    ("/account/export", "a page's form"),
    ("/account/picture", "a page's form"),
    ("/admin/audit/export", "a page's form; /rest/v1/audit"),
    (
        "/admin/usage/export",
        "a page's link; /rest/v1/admin/usage/export",
    ),
    ("/c/{id}/export", "a page's link"),
    ("/c/{id}/print", "a page's link"),
    ("/events/conversations/{id}", "a page's events"),
    ("/events/jobs", "a page's events"),
    ("/files", "a page's form; /rest/v1/files"),
    (
        "/files/{id}",
        "a page's pictures; /rest/v1/files/{id}/content",
    ),
    (
        "/files/{id}/thumbnail",
        "a page's pictures; /rest/v1/files/{id}/thumbnail",
    ),
    (
        "/fn/{*name}",
        "functions of pages, with a table of their own",
    ),
    ("/keys", "a page's other address"),
    (
        "/pictures/assistants/{id}",
        "a page's pictures, and its form",
    ),
    ("/pictures/{user}", "a page's pictures"),
    ("/s/{token}/file", "a shared page's file"),
    ("/sandbox", "a page's frame"),
    ("/sandbox/diagram", "a page's frame"),
    ("/sso/{provider}", "a way in for browsers"),
    ("/sso/{provider}/callback", "a way in for browsers"),
    ("/sso/{provider}/continue", "a way in for browsers"),
    (
        "/transcripts/{id}/export",
        "a page's link; /rest/v1/transcripts/{id}/export",
    ),
    ("/usage/export", "a page's link; /rest/v1/usage/export"),
    // For machines.
    ("/.well-known/jwks.json", "a standard's own place"),
    ("/csp-reports", "browsers' reports"),
    ("/favicon.ico", "what is not there"),
    ("/healthz", "the operator's probes"),
    ("/metrics", "the operator's, on a listener of its own"),
    ("/readyz", "the operator's probes"),
    // The description itself, and what is nothing.
    ("/rest", "what is not there"),
    ("/rest/docs", "the page to try it"),
    ("/rest/docs/", "the page to try it"),
    ("/rest/docs/{file}", "the page to try it"),
    ("/rest/openapi.json", "the description"),
    ("/rest/{*nothing}", "what is not there"),
];

/// Paths that the sources hand to `route(`, but those of the gateway, which speaks Bailian's and other descriptions.
fn routes_of(folder: &Path, found: &mut BTreeSet<String>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            if !path.ends_with("gateway") {
                routes_of(&path, found)?;
            }
            continue;
        }
        if path.extension().is_none_or(|end| end != "rs") || path.ends_with("gateway.rs") {
            continue;
        }
        let text = fs::read_to_string(&path)?;
        for rest in text.split(".route(").skip(1) {
            // A path by name is the import's, or a file of the page.
            let Some(rest) = rest.trim_start().strip_prefix('"') else {
                continue;
            };
            found.extend(rest.split('"').next().map(str::to_owned));
        }
    }
    Ok(())
}

/// AP-24.
#[tokio::test]
async fn every_route_is_described_or_left_out_with_a_reason() -> TestResult {
    let mut routes = BTreeSet::new();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    routes_of(&sources, &mut routes)?;
    assert!(routes.len() > 20, "{routes:?}");
    let app = TestApp::start().await?;
    let member = app.device("lin", BuiltIn::Member).await?;
    let api = Api::of(&app)?.bearing(&member.access);
    let document = api.get("/rest/openapi.json").await?.done()?;
    let described = document["paths"].as_object();
    let described: BTreeSet<String> = described
        .into_iter()
        .flatten()
        .map(|(path, _)| path.clone())
        .collect();
    let left_out: BTreeSet<String> = ELSEWHERE
        .iter()
        .map(|(path, _)| (*path).to_owned())
        .collect();
    let forgotten: Vec<&String> = routes
        .iter()
        .filter(|path| !described.contains(*path) && !left_out.contains(*path))
        .collect();
    assert!(
        forgotten.is_empty(),
        "neither described nor left out: {forgotten:?}"
    );
    let gone: Vec<&String> = left_out.difference(&routes).collect();
    assert!(gone.is_empty(), "left out, and not there: {gone:?}");
    let both: Vec<&String> = left_out.intersection(&described).collect();
    assert!(both.is_empty(), "left out, and described: {both:?}");
    // What the description adds by hand is really served.
    for path in described.iter().filter(|path| !path.starts_with("/rest/")) {
        assert!(routes.contains(path), "described, and not there: {path}");
    }
    for (path, methods) in [
        ("/uploads", &["options", "post"][..]),
        ("/uploads/{id}", &["head", "patch", "delete"]),
        ("/dictation", &["get"]),
    ] {
        for method in methods {
            let operation = &document["paths"][path][method];
            assert!(operation["summary"].is_string(), "{method} {path}");
        }
    }
    Ok(())
}
