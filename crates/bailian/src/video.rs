//! Video: from words, from a first frame, between two frames, after references. Always a task of minutes.

mod calls;
mod check;
mod request;

use serde::{Deserialize, Serialize};

pub use request::{Media, VideoInput, VideoParameters, VideoRequest};

use crate::Extra;

/// The result of a video task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoOutput {
    /// Where the film lies for 24 hours: MP4, H.264; for [`Client::download`](crate::Client::download).
    pub video_url: String,
    /// The prompt as it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orig_prompt: Option<String>,
    /// The prompt as the model extended it; up to 2.5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual_prompt: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub extra: Extra,
}
