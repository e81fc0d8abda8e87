//! `[gateway]`.

use std::time::Duration;

use anyhow::Context;
use bailian::{Region, capability::Catalogue};
use jiff::tz::TimeZone;
use platform::gateway::{GatewayOptions, LimitsPerMinute, calls_that_fit};
use serde::{Deserialize, Serialize};

use crate::gateway::browsers::checked;

/// Calls from programs.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct GatewayConfig {
    /// The site's time zone, `Asia/Shanghai`: sums are of its days, and budgets of its days and months.
    pub time_zone: String,
    /// The largest request body, in bytes.
    pub max_body_bytes: usize,
    /// Of a request's body something has to come within so many seconds, and by and large a kilobyte each second after that.
    pub body_timeout_s: u64,
    /// Origins of pages whose programs may call from within a browser, such as `https://app.example.com`.
    pub browser_origins: Vec<String>,
    /// While the upstream is silent, a stream is kept alive by a comment every so many seconds.
    pub keep_alive_s: u64,
    /// Requests a minute by one person, with all of their keys together. 0 is no limit.
    pub requests_per_person: i64,
    /// Tokens a minute by one person.
    pub tokens_per_person: i64,
    /// Requests at once by one person.
    pub at_once_per_person: i64,
    /// Requests a minute by everybody together.
    pub requests_per_site: i64,
    /// Tokens a minute by everybody together.
    pub tokens_per_site: i64,
    /// Requests at once by everybody together.
    pub at_once_per_site: i64,
    /// Calls of programs that run at once in this process, at most. Where its limit of descriptors is lower than that needs,
    /// as many as fit into four fifths of them.
    pub calls_at_once: usize,
    /// While this process's tasks wait longer than so many milliseconds for a processor, or calls four times as long for their
    /// reservation or booking, those beyond what can be done in time are refused. 0 refuses none.
    pub late_at_most_ms: u64,
    /// Where limits are counted: by each process for itself, or by all of them together in Redis.
    pub limits: LimitsIn,
    /// Where answers are kept that may be given again: by each process in its memory, or by all of them together in Redis.
    pub answers: AnswersIn,
    /// Lines of the call log that are older than so many days are deleted; the sums stay. 0 keeps all of them.
    pub keep_calls_days: u32,
}

/// Where limits are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitsIn {
    /// In each process.
    #[default]
    Memory,
    /// In Redis, see `[redis]`.
    Redis,
}

/// Where answers are kept that may be given again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswersIn {
    /// In each process.
    #[default]
    Memory,
    /// In Redis, sealed under the master key, see `[redis]`.
    Redis,
}

impl Default for GatewayConfig {
    fn default() -> Self {
        Self {
            time_zone: "Asia/Shanghai".to_owned(),
            max_body_bytes: 32 * 1024 * 1024,
            body_timeout_s: 30,
            browser_origins: Vec::new(),
            keep_alive_s: 15,
            requests_per_person: 0,
            tokens_per_person: 0,
            at_once_per_person: 0,
            requests_per_site: 0,
            tokens_per_site: 0,
            at_once_per_site: 10_000,
            calls_at_once: 10_000,
            late_at_most_ms: 40,
            limits: LimitsIn::default(),
            answers: AnswersIn::default(),
            keep_calls_days: 365,
        }
    }
}

impl GatewayConfig {
    /// As the service takes it, for an upstream at that address.
    pub fn options(&self, catalogue: Catalogue, base_url: &str) -> anyhow::Result<GatewayOptions> {
        let limit = |number: i64| (number > 0).then_some(number);
        Ok(GatewayOptions {
            catalogue,
            region: Region::of_url(base_url).unwrap_or(Region::Beijing),
            per_person: LimitsPerMinute {
                requests: limit(self.requests_per_person),
                tokens: limit(self.tokens_per_person),
                at_once: limit(self.at_once_per_person),
            },
            site: LimitsPerMinute {
                requests: limit(self.requests_per_site),
                tokens: limit(self.tokens_per_site),
                at_once: limit(self.at_once_per_site),
            },
            time_zone: self.zone()?,
            pool: None,
            calls_at_once: self.room(calls_that_fit()),
            late_at_most: (self.late_at_most_ms > 0)
                .then(|| Duration::from_millis(self.late_at_most_ms)),
            shared_limits: None,
            shared_answers: None,
        })
    }

    /// Calls at once, where so many fit. No more than the site may make: one key is not to take all of those.
    fn room(&self, fit: Option<usize>) -> usize {
        let site = usize::try_from(self.at_once_per_site).ok();
        let site = site.filter(|most| *most > 0);
        let wanted = site.map_or(self.calls_at_once, |site| self.calls_at_once.min(site));
        match fit.filter(|fit| *fit < wanted) {
            None => wanted,
            Some(fit) => {
                tracing::warn!(
                    calls_at_once = fit,
                    "the limit of descriptors (ulimit -n) allows fewer calls at once than gateway.calls_at_once"
                );
                fit.max(1)
            }
        }
    }

    /// The site's time zone.
    pub fn zone(&self) -> anyhow::Result<TimeZone> {
        TimeZone::get(&self.time_zone).with_context(|| {
            format!(
                "gateway.time_zone: {:?} is not a time zone, try \"Asia/Shanghai\"",
                self.time_zone
            )
        })
    }

    pub(super) fn check(&self) -> anyhow::Result<()> {
        self.zone()?;
        for origin in &self.browser_origins {
            checked(origin)?;
        }
        anyhow::ensure!(
            self.calls_at_once > 0,
            "gateway.calls_at_once must be at least 1"
        );
        for (key, number) in [
            ("requests_per_person", self.requests_per_person),
            ("tokens_per_person", self.tokens_per_person),
            ("at_once_per_person", self.at_once_per_person),
            ("requests_per_site", self.requests_per_site),
            ("tokens_per_site", self.tokens_per_site),
            ("at_once_per_site", self.at_once_per_site),
        ] {
            anyhow::ensure!(
                number >= 0,
                "gateway.{key}: {number} is negative; 0 is no limit"
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_limit_of_calls_at_once_holds() {
        let config = |calls_at_once, at_once_per_site| GatewayConfig {
            at_once_per_site,
            calls_at_once,
            ..GatewayConfig::default()
        };
        for (config, fit, most) in [
            (config(100, 0), None, 100),
            (config(100, 50), Some(8_000), 50),
            (config(100, 500), Some(40), 40),
            (config(100, 0), Some(0), 1),
        ] {
            assert_eq!(config.room(fit), most);
        }
    }

    #[test]
    fn what_cannot_be_is_named() {
        let zone = GatewayConfig {
            time_zone: "Mars/Olympus".to_owned(),
            ..GatewayConfig::default()
        };
        let limit = GatewayConfig {
            tokens_per_site: -1,
            ..GatewayConfig::default()
        };
        let origin = GatewayConfig {
            browser_origins: vec!["*".to_owned()],
            ..GatewayConfig::default()
        };
        for (config, said) in [
            (zone, "Mars/Olympus"),
            (limit, "gateway.tokens_per_site"),
            (origin, "gateway.browser_origins"),
        ] {
            let problem = config.check().expect_err("it cannot be");
            assert!(problem.to_string().contains(said), "{problem}");
        }
    }
}
