//! Which headers travel on, in both directions. What is not named here stays.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, header};
use jiff::Timestamp;
use model::Millis;
use platform::gateway::Allowed;

use super::table::Dialect;

/// What Bailian is told of a request: what its protocols read, and nothing of who calls.
pub(super) fn onwards(headers: &HeaderMap) -> HeaderMap {
    let mut onwards = HeaderMap::new();
    for (name, value) in headers {
        let text = name.as_str();
        let known = matches!(
            text,
            "accept" | "anthropic-version" | "anthropic-beta" | "openai-beta"
        );
        // The workspace is the site's to choose.
        let native = text.starts_with("x-dashscope-") && text != "x-dashscope-workspace";
        if known || native {
            onwards.append(name, value.clone());
        }
    }
    onwards
}

/// What the caller is told of an answer.
pub(super) fn back(upstream: &HeaderMap) -> HeaderMap {
    let mut back = HeaderMap::new();
    for (name, value) in upstream {
        let known = matches!(
            *name,
            header::CONTENT_TYPE
                | header::RETRY_AFTER
                | header::CONTENT_DISPOSITION
                | header::CONTENT_LANGUAGE
        );
        let text = name.as_str();
        if known
            || matches!(text, "x-request-id" | "request-id")
            || text == "x-should-retry"
            || text.starts_with("x-dashscope-")
        {
            back.append(name, value.clone());
        }
    }
    back
}

/// What every answer says of itself.
pub(super) fn always(headers: &mut HeaderMap, request_id: &str) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.entry("x-request-id").or_insert_with(|| id.clone());
        headers.insert(HeaderName::from_static("x-liantai-request-id"), id);
    }
}

/// The same for who speaks that protocol: Anthropic's clients read the request's id by another name.
pub(super) fn always_in(headers: &mut HeaderMap, dialect: Dialect, request_id: &str) {
    always(headers, request_id);
    if dialect == Dialect::Anthropic
        && let Some(id) = headers.get("x-request-id").cloned()
    {
        headers.entry("request-id").or_insert(id);
    }
}

/// How a protocol names how much is allowed, how much of it is left, and when all of it is there again.
type Names = [HeaderName; 3];

const OF_REQUESTS: Names = [
    HeaderName::from_static("x-ratelimit-limit-requests"),
    HeaderName::from_static("x-ratelimit-remaining-requests"),
    HeaderName::from_static("x-ratelimit-reset-requests"),
];
const OF_TOKENS: Names = [
    HeaderName::from_static("x-ratelimit-limit-tokens"),
    HeaderName::from_static("x-ratelimit-remaining-tokens"),
    HeaderName::from_static("x-ratelimit-reset-tokens"),
];
const ANTHROPICS_OF_REQUESTS: Names = [
    HeaderName::from_static("anthropic-ratelimit-requests-limit"),
    HeaderName::from_static("anthropic-ratelimit-requests-remaining"),
    HeaderName::from_static("anthropic-ratelimit-requests-reset"),
];
const ANTHROPICS_OF_TOKENS: Names = [
    HeaderName::from_static("anthropic-ratelimit-tokens-limit"),
    HeaderName::from_static("anthropic-ratelimit-tokens-remaining"),
    HeaderName::from_static("anthropic-ratelimit-tokens-reset"),
];

/// What is left of requests and of tokens.
pub(super) type Left = (Option<Allowed>, Option<Allowed>);

/// What is left of the limits, as each protocol's clients read it: OpenAI's how long it takes until all is there again,
/// Anthropic's when that is.
pub(super) fn limits(
    headers: &mut HeaderMap,
    dialect: Dialect,
    (requests, tokens): Left,
    now: Millis,
) {
    let names = match dialect {
        Dialect::Anthropic => [ANTHROPICS_OF_REQUESTS, ANTHROPICS_OF_TOKENS],
        Dialect::OpenAi | Dialect::Native => [OF_REQUESTS, OF_TOKENS],
    };
    for (names, allowed) in names.into_iter().zip([requests, tokens]) {
        let Some(allowed) = allowed else { continue };
        let reset = match dialect {
            Dialect::Anthropic => moment(now, allowed.whole_in),
            Dialect::OpenAi | Dialect::Native => format!("{:.3}s", allowed.whole_in.as_secs_f64()),
        };
        let values = [allowed.limit.into(), allowed.left.into()];
        let values = values.into_iter().chain(HeaderValue::try_from(reset).ok());
        headers.extend(names.into_iter().zip(values));
    }
}

/// That moment from now, in whole seconds and never too early.
fn moment(now: Millis, wait: Duration) -> String {
    let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
    let seconds = now.get().saturating_add(wait).saturating_add(999) / 1_000;
    let at = Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX);
    format!("{at:.0}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_told_as_each_protocol_tells_it() {
        let requests = Allowed {
            limit: 60,
            left: 59,
            whole_in: Duration::from_millis(1_200),
        };
        let told = |dialect| {
            let mut headers = HeaderMap::new();
            let now = Millis::new(1_767_225_600_500);
            limits(&mut headers, dialect, (Some(requests), None), now);
            let names = match dialect {
                Dialect::Anthropic => ANTHROPICS_OF_REQUESTS,
                Dialect::OpenAi | Dialect::Native => OF_REQUESTS,
            };
            assert_eq!(headers.len(), names.len());
            names.map(|name| headers[name].to_str().unwrap().to_owned())
        };
        assert_eq!(told(Dialect::OpenAi), ["60", "59", "1.200s"]);
        assert_eq!(told(Dialect::Native), ["60", "59", "1.200s"]);
        assert_eq!(
            told(Dialect::Anthropic),
            ["60", "59", "2026-01-01T00:00:02Z"]
        );
        assert!(moment(Millis::new(0), Duration::MAX).ends_with('Z'));
    }

    fn of(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    /// AP-17.
    #[test]
    fn nothing_travels_that_is_not_of_the_protocol() {
        let sent = of(&[
            ("authorization", "Bearer lt-x"),
            ("x-api-key", "lt-x"),
            ("cookie", "a=b"),
            ("x-forwarded-for", "10.0.0.1"),
            ("x-dashscope-workspace", "ws-1"),
            ("x-dashscope-async", "enable"),
            ("accept", "text/event-stream"),
        ]);
        let names: Vec<_> = onwards(&sent)
            .keys()
            .map(|name| name.as_str().to_owned())
            .collect();
        assert_eq!(names, ["x-dashscope-async", "accept"]);
        let answered = of(&[
            ("content-type", "application/json"),
            ("set-cookie", "a=b"),
            ("server", "istio"),
            ("retry-after", "3"),
            ("x-request-id", "r"),
        ]);
        let names: Vec<_> = back(&answered)
            .keys()
            .map(|name| name.as_str().to_owned())
            .collect();
        assert_eq!(names, ["content-type", "retry-after", "x-request-id"]);
    }
}
