//! What an image, a video or a piece of audio is billed by.

use serde::{Deserialize, Serialize};
use tracing::Span;

use crate::Extra;
use crate::lenient::{amount, tokens};
use crate::span::record_tokens;

/// What was billed ("usage"). Each model states some of these figures; one that is absent, negative or no
/// number reads as `None`: the caller must decide what it charges then.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MediaUsage {
    /// Images that succeeded.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub image_count: Option<u64>,
    /// Images that succeeded, as the 3.0 models name it.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub output_image_count: Option<u64>,
    /// Videos that succeeded.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub video_count: Option<u64>,
    /// Billed seconds, of video or of transcribed audio.
    #[serde(deserialize_with = "amount", skip_serializing_if = "Option::is_none")]
    pub duration: Option<f64>,
    /// Billed seconds of video, as older models name it.
    #[serde(deserialize_with = "amount", skip_serializing_if = "Option::is_none")]
    pub video_duration: Option<f64>,
    /// Seconds of video that went in.
    #[serde(deserialize_with = "amount", skip_serializing_if = "Option::is_none")]
    pub input_video_duration: Option<f64>,
    /// Seconds of video that came out.
    #[serde(deserialize_with = "amount", skip_serializing_if = "Option::is_none")]
    pub output_video_duration: Option<f64>,
    /// Billed seconds of audio, as Qwen's recognition names it.
    #[serde(deserialize_with = "amount", skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// Characters that were spoken.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub characters: Option<u64>,
    /// Tokens that went in, for models billed by them.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub input_tokens: Option<u64>,
    /// Tokens that came out.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub output_tokens: Option<u64>,
    /// Both.
    #[serde(deserialize_with = "tokens", skip_serializing_if = "Option::is_none")]
    pub total_tokens: Option<u64>,
    /// Lines of a video's picture, which its price depends on: 480, 720 or 1080.
    #[serde(
        rename = "SR",
        deserialize_with = "tokens",
        skip_serializing_if = "Option::is_none"
    )]
    pub resolution: Option<u64>,
    /// Anything else, such as `size`, `width`, `height`.
    #[serde(flatten)]
    pub extra: Extra,
}

impl MediaUsage {
    pub(crate) fn record(&self, span: &Span) {
        record_tokens(span, self.input_tokens, self.output_tokens);
    }

    /// Images to charge, under either name.
    pub fn images(&self) -> Option<u64> {
        self.image_count.or(self.output_image_count)
    }

    /// Seconds to charge, under any of their names.
    pub fn billed_seconds(&self) -> Option<f64> {
        self.duration.or(self.video_duration).or(self.seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_under_every_name_and_never_as_negative() {
        for (json, images, seconds) in [
            (r#"{"image_count":2,"size":"1*1"}"#, Some(2), None),
            (r#"{"output_image_count":3}"#, Some(3), None),
            (
                r#"{"duration":5.0,"SR":720,"video_count":1}"#,
                None,
                Some(5.0),
            ),
            (
                r#"{"video_duration":5,"video_ratio":"standard"}"#,
                None,
                Some(5.0),
            ),
            (r#"{"seconds":"3"}"#, None, Some(3.0)),
            (
                r#"{"duration":-1,"image_count":-1,"seconds":null}"#,
                None,
                None,
            ),
        ] {
            let usage: MediaUsage = serde_json::from_str(json).unwrap();
            assert_eq!(
                (usage.images(), usage.billed_seconds()),
                (images, seconds),
                "{json}"
            );
        }
    }
}
