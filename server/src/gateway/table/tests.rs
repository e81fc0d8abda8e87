//! The table leads where it says.

use super::*;

fn of(method: &Method, path: &str) -> Route {
    let mut all = routes().into_iter();
    all.find(|route| route.method == *method && route.path == path)
        .expect(path)
}

#[test]
fn paths_lead_to_their_places_at_the_provider() {
    for (method, pattern, here, there) in [
        (
            Method::POST,
            "/v1/chat/completions",
            "/v1/chat/completions",
            "/compatible-mode/v1/chat/completions",
        ),
        (
            Method::GET,
            "/v1/files/{id}/content",
            "/v1/files/file-1/content",
            "/compatible-mode/v1/files/file-1/content",
        ),
        (
            Method::POST,
            "/v1/messages",
            "/v1/messages",
            "/apps/anthropic/v1/messages",
        ),
        (
            Method::POST,
            "/anthropic/v1/messages",
            "/anthropic/v1/messages",
            "/apps/anthropic/v1/messages",
        ),
        (
            Method::POST,
            "/v1/rerank",
            "/v1/rerank",
            "/compatible-api/v1/reranks",
        ),
        (
            Method::GET,
            "/api/v1/tasks/{id}",
            "/api/v1/tasks/t",
            "/api/v1/tasks/t",
        ),
    ] {
        assert_eq!(of(&method, pattern).path_there(here), there);
    }
    let content = of(&Method::GET, "/v1/files/{id}/content");
    assert_eq!(content.id_in("/v1/files/file-1/content"), Some("file-1"));
}

#[test]
fn no_address_is_there_twice() {
    let mut all: Vec<_> = routes()
        .into_iter()
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    all.sort();
    let count = all.len();
    all.dedup();
    assert_eq!(all.len(), count);
}
