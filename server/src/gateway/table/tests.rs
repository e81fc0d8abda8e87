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

/// LM-13: a path that others read differently would lead past whoever looks whose something is.
#[test]
fn a_path_leads_nowhere_else_than_it_says() {
    let services = of(&Method::POST, "/api/v1/services/{*service}");
    assert!(services.takes("/api/v1/services/audio/tts/SpeechSynthesizer"));
    for elsewhere in [
        "/api/v1/services/../tasks/theirs/cancel",
        "/api/v1/services/%2e%2e/tasks/theirs/cancel",
        "/api/v1/services/.%2E/tasks/theirs/cancel",
        r"/api/v1/services/..\tasks\theirs\cancel",
        "/api/v1/services/..%2ftasks%2ftheirs/cancel",
        "/api/v1/services/./audio/asr/transcription",
        "/api/v1/services//audio/asr/transcription",
        "/api/v1/services/audio/tts/customization/",
        "/api/v1/services/audio/tts/customizatio%6E",
        "/api/v1/services/audio/tts/customization;a=b",
    ] {
        assert!(!services.takes(elsewhere), "{elsewhere}");
    }
    let item = of(&Method::GET, "/v1/conversations/{id}/items/{item}");
    assert!(item.takes("/v1/conversations/conv_1-a/items/msg_1:2"));
    assert!(!item.takes("/v1/conversations/mine/items/.."));
    assert!(!item.takes(r"/v1/conversations/mine/items/..\..\theirs\items"));
    let tasks = of(&Method::GET, "/api/v1/tasks/");
    assert!(tasks.takes("/api/v1/tasks/") && !tasks.takes("/api/v1/tasks//"));
    for route in routes() {
        let path = route.path.replace(['{', '}', '*'], "");
        assert!(route.takes(&path), "{path}");
    }
}

#[test]
fn a_refusal_has_the_form_of_the_address() {
    for (path, dialect) in [
        ("/v1/messages/batches", Dialect::Anthropic),
        ("/anthropic/v1/complete", Dialect::Anthropic),
        ("/v1/threads/t/messages", Dialect::OpenAi),
        ("/compatible-mode/v1/nothing", Dialect::OpenAi),
        ("/api/v1/nothing", Dialect::Native),
        ("/api-ws/v1/inference", Dialect::Native),
    ] {
        assert_eq!(dialect_of(path), dialect, "{path}");
    }
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
