//! What Liantai does, without HTTP or Leptos: people, conversations, generations, and the store that keeps
//! them. A page, the REST interface and the gateway all end in the same calls here, so they can't differ.

// Tests await what awaits a statement of either dialect, which is many futures deep.
#![cfg_attr(test, recursion_limit = "256")]

mod apart;
pub mod assistants;
pub mod audit;
mod calendar;
pub mod catalogue;
pub mod clock;
pub mod conversations;
pub mod diagrams;
pub mod documents;
mod error;
pub mod files;
pub mod gateway;
pub mod generation;
pub mod identity;
pub mod imports;
pub mod instructions;
mod jobs;
pub mod ledger;
pub mod library;
pub mod mail;
pub mod meaning;
mod memory;
mod outside;
pub mod people;
mod pictures;
pub mod prompts;
pub mod ratings;
pub mod remembered;
mod render;
pub mod search;
mod services;
pub mod shares;
pub mod store;
pub mod tools;
pub mod transcripts;
pub mod usage;
pub mod vault;
mod visitor;
pub mod works;
mod written;
mod xml_characters;

pub use clock::{Clock, Ids, ManualClock, SystemClock};
pub use error::Error;
pub use files::Files;
pub use ledger::Ledger;
pub use memory::Memory;
pub use services::Services;
pub use visitor::Visitor;
