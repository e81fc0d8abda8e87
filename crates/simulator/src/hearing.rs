//! Understanding speech: what was spoken here is known again, and anything else gets sentences that fill its time.

mod ear;
mod fill;
mod interpreter;

pub(crate) use ear::{Ear, Heard, Sentence};
pub(crate) use fill::Tongue;
pub(crate) use interpreter::translate;
