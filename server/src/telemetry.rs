//! Where log lines go: pretty for a person, one JSON object a line for machines.

use anyhow::Context;
use tracing_subscriber::{EnvFilter, fmt::time::UtcTime};

use crate::config::{LogFormat, TelemetryConfig};

/// Starts logging, once for the process.
pub(crate) fn start(config: &TelemetryConfig) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&config.filter).with_context(|| {
        format!(
            "telemetry.filter: {:?} is not a filter, try \"info\"",
            config.filter
        )
    })?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_timer(UtcTime::rfc_3339())
        .with_writer(std::io::stderr);
    match config.format {
        LogFormat::Pretty => lines.try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    }
    .map_err(|error| anyhow::anyhow!(error))
    .context("starting the log")
}
