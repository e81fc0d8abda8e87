//! A net under panics: whoever asked is told of one in the form of what they speak, and all others are answered.

use std::{any::Any, panic::AssertUnwindSafe};

use axum::{extract::Request, middleware::Next, response::Response};
use futures_util::FutureExt;

use super::{refusal::Refusal, relay, request, table::dialect_of};

/// Answers what makes this program fail.
pub(crate) async fn catch(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let dialect = dialect_of(parts.uri.path());
    let chinese = request::reads_chinese(&parts);
    let request_id = relay::request_id(&parts.extensions);
    let answering = AssertUnwindSafe(next.run(Request::from_parts(parts, body)));
    answering.catch_unwind().await.unwrap_or_else(|panic| {
        tracing::error!(panic.message = message(&*panic), "a call panicked");
        relay::refused(&Refusal::internal(chinese), dialect, &request_id)
    })
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("of no words")
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, middleware::from_fn, routing::get};
    use http::StatusCode;
    use serde_json::Value;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_told_in_the_form_of_what_is_spoken() {
        for (path, place, code) in [
            ("/v1/chat/completions", "/error/code", "internal_error"),
            ("/v1/messages", "/error/type", "api_error"),
            ("/api/v1/tasks/a", "/code", "InternalError"),
        ] {
            let fails = get(async || -> StatusCode { panic!("on purpose") });
            let router: Router = Router::new().route(path, fails).layer(from_fn(catch));
            let request = http::Request::get(path).body(Body::empty()).unwrap();
            let response = router.oneshot(request).await.unwrap();
            assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
            assert_eq!(response.headers()["x-should-retry"], "false");
            let said = axum::body::to_bytes(response.into_body(), 10_000).await;
            let said: Value = serde_json::from_slice(&said.unwrap()).unwrap();
            let told = said.pointer(place).and_then(Value::as_str);
            assert_eq!(told, Some(code), "{said}");
        }
    }
}
