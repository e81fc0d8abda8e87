//! Tasks on a connection, one after the other.

use std::time::Duration;

use serde_json::Value;

use super::{
    failure::{Failure, Stop},
    gummy, meeting,
    order::{self, Order},
    recognition, sambert, synthesis,
    wire::{Gone, Incoming, Wire},
};
use crate::{Fault, Outcome, models::Kind};

/// A connection without a task is closed after this time.
const IDLE: Duration = Duration::from_mins(1);
/// How long a task waits for more sound or text.
pub(super) const PATIENCE: Duration = Duration::from_secs(23);

/// Runs the client's tasks until it leaves.
pub(super) async fn serve(mut wire: Wire) -> Outcome {
    let mut next = None;
    loop {
        let frame = match next.take() {
            Some(frame) => frame,
            None => match wire.next(IDLE).await {
                Ok(Incoming::Event(frame)) => frame,
                // What was still under way when the task ended.
                Ok(Incoming::Sound(_)) => continue,
                Ok(Incoming::Silence) => {
                    wire.close(1000, "idle timeout").await;
                    return Outcome::Answered;
                }
                Ok(Incoming::Nonsense) => {
                    wire.close(1007, "Invalid payload data").await;
                    return Outcome::Answered;
                }
                Err(Gone) => return ended(&wire),
            },
        };
        if order::action(&frame) != "run-task" {
            continue;
        }
        match run(&mut wire, &frame).await {
            Ok(()) => {}
            Err(Stop::Replaced(frame)) => next = Some(frame),
            Err(Stop::Gone) => return left(&wire),
            Err(Stop::Failed(failure)) => {
                let event = order::failed(&order::task_id(&frame), &failure);
                if wire.tell(&event).await.is_err() {
                    return left(&wire);
                }
                wire.close(1007, &short(&failure.message)).await;
                return Outcome::Answered;
            }
        }
    }
}

async fn run(wire: &mut Wire, frame: &Value) -> Result<(), Stop> {
    let order = Order::read(frame, wire.handle().models())?;
    strike(wire)?;
    match (order.kind, order.function.as_str()) {
        (Kind::Recognition, "recognition") if order.model.starts_with("gummy-") => {
            gummy::run(wire, &order).await
        }
        (Kind::Recognition, "recognition") if is_streamed(&order.model) => {
            recognition::run(wire, &order).await
        }
        (Kind::Recognition, "generation") if order.model.starts_with("tingwu-") => {
            meeting::run(wire, &order).await
        }
        (Kind::Speech, "SpeechSynthesizer") if order.model.starts_with("sambert-") => {
            sambert::run(wire, &order).await
        }
        (Kind::Speech, "SpeechSynthesizer") if is_spoken_here(&order.model) => {
            synthesis::run(wire, &order).await
        }
        _ => Err(Failure::invalid("url error, please check url！").into()),
    }
}

fn is_streamed(model: &str) -> bool {
    let is_family = ["paraformer-", "fun-asr-", "qwen-audio-"]
        .iter()
        .any(|family| model.starts_with(family));
    is_family && (model.contains("realtime") || model.contains("streaming"))
}

fn is_spoken_here(model: &str) -> bool {
    model.starts_with("cosyvoice-") || (model.starts_with("qwen-audio-") && model.contains("-tts"))
}

/// What goes wrong with the whole task.
fn strike(wire: &Wire) -> Result<(), Failure> {
    let refusal = wire.strikes().find_map(|strike| match &strike.fault {
        Fault::Refused(refusal) => Some(refusal),
        _ => None,
    });
    match refusal {
        Some(refusal) => Err(Failure::new(&refusal.native_code, refusal.message.clone())),
        None => Ok(()),
    }
}

/// The client closed the connection while nothing was being done for it.
fn ended(wire: &Wire) -> Outcome {
    if wire.handle().stopping().is_cancelled() {
        Outcome::Broken
    } else {
        Outcome::Answered
    }
}

/// The client closed the connection in the middle of a task.
fn left(wire: &Wire) -> Outcome {
    if wire.handle().stopping().is_cancelled() {
        Outcome::Broken
    } else {
        Outcome::ClientLeft { after: wire.age() }
    }
}

/// A reason for closing has room for 123 bytes.
fn short(message: &str) -> String {
    let mut reason = String::new();
    for c in message.chars() {
        if reason.len() + c.len_utf8() > 120 {
            break;
        }
        reason.push(c);
    }
    reason
}
