//! Batches that were asked for and whose making nobody has heard of: the process died, or the answer broke off. Before a batch is asked for,
//! its reservation is tied to the file; afterwards Bailian's list of what was made of that file tells what became of it.

use bailian::batches::{Batch, BatchQuery};
use model::{CallOutcome, CallUsage, UsageSource};

use super::reference;
use crate::{
    gateway::{Gateway, GatewayError, ObjectKind, Running, UPSTREAM},
    ledger::{CallEnd, WaitingTask},
    store,
};

/// Before the id of a call and that of the file, where the ledger keeps that of a task.
const ASKED: &str = "batch-asked:";
/// No request takes so long, and Bailian's list shows what it made.
const PATIENCE_MS: i64 = 15 * 60_000;
/// So far apart two clocks may be.
const SKEW_MS: i64 = 60_000;
/// Batches of a file that are looked at.
const PAGE: u32 = 100;

impl Running {
    /// Ties the reservation to the file of which a batch is about to be made; returns when that is durable.
    pub async fn asks_for_batch(&mut self, file: &str) -> Result<(), store::Error> {
        match self.id() {
            Some(id) => self.tie(format!("{ASKED}{id}:{file}")).await,
            None => Ok(()),
        }
    }
}

impl Gateway {
    /// The file of which a batch was asked for, if it is the call of one that nobody knows.
    pub(in crate::gateway) fn asked_of(reference: &str) -> Option<&str> {
        let (_, file) = reference.strip_prefix(ASKED)?.split_once(':')?;
        Some(file)
    }

    /// Looks for the batch of that call, from now on to be followed as others are. Whether the call is booked instead, because nothing
    /// was made.
    #[tracing::instrument(name = "gateway.find_batch", skip_all)]
    pub(in crate::gateway) async fn find_batch(
        &self,
        asked: &str,
        file: &str,
    ) -> Result<bool, GatewayError> {
        let inner = &*self.0;
        let Some(waiting) = inner.ledger.waiting_task(asked).await? else {
            return Ok(false);
        };
        let place = inner
            .db
            .upstream_of(ObjectKind::File.as_str(), file)
            .await?;
        let place = place.as_deref().unwrap_or(UPSTREAM);
        let query = BatchQuery::new().input_file_ids(file).limit(PAGE);
        let Some(client) = self.client_at(place) else {
            // While the account may come back its money stays reserved.
            return if self.is_forgotten(&waiting) {
                let end = nothing_made(inner.clock.now().since(waiting.started_at));
                Ok(inner.ledger.close_task(asked, end).await?)
            } else {
                Ok(false)
            };
        };
        let page = match client.batches(query).await {
            Ok(page) => page,
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "batches could not be listed"
                );
                return Ok(false);
            }
        };
        let made = page.data.iter().filter(|batch| may_be_of(batch, &waiting));
        let ids: Vec<String> = made.map(|batch| batch.id.clone()).collect();
        let (kind, now) = (ObjectKind::Batch.as_str(), inner.clock.now());
        let known = inner.db.known_upstream_objects(kind, &ids).await?;
        // The list is newest first. Whose batch of the same file is whose makes no difference: they are one person's, at one price.
        for id in ids.iter().rev().filter(|id| !known.contains(*id)) {
            let claimed = inner
                .db
                .claim_upstream_object(kind, id, waiting.owner, place, now);
            if claimed.await? {
                inner.ledger.rename_task(asked, &reference(id)).await?;
                tracing::info!(bailian.batch.id = id, "found a batch that was lost");
                return Ok(false);
            }
        }
        if now.since(waiting.started_at) < PATIENCE_MS {
            return Ok(false);
        }
        let end = nothing_made(now.since(waiting.started_at));
        Ok(inner.ledger.close_task(asked, end).await?)
    }
}

/// Whether the batch was made after the call began.
fn may_be_of(batch: &Batch, waiting: &WaitingTask) -> bool {
    let began = waiting.started_at.get().saturating_sub(SKEW_MS) / 1000;
    let made = batch.created_at.and_then(|made| i64::try_from(made).ok());
    made.is_some_and(|made| made >= began)
}

fn nothing_made(duration_ms: i64) -> CallEnd {
    CallEnd {
        outcome: CallOutcome::Interrupted,
        status: None,
        code: None,
        usage: CallUsage::default(),
        usage_source: UsageSource::Nothing,
        cost: 0,
        priced: true,
        first_byte_ms: None,
        duration_ms,
        upstream_request_id: None,
        served_model: None,
        upstream: None,
    }
}
