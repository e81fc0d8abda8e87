//! `liantai key`: API keys, from where the server runs.

use anyhow::Context;
use clap::{Args, Subcommand};
use model::{FailureCode, Millis};
use platform::{Clock, SystemClock};
use secrecy::ExposeSecret;

use super::{
    operator::{Site, say},
    user::explained,
};
use crate::config::Config;

/// API keys.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a key with all that its owner may do, and print it: it can't be shown again.
    Add {
        /// Whose it is.
        email: String,
        /// What to call it.
        #[arg(long)]
        name: String,
        /// It ends after so many days; without, it does not end.
        #[arg(long)]
        days: Option<u32>,
    },
}

/// Does what was asked for.
pub(super) async fn run(arguments: Arguments, config: &Config) -> anyhow::Result<()> {
    let Action::Add { email, name, days } = arguments.action;
    let site = Site::open(config).await?;
    let expires_at = days.map(|days| SystemClock.now().plus(i64::from(days) * Millis::DAY));
    let made = site
        .people
        .operator()
        .add_key(&email, &name, expires_at)
        .await;
    site.close().await;
    let key = made.map_err(|error| match error.code() {
        FailureCode::Forbidden => anyhow::anyhow!("none of {email}'s roles lets them use API keys"),
        _ => explained(error, &email, ""),
    });
    let key = key.context("making a key")?;
    say(&format!("{}\n", key.expose_secret()))
}
