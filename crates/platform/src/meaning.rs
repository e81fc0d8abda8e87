//! Finding things by what they mean. Each work's prompt, and each passage of a transcript, has a vector by an embedding model; what
//! somebody looks for gets one too, and the nearest are found among the vectors of that person alone. Where a model for that is named, it
//! puts the nearest in order.
//!
//! Things are read behind the scenes: what was made or changed notes in its own transaction that it is to be read, and a process
//! takes such notes by a lease, some of one person at a time. Every call is that person's, reserved and booked like their others; who
//! may not have the model, or has spent their budget, is left with searching by words. A process that dies between the answer and
//! keeping it has it asked again: a few tokens, which cost less than remembering them.

mod asking;
mod finding;
mod passages;
mod ranking;
mod reading;
#[cfg(test)]
mod tests;
mod vector;

use std::sync::Arc;

use crate::{Clock, gateway::Gateway, store::Db};

pub use asking::DIMENSIONS;

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Meanings(Arc<Inner>);

struct Inner {
    db: Db,
    gateway: Gateway,
    clock: Arc<dyn Clock>,
    /// The embedding model; `None` where things are found by words alone.
    model: Option<String>,
    /// The model that puts what is near in order; `None` where that is its nearness.
    rerank_model: Option<String>,
}

impl Meanings {
    pub(crate) fn new(
        db: Db,
        gateway: Gateway,
        clock: Arc<dyn Clock>,
        model: Option<String>,
        rerank_model: Option<String>,
    ) -> Self {
        Self(Arc::new(Inner {
            db,
            gateway,
            clock,
            model,
            rerank_model,
        }))
    }
}
