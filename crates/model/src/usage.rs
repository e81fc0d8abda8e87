//! What was used and what it cost: sums by day, and by model, key or person.

use serde::{Deserialize, Serialize};

use crate::{ApiKeyId, UserId, call::words};

words! {
    /// What sums are told apart by.
    UsageBy {
        /// The model as it was asked for.
        Model = "model",
        /// The API key.
        Key = "key",
        /// The person.
        User = "user",
    }
}

/// Sums over calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UsageSum {
    /// Calls.
    pub calls: i64,
    /// Calls that the upstream refused or failed.
    pub failures: i64,
    /// Tokens that went in.
    pub input_tokens: i64,
    /// Tokens that came out.
    pub output_tokens: i64,
    /// Of those that went in: from the cache.
    pub cached_tokens: i64,
    /// Of those that came out: reasoning.
    pub reasoning_tokens: i64,
    /// Pictures.
    pub images: i64,
    /// Milliseconds of sound or film.
    pub media_ms: i64,
    /// Characters that were spoken.
    pub characters: i64,
    /// Micro-yuan.
    pub cost: i64,
}

/// The sums of one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UsageDay {
    /// The day in the site's time zone, `2026-11-28`.
    pub day: String,
    /// Its sums.
    pub sum: UsageSum,
}

/// The sums of one model, key or person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UsageShare {
    /// The model's name, the key's or the person's id; empty for calls without a key.
    pub id: String,
    /// What people call it; empty when it is gone.
    pub name: String,
    /// Its sums.
    pub sum: UsageSum,
}

/// Which sums.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageQuery {
    /// Days back, with today: 1 to 366.
    pub days: u16,
    /// Of this person; `None` is everybody, for those who may.
    pub owner: Option<UserId>,
    /// By this key only.
    pub key: Option<ApiKeyId>,
    /// Of this model only.
    pub model: Option<String>,
    /// What the shares are told apart by.
    pub by: UsageBy,
}

/// Sums over some days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UsageReport {
    /// All of it.
    pub total: UsageSum,
    /// Day by day, oldest first, days without calls too.
    pub days: Vec<UsageDay>,
    /// The largest by cost, then by calls: at most 50.
    pub shares: Vec<UsageShare>,
}
