//! Tasks at the upstream: what one cost is known when it ends, which may be hours after it was begun.

use bailian::{capability::ModelKind, media::MediaUsage, task::TaskStatus};
use model::{CallOutcome, Operation, UsageSource};
use serde_json::{Value, json};

use super::{
    Gateway, GatewayError, ObjectKind,
    scan::{self, Reported, UsageShape},
};
use crate::ledger::CallEnd;

impl Gateway {
    /// What a model does, as far as it decides what is counted.
    pub fn what_it_does(&self, model: &str) -> Operation {
        let card = self.0.options.catalogue.get(model);
        let Some(card) = card else {
            return Operation::Chat;
        };
        match &card.kind {
            ModelKind::TextEmbedding | ModelKind::MultimodalEmbedding => Operation::Embedding,
            ModelKind::Rerank => Operation::Rerank,
            ModelKind::Completion => Operation::Completion,
            ModelKind::OmniRealtime => Operation::Realtime,
            ModelKind::Other(kind) => of_kind(kind),
            _ => Operation::Chat,
        }
    }

    /// Books the call whose task has ended, as the answer to a question about it says. A task that still runs, that
    /// is not known here or that was booked before changes nothing.
    pub async fn settle_task(&self, answer: &[u8]) -> Result<(), GatewayError> {
        let json: Value = serde_json::from_slice(answer).unwrap_or_default();
        let output = |name: &str| json.pointer("/output")?.get(name)?.as_str();
        let (Some(id), Some(status)) = (output("task_id"), output("task_status")) else {
            return Ok(());
        };
        let status: TaskStatus =
            serde_json::from_value(status.into()).unwrap_or(TaskStatus::Running);
        let outcome = outcome_of(&status);
        let reported = scan::usage_of_json(answer, UsageShape::Native);
        self.end_task(id, outcome, output("code"), reported).await
    }

    /// The same, as an answer that was read says. Whether it has ended.
    pub async fn settle_ended(
        &self,
        id: &str,
        status: &TaskStatus,
        code: Option<&str>,
        usage: Option<&MediaUsage>,
    ) -> Result<bool, GatewayError> {
        let outcome = outcome_of(status);
        let told = json!({ "usage": usage }).to_string();
        let reported = scan::usage_of_json(told.as_bytes(), UsageShape::Native);
        self.end_task(id, outcome, code, reported).await?;
        Ok(outcome.is_some())
    }

    async fn end_task(
        &self,
        id: &str,
        outcome: Option<CallOutcome>,
        code: Option<&str>,
        reported: Option<Reported>,
    ) -> Result<(), GatewayError> {
        let Some(outcome) = outcome else {
            return Ok(());
        };
        let Some(waiting) = self.0.ledger.waiting_task(id).await? else {
            return Ok(());
        };
        let upstream = self.0.db.upstream_of(ObjectKind::Task.as_str(), id).await?;
        let now = self.0.clock.now();
        let succeeded = outcome == CallOutcome::Succeeded;
        let reported = reported.filter(|_| succeeded);
        let cost = reported.as_ref().map_or(Some(0), |reported| {
            self.tariff_of(&waiting).cost(waiting.operation, reported)
        });
        let end = CallEnd {
            outcome,
            status: None,
            code: code.map(str::to_owned),
            usage: reported
                .as_ref()
                .map(Reported::call_usage)
                .unwrap_or_default(),
            usage_source: if reported.is_some() {
                UsageSource::Reported
            } else {
                UsageSource::Nothing
            },
            cost: cost.unwrap_or(0),
            // A success of which nothing is said is not known to be free.
            priced: cost.is_some() && (reported.is_some() || !succeeded),
            first_byte_ms: None,
            duration_ms: now.since(waiting.started_at),
            upstream_request_id: None,
            served_model: None,
            upstream,
        };
        self.0.ledger.close_task(id, end).await?;
        Ok(())
    }
}

/// What became of a call by how its task ended; nothing yet while that runs.
fn outcome_of(status: &TaskStatus) -> Option<CallOutcome> {
    match status {
        TaskStatus::Succeeded => Some(CallOutcome::Succeeded),
        TaskStatus::Failed => Some(CallOutcome::Failed),
        TaskStatus::Canceled => Some(CallOutcome::Cancelled),
        // Nobody will ever learn what became of it.
        TaskStatus::Unknown => Some(CallOutcome::Interrupted),
        _ => None,
    }
}

/// Kinds of media models, as the catalogue calls them.
fn of_kind(kind: &str) -> Operation {
    let has = |words: &[&str]| words.iter().any(|word| kind.contains(word));
    if has(&["video"]) {
        Operation::Video
    } else if has(&["image"]) {
        Operation::Image
    } else if has(&["tts", "synthesis", "voice"]) {
        Operation::Speech
    } else if has(&["asr", "recognition", "transcription", "meeting", "tingwu"]) {
        Operation::Transcription
    } else {
        Operation::Chat
    }
}
