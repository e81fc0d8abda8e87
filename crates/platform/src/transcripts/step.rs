//! What a job for a transcript is to do, and how far it has come, as the next process must know it.

use bailian::media::MediaUsage;
use model::{
    FileId, Millis, TranscriptId,
    transcript::{Notes, Speakers, TranscriptStep},
};
use serde::{Deserialize, Serialize};

/// What a job is to do, one after the other.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Order {
    pub(super) transcript: TranscriptId,
    /// Listen to the recording.
    pub(super) hear: Option<Hearing>,
    /// Write chapters, summary and the rest.
    pub(super) note: bool,
    /// Translate into that language.
    pub(super) translate: Option<String>,
}

/// How a recording is listened to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Hearing {
    pub(super) file: FileId,
    pub(super) model: String,
    pub(super) title: String,
    pub(super) language: Option<String>,
    pub(super) speakers: Speakers,
    pub(super) vocabulary: Option<String>,
    pub(super) duration_ms: i64,
}

/// What is kept of a job between one process and the next. `asked_at`, `task` and `results` mean what they mean in other jobs'
/// steps, which are read to find a lost task.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a step that is behind it"
)]
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Step {
    /// What it does now.
    pub(super) at: At,
    /// The transcript's row was made: one that is missing from then on was deleted.
    pub(super) begun: bool,
    /// Where the recording lies at the upstream, and since when.
    pub(super) uploaded: Option<(String, Millis)>,
    /// When the request left for the upstream: kept before it does.
    pub(super) asked_at: Option<Millis>,
    /// The task at the upstream.
    pub(super) task: Option<String>,
    /// The task was found in the upstream's list, and is not yet known to be this one's.
    pub(super) found: bool,
    /// Where the text lies, once it is known.
    pub(super) results: Option<String>,
    /// What the upstream says was used.
    pub(super) usage: Option<MediaUsage>,
    /// The upstream's id of the request.
    pub(super) request_id: Option<String>,
    /// What it cost, in micro-yuan.
    pub(super) cost: Option<i64>,
    /// The sentences are kept.
    pub(super) heard: bool,
    /// Notes of the parts so far.
    pub(super) parts: Vec<Notes>,
    /// The notes are kept, or can't be written.
    pub(super) noted: bool,
    /// How many of the parts are done, of how many.
    pub(super) done: Option<(u32, u32)>,
}

/// [`TranscriptStep`] with a beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct At(pub(super) TranscriptStep);

impl Default for At {
    fn default() -> Self {
        Self(TranscriptStep::Waiting)
    }
}

impl Step {
    /// The step that was kept; a new one for a job that nobody has worked on.
    pub(super) fn read(json: &str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }
}
