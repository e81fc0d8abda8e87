//! Speech while it is spoken: recognition, synthesis and conversation over WebSocket.
//!
//! Two protocols share one kind of line. *Tasks* (`/api-ws/v1/inference`): run-task, task-started, sound or text in either
//! direction, finish-task, task-finished. *Realtime* (`/api-ws/v1/realtime`): typed JSON events. Opening one passes through
//! the same transport as every call, so that time-outs, refusals and retries are the same; dropping it closes the line.

mod line;
pub mod meeting;
pub mod realtime;
pub mod recognition;
pub mod synthesis;
mod task;
pub mod translation;

pub(crate) use line::{Ear, Frame, Mouth, open};
pub use task::{Incoming, TaskLine};

/// Reads a text message in each of the protocols.
#[cfg(fuzzing)]
pub(crate) fn fuzz(text: &str) {
    let Ok(value) = serde_json::from_str::<serde_json::Value>(text) else {
        return;
    };
    let _ = realtime::ServerEvent::from_json(value.clone());
    let events = [
        recognition::fuzz,
        translation::fuzz,
        synthesis::fuzz,
        meeting::fuzz,
    ];
    for read in events {
        read(value.clone());
    }
}
