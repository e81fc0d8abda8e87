//! Batches that were asked for and whose making nobody has heard of: the process died, or the answer broke off. Before a batch is asked for,
//! its reservation is tied to the file; afterwards Bailian's list of what was made of that file tells what became of it.

use bailian::batches::{Batch, BatchQuery};
use model::{CallOutcome, CallUsage, UsageSource};

use super::reference;
use crate::{
    gateway::{Gateway, GatewayError, ObjectKind, Running, UPSTREAM},
    ledger::{CallEnd, WaitingTask},
    store::{self, Made},
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
            return self.give_up(asked, &waiting).await;
        };
        let page = match client.batches(query).await {
            Ok(page) => page,
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "batches could not be listed"
                );
                return self.give_up(asked, &waiting).await;
            }
        };
        let made = page.data.iter();
        let made = made.filter(|batch| may_be_of(batch, file, &waiting));
        let ids: Vec<String> = made.map(|batch| batch.id.clone()).collect();
        let (kind, now) = (ObjectKind::Batch.as_str(), inner.clock.now());
        let known = inner.db.known_upstream_objects(kind, &ids).await?;
        // The list is newest first. Of two of the same file, which are one person's, the earlier call comes first and finds the earlier one.
        for id in ids.iter().rev().filter(|id| !known.contains(*id)) {
            let made = Made {
                kind,
                id,
                owner: waiting.owner,
                key: None,
                upstream: place,
                now,
            };
            let batch = reference(id);
            let adopted = inner.db.adopt_upstream_object(&made, asked, &batch);
            if adopted.await? {
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

    /// Frees what was reserved once nobody can tell any more what became of it. Whether that was now.
    async fn give_up(&self, asked: &str, waiting: &WaitingTask) -> Result<bool, GatewayError> {
        if !self.is_forgotten(waiting) {
            return Ok(false);
        }
        let end = nothing_made(self.0.clock.now().since(waiting.started_at));
        Ok(self.0.ledger.close_task(asked, end).await?)
    }
}

/// Whether the batch was made of that file after the call began. Somebody else's is of another file, whatever the list was asked for.
fn may_be_of(batch: &Batch, file: &str, waiting: &WaitingTask) -> bool {
    if batch.input_file_id.as_deref() != Some(file) {
        return false;
    }
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

#[cfg(test)]
mod tests {
    use model::{CallId, Millis, Operation, Protocol, UserId};
    use serde_json::json;
    use simulator::{Fault, FaultOrder, Refusal, Strike};
    use uuid::Uuid;

    use super::*;
    use crate::{
        gateway::{Ask, BatchFile, testing::begun},
        store::testing::{count, execute, on_both},
        works::testing::Site,
    };

    /// A batch is asked for, and nobody hears what came of it.
    async fn is_lost(site: &Site) {
        let file = BatchFile {
            model: "qwen-plus".to_owned(),
            requests: 1,
            at_most: Some(100),
        };
        let (model, id) = ("qwen-plus", "r-1".to_owned());
        let ask = Ask {
            file: Some(file),
            ..Ask::new(Protocol::OpenAi, Operation::Batch, model, Vec::new(), id)
        };
        let mut running = begun(site, ask).await;
        running.asks_for_batch("file-batch-1").await.unwrap();
    }

    /// While the list can't be read nobody knows that nothing was made: its money stays reserved for as long as batches are known, and
    /// the list is asked for once in a round, of old ones in every tenth.
    #[tokio::test]
    async fn a_lost_batch_that_can_not_be_looked_for_is_kept_and_asked_for_with_pauses() {
        on_both(async |db| {
            let site = Site::at_rest(&db).await;
            site.simulator.order_faults(FaultOrder {
                times: None,
                path: "/compatible-mode/v1/batches".to_owned(),
                ..FaultOrder::once(Strike {
                    fault: Fault::Refused(Refusal::model_not_found("qwen-plus")),
                    after: 0,
                })
            });
            is_lost(&site).await;
            let gateway = &site.services.gateway;
            let asked = || {
                let received = site.simulator.received();
                let lists = received.iter().filter(|one| one.path.contains("/batches"));
                lists.count()
            };
            let passes = async |ms: i64| {
                let earlier = format!("UPDATE call_holds SET opened_at = opened_at - {ms}");
                execute(&db, &earlier).await;
            };
            // It may be on its way.
            assert_eq!(gateway.settle_unheard().await.unwrap(), 0);
            assert_eq!(asked(), 0);
            passes(PATIENCE_MS + 60_000).await;
            for round in 1..=3 {
                assert_eq!(gateway.settle_unheard().await.unwrap(), 0);
                assert_eq!(asked(), round);
            }
            passes(Millis::DAY).await;
            for _ in 0..10 {
                assert_eq!(gateway.settle_unheard().await.unwrap(), 0);
                passes(60_000).await;
            }
            assert_eq!((asked(), site.held().await), (4, 1));

            passes(30 * Millis::DAY).await;
            let mut settled = 0;
            for _ in 0..10 {
                settled += gateway.settle_unheard().await.unwrap();
                passes(60_000).await;
            }
            assert_eq!((settled, asked(), site.held().await), (1, 5, 0));
            let calls =
                "SELECT COUNT(*) FROM calls WHERE outcome = 'interrupted' AND cost = 0 AND priced";
            assert_eq!(count(&db, calls).await, 1);
        })
        .await;
    }

    #[test]
    fn only_what_was_made_of_the_file_after_the_call_began_is_its_batch() {
        let waiting = WaitingTask {
            id: CallId::from_uuid(Uuid::from_u128(1)),
            task_id: "batch-asked:1:file-batch-1".to_owned(),
            started_at: Millis::new(1_790_000_000_000),
            owner: UserId::from_uuid(Uuid::from_u128(2)),
            operation: Operation::Batch,
            model: "qwen-plus".to_owned(),
            served_model: "qwen-plus".to_owned(),
            upstream: UPSTREAM.to_owned(),
            amount: 1,
            tariff: String::new(),
        };
        for (file, at, wanted) in [
            (json!("file-batch-1"), json!(1_790_000_001), true),
            // Clocks differ a little.
            (json!("file-batch-1"), json!(1_789_999_950), true),
            (json!("file-batch-1"), json!(1_789_999_000), false),
            (json!("file-batch-1"), json!(null), false),
            (json!("file-batch-2"), json!(1_790_000_001), false),
            (json!(null), json!(1_790_000_001), false),
        ] {
            let batch = json!({ "id": "b", "status": "in_progress", "input_file_id": file, "created_at": at });
            let batch: Batch = serde_json::from_value(batch).unwrap();
            let found = may_be_of(&batch, "file-batch-1", &waiting);
            assert_eq!(found, wanted, "{batch:?}");
        }
    }
}
