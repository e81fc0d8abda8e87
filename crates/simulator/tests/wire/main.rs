//! The simulator over a real port, byte by byte.

mod faults;
mod native;
mod refusals;
mod script;
mod shapes;
mod storage;
mod support;
mod vectors;
