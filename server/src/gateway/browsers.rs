//! Programs that run in browsers, on pages of other sites: those that the operator names may read what is answered. (AP-07)
//!
//! Credentials of the browser never count here: who calls is said by a header that the page's program sets itself.

use std::time::Duration;

use anyhow::Context;
use http::{HeaderName, HeaderValue, Method, Uri};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

/// For so long a browser asks no second time whether it may.
const REMEMBERED: Duration = Duration::from_mins(10);

/// What a page's program may read of an answer's head, beside what it always may.
const READABLE: [HeaderName; 21] = [
    HeaderName::from_static("request-id"),
    HeaderName::from_static("x-request-id"),
    HeaderName::from_static("x-liantai-request-id"),
    HeaderName::from_static("x-dashscope-request-id"),
    HeaderName::from_static("retry-after"),
    HeaderName::from_static("x-should-retry"),
    HeaderName::from_static("idempotent-replayed"),
    HeaderName::from_static("x-liantai-cache"),
    HeaderName::from_static("content-disposition"),
    HeaderName::from_static("x-ratelimit-limit-requests"),
    HeaderName::from_static("x-ratelimit-remaining-requests"),
    HeaderName::from_static("x-ratelimit-reset-requests"),
    HeaderName::from_static("x-ratelimit-limit-tokens"),
    HeaderName::from_static("x-ratelimit-remaining-tokens"),
    HeaderName::from_static("x-ratelimit-reset-tokens"),
    HeaderName::from_static("anthropic-ratelimit-requests-limit"),
    HeaderName::from_static("anthropic-ratelimit-requests-remaining"),
    HeaderName::from_static("anthropic-ratelimit-requests-reset"),
    HeaderName::from_static("anthropic-ratelimit-tokens-limit"),
    HeaderName::from_static("anthropic-ratelimit-tokens-remaining"),
    HeaderName::from_static("anthropic-ratelimit-tokens-reset"),
];

/// The layer for those origins; `None` without one, so that no page of another site reads anything.
pub(crate) fn layer(origins: &[String]) -> anyhow::Result<Option<CorsLayer>> {
    if origins.is_empty() {
        return Ok(None);
    }
    let origins = origins.iter().map(|origin| checked(origin));
    let origins = origins.collect::<anyhow::Result<Vec<_>>>()?;
    let layer = CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST, Method::DELETE])
        // Official clients send headers of their own by the dozen; none of them says more than a program outside of a browser can.
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(READABLE)
        .max_age(REMEMBERED);
    Ok(Some(layer))
}

/// An origin as browsers write it: they compare nothing but letters.
pub(crate) fn checked(origin: &str) -> anyhow::Result<HeaderValue> {
    let is_one = origin.parse::<Uri>().is_ok_and(|uri| {
        let parts = (uri.scheme_str(), uri.authority());
        let (Some(scheme @ ("http" | "https")), Some(authority)) = parts else {
            return false;
        };
        let written = format!("{scheme}://{authority}");
        written == origin && !origin.contains(['@', '*']) && origin.to_ascii_lowercase() == origin
    });
    anyhow::ensure!(
        is_one,
        "gateway.browser_origins: {origin:?} is not an origin like \"https://app.example.com\""
    );
    HeaderValue::from_str(origin).context("gateway.browser_origins")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        for origin in [
            "https://app.example.com",
            "http://localhost:5173",
            "http://[::1]:3000",
        ] {
            assert!(checked(origin).is_ok(), "{origin}");
        }
        for none in [
            "*",
            "null",
            "",
            "https://*.example.com",
            "https://app.example.com/",
            "https://app.example.com/chat",
            "https://App.example.com",
            "https://lin@app.example.com",
            "app.example.com",
            "ftp://app.example.com",
        ] {
            assert!(checked(none).is_err(), "{none}");
        }
        assert!(layer(&[]).is_ok_and(|layer| layer.is_none()));
        assert!(layer(&["*".to_owned()]).is_err());
    }
}
