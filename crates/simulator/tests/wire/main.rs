//! The simulator over a real port, byte by byte.
#![expect(
    clippy::expect_used,
    clippy::needless_pass_by_value,
    reason = "what fails here fails the test, and JSON is written where it is handed over"
)]

mod accounts;
mod apps;
mod batches;
mod calls;
mod connections;
mod control;
mod edits;
mod faults;
mod files;
mod films;
mod front;
mod http2;
mod meetings;
mod memory;
mod messages;
mod native;
mod native_account;
mod native_findings;
mod native_vectors;
mod orders;
mod pictures;
mod refusals;
mod script;
mod senses;
mod sessions;
mod shapes;
mod sockets;
mod speech;
mod storage;
mod support;
mod tingwu;
mod vectors;
