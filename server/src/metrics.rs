//! `/metrics` for Prometheus, on an address of its own: who can reach it needs no password, so it must not be the site's.

use std::{net::SocketAddr, sync::OnceLock, time::Duration};

use anyhow::Context;
use axum::{Router, routing::get};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use platform::gateway::observed;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Seconds by which durations are told apart: from what the gateway adds to what a model thinks.
const SECONDS: &[f64] = &[
    0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0,
];

/// Old figures are folded together this often, also when nobody asks.
const UPKEEP: Duration = Duration::from_secs(5);

/// The one recorder of the process.
fn recorder() -> anyhow::Result<&'static PrometheusHandle> {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    if let Some(recorder) = RECORDER.get() {
        return Ok(recorder);
    }
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS)
        .and_then(|builder| {
            let tokens = Matcher::Full(observed::TOKENS.to_owned());
            builder.set_buckets_for_metric(tokens, observed::TOKENS_APART)
        })
        .context("setting up the metrics")?;
    match builder.install_recorder() {
        Ok(handle) => {
            observed::describe();
            Ok(RECORDER.get_or_init(|| handle))
        }
        // Another one was faster.
        Err(error) => RECORDER.get().ok_or(error).context("starting the metrics"),
    }
}

/// The listener of `/metrics`.
pub(crate) struct Metrics {
    listener: TcpListener,
    recorder: &'static PrometheusHandle,
}

impl Metrics {
    /// Binds the address and begins to count.
    pub(crate) async fn bind(addr: SocketAddr) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(addr).await;
        let listener = listener.with_context(|| format!("listening on {addr} for metrics"))?;
        Ok(Self {
            listener,
            recorder: recorder()?,
        })
    }

    /// Where it listens.
    pub(crate) fn addr(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `stop`.
    pub(crate) async fn serve(self, stop: CancellationToken) {
        let recorder = self.recorder;
        let upkeep = async {
            let mut ticks = tokio::time::interval(UPKEEP);
            loop {
                ticks.tick().await;
                recorder.run_upkeep();
            }
        };
        let router = Router::new().route("/metrics", get(|| async { recorder.render() }));
        let serving = axum::serve(self.listener, router).into_future();
        tokio::select! {
            () = stop.cancelled() => {}
            () = upkeep => {}
            result = serving => if let Err(error) = result {
                tracing::error!(error = &error as &dyn std::error::Error, "metrics are no longer served");
            },
        }
    }
}
