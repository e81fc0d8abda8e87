//! `liantai serve` and `liantai migrate`.

use std::sync::Arc;

use anyhow::Context;
use platform::{SystemClock, store::Db};
use tokio_util::sync::CancellationToken;

use crate::{
    application::{Application, stop_signals},
    config::Config,
    telemetry,
};

/// Serves until it is told to stop.
pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    telemetry::start(&config.telemetry)?;
    let application = Application::build(config, Arc::new(SystemClock)).await?;
    let stop = CancellationToken::new();
    stop_signals(stop.clone())?;
    application.run(stop).await
}

/// Brings the schema up to date.
pub(super) async fn migrate(config: &Config) -> anyhow::Result<()> {
    telemetry::start(&config.telemetry)?;
    let db = Db::open(&config.database.options())
        .await
        .context("opening the database")?;
    db.migrate().await.context("migrating the database")?;
    db.close().await;
    tracing::info!("the schema is up to date");
    Ok(())
}
