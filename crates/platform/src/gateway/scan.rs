//! What the gateway reads of requests and answers while their bytes pass through unchanged: which model, how large,
//! what was used, whether the end was reached. Nothing here does I/O, and nothing builds a tree.

mod answer;
mod request;
mod texts;
mod usage;

pub use answer::{AnswerScan, Ended, Event, EventKind, EventTooLarge, Failure};
pub use request::{RequestScan, ScanError};
pub use texts::{each_text, may_hide_words};
pub use usage::{Reported, UsageShape, usage_of_json};
