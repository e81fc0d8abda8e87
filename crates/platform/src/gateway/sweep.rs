//! Tasks and batches whose callers don't ask for them any more: they are asked for here, so that what they cost is booked and what was
//! reserved for them is free again. Several processes may do so at once; a task is booked once.

use std::time::Duration;

use bailian::task::{Task, TaskStatus};
use model::Millis;
use serde_json::Value;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::{Gateway, GatewayError, ObjectKind, UPSTREAM};
use crate::ledger::WaitingTask;

/// How often tasks are looked for.
const ROUND: Duration = Duration::from_mins(1);
/// So long a task is its caller's to ask for.
const OWN_MS: i64 = 2 * 60_000;
/// One that is older is asked for in every tenth round only.
const YOUNG_MS: i64 = 60 * 60_000;
/// Tasks that are read at once.
const PAGE: u32 = 200;

impl Gateway {
    /// Asks for them again and again until `closing`.
    pub(super) async fn follow_tasks(&self, closing: CancellationToken) {
        let mut ticks = interval(ROUND);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while closing.run_until_cancelled(ticks.tick()).await.is_some() {
            let swept = closing.run_until_cancelled(self.settle_unheard());
            match swept.await {
                None | Some(Ok(0)) => {}
                Some(Ok(settled)) => {
                    tracing::info!(settled, "tasks that nobody asked for were booked");
                }
                Some(Err(error)) => tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "looking for tasks that nobody asks for failed"
                ),
            }
        }
    }

    /// Asks once for each task that is due, and books those that have ended. How many.
    #[tracing::instrument(name = "job.settle_tasks", skip_all)]
    pub async fn settle_unheard(&self) -> Result<u64, GatewayError> {
        let now = self.0.clock.now();
        let (mut settled, mut after) = (0, None);
        loop {
            let page = self.0.ledger.waiting_tasks(after, PAGE).await?;
            for waiting in page.iter().filter(|waiting| is_due(waiting, now)) {
                settled += u64::from(self.settle_one(&waiting.task_id).await?);
            }
            after = page.last().map(|waiting| waiting.id);
            if after.is_none() {
                return Ok(settled);
            }
        }
    }

    async fn settle_one(&self, id: &str) -> Result<bool, GatewayError> {
        if let Some(job) = Self::job_of(id) {
            return self.release_if_over(job).await;
        }
        if let Some(file) = Self::asked_of(id) {
            return self.find_batch(id, file).await;
        }
        if let Some(batch) = Self::batch_of(id) {
            return self.settle_batch(batch).await;
        }
        let kind = ObjectKind::Task.as_str();
        let place = self.0.db.upstream_of(kind, id).await?;
        let Some(client) = self.client_at(place.as_deref().unwrap_or(UPSTREAM)) else {
            return self.settle_away(id).await;
        };
        match client.query_task::<Value>(&Task::resume(id)).await {
            Ok(now) => {
                let code = now
                    .failure
                    .as_ref()
                    .and_then(|failure| failure.code.as_deref());
                self.settle_ended(id, &now.status, code, now.usage.as_ref())
                    .await
            }
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "a task could not be asked for"
                );
                Ok(false)
            }
        }
    }
}

impl Gateway {
    /// A task of an account that is not here any more. While it may come back its money stays reserved; after the day for
    /// which the upstream remembers a task nobody will ever learn what became of it.
    async fn settle_away(&self, id: &str) -> Result<bool, GatewayError> {
        let Some(waiting) = self.0.ledger.waiting_task(id).await? else {
            return Ok(false);
        };
        if self.0.clock.now().since(waiting.started_at) < Millis::DAY {
            return Ok(false);
        }
        self.settle_ended(id, &TaskStatus::Unknown, None, None)
            .await
    }
}

fn is_due(waiting: &WaitingTask, now: Millis) -> bool {
    let age = now.since(waiting.started_at);
    let minute = |moment: Millis| moment.get() / 60_000;
    let is_turn = (minute(now) - minute(waiting.started_at)) % 10 == 0;
    age >= OWN_MS && (age < YOUNG_MS || is_turn)
}
