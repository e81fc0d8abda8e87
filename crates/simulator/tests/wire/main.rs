//! The simulator over a real port, byte by byte.

mod batches;
mod faults;
mod files;
mod messages;
mod native;
mod refusals;
mod script;
mod shapes;
mod sockets;
mod storage;
mod support;
mod vectors;
