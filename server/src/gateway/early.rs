//! Streams whose upstream is silent from the start: proxies cut what says nothing for a minute, so that after some seconds their head
//! leaves and comments follow it.
//!
//! From then on the status is 200, and what else would have been the answer comes as an event: a refusal in the form of the protocol's
//! errors. All before that goes on as it would have: retries, other models, what is kept under an `Idempotency-Key` (the answer itself,
//! which is given again with its own status), and what is booked.

use std::{future::ready, pin::Pin, time::Duration};

use axum::{
    body::{Body, BodyDataStream, to_bytes},
    response::Response,
};
use bailian::relay::refusal_in;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{HeaderMap, HeaderValue, StatusCode, header::CONTENT_TYPE};
use model::{Millis, Operation};
use platform::gateway::scan::UsageShape;
use serde_json::Value;
use tokio::time::timeout;

use super::{
    headers::{self, Left},
    refusal::{Refusal, told},
    relay::Context,
    request::Incoming,
    streamed::ALIVE,
    table::{Carries, Dialect},
};

/// A head is waited for so long, at most.
const SILENT: Duration = Duration::from_secs(10);

/// An answer that is told as an event is no longer than one that is read whole.
const LARGEST: usize = 64 * 1024 * 1024;

/// What has to be known to begin an answer before the upstream does.
pub(super) struct Early {
    dialect: Dialect,
    shape: UsageShape,
    chinese: bool,
    request_id: String,
    /// What was left of the limits, and when.
    left: Left,
    asked_at: Millis,
    keep_alive: Duration,
}

/// The answer as it will be.
type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;

enum Step {
    Waiting(Answering),
    Reading(BodyDataStream),
    Over,
}

impl Early {
    /// For what is answered by a stream of events; `None` for all else, whose status and head nobody knows before.
    pub(super) fn of(
        context: &Context,
        incoming: &Incoming,
        left: Left,
        keep_alive: Duration,
    ) -> Option<Self> {
        let speaks = matches!(
            incoming.ask.operation,
            Operation::Chat | Operation::Completion | Operation::Response | Operation::Application
        );
        let asks = matches!(context.route.carries, Carries::Question | Carries::Json);
        let makes_voices = incoming.relay.path.ends_with("/customization");
        if !(incoming.ask.streamed && speaks && asks) || makes_voices || incoming.begins_task() {
            return None;
        }
        Some(Self {
            dialect: context.route.dialect,
            shape: context.route.shape,
            chinese: context.chinese,
            request_id: context.request_id.clone(),
            left,
            asked_at: context.gateway.now(),
            keep_alive,
        })
    }

    /// The answer, if it begins soon; else one that begins now. Dropping it drops what it waits for.
    pub(super) async fn answer(
        self,
        answering: impl Future<Output = Response> + Send + 'static,
    ) -> Response {
        let mut answering: Answering = Box::pin(answering);
        match timeout(SILENT.min(self.keep_alive), &mut answering).await {
            Ok(response) => response,
            Err(_) => self.begun(answering),
        }
    }

    /// Most answers begin soon, so that their heads are written once.
    fn head(&self) -> HeaderMap {
        let mut head = HeaderMap::new();
        headers::limits(&mut head, self.dialect, self.left, self.asked_at);
        headers::always_in(&mut head, self.dialect, &self.request_id);
        head.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
        head.insert("x-accel-buffering", HeaderValue::from_static("no"));
        head
    }

    fn begun(self, answering: Answering) -> Response {
        let head = self.head();
        let first = stream::once(ready(Ok::<_, axum::Error>(ALIVE)));
        let rest = stream::unfold((self, Step::Waiting(answering)), async |(early, step)| {
            let (piece, step) = early.next(step).await?;
            Some((piece, (early, step)))
        });
        let mut response = Response::new(Body::from_stream(first.chain(rest)));
        *response.headers_mut() = head;
        response
    }

    async fn next(&self, mut step: Step) -> Option<(Result<Bytes, axum::Error>, Step)> {
        loop {
            step = match step {
                Step::Waiting(mut answering) => {
                    let Ok(response) = timeout(self.keep_alive, &mut answering).await else {
                        return Some((Ok(ALIVE), Step::Waiting(answering)));
                    };
                    if !is_stream(&response) {
                        return Some((Ok(self.event(response).await), Step::Over));
                    }
                    Step::Reading(response.into_body().into_data_stream())
                }
                Step::Reading(mut pieces) => {
                    let piece = pieces.next().await?;
                    return Some((piece, Step::Reading(pieces)));
                }
                Step::Over => return None,
            };
        }
    }

    /// What came in one piece, which is mostly a refusal.
    async fn event(&self, response: Response) -> Bytes {
        let status = response.status();
        let said = to_bytes(response.into_body(), LARGEST).await;
        let said = said.unwrap_or_default();
        let Ok(json) = serde_json::from_slice::<Value>(&said) else {
            let refusal = Refusal::cut(self.chinese);
            let json = refusal.json(self.dialect, &self.request_id);
            return self.error(refusal.status, json);
        };
        if status.is_success() && refusal_in(&said).is_none() {
            return Bytes::from(format!("data: {json}\n\n"));
        }
        self.error(status, json)
    }

    fn error(&self, status: StatusCode, json: Value) -> Bytes {
        match self.shape {
            UsageShape::Responses => told::response_event(json),
            UsageShape::OpenAi | UsageShape::Native | UsageShape::Anthropic => {
                told::event(self.dialect, status, &json)
            }
        }
    }
}

fn is_stream(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok());
    response.status().is_success() && kind.is_some_and(|kind| kind.starts_with("text/event-stream"))
}

#[cfg(test)]
mod tests {
    use tokio::time::sleep;

    use super::*;

    const LATE: Duration = Duration::from_secs(30);

    fn early(dialect: Dialect, shape: UsageShape) -> Early {
        Early {
            dialect,
            shape,
            chinese: false,
            request_id: "r".to_owned(),
            left: (None, None),
            asked_at: Millis::new(0),
            keep_alive: Duration::from_secs(15),
        }
    }

    fn said(status: u16, kind: &'static str, body: &'static str) -> Response {
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        let kind = HeaderValue::from_static(kind);
        response.headers_mut().insert(CONTENT_TYPE, kind);
        response
    }

    async fn read(response: Response) -> String {
        let bytes = to_bytes(response.into_body(), 10_000).await.unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn what_answers_soon_is_answered_as_it_is() {
        let openai = early(Dialect::OpenAi, UsageShape::OpenAi);
        let soon = async {
            sleep(Duration::from_secs(9)).await;
            said(429, "application/json", "{}")
        };
        let response = openai.answer(soon).await;
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(read(response).await, "{}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_late_stream_follows_comments() {
        let openai = early(Dialect::OpenAi, UsageShape::OpenAi);
        let late = async {
            sleep(LATE).await;
            said(200, "text/event-stream", "data: {}\n\ndata: [DONE]\n\n")
        };
        let response = openai.answer(late).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[CONTENT_TYPE], "text/event-stream");
        // After 10 seconds, and 15 after that.
        let comments = ": keep-alive\n\n".repeat(2);
        let whole = format!("{comments}data: {{}}\n\ndata: [DONE]\n\n");
        assert_eq!(read(response).await, whole);
    }

    #[tokio::test(start_paused = true)]
    async fn a_late_refusal_is_an_event_of_its_protocol() {
        const REFUSED: &str = "{\n\"error\":{\"message\":\"m\",\"code\":\"c\"}}";
        for (dialect, shape, event) in [
            (Dialect::OpenAi, UsageShape::OpenAi, "data: {\"error\":{"),
            (
                Dialect::OpenAi,
                UsageShape::Responses,
                "event: error\ndata: {",
            ),
            (
                Dialect::Anthropic,
                UsageShape::Anthropic,
                "event: error\ndata: {",
            ),
            (
                Dialect::Native,
                UsageShape::Native,
                "id:error\nevent:error\n:HTTP_STATUS/400\ndata:{",
            ),
        ] {
            for (body, is_json) in [(REFUSED, true), ("<html>", false)] {
                let late = async move {
                    sleep(Duration::from_secs(12)).await;
                    said(400, "application/json", body)
                };
                let response = early(dialect, shape).answer(late).await;
                assert_eq!(response.status(), StatusCode::OK);
                let told = read(response).await;
                let told = told.strip_prefix(": keep-alive\n\n").unwrap_or_default();
                if is_json {
                    assert!(told.starts_with(event), "{told}");
                    assert!(told.contains("\"code\":\"c\""), "{told}");
                }
                let data = told.lines().find_map(|line| line.strip_prefix("data:"));
                let json: Result<Value, _> = serde_json::from_str(data.unwrap_or_default());
                assert!(json.is_ok_and(|json| json.is_object()), "{told}");
                assert!(told.ends_with("\n\n"), "{told}");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_leaves_ends_what_is_waited_for() {
        let openai = early(Dialect::OpenAi, UsageShape::OpenAi);
        let (held, gone) = tokio::sync::oneshot::channel::<()>();
        let never = async move {
            let _held = held;
            std::future::pending().await
        };
        let response = openai.answer(never).await;
        drop(response);
        assert!(gone.await.is_err());
    }
}
