//! Waiting for conditions, never for a time.

use std::time::Duration;

use anyhow::Context;

/// How long anything may take on a busy machine.
pub(crate) const BUDGET: Duration = Duration::from_secs(30);

/// Lets `work` take as long as a busy machine may need.
pub(crate) async fn within<T>(
    what: &str,
    work: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<T> {
    tokio::time::timeout(BUDGET, work)
        .await
        .with_context(|| format!("waited in vain for {what}"))?
}

/// Asks until there is an answer.
pub(crate) async fn eventually<T>(
    what: &str,
    mut ask: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    within(what, async {
        loop {
            if let Some(found) = ask().await? {
                return Ok(found);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await
}
