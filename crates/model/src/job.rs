//! Jobs: units of work that go on without whoever asked for them, and are finished by whichever process lives.

use serde::{Deserialize, Serialize};

use crate::{FailureCode, JobId, Millis, UserId, call::words};

words! {
    /// What a job makes.
    JobKind {
        /// Images from words, or from images.
        Image = "image",
        /// A video.
        Video = "video",
        /// Speech from text.
        Speech = "speech",
        /// What was said in a recording.
        Transcript = "transcript",
    }
}

words! {
    /// Where a job is in its life.
    JobState {
        /// It waits for its turn.
        Queued = "queued",
        /// A process works on it.
        Running = "running",
        /// What was asked for is there.
        Succeeded = "succeeded",
        /// It can't be done.
        Failed = "failed",
        /// It was called off before it was done.
        Cancelled = "cancelled",
    }
}

impl JobState {
    /// Whether nothing will change any more.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}

/// Why a job, or a part of it, has no result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobFailure {
    /// Which of the known reasons.
    pub code: FailureCode,
    /// The upstream's own name for the reason, for example `DataInspectionFailed`: a word of its documentation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream_code: Option<String>,
    /// What to tell the operator: the upstream's id of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// A job as administrators see it: whose it is and how it goes, never what was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobLine {
    /// Its id.
    pub id: JobId,
    /// What it makes.
    pub kind: JobKind,
    /// Where it is.
    pub state: JobState,
    /// Whose it is.
    pub owner: UserId,
    /// The owner's name.
    pub owner_name: String,
    /// The model that is asked.
    pub model: String,
    /// How often a process has taken it up.
    pub attempts: i64,
    /// Whether it goes before those that were not put first.
    pub first: bool,
    /// The process that works on it.
    pub node: Option<String>,
    /// Why it failed.
    pub failure: Option<JobFailure>,
    /// What it cost, in micro-yuan.
    pub cost: Option<i64>,
    /// When it was asked for.
    pub created_at: Millis,
    /// When it ended.
    pub ended_at: Option<Millis>,
}

/// Which jobs an administrator looks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct JobFilter {
    /// Of this kind only.
    pub kind: Option<JobKind>,
    /// In this state only.
    pub state: Option<JobState>,
    /// This person's only.
    pub owner: Option<UserId>,
}
