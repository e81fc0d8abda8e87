//! `POST /compatible-mode/v1/chat/completions`.

mod answer;
mod messages;
mod play;
mod request;
mod steps;
mod wire;

use std::time::SystemTime;

use axum::{
    Extension,
    extract::{ConnectInfo, State},
    response::Response,
};
use bytes::Bytes;
use http::header::LOCATION;

use self::{
    play::Playing,
    request::Ask,
    steps::{Composition, Step},
    wire::Wire,
};
use super::reply::{self, RequestId};
use crate::{Answer, Fault, Handle, Refusal, line::Line, pace::Pace, script::Failure, state::Pass};

const EVENT_STREAM: &str = "text/event-stream;charset=UTF-8";

/// Checks the request, decides on an answer and gives it at its pace.
pub(crate) async fn create(
    State(handle): State<Handle>,
    ConnectInfo(line): ConnectInfo<Line>,
    Extension(pass): Extension<Pass>,
    id: RequestId,
    body: Bytes,
) -> Response {
    let Ok(body) = serde_json::from_slice(&body) else {
        return reply::refused(
            &Refusal::invalid_parameter(
                "Required body invalid, please check the request body format.",
            ),
            &id,
        );
    };
    let ask = match Ask::parse(&body, handle.models()) {
        Ok(ask) => ask,
        Err(refusal) => return reply::refused(&refusal, &id),
    };
    let options = handle.options();
    let mut dice = pass.dice(options.seed).and("answer");
    let mut pace = Pace::new(options, dice.clone());
    let mut answers = match handle.scripted_answer() {
        Some(answer) => vec![answer],
        None => answer::compose(&ask, options.seed, &mut pace),
    };
    if let (Some(plan), Some(first)) = (&options.fault, answers.first_mut())
        && first.failure.is_none()
        && dice.falls_within(plan.share)
    {
        first.failure = Some(Failure {
            after: dice.below(12),
            fault: plan.fault.clone(),
        });
    }
    tokio::time::sleep(options.latency.0).await;
    if let Some(response) = answers
        .first()
        .and_then(|answer| instead(answer, ask.stream, &id))
    {
        return response;
    }
    let wire = Wire::new(&id.0, &ask.model_id, now());
    let composition = Composition {
        ask: &ask,
        answers: &answers,
        wire: &wire,
        pace: &pace,
    };
    let (kind, steps): (_, Box<dyn Iterator<Item = Step> + Send>) = if ask.stream {
        (EVENT_STREAM, composition.into_stream())
    } else {
        (
            "application/json",
            Box::new(composition.into_whole().into_iter()),
        )
    };
    reply::body(
        200,
        kind,
        Playing::new(steps, handle, pass, line).into_body(),
    )
}

/// What is answered in place of a completion when the fault comes before it.
fn instead(answer: &Answer, streaming: bool, id: &RequestId) -> Option<Response> {
    Some(match &answer.failure.as_ref()?.fault {
        Fault::Refused(refusal) => reply::refused(refusal, id),
        Fault::ErrorEvent(refusal) if !streaming => reply::refused(refusal, id),
        Fault::RefusedAsEvent(refusal) => {
            let line = format!("data: {}\n\n", refusal.compatible(&id.0));
            reply::body(refusal.status, "application/json", line)
        }
        Fault::NativeFrame(refusal, status) => {
            let data = refusal.native(&id.0);
            let frame = format!(
                "id:1\nevent:error\n:HTTP_STATUS/{}\ndata:{data}\n\n",
                refusal.status
            );
            reply::body(*status, EVENT_STREAM, frame)
        }
        Fault::Redirect => {
            let mut response = reply::body(302, "text/html", "");
            reply::set(&mut response, LOCATION, "https://login.example.invalid/");
            response
        }
        Fault::Html => reply::body(
            200,
            "text/html",
            "<html><body><h1>Welcome to the network</h1></body></html>",
        ),
        Fault::EmptyBody => reply::body(
            200,
            if streaming {
                EVENT_STREAM
            } else {
                "application/json"
            },
            "",
        ),
        Fault::ErrorEvent(_)
        | Fault::Malformed
        | Fault::Reset(_)
        | Fault::Cut(_)
        | Fault::CutInsideCharacter
        | Fault::EndsEarly
        | Fault::Stall
        | Fault::Endless
        | Fault::NoUsage
        | Fault::NoDone
        | Fault::DataAfterDone
        | Fault::SlowBytes(_)
        | Fault::SplitCharacters
        | Fault::Framing(_) => return None,
    })
}

/// Seconds since 1970, for `created`.
#[expect(
    clippy::disallowed_methods,
    reason = "a real service stamps its answers with the real time"
)]
fn now() -> u64 {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
