//! What another site's page sends changes nothing.

use http::{Method, StatusCode};

use crate::support::{Browser, FUNCTIONS, Reply, Target, TestApp, TestResult};

/// How browsers say where a request comes from: all of today's, and those of some years ago.
const FOREIGN: &[&[(&str, &str)]] = &[
    &[
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://evil.example"),
    ],
    &[("sec-fetch-site", "cross-site")],
    &[("sec-fetch-site", "same-site")],
    &[("origin", "https://evil.example")],
    &[("origin", "null")],
];

async fn send(
    browser: &Browser,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    form: &[(&str, String)],
) -> anyhow::Result<Reply> {
    let url = format!("{}{path}", browser.origin);
    let request = browser.request(method, &url).form(form);
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    Reply::to(request).await
}

#[tokio::test]
async fn every_change_from_another_site_is_refused() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let asked = lin.ask("背一首诗").await?;
    let before = lin.ended_answer(asked.conversation).await?;
    lin.rename(asked.conversation, "Lin's").await?;
    let target = Target {
        conversation: asked.conversation,
        message: asked.answer.id,
    };
    for headers in FOREIGN {
        for function in FUNCTIONS {
            let form = function.arguments(target);
            let reply = send(&lin, Method::POST, &function.path(), headers, &form).await?;
            assert_eq!(
                reply.status,
                StatusCode::FORBIDDEN,
                "{} {headers:?}",
                function.name
            );
        }
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            for path in ["/", "/login", "/healthz", "/nowhere", "/fn/nothing"] {
                let reply = send(&lin, method.clone(), path, headers, &[]).await?;
                assert_eq!(
                    reply.status,
                    StatusCode::FORBIDDEN,
                    "{method} {path} {headers:?}"
                );
            }
        }
    }
    let view = lin.open(asked.conversation).await?;
    assert_eq!(view.title.as_str(), "Lin's");
    assert_eq!(view.messages.items.last(), Some(&before));
    assert_eq!(lin.list().await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn the_own_page_and_programs_are_let_through() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let origin = lin.origin.clone();
    let own: &[&[(&str, &str)]] = &[
        &[],
        &[("origin", &origin)],
        &[("sec-fetch-site", "same-origin"), ("origin", &origin)],
        &[("sec-fetch-site", "none")],
    ];
    for headers in own {
        let reply = send(&lin, Method::POST, "/fn/conversations.list", headers, &[]).await?;
        assert_eq!(reply.status, StatusCode::OK, "{headers:?}");
    }
    Ok(())
}

#[tokio::test]
async fn behind_a_proxy_the_public_address_counts() -> TestResult {
    let app = TestApp::start_with(|config| {
        config.server.public_url = Some("https://ai.example.com".to_owned());
    })
    .await?;
    let browser = app.anonymous()?;
    let theme = [("theme", "dark".to_owned())];
    for (origin, expected) in [
        ("https://ai.example.com", StatusCode::OK),
        ("https://ai.example.com.evil.example", StatusCode::FORBIDDEN),
        ("http://ai.example.com", StatusCode::FORBIDDEN),
    ] {
        let headers = [("origin", origin)];
        let path = "/fn/preferences.set_theme";
        let reply = send(&browser, Method::POST, path, &headers, &theme).await?;
        assert_eq!(reply.status, expected, "{origin}");
    }
    Ok(())
}

#[tokio::test]
async fn reading_by_get_never_runs_a_function_that_changes_something() -> TestResult {
    let app = TestApp::start().await?;
    let lin = app.user("lin").await?;
    let asked = lin.ask("背一首诗").await?;
    lin.ended_answer(asked.conversation).await?;
    let target = Target {
        conversation: asked.conversation,
        message: asked.answer.id,
    };
    for function in FUNCTIONS {
        if function.name == "identity.session" {
            continue;
        }
        let request = lin.get(&function.path()).query(&function.arguments(target));
        let reply = Reply::to(request).await?;
        assert!(reply.status.is_client_error(), "{}", function.name);
    }
    assert_eq!(lin.list().await?.len(), 1);
    Ok(())
}
