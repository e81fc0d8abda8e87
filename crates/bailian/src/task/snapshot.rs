//! A task as it stands at one moment.

use serde::{Deserialize, Serialize};

use super::TaskStatus;
use crate::error::classify::Refusal;
use crate::lenient::tokens;
use crate::media::{BeijingTime, MediaUsage};
use crate::{Error, ErrorKind};

/// A task as it stands at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskSnapshot<O> {
    /// The task's id.
    pub id: String,
    /// How far it is.
    pub status: TaskStatus,
    /// When it was handed in.
    pub submit_time: Option<BeijingTime>,
    /// When work began.
    pub scheduled_time: Option<BeijingTime>,
    /// When it ended.
    pub end_time: Option<BeijingTime>,
    /// How many of its parts are done.
    pub metrics: Option<TaskMetrics>,
    /// The result; before the end, what there is of it, if the model shows it.
    pub output: Option<O>,
    /// What is billed; with the end only.
    pub usage: Option<MediaUsage>,
    /// Why it failed.
    pub failure: Option<TaskFailure>,
    /// The provider's id of this answer.
    pub request_id: Option<String>,
}

/// How many parts a task has, and how they fared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "UPPERCASE")]
pub struct TaskMetrics {
    /// All parts.
    #[serde(deserialize_with = "tokens")]
    pub total: Option<u64>,
    /// Those that succeeded.
    #[serde(deserialize_with = "tokens")]
    pub succeeded: Option<u64>,
    /// Those that failed.
    #[serde(deserialize_with = "tokens")]
    pub failed: Option<u64>,
}

/// Why a task failed, in the provider's words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TaskFailure {
    /// Unchanged.
    pub code: Option<String>,
    /// May quote the request.
    pub message: String,
}

/// A task's result.
#[derive(Clone, Debug, PartialEq)]
pub struct Finished<O> {
    /// The task's id.
    pub id: String,
    /// What was made. Single parts of it can have failed, see [`Item`](crate::media::Item).
    pub output: O,
    /// What is billed. Empty if the provider did not say.
    pub usage: MediaUsage,
    /// How many of its parts succeeded.
    pub metrics: Option<TaskMetrics>,
    /// When it was handed in.
    pub submit_time: Option<BeijingTime>,
    /// When it ended.
    pub end_time: Option<BeijingTime>,
    /// The provider's id of the answer.
    pub request_id: Option<String>,
}

impl<O> TaskSnapshot<O> {
    /// The result, or why there is none.
    ///
    /// Fails with [`TaskFailed`](ErrorKind::TaskFailed), [`TaskCanceled`](ErrorKind::TaskCanceled) or
    /// [`TaskUnknown`](ErrorKind::TaskUnknown), and with [`Malformed`](ErrorKind::Malformed) if the task is
    /// not at its end or ended without what its type promises.
    pub fn into_result(self) -> Result<Finished<O>, Error> {
        let error = match self.status {
            TaskStatus::Succeeded => {
                if let Some(output) = self.output {
                    return Ok(Finished {
                        id: self.id,
                        output,
                        usage: self.usage.unwrap_or_default(),
                        metrics: self.metrics,
                        submit_time: self.submit_time,
                        end_time: self.end_time,
                        request_id: self.request_id,
                    });
                }
                Error::malformed("a task that succeeded has no readable result")
            }
            TaskStatus::Failed => self.failure.unwrap_or_default().error(),
            TaskStatus::Canceled => Error::new(ErrorKind::TaskCanceled, "the task was cancelled"),
            TaskStatus::Unknown => Error::new(
                ErrorKind::TaskUnknown,
                "no such task, or it is older than 24 hours",
            ),
            TaskStatus::Pending
            | TaskStatus::Running
            | TaskStatus::Suspended
            | TaskStatus::Other(_) => Error::malformed("the task is not at its end"),
        };
        Err(error.or_request_id(self.request_id.as_deref()))
    }

    /// How far it is, without the result's type.
    pub(super) fn differs_from(&self, before: &Self) -> bool
    where
        O: PartialEq,
    {
        (&self.status, &self.metrics, &self.output)
            != (&before.status, &before.metrics, &before.output)
    }
}

impl TaskFailure {
    /// As an error: [`TaskFailed`](ErrorKind::TaskFailed) with the meaning of the code.
    pub fn error(self) -> Error {
        let refusal = Refusal {
            code: self.code,
            message: self.message,
            ..Refusal::default()
        };
        Error::from(refusal).of_task()
    }
}
