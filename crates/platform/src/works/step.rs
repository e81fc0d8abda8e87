//! How far a making has come, as the next process must know it.

use std::collections::BTreeSet;

use bailian::media::MediaUsage;
use model::{JobFailure, MakingStep, Millis};
use serde::{Deserialize, Serialize};

/// What is kept of a making between one process and the next.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Step {
    /// What it does now.
    pub(super) at: At,
    /// When the request left for the upstream: kept before it does.
    pub(super) asked_at: Option<Millis>,
    /// The task at the upstream.
    pub(super) task: Option<String>,
    /// The task was found in the upstream's list, and is not yet known to be this one's.
    pub(super) found: bool,
    /// How many of the results are there, of how many.
    pub(super) done: Option<(u32, u32)>,
    /// What came of it, once that is known.
    pub(super) results: Option<Vec<Part>>,
    /// The results that became works, by their places: one that was deleted for good since has left nothing else.
    pub(super) kept: BTreeSet<u32>,
    /// The parts of a text that were spoken so far, by their addresses.
    pub(super) spoken: Vec<String>,
    /// The part of a text that was asked for: kept before the request leaves.
    pub(super) in_flight: Option<u32>,
    /// Something was asked for by a process that died before the answer, and is reckoned here.
    pub(super) estimated: bool,
    /// What the upstream says was used.
    pub(super) usage: Option<MediaUsage>,
    /// The upstream's id of the request.
    pub(super) request_id: Option<String>,
    /// What it cost, in micro-yuan.
    pub(super) cost: Option<i64>,
}

/// [`MakingStep`] with a beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct At(pub(super) MakingStep);

impl Default for At {
    fn default() -> Self {
        Self(MakingStep::Waiting)
    }
}

/// One of the results.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Part {
    /// It is there, for a day.
    Made {
        /// Where.
        url: String,
        /// The prompt as the upstream wrote it out.
        actual_prompt: Option<String>,
    },
    /// It failed, and costs nothing.
    Failed(JobFailure),
}

impl Part {
    pub(super) fn is_made(&self) -> bool {
        matches!(self, Self::Made { .. })
    }
}

impl Step {
    /// The step that was kept; a new one for a job that nobody has worked on.
    pub(super) fn read(json: &str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }

    /// The parts that failed.
    pub(super) fn failed(&self) -> Vec<JobFailure> {
        let parts = self.results.iter().flatten();
        let failed = parts.filter_map(|part| match part {
            Part::Made { .. } => None,
            Part::Failed(failure) => Some(failure.clone()),
        });
        failed.collect()
    }
}
