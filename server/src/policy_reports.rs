//! `/csp-reports`: browsers tell here what the page's policy refused. A few a minute go to the log, the rest is
//! counted, so that nobody fills a disk with them.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
};
use http::StatusCode;
use serde_json::Value;

use crate::shared::without_secret;

/// The longest report, in bytes.
const LONGEST: usize = 16 * 1024;

/// Reports that are logged in [`WINDOW`].
const LOGGED: u32 = 10;
const WINDOW: Duration = Duration::from_mins(1);

/// How many have come lately.
#[derive(Clone, Default)]
pub(crate) struct Reports(Arc<Mutex<Lately>>);

#[derive(Default)]
struct Lately {
    since: Option<Instant>,
    count: u32,
}

impl Reports {
    /// Whether this one may be logged; with it, how many before it were not.
    fn admit(&self, now: Instant) -> Option<u32> {
        let mut lately = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left_out = match lately.since {
            Some(since) if now.duration_since(since) < WINDOW => 0,
            Some(_) | None => {
                let left_out = lately.count.saturating_sub(LOGGED);
                *lately = Lately {
                    since: Some(now),
                    count: 0,
                };
                left_out
            }
        };
        lately.count = lately.count.saturating_add(1);
        (lately.count <= LOGGED).then_some(left_out)
    }
}

/// Takes one report, in either of the two forms that browsers use.
pub(crate) async fn take(State(reports): State<Reports>, request: Request<Body>) -> StatusCode {
    let Ok(body) = to_bytes(request.into_body(), LONGEST).await else {
        return StatusCode::PAYLOAD_TOO_LARGE;
    };
    let Ok(report) = serde_json::from_slice::<Value>(&body) else {
        return StatusCode::BAD_REQUEST;
    };
    if let Some(left_out) = reports.admit(Instant::now()) {
        let found = Breach::of(&report);
        tracing::warn!(
            csp.directive = found.directive,
            csp.blocked = found.blocked,
            csp.page = found.page,
            csp.left_out = left_out,
            "the page's policy refused something"
        );
    }
    StatusCode::NO_CONTENT
}

/// What a report says, without what may be somebody's secret: queries and what names a link are cut off.
#[derive(Debug, PartialEq, Eq)]
struct Breach {
    directive: String,
    blocked: String,
    page: String,
}

impl Breach {
    fn of(report: &Value) -> Self {
        // `report-uri` sends an object in an object, `report-to` a list of them.
        let body = match report {
            Value::Array(reports) => &reports.first().unwrap_or(&Value::Null)["body"],
            other => &other["csp-report"],
        };
        let field = |names: [&str; 2]| {
            let text = names.iter().find_map(|name| body[*name].as_str());
            let text = text.unwrap_or_default();
            let text = text.split(['?', '#']).next().unwrap_or_default();
            without_secret(text)
                .chars()
                .filter(|c| !c.is_control())
                .take(200)
                .collect()
        };
        Self {
            directive: field(["effective-directive", "effectiveDirective"]),
            blocked: field(["blocked-uri", "blockedURL"]),
            page: field(["document-uri", "documentURL"]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn both_forms_say_the_same_and_no_query() {
        let expected = Breach {
            directive: "img-src".to_owned(),
            blocked: "https://evil.example/x".to_owned(),
            page: "https://lt.example/reset".to_owned(),
        };
        let old = json!({ "csp-report": { "effective-directive": "img-src",
            "blocked-uri": "https://evil.example/x?secret", "document-uri": "https://lt.example/reset?token=1" } });
        let new = json!([{ "type": "csp-violation", "body": { "effectiveDirective": "img-src",
            "blockedURL": "https://evil.example/x?secret", "documentURL": "https://lt.example/reset?token=1" } }]);
        assert_eq!(Breach::of(&old), expected);
        assert_eq!(Breach::of(&new), expected);
    }

    /// CF-03.
    #[test]
    fn a_flood_is_counted_and_not_logged() {
        let reports = Reports::default();
        let now = Instant::now();
        let logged = (0..1_000).filter(|_| reports.admit(now).is_some()).count();
        assert_eq!(logged, 10);
        assert_eq!(reports.admit(now + WINDOW), Some(990));
    }
}
