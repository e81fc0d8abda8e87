//! Batches: files of requests that are answered in their own time, at half the price.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tokio::{sync::watch, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::state::unix_seconds;

/// The account's batches.
#[derive(Debug, Default)]
pub(crate) struct Batches(watch::Sender<BTreeMap<String, Batch>>);

/// One batch and where it stands. Points in time are seconds since 1970.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    pub(crate) id: String,
    pub(crate) endpoint: String,
    pub(crate) input_file_id: String,
    pub(crate) completion_window: String,
    pub(crate) metadata: Value,
    pub(crate) status: Status,
    /// Why its file was not taken.
    pub(crate) errors: Vec<Value>,
    pub(crate) output_file_id: Option<String>,
    pub(crate) error_file_id: Option<String>,
    pub(crate) created: u64,
    pub(crate) expires: u64,
    /// When it took up each of the statuses that it has had.
    pub(crate) since: BTreeMap<Status, u64>,
    pub(crate) total: usize,
    pub(crate) completed: usize,
    pub(crate) failed: usize,
    /// By then it is over, but for the work itself.
    pub(crate) due: Instant,
    pub(crate) order: usize,
    pub(crate) calling_off: CancellationToken,
}

/// Where a batch stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    Validating,
    Failed,
    InProgress,
    Finalizing,
    Completed,
    Expired,
    Cancelling,
    Cancelled,
}

impl Status {
    /// As the service writes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Validating => "validating",
            Self::Failed => "failed",
            Self::InProgress => "in_progress",
            Self::Finalizing => "finalizing",
            Self::Completed => "completed",
            Self::Expired => "expired",
            Self::Cancelling => "cancelling",
            Self::Cancelled => "cancelled",
        }
    }

    pub(crate) fn is_over(self) -> bool {
        match self {
            Self::Failed | Self::Completed | Self::Expired | Self::Cancelled => true,
            Self::Validating | Self::InProgress | Self::Finalizing | Self::Cancelling => false,
        }
    }
}

impl Batch {
    /// Takes up a status.
    pub(crate) fn enter(&mut self, status: Status) {
        self.status = status;
        self.since.insert(status, unix_seconds());
    }

    /// As the service shows it.
    pub(crate) fn shown(&self) -> Value {
        let at = |status| self.since.get(&status);
        let errors =
            (!self.errors.is_empty()).then(|| json!({ "object": "list", "data": self.errors }));
        json!({
            "id": self.id,
            "object": "batch",
            "endpoint": self.endpoint,
            "errors": errors,
            "input_file_id": self.input_file_id,
            "completion_window": self.completion_window,
            "status": self.status.name(),
            "output_file_id": self.output_file_id,
            "error_file_id": self.error_file_id,
            "created_at": self.created,
            "in_progress_at": at(Status::InProgress),
            "expires_at": at(Status::InProgress).map(|_| self.expires),
            "finalizing_at": at(Status::Finalizing),
            "completed_at": at(Status::Completed),
            "failed_at": at(Status::Failed),
            "expired_at": at(Status::Expired),
            "cancelling_at": at(Status::Cancelling),
            "cancelled_at": at(Status::Cancelled),
            "request_counts": {
                "total": self.total,
                "completed": self.completed,
                "failed": self.failed,
            },
            "metadata": self.metadata,
        })
    }
}

impl Batches {
    /// Keeps a batch that has just been created.
    pub(crate) fn add(&self, mut batch: Batch) -> Batch {
        self.0.send_modify(|batches| {
            batch.order = batches.len();
            batches.insert(batch.id.clone(), batch.clone());
        });
        batch
    }

    /// Changes a batch unless it is over; says whether it did.
    pub(crate) fn change(&self, id: &str, change: impl FnOnce(&mut Batch)) -> bool {
        self.0.send_if_modified(|batches| {
            let open = batches.get_mut(id).filter(|batch| !batch.status.is_over());
            open.map(change).is_some()
        })
    }

    /// The batch as it is now. One that is due is waited for, so that answers don't depend on the machine's speed.
    pub(crate) async fn get(&self, id: &str) -> Option<Batch> {
        let mut watching = self.0.subscribe();
        let settled = |batches: &BTreeMap<String, Batch>| {
            let batch = batches.get(id);
            batch.is_none_or(|batch| batch.status.is_over() || batch.due > Instant::now())
        };
        let batches = watching.wait_for(settled).await.ok()?;
        batches.get(id).cloned()
    }

    /// All batches, newest first.
    pub(crate) fn all(&self) -> Vec<Batch> {
        let mut batches: Vec<Batch> = self.0.borrow().values().cloned().collect();
        batches.sort_by_key(|batch| std::cmp::Reverse(batch.order));
        batches
    }
}
