//! `POST /compatible-mode/v1/chat/completions`.

mod answer;
mod messages;
mod play;
mod request;
mod steps;
mod wire;

use axum::response::Response;
use http::header::LOCATION;

use self::{
    play::Playing,
    request::Ask,
    steps::{Composition, Step},
    wire::Wire,
};
use super::{
    dialect::Dialect,
    entry::Entry,
    reply::{self, RequestId},
};
use crate::{Answer, Fault, Refusal, pace::Pace, script::Failure, state::unix_seconds};

const EVENT_STREAM: &str = "text/event-stream;charset=UTF-8";

/// Checks the request, decides on an answer and gives it at its pace.
pub(crate) async fn create(entry: Entry) -> Result<Response, Refusal> {
    let body = entry.json()?;
    let Entry {
        handle,
        pass,
        id,
        line,
        ..
    } = entry;
    let ask = Ask::parse(&body, handle.models())?;
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
        return Ok(response);
    }
    let wire = Wire::new(&id.0, &ask.model_id, unix_seconds());
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
    Ok(reply::body(
        200,
        kind,
        Playing::new(steps, handle, pass, line).into_body(),
    ))
}

/// What is answered in place of a completion when the fault comes before it.
fn instead(answer: &Answer, streaming: bool, id: &RequestId) -> Option<Response> {
    Some(match &answer.failure.as_ref()?.fault {
        Fault::Refused(refusal) => Dialect::Compatible.refuse(refusal, id),
        Fault::ErrorEvent(refusal) if !streaming => Dialect::Compatible.refuse(refusal, id),
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
