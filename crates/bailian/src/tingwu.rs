//! Tingwu, the service for meetings.

mod signature;

pub use signature::AccessKey;
