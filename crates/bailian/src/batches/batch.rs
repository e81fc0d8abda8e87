//! What is known of a batch.

use serde::{Deserialize, Serialize};

use crate::Extra;
use crate::lenient::{null_as_default, object_or_none, tokens};

/// A batch. Times are Unix seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    /// Opaque.
    pub id: String,
    /// How far it is.
    pub status: BatchStatus,
    /// What each line asks.
    #[serde(default, deserialize_with = "null_as_default")]
    pub endpoint: String,
    /// The requests.
    #[serde(default)]
    pub input_file_id: Option<String>,
    /// What succeeded, once there is something; kept for 30 days.
    #[serde(default)]
    pub output_file_id: Option<String>,
    /// What failed, if anything did.
    #[serde(default)]
    pub error_file_id: Option<String>,
    /// What was wrong with the file of requests.
    #[serde(default, deserialize_with = "object_or_none")]
    pub errors: Option<BatchFaults>,
    /// How many requests there are.
    #[serde(default, deserialize_with = "object_or_none")]
    pub request_counts: Option<RequestCounts>,
    /// When it was created.
    #[serde(default, deserialize_with = "tokens")]
    pub created_at: Option<u64>,
    /// When all was done.
    #[serde(default, deserialize_with = "tokens")]
    pub completed_at: Option<u64>,
    /// What its creator wrote, such as `ds_name`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub metadata: Extra,
    /// Anything else, such as the other times.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How far a batch is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BatchStatus {
    /// The file of requests is being read.
    Validating,
    /// The file was refused; nothing ran.
    Failed,
    /// Requests are being answered.
    InProgress,
    /// Results are being written.
    Finalizing,
    /// All is done; single requests may have failed.
    Completed,
    /// The window was too short.
    Expired,
    /// It is being stopped.
    Cancelling,
    /// It was stopped; what was done stays.
    Cancelled,
    /// Anything else, unchanged.
    #[serde(untagged)]
    Other(String),
}

impl BatchStatus {
    /// Whether nothing will change any more.
    pub fn is_over(&self) -> bool {
        matches!(
            self,
            Self::Failed | Self::Completed | Self::Expired | Self::Cancelled
        )
    }
}

/// How many requests a batch has.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RequestCounts {
    /// All.
    #[serde(deserialize_with = "tokens")]
    pub total: Option<u64>,
    /// Answered.
    #[serde(deserialize_with = "tokens")]
    pub completed: Option<u64>,
    /// Failed.
    #[serde(deserialize_with = "tokens")]
    pub failed: Option<u64>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What was wrong with a file of requests.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BatchFaults {
    /// One by one.
    #[serde(deserialize_with = "null_as_default")]
    pub data: Vec<BatchFault>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One fault of a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BatchFault {
    /// For example `mismatched_model`, `duplicate_custom_id`, `model_not_found`.
    pub code: Option<String>,
    /// In words.
    pub message: Option<String>,
    /// Which line, from 1.
    #[serde(deserialize_with = "tokens")]
    pub line: Option<u64>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One page of batches.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BatchList {
    /// The batches.
    pub data: Vec<Batch>,
    /// Whether there are more.
    #[serde(default, deserialize_with = "null_as_default")]
    pub has_more: bool,
    /// Where the next page begins.
    #[serde(default)]
    pub last_id: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}
