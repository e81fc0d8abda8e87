//! Answers that come in one piece of JSON: read to the end, metered, booked, and handed on as they came.

use axum::{body::Body, response::Response};
use bailian::{
    Error as UpstreamError,
    relay::{Answer, Relayed, refusal_in},
};
use bytes::{Bytes, BytesMut};
use http::StatusCode;
use platform::gateway::{Ending, GatewayError, ObjectKind, Running, scan};
use serde_json::Value;

use super::{
    batch_file, once,
    refusal::Refusal,
    relay::Context,
    table::{Carries, Dialect, Owns},
    unanswered::{failed, is_unmade, no_answer},
};

/// The largest answer that is read whole.
const LARGEST: usize = 64 * 1024 * 1024;

/// The answer. Its bytes are Bailian's.
pub(super) async fn answer(
    context: &Context,
    running: Running,
    answer: Relayed,
    reading: Option<batch_file::Reading>,
) -> Response {
    let right_ended = running.right_ended();
    let mut body = answer.body;
    let read = tokio::select! {
        biased;
        () = right_ended.cancelled() => {
            let refusal = Refusal::right_ended(context.chinese);
            return context.end(running, Ending::cancelled(), refusal).await;
        }
        read = read(&mut body) => read,
    };
    let json = match read {
        Ok(json) => json,
        Err(error) => return failed(context, running, &error).await,
    };
    if json.trim_ascii().is_empty() {
        return no_answer(context, running, answer.status).await;
    }
    let answered = match book(context, running, answer.status, &json).await {
        Ok(unmade) => context.own(json, reading).await.map(|json| (json, unmade)),
        Err(error) => Err(error),
    };
    match answered {
        Ok((json, unmade)) => {
            let mut response = Response::new(Body::from(json));
            *response.status_mut() = answer.status;
            if let Some(unmade) = unmade {
                response.extensions_mut().insert(unmade);
            }
            response
        }
        Err(error) => {
            let refusal = Refusal::of(&error, context.chinese);
            // It is made by now, and only this site could not write it down: whoever sends it again by themselves pays again.
            let is_made = context.route.carries != Carries::Nothing;
            context.refused(&if is_made { refusal.paid() } else { refusal })
        }
    }
}

pub(super) async fn read(body: &mut Answer) -> Result<Bytes, bailian::Error> {
    let Some(first) = body.chunk().await? else {
        return Ok(Bytes::new());
    };
    let Some(second) = body.chunk().await? else {
        return Ok(first);
    };
    let mut all = BytesMut::from(first);
    all.extend_from_slice(&second);
    while let Some(piece) = body.chunk().await? {
        if all.len() + piece.len() > LARGEST {
            return Err(bailian::relay::too_large());
        }
        all.extend_from_slice(&piece);
    }
    Ok(all.freeze())
}

/// Books what was used, or leaves the reservation to the task that was begun. Tells whether nothing was made.
async fn book(
    context: &Context,
    mut running: Running,
    status: StatusCode,
    json: &[u8],
) -> Result<Option<once::Unmade>, GatewayError> {
    if let Some(task) = task_begun(context, json) {
        // Whose it is is known before it can be asked for, and the money stays reserved until it ends.
        context.keep_object(ObjectKind::Task, &task).await?;
        running.wait_for_task(&task).await?;
        return Ok(None);
    }
    if let Some(batch) = batch_begun(context, json) {
        let (gateway, upstream) = (&context.gateway, &context.upstream);
        gateway
            .keep_batch(&context.principal, &mut running, &batch, upstream)
            .await?;
        return Ok(None);
    }
    if context.route.owns == Owns::Needs(ObjectKind::Task) {
        context.gateway.settle_task(json).await?;
    }
    let (ending, refusal) = ending_of(context, status, json);
    let unmade = refusal.filter(is_unmade).map(|_| once::Unmade);
    running.close(ending).await?;
    Ok(unmade)
}

/// How a call ended that was answered so, and what refused it: Bailian sometimes refuses with a status that says that all is well.
pub(super) fn ending_of(
    context: &Context,
    status: StatusCode,
    json: &[u8],
) -> (Ending, Option<UpstreamError>) {
    let reported = scan::usage_of_json(json, context.route.shape);
    let refusal = reported.is_none().then(|| refusal_in(json)).flatten();
    let ending = match &refusal {
        Some(error) => Ending::refused_within(status.as_u16(), error),
        None => Ending {
            reported,
            output_bytes: json.len() as u64,
            ..Ending::succeeded(status.as_u16())
        },
    };
    (ending, refusal)
}

/// The batch that the answer says was made.
fn batch_begun(context: &Context, json: &[u8]) -> Option<String> {
    if !matches!(context.route.owns, Owns::Makes(ObjectKind::Batch, _)) {
        return None;
    }
    let answer: Value = serde_json::from_slice(json).ok()?;
    let id = answer.get("id")?.as_str().filter(|id| !id.is_empty())?;
    Some(id.to_owned())
}

/// The task that the answer says was begun.
fn task_begun(context: &Context, json: &[u8]) -> Option<String> {
    let native = context.route.dialect == Dialect::Native && context.route.owns == Owns::Nothing;
    if !native || memchr::memmem::find(json, b"\"task_id\"").is_none() {
        return None;
    }
    let answer: Value = serde_json::from_slice(json).ok()?;
    let output = answer.get("output")?;
    let status = output.get("task_status").and_then(Value::as_str);
    let id = output.get("task_id").and_then(Value::as_str)?;
    matches!(status, Some("PENDING" | "RUNNING")).then(|| id.to_owned())
}
