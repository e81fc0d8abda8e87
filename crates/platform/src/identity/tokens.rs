//! Tokens for clients that are no browsers.

use std::time::Duration;

/// How long tokens live.
#[derive(Clone, Debug)]
pub struct TokenOptions {
    /// An access token.
    pub access: Duration,
    /// A device, from its sign-in or its last refresh.
    pub refresh: Duration,
}

impl Default for TokenOptions {
    fn default() -> Self {
        Self {
            access: Duration::from_mins(15),
            refresh: Duration::from_hours(30 * 24),
        }
    }
}

/// A device's tokens.
#[derive(Clone, Debug)]
pub struct Tokens;
