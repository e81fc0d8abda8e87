//! What every request passes through, one concern a file.

pub(crate) mod address;
pub(crate) mod body_limit;
pub(crate) mod cache;
pub(crate) mod cross_site;
pub(crate) mod failures;
pub(crate) mod headers;
pub(crate) mod optional;
pub(crate) mod redirects;
pub(crate) mod request_log;
pub(crate) mod session;
