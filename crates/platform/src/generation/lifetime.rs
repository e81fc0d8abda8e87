//! What ties runs to their process: leases while it lives, the drain when it leaves, recovery after it died.

use std::time::Duration;

use tokio::task::JoinHandle;
use tracing::Instrument;

use super::Generations;
use crate::Error;

/// How long a process vouches for its runs. Another process may call them dead after that.
pub(super) const LEASE: Duration = Duration::from_secs(4);

/// How often it does.
const RENEWAL: Duration = Duration::from_secs(1);

/// At which of so many renewals it looks for messages that wait behind answers which have ended.
const QUEUES: (u32, u32) = (3, 10);

impl Generations {
    /// Marks the answers of dead processes as interrupted. How many. When this process is the only one, all that
    /// are not its own are dead.
    pub async fn recover(&self, alone: bool) -> Result<u32, Error> {
        let now = self.0.clock.now();
        let lease_before = if alone {
            model::Millis::new(i64::MAX)
        } else {
            now
        };
        let interrupted = self.0.db.interrupt_abandoned(lease_before, now).await?;
        if interrupted > 0 {
            tracing::warn!(
                interrupted,
                "answers of an ended process were marked interrupted"
            );
        }
        Ok(interrupted)
    }

    /// Refuses new answers from now on.
    pub fn close(&self) {
        self.0.closing.cancel();
    }

    /// Lets running answers end until `deadline`, then cuts the rest; returns when all are stored.
    pub async fn drain(&self, deadline: Duration) {
        self.close();
        self.0.runs.close();
        if tokio::time::timeout(deadline, self.0.runs.wait())
            .await
            .is_err()
        {
            tracing::warn!(
                running = self.0.hub.running(),
                "cutting answers that did not end in time"
            );
            self.0.leaving.cancel();
            self.0.runs.wait().await;
        }
    }

    pub(super) async fn keep_leases(self) {
        let lease = i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX);
        let mut ticks = tokio::time::interval(RENEWAL);
        let mut turn = 0;
        let mut sending: Option<JoinHandle<()>> = None;
        while !self.0.runs.is_closed() || !self.0.runs.is_empty() {
            ticks.tick().await;
            let inner = &*self.0;
            turn = (turn + 1) % QUEUES.1;
            if turn == QUEUES.0
                && !inner.closing.is_cancelled()
                && sending.as_ref().is_none_or(JoinHandle::is_finished)
            {
                // Beside the leases: files that go along are read, which may take longer than a lease lasts.
                let looks = self.clone().send_what_waits();
                sending = Some(tokio::spawn(looks.in_current_span()));
            }
            if inner.hub.running() > 0 {
                let until = inner.clock.now().plus(lease);
                if let Err(error) = inner.db.renew_leases(&inner.options.node, until).await {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "leases were not renewed"
                    );
                    // It would take its own answers for those of a dead process.
                    continue;
                }
                if let Err(error) = self.stop_unwanted().await {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "looking for answers that nobody may have any more failed"
                    );
                }
            }
            if inner.db.is_shared()
                && let Err(error) = self.recover(false).await
            {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "looking for abandoned answers failed"
                );
            }
        }
    }

    /// Looks for messages that wait behind answers which have ended, until this process leaves.
    async fn send_what_waits(self) {
        let looked = tokio::select! {
            biased;
            () = self.0.closing.cancelled() => return,
            looked = self.resume_queues() => looked,
        };
        if let Err(error) = looked {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "looking for messages that wait failed"
            );
        }
    }

    /// Stops the answers of accounts that were deleted or disabled meanwhile, wherever that was done.
    async fn stop_unwanted(&self) -> Result<(), Error> {
        let inner = &*self.0;
        // Before the question: what begins after it is not in its answer.
        let runs = inner.hub.runs();
        let wanted = inner.db.wanted_generations(&inner.options.node).await?;
        for run in runs.into_iter().filter(|run| !wanted.contains(run)) {
            inner.hub.stop_run(run);
        }
        Ok(())
    }
}
