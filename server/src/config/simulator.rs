//! `[simulator]`.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use simulator::{Latency, Options, ResponseTime};

/// The stand-in for the upstream, used when there is no API key.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct SimulatorConfig {
    /// The time to its first byte, in milliseconds.
    pub latency_ms: u64,
    /// Tokens a second; 0 is as fast as can be.
    pub speed: u32,
    /// How long it takes to make a picture, in milliseconds; a film takes three times as long.
    pub task_ms: u64,
    /// Equal seeds give equal answers.
    pub seed: u64,
}

impl Default for SimulatorConfig {
    fn default() -> Self {
        let demo = Options::default();
        let latency_ms = u64::try_from(demo.latency.median().as_millis()).unwrap_or(u64::MAX);
        let task_ms = u64::try_from(demo.task_time.0.as_millis()).unwrap_or(u64::MAX);
        Self {
            latency_ms,
            speed: demo.speed,
            task_ms,
            seed: demo.seed,
        }
    }
}

impl SimulatorConfig {
    /// For the simulator, on a port of its own.
    pub fn options(&self) -> Options {
        Options {
            latency: ResponseTime::Always(Duration::from_millis(self.latency_ms)),
            speed: self.speed,
            task_time: Latency(Duration::from_millis(self.task_ms)),
            seed: self.seed,
            ..Options::default()
        }
    }
}
