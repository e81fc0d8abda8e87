//! A stand-in for Alibaba Cloud Model Studio (Bailian, DashScope), for demonstrations, tests and benchmarks.
//!
//! It speaks the service's own wire protocol over real HTTP, written from the protocol's documentation and from nothing
//! else, so that it can't share a client's mistakes. *State* and *protocol* are apart: a [`Handle`] speaks to the
//! pretended account (what to answer next, what was received), the routes read and change it. Answers and faults are
//! data ([`Answer`], [`Fault`]). What it says is determined by its seed and the messages.
//!
//! ```no_run
//! # async fn demo() -> std::io::Result<()> {
//! use simulator::{Answer, Options, Simulator};
//!
//! let simulator = Simulator::start(Options::immediate()).await?;
//! simulator.next_answer(Answer::words(["春", "眠", "不觉晓"]).held_after(1));
//! println_somewhere(simulator.base_url());
//! simulator.release();
//! # Ok(())
//! # }
//! # fn println_somewhere(_: &str) {}
//! ```

mod account;
mod acs3;
mod batches;
mod calendar;
mod compose;
mod connections;
mod dice;
mod enrolled;
mod fault;
mod files;
mod film;
mod fixed;
mod hearing;
mod help;
mod limits;
mod line;
mod meeting;
mod memories;
mod models;
mod offers;
mod options;
mod owners;
mod pace;
mod picture;
mod prompts;
mod protocol;
mod refusal;
mod relevance;
mod response_time;
mod results;
mod script;
mod server;
mod sessions;
mod sound;
mod state;
mod strikes;
mod tasks;
mod temporary_keys;
mod terms;
mod tokens;
mod totals;
mod uploads;
mod vectors;
mod visit;

pub use account::{Account, Billed, Outcome, Received};
pub use fault::{FAULTS, Fault, FaultPlan, Framing, Strike};
pub use help::help;
pub use limits::Limits;
pub use options::{AccessKey, Latency, Options, ParseError};
pub use refusal::Refusal;
pub use response_time::{Profile, ResponseTime};
pub use script::{Answer, Usage};
pub use server::{Simulator, serve};
pub use state::Handle;
pub use strikes::FaultOrder;
pub use totals::Total;
