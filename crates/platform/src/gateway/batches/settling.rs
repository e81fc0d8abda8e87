//! The end of a batch: its results are read line by line as they come, each is priced by itself because tiers go by the single
//! request, and the sum is booked once.

use bailian::{
    Client, Error as UpstreamError, ErrorKind,
    batches::{Batch, BatchResult, BatchStatus},
    capability::Catalogue,
};
use model::{CallOutcome, CallUsage, Millis, Operation, UsageSource};
use serde_json::{Value, json};

use super::{BATCH, TRIAL, is_known, reference};
use crate::{
    gateway::{
        Gateway, GatewayError, ObjectKind,
        call::possible,
        scan::{self, Reported, UsageShape},
        tariff::Tariff,
    },
    ledger::{CallEnd, WaitingTask},
};

/// Bytes of results that are read at most; a file of requests has 500 MB.
const LARGEST: usize = 4 << 30;
/// So long the provider knows a batch and keeps its results.
const KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// So long after the end results may not be there yet.
const WRITTEN_MS: i64 = 10 * 60 * 1000;
/// Tokens of one answer that are believed.
const MOST_TOKENS: u64 = 10_000_000;

/// What was done.
#[derive(Debug, Default)]
struct Done {
    usage: CallUsage,
    cost: i64,
    answers: u64,
    /// Those of them that do not say what they used.
    untold: u64,
    /// Something was done whose price is not known.
    unpriced: bool,
    /// Something of it is not what the provider said.
    estimated: bool,
}

impl Gateway {
    /// The batch whose call it is, if it is one's.
    pub(in crate::gateway) fn batch_of(reference: &str) -> Option<&str> {
        reference.strip_prefix(BATCH)
    }

    /// Asks for a batch and books it if it has ended. Whether it was booked now. One that runs, that is not known here or that was
    /// booked before changes nothing.
    #[tracing::instrument(name = "gateway.settle_batch", skip_all)]
    pub(super) async fn settle_now(&self, id: &str) -> Result<bool, GatewayError> {
        let reference = reference(id);
        let Some(waiting) = self.0.ledger.waiting_task(&reference).await? else {
            return Ok(false);
        };
        let kind = ObjectKind::Batch.as_str();
        let place = self.0.db.upstream_of(kind, id).await?;
        // Of a closed account's what was kept beside its owner is gone, what was kept with its money is not.
        let place = place.as_deref().unwrap_or(&waiting.upstream);
        let end = match self.client_at(place) {
            Some(client) => match client.batch(id).await {
                Ok(batch) => self.end_of(&client, &batch, &waiting).await,
                Err(error) if *error.kind() == ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error),
            },
            // The account may come back.
            None => Ok(None),
        };
        let end = end.unwrap_or_else(|error| {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "a batch could not be booked yet"
            );
            None
        });
        // What never ends, or is refused for good, is not reserved for ever.
        match end.or_else(|| self.never_known(&waiting, id)) {
            Some(end) => Ok(self.0.ledger.close_task(&reference, end).await?),
            None => Ok(false),
        }
    }

    /// The end of one of which nobody will learn any more what became of it.
    fn never_known(&self, waiting: &WaitingTask, id: &str) -> Option<CallEnd> {
        let done = Done {
            unpriced: true,
            ..Done::default()
        };
        self.is_forgotten(waiting)
            .then(|| self.call_end(waiting, id, CallOutcome::Interrupted, None, &done))
    }

    pub(super) fn is_forgotten(&self, waiting: &WaitingTask) -> bool {
        self.0.clock.now().since(waiting.started_at) > KEPT_MS
    }

    async fn end_of(
        &self,
        client: &Client,
        batch: &Batch,
        waiting: &WaitingTask,
    ) -> Result<Option<CallEnd>, UpstreamError> {
        let Some((outcome, code)) = outcome_of(batch) else {
            return Ok(None);
        };
        let done = match &batch.output_file_id {
            Some(file) => match self.read_results(client, file, waiting).await {
                // Whoever deletes results before they are counted pays what was reserved for them.
                Err(error) if self.are_gone(error.kind(), batch, waiting) => unseen(batch, waiting),
                read => read?.reckoned(batch, waiting),
            },
            // Its file of results may not be named yet.
            None if completed(batch) > 0 && !self.is_written(batch, waiting) => return Ok(None),
            None if completed(batch) > 0 => unseen(batch, waiting),
            None => Done::default(),
        };
        Ok(Some(
            self.call_end(waiting, &batch.id, outcome, code, &done),
        ))
    }

    /// Whether results will never be read. Those of a batch that has just ended may not be there yet.
    fn are_gone(&self, kind: &ErrorKind, batch: &Batch, waiting: &WaitingTask) -> bool {
        match kind {
            ErrorKind::NotFound => self.is_written(batch, waiting),
            ErrorKind::TooLarge => true,
            // Nobody keeps them so long.
            _ => self.is_forgotten(waiting),
        }
    }

    /// Whether it ended so long ago that its results are there, if they ever are.
    fn is_written(&self, batch: &Batch, waiting: &WaitingTask) -> bool {
        let ended = ended_at(batch).unwrap_or(waiting.started_at);
        self.0.clock.now().since(ended) > WRITTEN_MS
    }

    async fn read_results(
        &self,
        client: &Client,
        file: &str,
        waiting: &WaitingTask,
    ) -> Result<Done, UpstreamError> {
        let mut results = client.batch_results(file, LARGEST).await?;
        let (mut done, tariff) = (Done::default(), self.tariff_of(waiting));
        loop {
            match results.next().await {
                Ok(Some(result)) => {
                    let asked = (waiting.served_model.as_str(), &tariff);
                    self.count(&mut done, &result, asked);
                }
                Ok(None) => return Ok(done),
                Err(error) if *error.kind() == ErrorKind::Malformed => done.does_not_tell(),
                Err(error) => return Err(error),
            }
        }
    }

    /// Adds one answer. What was refused is not billed. `asked` is the model and what it cost when the batch began; another one that
    /// answers instead costs what the catalogue says of it now, since nobody could know of it then.
    fn count(&self, done: &mut Done, result: &BatchResult, asked: (&str, &Tariff<'_>)) {
        let Some(answer) = &result.response else {
            return;
        };
        let is_good = answer.status_code.is_none_or(|status| status == 200);
        if !is_good || result.error.is_some() {
            return;
        }
        let told = json!({ "usage": answer.body.get("usage") }).to_string();
        let Some(mut reported) = scan::usage_of_json(told.as_bytes(), UsageShape::OpenAi) else {
            done.does_not_tell();
            return;
        };
        let catalogue = &self.0.options.catalogue;
        let answered = answer.body.get("model").and_then(Value::as_str);
        let other = answered.filter(|model| is_another(catalogue, model, asked.0));
        let model = other.unwrap_or(asked.0);
        let input = possible::input(catalogue.get(model));
        done.estimated |= reported.cap(input, MOST_TOKENS);
        let cost = if model == TRIAL {
            Some(0)
        } else if other.is_some() {
            self.prices().of(model, Operation::Batch, &reported)
        } else {
            asked.1.cost(Operation::Batch, &reported)
        };
        done.add(&reported, cost);
    }

    fn call_end(
        &self,
        waiting: &WaitingTask,
        id: &str,
        outcome: CallOutcome,
        code: Option<String>,
        done: &Done,
    ) -> CallEnd {
        CallEnd {
            outcome,
            status: None,
            code,
            usage: done.usage,
            usage_source: if done.estimated {
                UsageSource::Estimated
            } else if done.answers > 0 {
                UsageSource::Reported
            } else {
                UsageSource::Nothing
            },
            cost: done.cost,
            priced: !done.unpriced,
            first_byte_ms: None,
            duration_ms: self.0.clock.now().since(waiting.started_at),
            upstream_request_id: Some(id.to_owned()),
            served_model: None,
            upstream: None,
        }
    }
}

impl Done {
    fn add(&mut self, reported: &Reported, cost: Option<i64>) {
        let one = reported.call_usage();
        let sum = &mut self.usage;
        for (sum, more) in [
            (&mut sum.input_tokens, one.input_tokens),
            (&mut sum.output_tokens, one.output_tokens),
            (&mut sum.cached_tokens, one.cached_tokens),
            (&mut sum.reasoning_tokens, one.reasoning_tokens),
        ] {
            *sum = sum.saturating_add(more);
        }
        self.answers += 1;
        match cost {
            Some(cost) => self.cost = self.cost.saturating_add(cost),
            None => self.unpriced = true,
        }
    }

    /// An answer does not say what it used, which is not known to be free.
    fn does_not_tell(&mut self) {
        self.answers += 1;
        self.untold += 1;
        self.estimated = true;
    }

    /// With what did not say its cost at its part of what was reserved.
    fn reckoned(mut self, batch: &Batch, waiting: &WaitingTask) -> Self {
        if self.untold > 0 {
            let part = part_of(batch, waiting, self.untold);
            self.cost = self.cost.saturating_add(part);
            self.unpriced |= has_no_price(waiting);
        }
        self
    }
}

/// Whether that is a model that is known, by whatever name, and not the one that was asked.
fn is_another(catalogue: &Catalogue, answered: &str, asked: &str) -> bool {
    let id = |model: &str| catalogue.get(model).map(|card| card.id.as_str());
    is_known(catalogue, answered) && answered != asked && id(answered) != id(asked)
}

/// What became of the call by how its batch ended; nothing yet while that runs.
fn outcome_of(batch: &Batch) -> Option<(CallOutcome, Option<String>)> {
    match &batch.status {
        BatchStatus::Completed => Some((CallOutcome::Succeeded, None)),
        BatchStatus::Cancelled => Some((CallOutcome::Cancelled, None)),
        BatchStatus::Expired => Some((CallOutcome::Failed, Some("expired".to_owned()))),
        BatchStatus::Failed => {
            let mut faults = batch.errors.iter().flat_map(|faults| &faults.data);
            let code = faults.find_map(|fault| fault.code.clone());
            Some((CallOutcome::Failed, code))
        }
        _ => None,
    }
}

fn completed(batch: &Batch) -> u64 {
    let counts = batch.request_counts.as_ref();
    counts.and_then(|counts| counts.completed).unwrap_or(0)
}

/// What answers are reckoned at that nobody can see any more: their part of what was reserved.
fn unseen(batch: &Batch, waiting: &WaitingTask) -> Done {
    let answered = completed(batch);
    Done {
        cost: part_of(batch, waiting, answered),
        answers: answered.max(1),
        unpriced: has_no_price(waiting),
        estimated: true,
        ..Done::default()
    }
}

/// What so many answers are of the reservation of all; all of it where nobody says how many those are.
fn part_of(batch: &Batch, waiting: &WaitingTask, answers: u64) -> i64 {
    let counts = batch.request_counts.as_ref();
    let total = counts.and_then(|counts| counts.total).unwrap_or(0);
    if total == 0 {
        return waiting.amount;
    }
    let part = i128::from(waiting.amount) * i128::from(answers.min(total)) / i128::from(total);
    i64::try_from(part).unwrap_or(waiting.amount)
}

/// Nothing is reserved where there is no price, nor for what is free.
fn has_no_price(waiting: &WaitingTask) -> bool {
    waiting.amount == 0 && waiting.served_model != TRIAL
}

/// When it ended, as the provider says.
fn ended_at(batch: &Batch) -> Option<Millis> {
    let other = |name: &str| batch.extra.get(name).and_then(Value::as_u64);
    let seconds = batch
        .completed_at
        .or_else(|| other("cancelled_at"))
        .or_else(|| other("expired_at"))
        .or_else(|| other("failed_at"))?;
    let seconds = i64::try_from(seconds).ok()?;
    Some(Millis::new(seconds.saturating_mul(1000)))
}

#[cfg(test)]
mod tests;
