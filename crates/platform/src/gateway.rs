//! One API for every model: callers speak their protocol, the bytes pass through, and what they use is metered beside
//! them.

pub mod scan;
