//! `[telemetry]`.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

/// The log.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct TelemetryConfig {
    /// How a line looks.
    pub format: LogFormat,
    /// What is logged, by level and target: `info`, `info,platform=debug`.
    pub filter: String,
    /// Where `/metrics` is served, for Prometheus; nowhere without it. To be seen by machines of one's own only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics_addr: Option<SocketAddr>,
}

/// How a log line looks.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For a person.
    #[default]
    Pretty,
    /// One JSON object a line.
    Json,
}

impl Default for TelemetryConfig {
    fn default() -> Self {
        Self {
            format: LogFormat::default(),
            filter: "info".to_owned(),
            metrics_addr: None,
        }
    }
}
