//! `liantai simulator`.

use std::{io::Write, net::SocketAddr};

use anyhow::Context;
use clap::Args;
use simulator::{AccessKey, FaultPlan, Latency, Limits, Options, Profile, ResponseTime};
use tokio_util::sync::CancellationToken;

use crate::application::stop_signals;

/// How the stand-in behaves.
#[derive(Debug, Args)]
#[command(after_long_help = simulator::help())]
pub(super) struct Arguments {
    /// Where it listens.
    #[arg(long, default_value = "127.0.0.1:8787")]
    addr: SocketAddr,
    /// Response time and speed by a name: none, fast, qwen-plus or slow.
    #[arg(long)]
    profile: Option<Profile>,
    /// The time to the first byte, for example 300ms, 200ms..2s or p50=300ms,p99=2s.
    #[arg(long)]
    latency: Option<ResponseTime>,
    /// Tokens a second; 0 is as fast as can be.
    #[arg(long)]
    speed: Option<u32>,
    /// How long a picture takes as a task; films take three times as long.
    #[arg(long)]
    task_time: Option<Latency>,
    /// Equal seeds give equal answers.
    #[arg(long)]
    seed: Option<u64>,
    /// A fault and how often it strikes, for example throttle:0.1; may be given several times.
    #[arg(long)]
    fault: Vec<FaultPlan>,
    /// How much may be asked for in a while: off, published or rpm=60,tpm=100000.
    #[arg(long, default_value = "off")]
    limits: Limits,
    /// An access key for Tingwu as id:secret; may be given several times. Without it, the example of the documentation.
    #[arg(long)]
    access_key: Vec<AccessKey>,
    /// An API key that is accepted; may be given several times. Without it, every key is.
    #[arg(long)]
    key: Vec<String>,
}

/// Serves until it is told to stop.
pub(super) async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let demo = Options::default();
    let profile = arguments.profile.unwrap_or(Profile {
        latency: demo.latency,
        speed: demo.speed,
    });
    let access_keys = if arguments.access_key.is_empty() {
        demo.access_keys.clone()
    } else {
        arguments.access_key
    };
    let options = Options {
        addr: arguments.addr,
        latency: arguments.latency.unwrap_or(profile.latency),
        speed: arguments.speed.unwrap_or(profile.speed),
        task_time: arguments.task_time.unwrap_or(demo.task_time),
        seed: arguments.seed.unwrap_or(demo.seed),
        faults: arguments.fault,
        limits: arguments.limits,
        access_keys,
        keys: (!arguments.key.is_empty()).then_some(arguments.key),
        ..demo
    };
    let stop = CancellationToken::new();
    stop_signals(stop.clone())?;
    let say = |addr| {
        // The address is for whoever started this; without a terminal nobody waits for it.
        let _ = writeln!(std::io::stdout(), "listening on http://{addr}");
    };
    simulator::serve(options, say, stop.cancelled_owned())
        .await
        .context("running the simulator")
}
