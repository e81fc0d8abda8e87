//! `liantai config`.

use std::io::Write;

use anyhow::Context;

use crate::config::Config;

/// Prints the effective configuration.
pub(super) fn print(config: &Config) -> anyhow::Result<()> {
    let text = toml::to_string_pretty(config).context("writing the configuration as TOML")?;
    std::io::stdout()
        .write_all(text.as_bytes())
        .context("printing the configuration")
}
