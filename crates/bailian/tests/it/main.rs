//! The client against a server that says exactly what a test tells it to, byte by byte.
#![expect(clippy::unwrap_used, reason = "tests")]

mod answers;
mod downloads;
mod limits;
mod native;
mod pool;
mod refusals;
mod sockets;
mod streams;
mod support;
