//! What was used and what it cost: sums by day, and by model, key or person.

use serde::{Deserialize, Serialize};

use crate::{
    ApiKeyId, UserId,
    call::{Call, words},
};

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

impl UsageSum {
    /// Tokens both ways.
    pub const fn tokens(&self) -> i64 {
        self.input_tokens.saturating_add(self.output_tokens)
    }

    /// This and that.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            calls: self.calls.saturating_add(other.calls),
            failures: self.failures.saturating_add(other.failures),
            input_tokens: self.input_tokens.saturating_add(other.input_tokens),
            output_tokens: self.output_tokens.saturating_add(other.output_tokens),
            cached_tokens: self.cached_tokens.saturating_add(other.cached_tokens),
            reasoning_tokens: self.reasoning_tokens.saturating_add(other.reasoning_tokens),
            images: self.images.saturating_add(other.images),
            media_ms: self.media_ms.saturating_add(other.media_ms),
            characters: self.characters.saturating_add(other.characters),
            cost: self.cost.saturating_add(other.cost),
        }
    }
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

/// One of the largest shares, day by day: a number for each day of the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UsageBand {
    /// As in the shares.
    pub id: String,
    /// As in the shares.
    pub name: String,
    /// Calls.
    pub calls: Vec<i64>,
    /// Tokens both ways.
    pub tokens: Vec<i64>,
    /// Micro-yuan.
    pub cost: Vec<i64>,
}

/// What sums can be narrowed to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageChoices {
    /// Models that were asked for.
    pub models: Vec<String>,
    /// Keys that were used and still are there, with their names.
    pub keys: Vec<(ApiKeyId, String)>,
}

/// A line of the call log with what people call those that it names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CallLine {
    /// The call.
    #[serde(flatten)]
    pub call: Call,
    /// The person's name; empty when the account is gone.
    pub owner_name: String,
    /// The key's name; empty when it is gone or there was none.
    pub key_name: String,
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
    /// The first five of them day by day; what the days have beyond is the others'.
    pub bands: Vec<UsageBand>,
}
