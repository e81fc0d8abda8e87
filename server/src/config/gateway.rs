//! `[gateway]`.

use anyhow::Context;
use platform::usage::UsageOptions;
use serde::{Deserialize, Serialize};

/// Calls from programs.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct GatewayConfig {
    /// The site's time zone, `Asia/Shanghai`: sums are of its days, and budgets of its days and months.
    pub time_zone: String,
}

impl Default for GatewayConfig {
    fn default() -> Self {
        Self {
            time_zone: "Asia/Shanghai".to_owned(),
        }
    }
}

impl GatewayConfig {
    /// Where the days of sums begin.
    pub fn usage(&self) -> anyhow::Result<UsageOptions> {
        UsageOptions::in_zone(&self.time_zone).with_context(|| {
            format!(
                "gateway.time_zone: {:?} is not a time zone, try \"Asia/Shanghai\"",
                self.time_zone
            )
        })
    }

    pub(super) fn check(&self) -> anyhow::Result<()> {
        self.usage().map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_zone_that_is_none_is_named() {
        let config = GatewayConfig {
            time_zone: "Mars/Olympus".to_owned(),
        };
        let problem = config.check().expect_err("no such zone");
        assert!(problem.to_string().contains("Mars/Olympus"), "{problem}");
    }
}
