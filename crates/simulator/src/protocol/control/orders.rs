//! What is to happen next.

use axum::{
    extract::{Path, State},
    response::Response,
};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Misunderstood, done};
use crate::{Answer, Fault, FaultOrder, Handle, Refusal, Strike, Usage};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WantedFaults {
    #[serde(rename = "faults")]
    strikes: Vec<String>,
    times: Option<u32>,
    #[serde(default)]
    path: String,
    model: Option<String>,
}

/// Lets faults strike requests to come.
pub(super) async fn faults(
    State(handle): State<Handle>,
    body: Bytes,
) -> Result<Response, Misunderstood> {
    let wanted: WantedFaults = serde_json::from_slice(&body)?;
    let strikes: Result<Vec<Strike>, _> = wanted.strikes.iter().map(|text| text.parse()).collect();
    handle.order_faults(FaultOrder {
        strikes: strikes?,
        times: wanted.times,
        path: wanted.path,
        model: wanted.model,
    });
    Ok(done(&json!({})))
}

/// Calls off what was ordered.
pub(super) async fn call_off(State(handle): State<Handle>) -> Response {
    handle.call_off_faults();
    done(&json!({}))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    reasoning: Vec<String>,
    tool_call: Option<WantedCall>,
    /// A code of the service, or a fault's name.
    refusal: Option<String>,
    finish: Option<String>,
    held_after: Option<usize>,
    usage: Option<WantedUsage>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WantedCall {
    name: String,
    arguments: Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct WantedUsage {
    #[serde(rename = "prompt_tokens")]
    prompt: u32,
    #[serde(rename = "completion_tokens")]
    completion: u32,
    #[serde(rename = "reasoning_tokens")]
    reasoning: u32,
    #[serde(rename = "cached_tokens")]
    cached: u32,
}

/// Writes the next answers: one, or several in a list.
pub(super) async fn answers(
    State(handle): State<Handle>,
    body: Bytes,
) -> Result<Response, Misunderstood> {
    let wanted: Value = serde_json::from_slice(&body)?;
    let wanted: Vec<Wanted> = match wanted {
        Value::Array(_) => serde_json::from_value(wanted)?,
        one => vec![serde_json::from_value(one)?],
    };
    let answers = wanted.into_iter().map(answer);
    for answer in answers.collect::<Result<Vec<_>, _>>()? {
        handle.next_answer(answer);
    }
    Ok(done(&json!({})))
}

fn answer(wanted: Wanted) -> Result<Answer, Misunderstood> {
    if let Some(name) = wanted.refusal {
        return refusal(&name).map(Answer::refusal);
    }
    let mut answer = match wanted.tool_call {
        Some(WantedCall { name, arguments }) => {
            let arguments = match arguments {
                Value::String(text) => text,
                other => other.to_string(),
            };
            Answer {
                words: wanted.words,
                ..Answer::calls(name, arguments)
            }
        }
        None => Answer::words(wanted.words),
    };
    answer = answer.reasoning(wanted.reasoning);
    answer.finish = wanted.finish;
    answer.held_after = wanted.held_after;
    answer.usage = wanted.usage.map(|usage| Usage {
        prompt_tokens: usage.prompt,
        completion_tokens: usage.completion,
        reasoning_tokens: usage.reasoning,
        cached_tokens: usage.cached,
    });
    Ok(answer)
}

fn refusal(name: &str) -> Result<Refusal, Misunderstood> {
    match name.parse()? {
        Fault::Refused(refusal) => Ok(refusal),
        _ => Err(Misunderstood(format!("“{name}” is not a refusal"))),
    }
}

/// Lets go what is held.
pub(super) async fn release(State(handle): State<Handle>) -> Response {
    handle.release();
    done(&json!({}))
}

/// Keeps tasks waiting, takes them up or finishes them.
pub(super) async fn tasks(
    State(handle): State<Handle>,
    Path(what): Path<String>,
) -> Result<Response, Misunderstood> {
    match what.as_str() {
        "hold" => handle.hold_tasks(),
        "run" => handle.run_tasks(),
        "finish" => handle.finish_tasks(),
        _ => {
            return Err(Misunderstood(format!(
                "“{what}” is not hold, run or finish"
            )));
        }
    }
    Ok(done(&json!({})))
}
